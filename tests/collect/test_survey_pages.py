"""Surveys as their customers meet them: in a real browser, on a phone, with and without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from collect.taking import AFTER_SERVICE, Taking
from mittari.collect.links import Context, make_link
from mittari.collect.survey.answers import Form

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FORM = {"content-type": "application/x-www-form-urlencoded"}
PHONE = {"width": 390, "height": 760}
pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser: "Browser", taking: Taking) -> "Iterator[Page]":
    taking.survey("after-service", AFTER_SERVICE)
    context = browser.new_context(viewport=PHONE, locale="fi-FI", java_script_enabled=False)
    yield context.new_page()
    context.close()


def answers_of(taking: Taking, survey: str) -> list[dict[str, Any]]:
    names = "response_id, kind, score, answered, text, lang, customer_id, conversation_id, agent_id, source, invite_id"
    found = taking.rows(f"SELECT {names} FROM responses WHERE survey_id = ? ORDER BY response_id", survey)
    return [dict(zip(names.split(", "), row, strict=True)) for row in found]


def forget(taking: Taking) -> None:
    """Begin with no answers."""
    taking.rows("SELECT 1")
    with taking.workspace.warehouse.writing() as connection:
        connection.execute("DELETE FROM responses")
        connection.execute("DELETE FROM feedback_actions")


def test_a_survey_is_answered_without_scripts_in_the_browsers_language(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    assert "suosittelisit" in phone.inner_text("h1")
    phone.click('button[value="3"]')
    assert "helppoa" in phone.inner_text("h1")
    phone.click('button[value="2"]')
    assert phone.inner_text("h1") == "Mikä meni pieleen?"
    phone.fill("textarea", "Odotin liian kauan, numeroni on 040 123 4567.")
    phone.click("button.main")
    assert phone.inner_text("h1") == "Kiitos!"
    assert "Maija" in phone.inner_text("main")
    nps, ces = sorted(answers_of(taking, "after-service"), key=lambda row: row["kind"], reverse=True)
    assert (nps["kind"], nps["score"], nps["lang"]) == ("nps", 3.0, "fi")
    assert nps["text"] == "Odotin liian kauan, numeroni on [phone]."
    assert (ces["kind"], ces["score"], ces["text"]) == ("ces", 2.0, None)


def test_a_low_score_has_an_owner_at_once(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="6"]')
    (action,) = taking.rows("SELECT owner, kind, opened_at, closed_at, response_id FROM feedback_actions")
    assert action[0] == "Maija"
    assert action[3] is None
    assert action[4] == answers_of(taking, "after-service")[0]["response_id"]


def test_a_good_score_skips_the_question_that_is_for_others_and_needs_nobody(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="9"]')
    assert phone.inner_text("h1") == "Mikä vaikutti vastaukseesi eniten?"
    assert taking.rows("SELECT count(*) FROM feedback_actions") == [(0,)]


def test_an_answer_stands_from_the_first_touch_on(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="9"]')
    assert [row["score"] for row in answers_of(taking, "after-service")] == [9.0]


def test_going_back_corrects_an_answer_and_never_counts_it_twice(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="2"]')
    taking.rows("SELECT 1")
    phone.go_back()
    phone.click('button[value="10"]')
    phone.fill("textarea", "Hyvin meni.")
    phone.click("button.main")
    (row,) = answers_of(taking, "after-service")
    assert (row["score"], row["text"]) == (10.0, "Hyvin meni.")


def test_a_corrected_low_score_needs_nobody_any_more(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="2"]')
    form = phone.url.split("f=")[1]
    body = f"f={form}&q=nps&a=9"
    phone.request.post(f"{taking.address}/s/after-service/answer", data=body, headers=FORM)
    assert taking.rows("SELECT owner, closed_at IS NOT NULL FROM feedback_actions") == [("Maija", True)]


def test_a_skipped_question_is_a_question_left_open(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click("button[name=skip]")
    (row,) = answers_of(taking, "after-service")
    assert (row["score"], row["answered"]) == (None, 0)


def test_nothing_is_chosen_beforehand_and_every_target_is_large(phone: "Page", taking: Taking):
    phone.goto(f"{taking.address}/s/after-service")
    buttons = phone.locator("main button[name=a]")
    assert buttons.count() == 11
    for place in range(11):
        box = buttons.nth(place).bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["width"] >= 48
    assert phone.locator("[aria-pressed=true], [checked], .selected").count() == 0


def test_a_page_with_all_it_loads_is_under_40_kb(browser: "Browser", taking: Taking):
    taking.survey("after-service", AFTER_SERVICE)
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"{taking.address}/s/after-service", wait_until="networkidle")
    context.close()
    assert len(sizes) >= 2
    assert sum(sizes) < 40_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_of_accessibility(browser: "Browser", taking: Taking, scheme: Any):
    taking.survey("after-service", AFTER_SERVICE)
    taking.survey(
        "all-kinds",
        'owner = "Maija"\nreaction_time = "2d"\nperson = "never"\n[[questions]]\nkind = "csat"\nfaces = true\n'
        '[[questions]]\nkind = "resolved"\n[[questions]]\nkind = "brands"\nbrands = ["Meri", "Other"]\n'
        'own_brand = "Meri"\n[[questions]]\nkind = "brand_words"\n[[questions]]\nkind = "comment"\n',
    )
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    found: list[str] = []
    for name, moves in (("after-service", 4), ("all-kinds", 6)):
        page.goto(f"{taking.address}/s/{name}")
        for _ in range(moves):
            report = Axe().run(page)
            found += [
                f"{page.url[:60]} {each['id']}: {each['nodes'][0]['html']}" for each in report.response["violations"]
            ]
            if page.locator("footer a").count():
                privacy = context.new_page()
                privacy.goto(taking.address + str(page.locator("footer a").get_attribute("href")))
                report = Axe().run(privacy)
                found += [f"{privacy.url[:60]} {each['id']}" for each in report.response["violations"]]
                privacy.close()
                with page.expect_navigation():  # the next look is at the next page, not at one that goes
                    page.click("button[name=skip]")
    assert page.inner_text("h1") == "Thank you!"
    context.close()
    assert found == []


def invited(taking: Taking, survey: str = "after-service", **more: Any) -> str:
    frozen = {"agent_id": "a-1", "team_id": "t-1", "channel": "email"}
    context = Context(invite_id="inv-1", customer_id="c-7", conversation_id="v-1", **frozen, **more)
    ends = taking.workspace.clock() + timedelta(days=14)
    return make_link(taking.collector.ledger, survey, context, ends)


def test_an_invited_answer_keeps_the_contact_it_is_about(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/i/{invited(taking, why='solved')}")
    phone.click('button[value="9"]')
    (row,) = answers_of(taking, "after-service")
    assert (row["customer_id"], row["conversation_id"], row["agent_id"]) == ("c-7", "v-1", "a-1")
    assert (row["invite_id"], row["source"]) == ("inv-1", "email")


def test_a_link_for_one_use_answers_once(phone: "Page", taking: Taking):
    forget(taking)
    link = invited(taking)
    phone.goto(f"{taking.address}/i/{link}")
    phone.click('button[value="9"]')
    phone.goto(f"{taking.address}/i/{link}")
    assert phone.inner_text("h1") == "Olet jo vastannut"
    assert len(answers_of(taking, "after-service")) == 1


def test_two_tabs_of_one_link_are_one_answer(phone: "Page", taking: Taking):
    forget(taking)
    link = invited(taking)
    second = phone.context.new_page()
    for page in (phone, second):
        page.goto(f"{taking.address}/i/{link}")
    phone.click('button[value="9"]')
    second.click('button[value="8"]')
    assert [row["score"] for row in answers_of(taking, "after-service")] == [8.0]


def test_a_scanner_that_opens_every_link_of_a_mail_answers_nothing(phone: "Page", taking: Taking):
    forget(taking)
    link = invited(taking)
    for score in range(11):
        assert phone.request.get(f"{taking.address}/i/{link}?a={score}").status == 200
    assert answers_of(taking, "after-service") == []
    phone.goto(f"{taking.address}/i/{link}?a=9")
    assert "Valitsit 9" in phone.inner_text("main")
    phone.click("button.main")
    assert [row["score"] for row in answers_of(taking, "after-service")] == [9.0]


def test_one_click_in_a_mail_is_enough_where_scripts_run(browser: "Browser", taking: Taking):
    taking.survey("after-service", AFTER_SERVICE)
    forget(taking)
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{taking.address}/i/{invited(taking)}?a=4")
    page.get_by_text("made it easy").wait_for()
    assert [row["score"] for row in answers_of(taking, "after-service")] == [4.0]
    context.close()


def test_an_ended_link_and_an_invented_one_open_nothing(phone: "Page", taking: Taking):
    ended = make_link(
        taking.collector.ledger, "after-service", Context(), taking.workspace.clock() - timedelta(minutes=1)
    )
    answer = phone.goto(f"{taking.address}/i/{ended}")
    assert answer is not None
    assert answer.status == 410
    answer = phone.goto(f"{taking.address}/i/{'x' * 22}")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("missing", ["owner", "reaction_time"])
def test_a_survey_without_owner_or_reaction_time_does_not_open(phone: "Page", taking: Taking, missing: str):
    lines = [line for line in AFTER_SERVICE.splitlines() if not line.startswith(missing)]
    taking.survey("nobodys", "\n".join(lines))
    answer = phone.goto(f"{taking.address}/s/nobodys")
    assert answer is not None
    assert answer.status == 404
    assert "ei ole avoinna" in phone.inner_text("h1")


ANONYMOUS = 'owner = "Maija"\nreaction_time = "24h"\nperson = "never"\n[[questions]]\nkind = "nps"\n'


def test_an_anonymous_answer_keeps_no_person_no_fine_time_and_no_way_back(phone: "Page", taking: Taking):
    taking.survey("secret", ANONYMOUS)
    link = invited(taking, "secret")
    phone.goto(f"{taking.address}/i/{link}")
    phone.click('button[value="1"]')
    columns = [row[0] for row in taking.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = 'responses'")]
    (row,) = taking.rows("SELECT * FROM responses WHERE survey_id = 'secret'")
    kept = {name: value for name, value in zip(columns, row, strict=True) if value is not None}
    for name in ("customer_id", "person_id", "conversation_id", "invite_id", "agent_id", "sent_at", "touch_at"):
        assert name not in kept
    for name in ("responded_at", "received_at", "loaded_at"):
        assert (kept[name].minute % 15, kept[name].second, kept[name].microsecond) == (0, 0, 0)
    assert taking.collector.signer.name("linked form", link) not in kept["response_id"]
    form = taking.collector.signer.read("form", phone.url.split("f=")[1], Form)  # what a log of addresses would hold
    assert form.id not in kept["response_id"]
    digests = taking.collector.ledger.all("SELECT form FROM links")
    assert {form for (form,) in digests} == {None}


def test_an_answer_is_linked_with_the_customer_only_by_leave(phone: "Page", taking: Taking):
    asked = AFTER_SERVICE.replace("[[questions]]", 'person = "asked"\n[[questions]]', 1)
    taking.survey("asked", asked)
    forget(taking)
    for allows in (False, True):
        phone.goto(f"{taking.address}/i/{invited(taking, 'asked')}")
        phone.click('button[value="9"]')
        assert [row["customer_id"] for row in answers_of(taking, "asked")] == [None]
        phone.fill("textarea", "Kiitos")
        if allows:
            phone.check("#consent")
        phone.click("button.main")
        assert [row["customer_id"] for row in answers_of(taking, "asked")] == ["c-7" if allows else None]
        forget(taking)


def test_a_form_altered_of_another_survey_or_of_yesterday_is_refused(phone: "Page", taking: Taking):
    taking.survey("secret", ANONYMOUS)
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    form = str(phone.get_attribute("main input[name=f]", "value"))
    for survey, text in (("after-service", form[:-4] + "AAAA"), ("secret", form), ("after-service", "")):
        answer = phone.request.post(f"{taking.address}/s/{survey}/answer", form={"f": text, "q": "nps", "a": "9"})
        assert answer.status == 404
    assert taking.rows("SELECT count(*) FROM responses") == [(0,)]


@pytest.mark.parametrize("said", ["11", "-1", "9.5", "", "nine", "９", "0x9", "1e1"])
def test_a_score_that_the_question_does_not_offer_is_asked_again(phone: "Page", taking: Taking, said: str):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    form = str(phone.get_attribute("main input[name=f]", "value"))
    answer = phone.request.post(
        f"{taking.address}/s/after-service/answer", form={"f": form, "q": "nps", "a": said}, max_redirects=0
    )
    assert answer.status == 422
    assert taking.rows("SELECT count(*) FROM responses") == [(0,)]


def test_brands_are_rated_in_one_form_and_skip_what_is_not_used(phone: "Page", taking: Taking):
    taking.survey(
        "brands",
        'owner = "Maija"\nreaction_time = "2d"\n[[questions]]\nkind = "brands"\nbrands = ["Meri", "Other", "Third"]\n'
        'own_brand = "Meri"\n',
    )
    phone.goto(f"{taking.address}/s/brands")
    phone.check("#b0-9", force=True)
    phone.check("#b1-4", force=True)
    phone.check("#b2-x")
    phone.click("button.main")
    found = taking.rows("SELECT brand, is_own, score, category FROM competitor_ratings ORDER BY brand")
    assert found == [("Meri", 1, 9.0, "nps"), ("Other", 0, 4.0, "nps")]


def test_what_is_written_in_a_comment_stays_a_text(phone: "Page", taking: Taking):
    forget(taking)
    hostile = "'; DROP TABLE responses; -- <script>alert(1)</script> 😀 مرحبا \u202e"
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="9"]')
    phone.fill("textarea", hostile)
    phone.click("button.main")
    assert [row["text"] for row in answers_of(taking, "after-service")] == [hostile.strip()]


def test_going_back_from_a_bad_answer_to_a_good_one_needs_nobody_any_more(phone: "Page", taking: Taking):
    forget(taking)
    phone.goto(f"{taking.address}/s/after-service")
    phone.click('button[value="2"]')
    phone.go_back()
    phone.click('button[value="9"]')
    assert taking.rows("SELECT owner, closed_at IS NOT NULL FROM feedback_actions") == [("Maija", True)]


def test_forms_opened_beforehand_by_one_anonymous_link_are_one_answer(phone: "Page", taking: Taking):
    forget(taking)
    taking.survey("secret", f'person = "never"\n{AFTER_SERVICE}')
    link = invited(taking, "secret")
    second = phone.context.new_page()
    for tab in (phone, second):
        tab.goto(f"{taking.address}/i/{link}")
    phone.click('button[value="9"]')
    second.click('button[value="0"]')
    assert second.inner_text("h1") == "Olet jo vastannut"
    phone.go_back()
    phone.click('button[value="8"]')  # the one that was answered may still be corrected
    assert [row["score"] for row in answers_of(taking, "secret")] == [8.0]

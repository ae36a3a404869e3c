"""The mail in a real browser: one click answers, scanners change nothing, and one click ends all asking."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from collect.invite.asking import CARE, NOON, Asking
from mittari.collect.survey.texts import LANGUAGES, texts
from patience import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("answering")]
FACES = CARE.replace('kind = "csat"', 'kind = "csat"\nfaces = true')
RESOLVED = CARE.replace("csat", "resolved")
NPS = CARE.replace("csat", "nps")
COMMENT_FIRST = CARE.replace('kind = "csat"', 'kind = "brand_words"')


def letter_of(asking: Asking, lang: str = "en", survey: str = CARE) -> EmailMessage:
    """The invitation of customer c1 about conversation k1."""
    asking.taking.survey("care", survey)
    asking.customers("c1", lang=lang)
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    asking.send()
    return asking.mailbox.letters[-1]


def html_of(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[Page]":
    context = browser.new_context(viewport={"width": 360, "height": 700}, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def answers(asking: Asking) -> list[tuple[Any, ...]]:
    columns = "score, invite_id, customer_id, conversation_id, agent_id, team_id, channel, source, sent_at, touch_at"
    return asking.taking.rows(f"SELECT {columns} FROM responses")


def fetch(address: str, data: bytes | None = None) -> tuple[int, str]:
    """Status and text of a page, without a browser."""
    try:
        with urllib.request.urlopen(address, data, timeout=PATIENCE_S) as answer:  # noqa: S310  # the test's own server
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def links(letter: EmailMessage) -> list[str]:
    return re.findall(r'href="([^"]+)"', html_of(letter))


def test_a_click_in_the_mail_answers_about_the_contact_as_it_was(
    asking: Asking, page: "Page", request: pytest.FixtureRequest
) -> None:
    letter = letter_of(asking)
    asking.solved("k1", "c1", at=NOON, agent_id="bjorn", team_id="south", channel="email")
    page.set_content(html_of(letter))
    page.get_by_role("link", name="4", exact=False).first.click()
    page.wait_for_load_state()
    assert "4" in page.inner_text(".chosen")
    if "without" in request.node.name:  # with scripts the page sends by itself what somebody looks at
        page.locator("button.main").click()
    page.wait_for_selector("h1:has-text('Thank you!')")
    known = ("care:k1", "c1", "k1", "aino", "north", "chat", "email")
    assert answers(asking) == [(4.0, *known, NOON + timedelta(hours=1), NOON)]
    page.goto(links(letter)[0])
    assert page.inner_text("h1") == "You have answered already"
    assert len(answers(asking)) == 1
    (rate,) = asking.taking.workspace.kpi("response_rate", period="2026-10", as_of="2026-10-31T00:00Z").records()
    assert (rate["value"], rate["n"]) == (1.0, 1)


def test_a_scanner_that_opens_every_link_stores_nothing_and_stops_nothing(asking: Asking) -> None:
    letter = letter_of(asking)
    opened = links(letter)
    assert len(opened) == 6
    for link in [*opened, str(letter["List-Unsubscribe"])[1:-1]]:
        assert fetch(link)[0] == 200
        assert fetch(link)[0] == 200
    assert answers(asking) == []
    asking.clock.pass_(days=31)
    asking.solved("k2", "c1")
    assert asking.look() == 1, "nobody has opted out"


@pytest.mark.parametrize(
    "survey", [CARE, NPS, FACES, RESOLVED, COMMENT_FIRST], ids=["csat", "nps", "faces", "resolved", "text"]
)
def test_the_mail_can_be_read_and_used_by_everybody(asking: Asking, browser: "Browser", survey: str) -> None:
    letter = letter_of(asking, survey=survey)
    assert not re.search(r"<img|<script|url\(|src=", html_of(letter)), "no pictures, nothing that tells of reading"
    for width in (360, 1000):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 700}, color_scheme=scheme)
            page = context.new_page()
            page.set_content(html_of(letter))
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for link in page.locator("table table a").all()[:-1]:
                box = link.bounding_box()
                assert box is not None
                assert box["height"] >= 44
                assert box["width"] >= 24
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_say_the_same_in_every_language(asking: Asking, language: str) -> None:
    letter = letter_of(asking, lang=language)
    plain = letter.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    for link in links(letter):
        assert link in text
    words = texts(language)
    for told in (words["questions"]["csat"]["text"], words["page"]["why_conversation"], words["page"]["why_never"]):
        assert told in text
        assert told in html_of(letter)
    assert letter["Subject"] == words["invitation"]["subject"].format(name="Meri Oy")
    assert letter["Content-Language"] == language


def test_all_languages_have_the_same_texts_of_invitations() -> None:
    assert len({frozenset(texts(language)["invitation"]) for language in LANGUAGES}) == 1


def test_who_presses_never_is_not_asked_again_whichever_survey_and_way(asking: Asking, page: "Page") -> None:
    letter = letter_of(asking)
    page.set_content(html_of(letter))
    page.get_by_role("link", name="Do not ask me again").click()
    assert "no more surveys" in page.inner_text("main")
    page.get_by_role("button", name="Do not ask me again").click()
    assert page.inner_text("h1") == "We will not ask you again."
    asking.clock.pass_(days=60)
    asking.taking.survey("other", CARE.replace("csat", "ces"))
    asking.solved("k2", "c1")
    assert asking.look() == 0
    assert asking.taking.workspace.invite_plan("other") == {"does not want to be asked": 1}
    assert asking.taking.workspace.invite("other", "c1") == {"at": None, "why": "does not want to be asked"}


def test_the_button_of_mail_programs_opts_out_with_one_request(asking: Asking) -> None:
    asking.taking.survey("second", CARE.replace("1h", "48h"))
    letter = letter_of(asking)
    asking.settings(ask_days=0)
    asking.solved("k2", "c1", at=asking.clock() + timedelta(minutes=-5))
    asking.look()
    waiting = [row for row in asking.outbox() if row[1] == "waiting"]
    assert waiting
    address = str(letter["List-Unsubscribe"])[1:-1]
    status, _ = fetch(address, urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode())
    assert status == 200
    assert {row[2] for row in asking.outbox() if row[0] in {each[0] for each in waiting}} == {
        "does not want to be asked"
    }
    assert fetch(address.replace("/never", "x/never"))[0] == 404
    assert fetch(address.replace("/never", "x/never"), b"List-Unsubscribe=One-Click")[0] == 404


def test_why_was_i_asked_stands_on_the_page_with_the_way_out(asking: Asking, page: "Page") -> None:
    letter = letter_of(asking)
    page.goto(links(letter)[0])
    page.get_by_role("link", name="Privacy").click()
    text = page.inner_text("main")
    assert "You were in contact with us lately" in text
    assert "at most once in 30 days" in text
    page.get_by_role("link", name="Do not ask me again").click()
    assert page.get_by_role("button", name="Do not ask me again").count() == 1

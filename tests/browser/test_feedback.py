"""Surveys are made in the browser, answered on a phone, and a low score waits for its owner until somebody reacts."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mittari
from browser.conftest import served
from mittari.collect.collector import Collector
from mittari.collect.links import Context, make_link
from mittari.server import application, collecting
from mittari.settings import Settings
from mittari.store.warehouse import Warehouse
from mittari.workspace.local import PLANS, WAREHOUSE, LocalWorkspace
from patience import until

pytestmark = pytest.mark.browser

NOW = datetime(2026, 5, 6, 12, 0)
HOUR = timedelta(hours=1)
SURVEY = """
title = "Delivery"
owner = "Anna"
reaction_time = "4h"
[[questions]]
kind = "nps"
[[questions]]
kind = "csat"
scale = [1, 5]
text = {en = "And the courier?", fi = "Entä kuljettaja?", sv = "Och budet?", nb = "Og budet?"}
ask_if = {question = "nps", at_most = 6}
[[questions]]
kind = "comment"
"""


@dataclass
class Installation:
    """A served installation with its own clock."""

    home: Path
    at: datetime = NOW
    address: str = ""
    workspace: LocalWorkspace = field(init=False)
    collector: Collector = field(init=False)

    def now(self) -> datetime:
        return self.at

    def file(self, name: str) -> Path:
        return self.home / "surveys" / f"{name}.toml"

    def write(self, name: str, text: str) -> None:
        self.file(name).parent.mkdir(exist_ok=True)
        self.file(name).write_text(text, encoding="utf-8")
        self.collector.shelf.forget()


@pytest.fixture
def here(tmp_path: Path, plans_folder: Path) -> Iterator[Installation]:
    home = mittari.create_home(tmp_path / "home", public_address="https://feedback.example")
    (home / PLANS).symlink_to(plans_folder)
    found = Installation(home)
    settings = Settings.load(home, {})
    warehouse = Warehouse.open(home / WAREHOUSE, settings=settings)
    with LocalWorkspace(home, settings, warehouse, found.now) as workspace, collecting(workspace, None) as collector:
        found.workspace, found.collector = workspace, collector
        workspace.load_rows("customers", {"customer_id": ["c1"], "contact_consent": [1]})
        with served(application(workspace, collector, "token")) as address:
            found.address = address
            yield found


def answer(watch: Any, address: str, points: str, comment: str) -> Any:
    """A survey of a score and a comment, answered on a phone."""
    page = watch(address.partition("/s/")[0].partition("/i/")[0], 390).page
    page.goto(address)
    page.get_by_role("button", name=re.compile(rf"^{points}(,|$)")).click()
    page.fill("textarea", comment)
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("h1:has-text('Thank you')")
    return page


def reloaded(page: Any, selector: str, count: int) -> None:
    """Load the page again until it shows so many: what was answered is in the warehouse soon after."""

    def shown() -> bool:
        page.reload()
        return bool(page.locator(selector).count() == count)

    until(shown, f"{count} of {selector}")


def axe_faults(page: Any) -> list[Any]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found]


def test_a_survey_made_in_the_browser_is_answered_and_its_low_score_waits(watch: Any, here: Installation) -> None:
    watched = watch(here.address)
    page = watched.page
    page.goto(f"{here.address}/surveys")
    page.select_option("#kind", "nps")
    page.get_by_role("button", name="Make the first survey").click()
    page.fill("#name", "after-service")
    page.fill("#title", "After service")
    page.locator(".save button").click()
    page.wait_for_selector("text=It is not open")
    page.goto(f"{here.address}/s/after-service", wait_until="commit")
    assert "not open" in page.inner_text("h1")
    page.goto(f"{here.address}/surveys/after-service")
    page.fill("#owner", "Anna")
    page.fill("#reaction_time", "4h")
    page.locator(".save button").click()
    page.wait_for_selector("text=The survey is open")
    written = tomllib.loads(here.file("after-service").read_text(encoding="utf-8"))
    assert (written["owner"], [each["kind"] for each in written["questions"]]) == ("Anna", ["nps", "comment"])

    answer(watch, f"{here.address}/s/after-service", "3", "It came <b>late</b>")
    here.collector.inbox.arrived.set()
    page.goto(f"{here.address}/follow-ups")
    reloaded(page, ".follow-up blockquote", 1)
    shown = page.locator(".follow-up").inner_text()
    assert "It came <b>late</b>" in shown
    assert "Anna" in shown
    assert "due in 4 h" in shown or "due in 239 min" in shown
    assert page.locator(".follow-up button", has_text="Contacted").count() == 0, "nobody knows who it was"
    page.locator(".follow-up button", has_text="Closed").click()
    page.wait_for_selector("text=Nobody waits for you")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".follow-up")
    assert page.evaluate("violations") == []


def test_contacted_moves_the_closed_loop_rate(watch: Any, here: Installation) -> None:
    here.write("delivery", SURVEY.replace("scale = [1, 5]", ""))
    secret = make_link(here.collector.ledger, "delivery", Context(customer_id="c1"), NOW + 24 * HOUR)
    page = watch(here.address, 390).page
    page.goto(f"{here.address}/i/{secret}")
    page.get_by_role("button", name=re.compile("^2")).click()
    page.get_by_role("button", name=re.compile("^1")).click()
    page.wait_for_selector("textarea")

    def closed_loop() -> float | None:
        asked = {"period": "2026-05", "as_of": NOW + 72 * HOUR}
        return here.workspace.kpi("closed_loop_rate", **asked).one().value  # type: ignore[arg-type]

    here.at = NOW + 6 * HOUR
    page = watch(here.address).page
    page.goto(f"{here.address}/follow-ups?survey=delivery")
    reloaded(page, ".follow-up", 2)
    assert page.locator(".follow-up .chip").all_inner_texts() == ["! overdue by 2 h"] * 2
    assert page.locator("h1").inner_text().split() == ["Follow-ups", "2", "open", "!", "2", "overdue"]
    assert closed_loop() == 0
    page.locator("button", has_text="Contacted").first.click()
    page.wait_for_selector("text=Noted as contacted")
    assert page.locator(".follow-up .chip").last.inner_text() == "✓ contacted 0 min ago"
    assert closed_loop() == 0.5
    page.locator(".hand summary").first.click()
    page.locator(".hand input").first.fill("Bo")
    page.locator(".hand button").first.click()
    page.wait_for_selector("text=Handed over.")
    page.select_option("#owner", "Bo")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".follow-up").count() == 1
    page.goto(here.address)
    if page.locator(".places").count():
        assert "1 overdue" in page.locator(".places").inner_text()


def test_trying_out_counts_nowhere_and_works_before_a_survey_opens(watch: Any, here: Installation) -> None:
    here.write("draft", SURVEY.replace('owner = "Anna"', "").replace("at_most = 6", "at_least = 11"))
    page = watch(here.address, 390).page
    page.goto(f"{here.address}/surveys")
    page.get_by_role("link", name="Try it out").click()
    page.get_by_role("button", name=re.compile("^0")).click()
    page.fill("textarea", "only a test")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("h1:has-text('Thank you')")
    asked = "SELECT is_test, text FROM responses WHERE text IS NOT NULL"
    rows = until(lambda: here.workspace._rows_of(asked), "the comment is in the warehouse")
    assert rows == [(1, "only a test")]
    page.goto(f"{here.address}/follow-ups")
    assert "Nobody waits for you" in page.inner_text("h1 >> nth=1")


def test_the_form_works_without_javascript_and_says_what_is_wrong_beside_the_field(
    watch: Any, here: Installation
) -> None:
    page = watch(here.address, java_script_enabled=False).page
    page.goto(f"{here.address}/surveys/new?kind=csat")
    page.select_option("#added", "nps")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.locator(".question legend").all_inner_texts() == ["1 Satisfaction", "2 Recommendation", "3 Comment"]
    page.get_by_role("button", name="Move question 2 up").click()
    assert page.locator(".question legend").all_inner_texts() == ["1 Recommendation", "2 Satisfaction", "3 Comment"]
    page.get_by_role("button", name="Remove question 2").click()
    page.fill("#name", "Not Good")
    page.fill("#reaction_time", "soon")
    page.locator(".save button").click()
    assert "2 things are to be mended" in page.locator("[role=alert]").inner_text()
    assert "a to z" in page.locator("#name-flaw").inner_text()
    assert "30min, 24h or 2d" in page.locator("#reaction_time-flaw").inner_text()
    assert page.locator("#reaction_time").get_attribute("aria-describedby") == "reaction_time-flaw"
    assert not here.file("not-good").exists()
    page.fill("#name", "good")
    page.fill("#reaction_time", "2h")
    page.fill("#owner", "Anna")
    page.locator("details summary").first.click()
    page.fill("[id='q0.text.fi']", "Suosittelisitko?")
    page.locator(".save button").click()
    written = tomllib.loads(here.file("good").read_text(encoding="utf-8"))
    assert written["questions"][0]["text"]["fi"] == "Suosittelisitko?"
    assert written["questions"][0]["text"]["sv"].startswith("Hur")
    page.goto(f"{here.address}/s/good?l=fi")
    assert page.inner_text("h1") == "Suosittelisitko?"


def test_two_who_edit_at_once_are_told_of_both_versions(watch: Any, here: Installation) -> None:
    here.write("delivery", SURVEY)
    first, second = (watch(here.address).page for _ in range(2))
    for page, title in ((first, "Theirs"), (second, "Ours")):
        page.goto(f"{here.address}/surveys/delivery")
        page.fill("#title", title)
    first.locator(".save button").click()
    first.wait_for_selector("text=Saved.")
    second.locator(".save button").click()
    second.wait_for_selector("text=somebody else has saved this survey meanwhile")
    theirs, ours = second.locator(".versions pre").all_inner_texts()
    assert 'title = "Theirs"' in theirs
    assert 'title = "Ours"' in ours
    assert 'title = "Theirs"' in here.file("delivery").read_text()
    assert second.input_value("#title") == "Ours"
    second.locator(".save button").click()
    second.wait_for_selector("text=Saved.")
    assert 'title = "Ours"' in here.file("delivery").read_text()


def test_what_the_form_does_not_show_is_kept_and_lost_comments_are_told(watch: Any, here: Installation) -> None:
    more = '# mine\norigins = ["https://shop.example"]\n' + SURVEY + '\n[invitations]\nafter = "solved"\ndelay = "2h"\n'
    here.write("delivery", more)
    page = watch(here.address).page
    page.goto(f"{here.address}/surveys/delivery")
    assert page.get_by_text("loses the comments").is_visible()
    page.fill("#title", "Again")
    page.locator(".save button").click()
    page.wait_for_selector("text=Saved.")
    written = tomllib.loads(here.file("delivery").read_text(encoding="utf-8"))
    before = tomllib.loads(more)
    assert written["origins"] == before["origins"]
    assert written["invitations"] == before["invitations"]
    assert written["questions"][1]["ask_if"] == before["questions"][1]["ask_if"]
    assert page.get_by_text("loses the comments").count() == 0


def test_a_form_of_another_site_changes_nothing(watch: Any, here: Installation) -> None:
    page = watch(here.address).page
    refused = page.request.post(
        f"{here.address}/surveys/new", form={"name": "evil", "count": "0"}, headers={"origin": "https://evil.example"}
    )
    assert refused.status == 403
    assert not here.file("evil").exists()


def fill(here: Installation) -> None:
    """An open survey and one that cannot be read, a low score with a long comment, one contacted."""
    here.write("delivery", SURVEY)
    here.write("broken", 'titel = "x"\n')
    words = "The parcel came two days late and nobody told me, though I had asked twice. " * 4
    responses: dict[str, Any] = {
        "response_id": ["r1", "r2"],
        "survey_id": ["delivery", "delivery"],
        "kind": ["nps", "csat"],
        "score": [2.0, 1.0],
        "scale_min": [0.0, 1.0],
        "scale_max": [10.0, 5.0],
        "customer_id": ["c1", None],
        "responded_at": [NOW - HOUR, NOW - 9 * HOUR],
        "text": [words, None],
        "channel": ["chat", "phone"],
    }
    here.workspace.load_rows("responses", responses)
    actions: dict[str, Any] = {
        "action_id": ["low:r1", "low:r2"],
        "response_id": ["r1", "r2"],
        "kind": ["contact", "fix"],
        "opened_at": responses["responded_at"],
        "owner": ["Anna", None],
    }
    here.workspace.load_rows("feedback_actions", actions)


PAGES = ("/surveys", "/surveys/new", "/surveys/delivery", "/surveys/broken", "/follow-ups", "/follow-ups?owner=Bo")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_every_screen_and_axe_finds_nothing(watch: Any, here: Installation, scheme: str) -> None:
    fill(here)
    for width in (1440, 1024, 390):
        watched = watch(here.address, width, scheme)
        for path in PAGES:
            watched.page.goto(here.address + path)
            watched.page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
            watched.check()
            if width != 1024:
                assert axe_faults(watched.page) == [], (path, width)


def test_the_keyboard_alone_reacts_to_a_low_score(watch: Any, here: Installation) -> None:
    fill(here)
    page = watch(here.address).page
    page.goto(f"{here.address}/follow-ups?owner=Anna")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "contacted":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Noted as contacted")
    assert "contacted" in page.locator(".follow-up .chip").inner_text()


def test_enter_in_a_field_saves(watch: Any, here: Installation) -> None:
    here.write("delivery", SURVEY)
    page = watch(here.address).page
    page.goto(f"{here.address}/surveys/delivery")
    page.fill("#owner", "Bo")
    page.press("#owner", "Enter")
    page.wait_for_selector("text=Saved.")
    assert len(tomllib.loads(here.file("delivery").read_text())["questions"]) == 3

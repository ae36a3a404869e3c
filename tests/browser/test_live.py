"""A live board in a browser: cards change by themselves, quietly, and a lost server is said."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from browser.conftest import served
from mittari.show.web.app import create_app
from mittari.workspace.local import LocalWorkspace
from patience import until
from ports import free_port
from show import sample

pytestmark = pytest.mark.browser

VIEW = "/?period=2026-11"


MARKED = """(id) => {
  window.marked = [];
  new MutationObserver(() => {
    const card = document.getElementById(id);
    if (card.classList.contains("changed"))
      marked.push([getComputedStyle(card).transitionDuration, document.getAnimations().length]);
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["class"] });
}"""
"""Notes what moves while a card is marked: the mark is soon over, perhaps before a busy machine looks for it."""


@pytest.fixture
def sampled() -> sample.SampleWorkspace:
    """A sample workspace of the test's own."""
    return sample.SampleWorkspace()


@pytest.fixture
def app(sampled: sample.SampleWorkspace) -> Any:
    return create_app(sampled, clock=lambda: sample.NOW)


@pytest.fixture
def live(app: Any, sampled: sample.SampleWorkspace) -> Iterator[tuple[str, sample.SampleWorkspace]]:
    """Where it is served."""
    with served(app) as address:
        yield address, sampled


def amount(page: Any, name: str) -> str:
    return str(page.locator(f"#open-{name} .amount").inner_text())


def changed(page: Any, workspace: sample.SampleWorkspace, name: str, by: float) -> None:
    """Change a KPI and wait until the page shows it."""
    before = amount(page, name)
    workspace.shifts[name] = workspace.shifts.get(name, 0.0) + by
    workspace.change("conversations")
    page.wait_for_function(
        "([id, before]) => document.querySelector(`#open-${id} .amount`).textContent !== before", arg=[name, before]
    )


def test_a_card_changes_without_a_reload_and_the_rest_stays(watch, live):
    address, workspace = live
    watched = watch(address)
    page = watched.visit(address + VIEW)
    page.evaluate("window.sameDocument = true")
    page.evaluate("document.getElementById('card-csat').dataset.untouched = 'yes'")
    changed(page, workspace, "nps", 3.0)
    assert page.evaluate("window.sameDocument")
    assert page.locator("#card-csat").get_attribute("data-untouched") == "yes"
    watched.check()


def test_a_real_answer_moves_a_real_card(watch, workspace: LocalWorkspace, site):
    watched = watch(site)
    page = watched.visit(f"{site}/?period=2026-02")
    before = amount(page, "csat")
    workspace.load_rows("responses", answers := columns(400))
    page.wait_for_function(
        "(before) => document.querySelector('#open-csat .amount').textContent !== before", arg=before
    )
    record = workspace.kpi("csat", period="2026-02").one()
    assert amount(page, "csat") == f"{100 * record.value:.1f}"
    assert len(answers["response_id"]) == 400
    watched.check()


def columns(count: int) -> dict[str, Any]:
    """Answers of people who were not satisfied at all."""
    return {
        "response_id": [f"live-{n}" for n in range(count)],
        "responded_at": [datetime(2026, 2, 20, 9)] * count,
        "kind": ["csat"] * count,
        "scale_min": [1] * count,
        "scale_max": [5] * count,
        "score": [1] * count,
        "channel": ["kiosk"] * count,
        "touchpoint_id": ["door"] * count,
    }


def test_a_changed_card_is_marked_for_a_moment_and_keeps_the_focus(watch, live):
    address, workspace = live
    page = watch(address).visit(address + VIEW)
    page.locator("#open-nps").focus()
    page.evaluate(MARKED, "card-nps")
    changed(page, workspace, "nps", 3.0)
    page.wait_for_function("() => marked.length > 0")
    page.wait_for_selector("#card-nps:not(.changed)")
    assert page.evaluate("document.activeElement.id") == "open-nps"


def test_nothing_moves_and_nothing_is_announced(watch, live):
    address, workspace = live
    page = watch(address, reduced_motion="reduce").visit(address + VIEW)
    page.evaluate(MARKED, "card-nps")
    changed(page, workspace, "nps", 3.0)
    page.wait_for_function("() => marked.length > 0")
    assert page.evaluate("marked[0]") == ["0s", 0]
    assert page.locator("main [aria-live], main [role=status], main [role=alert], #stamp[aria-live]").count() == 0


def test_axe_finds_nothing_after_a_live_change(watch, live):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    address, workspace = live
    page = watch(address).visit(address + VIEW)
    changed(page, workspace, "nps", 3.0)
    workspace.answered.add(sample.NO_DATA)
    workspace.change("conversations")
    page.wait_for_selector(f"#card-{sample.NO_DATA}")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []


def test_a_stopped_server_is_said_and_a_started_one_fills_the_gap(watch):
    workspace = sample.SampleWorkspace()
    port = free_port()
    with served(create_app(workspace, clock=lambda: sample.NOW), port) as address:
        page = watch(address).visit(address + VIEW)
        before = amount(page, "nps")
        assert page.locator("#offline").is_hidden()
    page.wait_for_selector("#offline:not([hidden])")
    assert re.search(r"from \d\d:\d\d\.", page.locator("#offline").inner_text())
    workspace.shifts["nps"] = 3.0  # while nobody listens
    with served(create_app(workspace, clock=lambda: sample.NOW), port):
        page.wait_for_selector("#offline", state="hidden")
        page.wait_for_function(
            "(before) => document.querySelector('#open-nps .amount').textContent !== before", arg=before
        )


def test_a_page_without_a_stream_asks_now_and_then(watch, live):
    address, workspace = live
    watched = watch(address)
    watched.page.add_init_script("delete window.EventSource")
    page = watched.visit(address + VIEW)
    changed(page, workspace, "nps", 3.0)
    watched.check()


def test_a_hidden_page_holds_no_stream_and_catches_up(watch, live, app):
    address, workspace = live
    page = watch(address).visit(address + VIEW)
    changed(page, workspace, "nps", 3.0)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    until(lambda: not any(watched.clients for watched in app.state.live._watches.values()), "nobody watches")
    before = amount(page, "csat")
    workspace.shifts["csat"] = -0.2
    workspace.change("conversations")
    time.sleep(0.5)
    assert amount(page, "csat") == before
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function(
        "(before) => document.querySelector('#open-csat .amount').textContent !== before", arg=before
    )

"""The board and the page of a KPI in a browser, over a real installation."""

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PAGES = {"board": "/?period=2026-02", "kpi": "/kpi/service_level?period=2026-02&by=channel"}
SIZES = [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_itself_and_to_the_screen(watch, site, name, width, scheme):
    watched = watch(site, width, scheme)
    watched.visit(site + PAGES[name])
    watched.page.wait_for_timeout(300)
    watched.check()


def scroll_to_rows(page):
    """In the page itself: parts that arrive meanwhile take the place of the element that a locator would hold."""
    page.evaluate("document.getElementById('rows').scrollIntoView()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(watch, site, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = watch(site, 1440, scheme).visit(site + PAGES[name])
    if name == "kpi":
        page.wait_for_selector("#receipt details")  # what arrives above the rows moves them out of sight again
        scroll_to_rows(page)
        page.wait_for_selector("#rows table")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []


def test_the_board_shows_real_numbers(watch, site):
    page = watch(site).visit(site + PAGES["board"])
    heroes = page.locator("#heroes .amount").all_inner_texts()
    assert len(heroes) == 4
    assert all(re.fullmatch(r"[−\d\s.,]+.*", text) for text in heroes)
    assert page.locator(".card.failed").count() == 0
    assert page.locator(".card").count() > 15


def test_a_number_opens_its_page_and_the_way_back_keeps_the_view(watch, site):
    page = watch(site).visit(f"{site}/?period=2026-02&channel=phone")
    page.locator("#open-service_level").click()
    page.wait_for_selector("#number")
    assert page.locator("h1").inner_text() == "Service level"
    page.locator(".crumb a").click()
    page.wait_for_selector("#heroes")
    assert page.url == f"{site}/?period=2026-02&channel=phone"


def test_the_number_of_the_page_is_the_number_of_the_board(watch, site):
    page = watch(site).visit(site + PAGES["board"])
    shown = page.locator("#open-service_level .amount").inner_text()
    page.goto(f"{site}/kpi/service_level?period=2026-02")
    assert page.locator(".big .amount").inner_text() == shown


def test_period_and_slice_live_in_the_address(watch, states):
    address, _ = states
    page = watch(address).visit(f"{address}/?period=2026-02")
    page.fill("#period", "2026-01")
    page.press("#period", "Enter")
    page.wait_for_url(re.compile(r"/\?period=2026-01$"))
    page.select_option("#slice", "channel=phone")
    page.wait_for_url(re.compile("slice=channel%3Dphone$"))
    assert page.locator(".slices strong").inner_text() == "phone"
    page.locator(".slices a").click()
    page.wait_for_url(re.compile(r"/\?period=2026-01$"))
    page.get_by_role("link", name="7 d", exact=True).click()
    page.wait_for_url(re.compile(r"/\?period=last-7-days$"))
    assert page.locator(".segments [aria-current]").inner_text() == "7 d"


def test_a_wrong_period_is_answered_kindly(watch, site):
    page = watch(site).page
    assert page.goto(f"{site}/?period=lately").status == 400
    assert page.get_by_text("last-30-days").is_visible()


def test_slices_receipt_and_rows_come_on_demand(watch, site):
    watched = watch(site)
    page = watched.visit(f"{site}/kpi/service_level?period=2026-02")
    page.select_option("#by", "agent_id")
    page.wait_for_selector("#slices table.sliced tbody tr")
    assert page.locator("#slices tbody th").count() >= 3
    page.wait_for_selector("#receipt .terms")
    assert "Left out" in page.locator("#receipt").inner_text()
    scroll_to_rows(page)
    page.wait_for_selector("#rows table")
    page.locator("#rows .pager a").click()
    page.wait_for_selector("#rows .pager >> text=51 to")
    watched.check()


def test_the_numbers_of_a_trend_can_be_read(watch, site):
    page = watch(site).visit(f"{site}/kpi/service_level?period=2026-02")
    table = page.locator("#trend-table-1")
    assert table.bounding_box()["width"] <= 1
    page.locator("#trend button").click()
    assert table.bounding_box()["width"] > 300
    assert table.locator("tbody tr").count() == 12


def test_the_board_can_be_read_without_javascript(watch, site):
    page = watch(site, java_script_enabled=False).page
    page.goto(site + PAGES["board"])
    assert page.locator(".card .amount").count() > 15


def test_the_keyboard_reaches_the_numbers(watch, site):
    page = watch(site).visit(site + PAGES["board"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "open"


def test_old_data_are_called_old(watch, site):
    page = watch(site).visit(site + PAGES["board"])
    page.wait_for_selector("#stamp.stale")
    assert re.search(r"Data until 11:00 · \d+ [hd] old", page.locator("#stamp").inner_text())


def test_a_failing_card_leaves_the_rest(watch, states):
    address, _ = states
    watched = watch(address)
    page = watched.visit(address)
    assert "Could not be computed" in page.locator(".card.failed").inner_text()
    assert page.locator(".card:not(.failed) .spark").count() > 15
    watched.check()


def test_new_data_appear_by_themselves_and_what_was_unfolded_stays_so(watch, states):
    address, workspace = states
    watched = watch(address)
    page = watched.visit(address)
    page.locator("#section-lg-waiting summary").click()
    page.locator("#charts button").first.click()
    page.evaluate("for (const part of document.querySelectorAll('.section, #charts')) part.dataset.old = 1")
    workspace.version += 1  # nobody is told: the page asks, as one without a stream does
    page.evaluate("htmx.trigger('#live', 'ask')")
    page.wait_for_selector("#section-lg:not([data-old])")
    page.wait_for_selector("#section-lg-waiting[open]")
    page.wait_for_selector("#charts:not([data-old]) button[aria-expanded=true]")
    watched.check()


def test_an_empty_installation_fills_by_itself(watch, states):
    address, workspace = states
    workspace.empty = True
    page: Any = watch(address).page
    page.goto(address)
    assert page.get_by_text("mittari import conversations.csv").is_visible()
    workspace.empty = False
    page.wait_for_selector("#heroes")

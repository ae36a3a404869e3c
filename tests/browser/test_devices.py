"""The page of devices in a browser."""

from datetime import timedelta

import pytest

from browser.conftest import served
from kiosks import collector_of, device_of, home_with_survey
from mittari.collect.devices import device_named, find_device, note_seen, note_silent
from mittari.show.web.app import create_app
from mittari.workspace.pressed import Pressed
from show import sample

pytestmark = pytest.mark.browser


@pytest.fixture
def collector(tmp_path):
    with collector_of(home_with_survey(tmp_path), lambda: sample.NOW) as collector:
        yield collector


@pytest.fixture
def address(collector):
    pressed = Pressed({"front": ("exit", 130, 100)}, {"exit": 1000})
    for name in ("front", "back"):
        token = device_of(collector, name)
        note_seen(collector.ledger, find_device(collector.ledger, token), sample.NOW - timedelta(hours=1), 3, {})
    note_silent(collector.ledger, find_device(collector.ledger, token), sample.NOW)
    app = create_app(sample.SampleWorkspace(pressed=pressed), clock=lambda: sample.NOW)
    app.state.collector = collector
    with served(app) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_the_page_keeps_to_the_screen(watch, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    watched = watch(address, width, scheme)
    watched.page.goto(f"{address}/devices")
    watched.page.locator("details.care summary").first.click()
    found = axe.Axe().run(watched.page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    watched.check()


def test_the_line_on_the_board_leads_to_the_page(watch, address):
    page = watch(address).visit(f"{address}/?period=2026-10")
    page.get_by_role("link", name="A device is silent").click()
    assert page.locator("h1").inner_text() == "Devices"


def test_an_owner_is_given_by_the_keyboard_and_a_device_is_said_to_be_off(watch, address, collector):
    page = watch(address).page
    page.goto(f"{address}/devices")
    page.get_by_text("Change: back").press("Enter")
    form = page.locator("details[open] form")
    form.get_by_label("Address").fill("maija@meri.example")
    form.get_by_label("Language").select_option(label="Suomi")
    form.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("cell", name="maija@meri.example").wait_for()
    device = device_named(collector.ledger, "back")
    assert (device.owner, device.owner_language) == ("maija@meri.example", "fi")
    page.get_by_text("Change: back").press("Enter")
    page.locator("details[open] form").get_by_role("button", name="Switched off").click()
    page.get_by_text("Switched off since 14:05").wait_for()
    assert device_named(collector.ledger, "back").off_at == sample.NOW
    page.get_by_text("Change: back").click()
    page.locator("details[open] form").get_by_role("button", name="Switched on").click()
    page.get_by_text("Switched off since 14:05").wait_for(state="detached")
    assert device_named(collector.ledger, "back").off_at is None


def test_an_address_that_is_none_is_refused_with_what_was_expected(watch, address, collector):
    page = watch(address).page
    page.goto(f"{address}/devices")
    page.get_by_text("Change: back").click()
    form = page.locator("details[open] form")
    form.get_by_label("Address").fill("Maija")
    form.get_by_role("button", name="Save").click()
    page.get_by_text("an e-mail address, a telephone number").wait_for()
    assert device_named(collector.ledger, "back").owner is None

"""The page of devices in a browser."""

from datetime import timedelta

import pytest

from browser.conftest import served
from kiosks import collector_of, device_of, home_with_survey
from mittari.collect.devices import find_device, note_seen, note_silent
from mittari.show.web.app import create_app
from mittari.workspace.pressed import Pressed
from show import sample

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path):
    pressed = Pressed({"front": ("exit", 130, 100)}, {"exit": 1000})
    with collector_of(home_with_survey(tmp_path), lambda: sample.NOW) as collector:
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
    found = axe.Axe().run(watched.page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    watched.check()


def test_the_line_on_the_board_leads_to_the_page(watch, address):
    page = watch(address).visit(f"{address}/?period=2026-10")
    page.get_by_role("link", name="A device is silent").click()
    assert page.locator("h1").inner_text() == "Devices"

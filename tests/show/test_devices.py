"""The page of devices: raw and filtered presses, presses per visit, and an alarm that nobody overlooks."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosks import collector_of, device_of, home_with_survey
from mittari.collect.devices import (
    find_device,
    give_owner,
    note_seen,
    note_silent,
    replace_token,
    revoke_device,
    switch_off,
)
from mittari.show.web.app import create_app
from mittari.workspace.pressed import Pressed
from show import sample
from show.visitor import Visitor


@pytest.fixture
def collector(tmp_path):
    with collector_of(home_with_survey(tmp_path), lambda: sample.NOW) as collector:
        yield collector


def visitor_of(collector, pressed: Pressed | None = None) -> Visitor:
    app = create_app(sample.SampleWorkspace(pressed=pressed or Pressed({}, {})), clock=lambda: sample.NOW)
    app.state.collector = collector
    return Visitor(app)


def cells(text: str, device: str) -> list[str]:
    """What stands in the row of a device, without its name."""
    text = re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)
    row = next(row for row in re.findall(r"<tr.*?</tr>", text, re.DOTALL) if f">{device}<" in row)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def heard(collector, name: str, ago: timedelta, waiting: int = 0) -> None:
    device = find_device(collector.ledger, device_of(collector, name, touchpoint="exit"))
    note_seen(collector.ledger, device, sample.NOW - ago, waiting, {"aside": 2} if waiting else {})


def test_without_a_device_the_page_says_the_command(collector):
    text = visitor_of(collector).get("/devices").text
    assert "There is no kiosk or button yet" in text
    assert "mittari device new NAME --survey SURVEY" in text


def test_raw_and_filtered_presses_stand_side_by_side_and_visits_belong_to_the_touchpoint(collector):
    heard(collector, "front", timedelta(minutes=1), waiting=1200)
    heard(collector, "back", timedelta(minutes=2))
    pressed = Pressed({"front": ("exit", 130, 100), "back": ("exit", 20, 18)}, {"exit": 1000})
    text = visitor_of(collector, pressed).get("/devices").text
    assert cells(text, "front") == [
        "Heard",
        "14:04",
        "1\u202f2002 put aside",
        "130",
        "100",
        "1\u202f000",
        "0.12",
        "nobody",
    ]
    assert cells(text, "back")[3:-1] == ["20", "18", "1\u202f000", "0.12"]


def test_a_silent_device_is_told_of_on_the_board_and_on_its_page(collector):
    heard(collector, "front", timedelta(hours=2))
    assert 'class="alarm"' not in visitor_of(collector).get("/").text
    device = find_device(collector.ledger, replace_token(collector.ledger, "front"))
    assert note_silent(collector.ledger, device, sample.NOW - timedelta(hours=1))
    board = visitor_of(collector).get("/").text
    assert '<a href="/devices">A device is silent</a>' in board
    assert cells(visitor_of(collector).get("/devices").text, "front")[0] == "Silent since 13:05"


def test_a_revoked_device_stands_below_the_others(collector):
    device_of(collector, "alpha")
    revoke_device(collector.ledger, "alpha", sample.NOW)
    device_of(collector, "beta")
    text = visitor_of(collector).get("/devices").text
    assert text.index(">beta<") < text.index(">alpha<")
    assert cells(text, "alpha")[0] == "Revoked"
    assert cells(text, "beta")[:2] == ["Not set up yet", "never"]


def test_who_is_told_stands_beside_each_device(collector):
    collector.settings = replace(collector.settings, device_owner="shop@meri.example")
    for name in ("front", "back", "side"):
        device_of(collector, name)
    give_owner(collector.ledger, "back", "+358401234567", "sv")
    give_owner(collector.ledger, "side", "none", None)
    text = visitor_of(collector).get("/devices").text
    assert [cells(text, name)[-1] for name in ("front", "back", "side")] == [
        "shop@meri.example (by default)",
        "+358401234567",
        "nobody",
    ]


def test_a_device_that_was_switched_off_says_so(collector):
    heard(collector, "front", timedelta(minutes=1))
    switch_off(collector.ledger, "front", sample.NOW)
    text = visitor_of(collector).get("/devices").text
    assert cells(text, "front")[0] == "Switched off since 14:05"
    assert 'value="off"' not in text, "it has been said"


def test_a_board_that_collects_nothing_has_no_devices():
    app = create_app(sample.SampleWorkspace(), clock=lambda: sample.NOW)
    assert "There is no kiosk or button yet" in Visitor(app).get("/devices").text

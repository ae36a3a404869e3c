"""A device that was not heard for a quarter of an hour of open time raises one alarm."""

import logging
from datetime import datetime, timedelta

import pytest

from kiosks import collector_of, device_of, home_with_survey
from mittari.collect.devices import (
    all_devices,
    find_device,
    note_seen,
    replace_token,
    revoke_device,
    switch_off,
)
from mittari.collect.watch import alarms, fallen_silent, look, opening_calendar
from mittari.settings import Settings, opening_hours

LONG_AGO = datetime(2026, 1, 1)
MONDAY = datetime(2026, 10, 5, 6)  # 09:00 in Helsinki


@pytest.fixture
def collector(tmp_path):
    now = [MONDAY]
    with collector_of(home_with_survey(tmp_path), lambda: now[0]) as collector:
        collector.now = now  # type: ignore[attr-defined]
        yield collector


def heard(collector, at: datetime, name: str = "front"):
    token = device_of(collector, name)
    note_seen(collector.ledger, find_device(collector.ledger, token), at, 0, {})
    return token


@pytest.mark.parametrize(
    ("last_heard", "now", "silent"),
    [
        ("2026-10-05T06:00", "2026-10-05T06:14", False),
        ("2026-10-05T06:00", "2026-10-05T06:15", True),
        ("2026-10-05T13:10", "2026-10-05T20:00", True),  # from 16:10 to the closing at 17:00
        ("2026-10-05T13:50", "2026-10-05T20:00", False),  # ten minutes before the closing
        ("2026-10-05T13:50", "2026-10-06T05:04", False),
        ("2026-10-05T13:50", "2026-10-06T05:05", True),  # five minutes after the opening at 08:00
        ("2026-10-09T14:00", "2026-10-11T20:00", False),  # a weekend
        ("2026-12-05T10:00", "2026-12-07T06:20", True),
        ("2026-12-05T10:00", "2026-12-06T20:00", False),
        ("2026-01-01T06:00", "2026-10-05T06:00", True),
        ("2026-10-05T07:00", "2026-10-05T06:30", False),  # the clock of the server went back
    ],
)
def test_only_open_time_counts(collector, last_heard, now, silent):
    settings = Settings(timezone="Europe/Helsinki", hours=opening_hours("Mon-Fri 08:00-17:00"), holidays="FI")
    heard(collector, datetime.fromisoformat(last_heard))
    moment = datetime.fromisoformat(now)
    found = fallen_silent(all_devices(collector.ledger), opening_calendar(settings, moment), moment, LONG_AGO)
    assert bool(found) == silent


def test_an_alarm_is_raised_once_and_ends_when_the_device_is_heard(collector, caplog):
    token = heard(collector, MONDAY - timedelta(minutes=16))
    with caplog.at_level(logging.WARNING, "mittari.devices"):
        assert [each.id for each in look(collector, LONG_AGO)] == ["front"]
        assert look(collector, LONG_AGO) == []
        assert [each.id for each in alarms(collector)] == ["front"]
        note_seen(collector.ledger, find_device(collector.ledger, token), MONDAY, 0, {})
        assert alarms(collector) == []
    assert [record.getMessage() for record in caplog.records] == [
        "device front is silent: last heard 2026-10-05 05:44 UTC",
        "device front is heard again",
    ]


def test_a_device_that_was_switched_off_is_missed_again_once_it_comes_back_after_a_pause(collector):
    token = heard(collector, MONDAY - timedelta(minutes=1))
    switch_off(collector.ledger, "front", MONDAY)
    for minutes, off in ((1, True), (15, True), (31, False)):
        note_seen(collector.ledger, find_device(collector.ledger, token), MONDAY + timedelta(minutes=minutes), 0, {})
        assert (find_device(collector.ledger, token).off_at is not None) == off, minutes


def test_a_revoked_device_that_got_a_new_token_is_missed_once_it_was_heard(collector):
    heard(collector, MONDAY - timedelta(hours=2))
    revoke_device(collector.ledger, "front", MONDAY)
    token = replace_token(collector.ledger, "front")
    assert look(collector, LONG_AGO) == []
    note_seen(collector.ledger, find_device(collector.ledger, token), MONDAY - timedelta(minutes=16), 0, {})
    assert len(look(collector, LONG_AGO)) == 1


def test_a_device_that_was_never_heard_is_not_silent(collector):
    device_of(collector)
    assert look(collector, LONG_AGO) == []


def test_a_server_that_was_away_lets_devices_be_heard_again_first(collector):
    heard(collector, MONDAY - timedelta(hours=3))
    assert look(collector, MONDAY - timedelta(minutes=5)) == []
    assert len(look(collector, MONDAY - timedelta(minutes=15))) == 1

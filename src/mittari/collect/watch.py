"""Whether devices live: one of which nothing was heard for a quarter of an hour of open time raises an alarm.

    watch = Watch(collector, hearing_since); watch.start(); ...; watch.stop()

The one responsible is told (`collect.alarm`), once, by the outbox, where the sender of invitations finds it.

Outside the opening hours silence is normal: tablets are switched off with the lights. In the morning the quarter of an
hour begins anew where it ended, so a device that is switched on late is told of late.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np

from mittari.collect.alarm.owners import owner_of
from mittari.collect.collector import Collector
from mittari.collect.devices import SILENT_AFTER, Device, all_devices, note_silent
from mittari.settings import Settings
from mittari.time import Calendar, calendar_rows_from_hours, calendars_from_rows

log = logging.getLogger("mittari.devices")

LOOK_EVERY_S = 30.0
ASLEEP = timedelta(minutes=3)
"""So long after its last look the machine was asleep in between, or stood still, and heard nobody."""
BACK = timedelta(days=30)
"""Farther back open time need not be counted: one open quarter of an hour lies in any month."""
CALENDAR = "devices"


def opening_calendar(settings: Settings, now: datetime) -> Calendar:
    """The opening hours of the settings around now."""
    years = range((now - BACK).year, now.year + 2)
    rows = calendar_rows_from_hours(settings.hours, settings.timezone, settings.holidays, years, CALENDAR)
    first, last = (now - BACK).date(), (now + timedelta(days=1)).date()
    return calendars_from_rows(rows, first, last)[CALENDAR]


def fallen_silent(
    devices: Sequence[Device], calendar: Calendar, now: datetime, listening_since: datetime
) -> list[Device]:
    """The devices that have been silent for too long and are not known to be. Pure.

    One that was never heard is not set up yet, and one that was switched off is not missed. Silence begins when the
    server listens at the earliest: while it was down it heard nobody.
    """
    watched = [each for each in devices if each.seen_at and not (each.revoked_at or each.silent_since or each.off_at)]
    if not watched:
        return []
    heard = np.array(
        [max(each.seen_at or now, now - BACK, listening_since) for each in watched], dtype="datetime64[us]"
    )
    silent = calendar.open_seconds(heard, np.array(now, dtype="datetime64[us]"))
    return [each for each, seconds in zip(watched, silent, strict=True) if seconds >= SILENT_AFTER.total_seconds()]


def alarms(collector: Collector) -> list[Device]:
    """The devices that are silent now, for whoever tells people: `silent_since` says since when it is known."""
    return [each for each in all_devices(collector.ledger) if each.silent_since and not each.revoked_at]


def look(collector: Collector, listening_since: datetime) -> list[Device]:
    """Note the devices that have fallen silent since the last look, and say so in the log and to the one responsible;
    returns them."""
    now = collector.clock()
    found = fallen_silent(
        all_devices(collector.ledger), opening_calendar(collector.settings, now), now, listening_since
    )
    flipped = [each for each in found if note_silent(collector.ledger, each, now, _way_of(each, collector.settings))]
    for each in flipped:
        log.warning("device %s is silent: last heard %s UTC", each.id, f"{each.seen_at:%Y-%m-%d %H:%M}")
    return flipped


def _way_of(device: Device, settings: Settings) -> str | None:
    owner = owner_of(device, settings)
    return owner.way if owner else None


class Watch(threading.Thread):
    """Looks at the devices now and then while the server runs.

    `hearing_since` tells since when devices can reach it, as an instant in UTC; None while they cannot.
    """

    def __init__(self, collector: Collector, hearing_since: Callable[[], datetime | None]) -> None:
        super().__init__(name="devices", daemon=True)
        self._collector, self._hearing_since = collector, hearing_since
        self._awake_since = self._looked_at = collector.clock()
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            try:
                self.turn()
            except Exception:
                log.exception("the devices could not be looked at")

    def turn(self) -> list[Device]:
        """One look; returns the devices that have fallen silent."""
        now = self._collector.clock()
        if now - self._looked_at > ASLEEP:
            self._awake_since = now
        self._looked_at = now
        hearing_since = self._hearing_since()
        return [] if hearing_since is None else look(self._collector, max(hearing_since, self._awake_since))

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=10)

"""What the rows of `business_calendars` say: on which local days a calendar is open, and when.

A row holds for a weekday, or for one date; rows with a date replace those of that day's weekday. A holiday row closes
the day. `valid_from` and `valid_to` bound a row, both days included.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError
from mittari.time.zones import MICROSECONDS, Instants, zone_of

Days = NDArray[np.datetime64]
"""An array of `datetime64[D]`."""
Mask = NDArray[np.bool_]

DAY_SECONDS = 86_400
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""The days that calendars know."""


class CalendarRow(TypedDict):
    """A row of the table `business_calendars`; `weekday` is 1 (Monday) to 7, `open` and `close` are `HH:MM`."""

    calendar_id: str
    tz: str
    weekday: int | None
    date: date | None
    open: str | None
    close: str | None
    kind: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Rule:
    """One row, understood: seconds after local midnight in place of clock times, both 0 where the day is closed."""

    weekday: int | None
    day: date | None
    opens: int
    closes: int
    valid_from: date | None
    valid_to: date | None

    @property
    def is_open(self) -> bool:
        return self.closes > self.opens

    def holds_on(self, days: Days) -> Mask:
        """Which of the days the row speaks of."""
        if self.day is not None:
            holds: Mask = days == np.datetime64(self.day)
        else:
            # Day 0 of numpy, 1 January 1970, was a Thursday: weekday 4.
            holds = (days.astype(np.int64) + 3) % 7 + 1 == self.weekday
        if self.valid_from is not None:
            holds &= days >= np.datetime64(self.valid_from)
        if self.valid_to is not None:
            holds &= days <= np.datetime64(self.valid_to)
        return holds


@dataclass(frozen=True)
class Schedule:
    """The rules of one calendar and the zone of its wall clock."""

    calendar_id: str
    zone: ZoneInfo
    rules: tuple[Rule, ...]

    def local_intervals(self, first_day: date, last_day: date) -> tuple[Instants, Instants]:
        """Opening and closing times on the wall clock over a span of days, sorted by opening; they may overlap."""
        days = np.arange(np.datetime64(first_day), np.datetime64(last_day) + 1)
        special = np.zeros(days.size, dtype=np.bool_)
        closed = np.zeros(days.size, dtype=np.bool_)
        for rule in self.rules:
            if rule.day is not None:
                special |= rule.holds_on(days)
        for rule in self.rules:
            if not rule.is_open:
                closed |= rule.holds_on(days) & ((rule.day is not None) | ~special)
        starts, ends = [], []
        for rule in self.rules:
            open_days = days[rule.holds_on(days) & ~closed & ((rule.day is not None) | ~special)]
            starts.append(_at(open_days, rule.opens))
            ends.append(_at(open_days, rule.closes))
        order = np.argsort(np.concatenate(starts), kind="stable")
        return np.concatenate(starts)[order], np.concatenate(ends)[order]

    def is_ever_open(self) -> bool:
        """Whether any day at all is open: looked for in the weeks around every day a rule names."""
        named = [day for rule in self.rules for day in (rule.day, rule.valid_from, rule.valid_to) if day is not None]
        for day in [date(2000, 1, 1), *named]:
            middle = min(max(day, FIRST_DAY), LAST_DAY)
            week = timedelta(days=8)  # more than seven, since the named day itself may be closed
            if self.local_intervals(middle - week, middle + week)[0].size:
                return True
        return False


def schedules_from_rows(rows: Iterable[Mapping[str, object]]) -> dict[str, Schedule]:
    """The schedule of every calendar in the rows of `business_calendars` (see `CalendarRow`), by calendar_id.

    A row that cannot be understood, two zones in one calendar and a calendar that is never open are `UserError`s.
    """
    by_calendar: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        by_calendar.setdefault(str(row["calendar_id"]), []).append(row)
    return {calendar_id: _schedule(calendar_id, group) for calendar_id, group in by_calendar.items()}


def _schedule(calendar_id: str, rows: Sequence[Mapping[str, object]]) -> Schedule:
    where = f'calendar "{calendar_id}"'
    zones = sorted({str(row["tz"]) for row in rows})
    if len(zones) > 1:
        raise UserError(f"expected one time zone, found {', '.join(zones)}", where, "Give each zone its own calendar.")
    schedule = Schedule(calendar_id, zone_of(zones[0]), tuple(_rule(row, where) for row in rows))
    if not schedule.is_ever_open():
        raise UserError("the calendar is never open", where, "Add a row with kind open and its hours.")
    return schedule


def _rule(row: Mapping[str, object], where: str) -> Rule:
    weekday, day = row.get("weekday"), row.get("date")
    if day is None and not (isinstance(weekday, int) and 1 <= weekday <= 7):
        raise UserError(f"expected a date, or a weekday from 1 (Monday) to 7, found {weekday}", where)
    opens, closes = 0, 0
    if row.get("kind") != "holiday":
        opens, closes = _seconds_of_day(row.get("open"), where), _seconds_of_day(row.get("close"), where)
        if opens >= closes:
            hint = "Hours past midnight need two rows: until 24:00, and from 00:00 of the next day."
            raise UserError(f"it closes at {row.get('close')}, not after it opens at {row.get('open')}", where, hint)
    return Rule(
        weekday=weekday if isinstance(weekday, int) and day is None else None,
        day=_date_or_none(day),
        opens=opens,
        closes=closes,
        valid_from=_date_or_none(row.get("valid_from")),
        valid_to=_date_or_none(row.get("valid_to")),
    )


def _date_or_none(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise TypeError(f"expected a date, found {value!r}")


def _seconds_of_day(value: object, where: str) -> int:
    """Seconds after midnight of a clock time `8:00`, `08:00` or `08:00:30`; 24:00 is the end of the day."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", str(value), re.ASCII)
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0) if match else DAY_SECONDS + 1
    if seconds > DAY_SECONDS:
        raise UserError(f"expected a time from 00:00 to 24:00, found {value}", where)
    return seconds


def _at(days: Days, seconds: int) -> Instants:
    instants: Instants = np.add(days.astype("datetime64[us]"), np.timedelta64(seconds * MICROSECONDS, "us"))
    return instants

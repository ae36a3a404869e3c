"""Business calendars: how much open time lies between two instants, and when a time allowed is used up.

A calendar is kept as breakpoints: the instants at which it opens or closes, and the open time passed until each. The
open time up to any instant is then a straight line between two breakpoints, so that a million durations are two
interpolations. An interval is open while the wall clock shows a time in it: the hour that a spring night skips does
not count, the hour that an autumn night shows twice counts twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError
from mittari.time.schedules import FIRST_DAY, LAST_DAY, Schedule, schedules_from_rows
from mittari.time.zones import MICROSECONDS, Instants, zone_offsets

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Open time over a span of local days, both included; it widens by itself where instants lie outside.

    Before 1900 and after 2200 nothing is ever open: a date written as "for good", such as 9999-12-31, costs no time.

    `edges` are the instants (UTC, `datetime64[us]`) at which it opens and closes, in order; `open_until` is the open
    time in microseconds that has passed at each of them: whole numbers below 2^53, so that sums and differences of
    them are exact.
    """

    schedule: Schedule
    first_day: date
    last_day: date
    edges: Instants
    open_until: Floats

    @classmethod
    def over(cls, schedule: Schedule, first_day: date, last_day: date) -> "Calendar":
        """The calendar of a schedule over a span of local days, both included."""
        opens, closes = _merged(*_in_utc(schedule, first_day, last_day))
        edges = np.empty(2 * opens.size, dtype="datetime64[us]")
        edges[0::2], edges[1::2] = opens, closes
        lengths = np.zeros(edges.size, dtype=np.int64)
        lengths[1::2] = np.subtract(closes, opens).astype(np.int64)
        return cls(schedule, first_day, last_day, edges, np.cumsum(lengths).astype(np.float64))

    def open_seconds(self, start: Instants, end: Instants) -> Floats:
        """Open seconds in [start, end), elementwise; NaN where either is NaT or the end lies before the start."""
        begins, ends = np.broadcast_arrays(*(np.asarray(side, dtype="datetime64[us]") for side in (start, end)))
        calendar = self._covering(begins, ends)
        seconds = (calendar._open_time(ends) - calendar._open_time(begins)) / MICROSECONDS
        # NaT turns into a number on the way; comparing with it is false, which is what is wanted here.
        return np.where(ends >= begins, seconds, np.nan)

    def add_open_seconds(self, start: Instants, seconds: Floats) -> Instants:
        """The earliest instant at which `seconds` of open time have passed since `start`, elementwise.

        It is the inverse of `open_seconds`. NaT where the start is NaT or the seconds are NaN or negative. A
        `UserError` where the calendar is not open long enough before the year 2200.
        """
        begins, wanted = np.broadcast_arrays(np.asarray(start, dtype="datetime64[us]"), np.asarray(seconds, np.float64))
        usable = ~np.isnat(begins) & (wanted >= 0)
        due = np.full(begins.shape, np.datetime64("NaT"), dtype="datetime64[us]")
        if usable.any():
            due[usable] = self._covering(begins)._due(begins[usable], np.rint(wanted[usable] * MICROSECONDS))
        return due

    def _due(self, begins: Instants, wanted: Floats) -> Instants:
        target = self._open_time(begins) + wanted
        if not self.open_until.size or target.max() > self.open_until[-1]:
            return self._longer()._due(begins, wanted)
        edge = np.searchsorted(self.open_until, target, side="left")
        still_open = (self.open_until[edge] - target).astype(np.int64).astype("timedelta64[us]")
        due: Instants = np.maximum(np.subtract(self.edges[edge], still_open), begins)
        return due

    def _open_time(self, instants: Instants) -> Floats:
        """Microseconds of open time from the beginning of the span to each instant."""
        if not self.edges.size:
            return np.zeros(instants.shape)
        return np.interp(instants.astype(np.int64), self.edges.astype(np.int64), self.open_until)

    def _covering(self, *arrays: Instants) -> "Calendar":
        """This calendar, or a wider one when instants lie outside its span."""
        first_day, last_day = self.first_day, self.last_day
        for instants in arrays:
            known = instants[~np.isnat(instants)]
            if known.size:
                # The local day is at most one day away from the day in UTC.
                first_day = min(first_day, max(_day_of(known.min()) - timedelta(days=1), FIRST_DAY))
                last_day = max(last_day, min(_day_of(known.max()) + timedelta(days=1), LAST_DAY))
        if (first_day, last_day) == (self.first_day, self.last_day):
            return self
        return Calendar.over(self.schedule, first_day, last_day)

    def _longer(self) -> "Calendar":
        """The calendar over a span at least twice as long, towards the future."""
        if self.last_day >= LAST_DAY:
            where = f'calendar "{self.schedule.calendar_id}"'
            raise UserError("the calendar is closed for good before the time allowed is used up", where)
        longer = min(2 * (self.last_day - self.first_day).days + 31, (LAST_DAY - self.first_day).days)
        return Calendar.over(self.schedule, self.first_day, self.first_day + timedelta(days=longer))


def calendars_from_rows(rows: Iterable[Mapping[str, object]], first_day: date, last_day: date) -> dict[str, Calendar]:
    """The calendars in the rows of `business_calendars`, by calendar_id, ready for a span of local days.

    A row that cannot be understood, two zones in one calendar and a calendar that is never open are `UserError`s.
    """
    schedules = schedules_from_rows(rows)
    return {name: Calendar.over(schedule, first_day, last_day) for name, schedule in schedules.items()}


def _day_of(instant: np.datetime64) -> date:
    """The day of an instant in UTC, held within the days that calendars know."""
    day = np.clip(instant.astype("datetime64[D]"), np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY))
    return date.fromordinal(int(day.astype(np.int64)) + date(1970, 1, 1).toordinal())


def _in_utc(schedule: Schedule, first_day: date, last_day: date) -> tuple[Instants, Instants]:
    """The open intervals as instants, sorted: each cut to the time during which an offset of the zone holds.

    An interval is compared with every offset, because on the night of a change its wall clock times mean one thing
    before and another after.
    """
    opens, closes = schedule.local_intervals(first_day, last_day)
    changes, offsets = zone_offsets(schedule.zone, first_day.year - 1, last_day.year + 1)
    holds_from, holds_until = changes.copy(), np.append(changes[1:], np.datetime64("9999-12-31", "us"))
    holds_from[0] = np.datetime64("0001-01-01", "us")
    starts, ends = [opens[:0]], [closes[:0]]
    for begin, end, seconds in zip(holds_from, holds_until, offsets, strict=True):
        offset = np.timedelta64(int(seconds) * MICROSECONDS, "us")
        # Sorted by opening; an interval never exceeds a day, so a day before the regime begins is early enough.
        low = np.searchsorted(opens, begin + offset - np.timedelta64(1, "D"))
        high = np.searchsorted(opens, end + offset)
        from_, until = np.maximum(opens[low:high] - offset, begin), np.minimum(closes[low:high] - offset, end)
        starts.append(from_[from_ < until])
        ends.append(until[from_ < until])
    order = np.argsort(np.concatenate(starts), kind="stable")
    return np.concatenate(starts)[order], np.concatenate(ends)[order]


def _merged(opens: Instants, closes: Instants) -> tuple[Instants, Instants]:
    """Overlapping and touching intervals, sorted by opening, joined into one each."""
    if not opens.size:
        return opens, closes
    open_so_far = np.maximum.accumulate(closes)
    is_first = np.append(True, opens[1:] > open_so_far[:-1])
    is_last = np.append(is_first[1:], True)
    return opens[is_first], open_so_far[is_last]

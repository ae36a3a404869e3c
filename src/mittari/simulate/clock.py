"""Local days, opening hours and business time of the simulated company.

Kept apart from `mittari.time` on purpose: a simulation that computed business time with the code it is meant to test
could never show that code to be wrong.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

from mittari.simulate.columns import DAY, Ints

# Opening hours by calendar: weekday (Monday is 1) -> (open, close) in local hours.
OPEN_HOURS: dict[str, dict[int, tuple[int, int]]] = {
    "std": dict.fromkeys(range(1, 6), (8, 17)),
    "chat": {**dict.fromkeys(range(1, 6), (8, 20)), 6: (10, 16)},
    "phone": dict.fromkeys(range(1, 6), (8, 18)),
}


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True)
class OpenTime:
    """Open intervals in UTC seconds, with the open seconds before each: business time by interpolation."""

    opens: Ints
    closes: Ints
    before: Ints

    def later(self, instants: Ints, open_seconds: NDArray[Any]) -> Ints:
        """The instants at which so many open seconds have passed since `instants`."""
        place = np.searchsorted(self.closes, instants, side="right")
        place = np.minimum(place, len(self.opens) - 1)
        passed = self.before[place] + np.maximum(0, instants - self.opens[place])
        target = passed + np.maximum(open_seconds, 1).astype(np.int64)
        # An end exactly at closing time belongs to the interval that closes, not to the next morning.
        place = np.searchsorted(self.before, target, side="left") - 1
        return np.asarray(self.opens[place] + (target - self.before[place]))


class Clock:
    """Days of one time zone and country."""

    def __init__(self, zone: str, country: str = "FI") -> None:
        self.zone_name = zone
        self._zone = ZoneInfo(zone)
        self._country = country

    def midnight(self, day: date) -> int:
        """The instant at which a local day begins."""
        return self._at(day, 0)

    def instant(self, moment: datetime | date) -> int:
        """A date is its local midnight; a datetime without zone is local."""
        if not isinstance(moment, datetime):
            return self.midnight(moment)
        return int(moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=self._zone).timestamp())

    def day(self, instant: int) -> date:
        """The local date of an instant."""
        return datetime.fromtimestamp(instant, UTC).astimezone(self._zone).date()

    def is_holiday(self, day: date) -> bool:
        return day in self.holidays(day.year)

    @lru_cache(maxsize=64)  # noqa: B019 - one clock lives as long as its company
    def holidays(self, year: int) -> frozenset[date]:
        found = holidays.country_holidays(self._country, years=year)
        return frozenset(day for day in found if day.isoweekday() < 7)

    def wall_start(self, day: date) -> int:
        """The day's begin by the clock time of its noon.

        On the two days a year that change the clock it is an hour off midnight, and the afternoon stays right.
        """
        return self._at(day, 12) - DAY // 2

    def hours(self, calendar: str, day: date) -> tuple[int, int] | None:
        """The opening and closing instants of a day, or None when closed."""
        hours = OPEN_HOURS[calendar].get(day.isoweekday())
        if hours is None or self.is_holiday(day):
            return None
        return self._at(day, hours[0]), self._at(day, hours[1])

    @lru_cache(maxsize=512)  # noqa: B019 - as above
    def month_hours(self, calendar: str, month: int) -> tuple[tuple[int, int], ...]:
        days = days_between(first_day(month), first_day(month + 1))
        return tuple(hours for day in days if (hours := self.hours(calendar, day)) is not None)

    def open_time(self, calendar: str, month: int, months: int = 6) -> OpenTime:
        """The open intervals from the first day of a month on."""
        spans = np.array(
            [hours for number in range(month, month + months) for hours in self.month_hours(calendar, number)],
            dtype=np.int64,
        )
        lengths = spans[:, 1] - spans[:, 0]
        return OpenTime(spans[:, 0], spans[:, 1], np.cumsum(lengths) - lengths)

    def _at(self, day: date, hour: int) -> int:
        return int(datetime.combine(day, time(hour), self._zone).timestamp())


def days_between(first: date, stop: date) -> list[date]:
    """The days from `first` to the day before `stop`."""
    return [first + timedelta(days=number) for number in range((stop - first).days)]

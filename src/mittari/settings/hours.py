"""Hours of a week as a setting writes them: when somebody is there, and when nobody is asked."""

import itertools
import re
from dataclasses import dataclass

from mittari.settings.values import Unfit, as_text

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class OpenInterval:
    """One stretch of opening hours: `weekday` 1 (Monday) to 7, `start` and `end` in minutes after local midnight."""

    weekday: int
    start: int
    end: int

    @property
    def opens(self) -> str:
        return clock_text(self.start)

    @property
    def closes(self) -> str:
        """The closing time as `HH:MM`; the end of the day is `24:00`."""
        return clock_text(self.end)


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def opening_hours(given: object) -> tuple[OpenInterval, ...]:
    """Weekly opening hours: days, then one or more stretches of the day; more days after a comma.

    >>> [(i.weekday, i.opens, i.closes) for i in opening_hours("Mon 08:00-12:00 13:00-16:00, Sat 10:00-24:00")]
    [(1, '08:00', '12:00'), (1, '13:00', '16:00'), (6, '10:00', '24:00')]
    """
    expected = 'opening hours such as "Mon-Fri 08:00-16:00, Sat 10:00-14:00", or "always"'
    text = as_text(given, expected)
    if text == "always":
        text = "Mon-Sun 00:00-24:00"
    found: list[OpenInterval] = []
    for part in text.split(","):
        days, *stretches = part.split() or [""]
        if not stretches:
            raise Unfit(expected)
        for weekday in _weekdays(days, expected):
            found.extend(OpenInterval(weekday, *_stretch(stretch, expected)) for stretch in stretches)
    found.sort(key=lambda interval: (interval.weekday, interval.start))
    for before, after in itertools.pairwise(found):
        if before.weekday == after.weekday and after.start < before.end:
            raise Unfit(f"{expected}, without overlaps (as on {WEEKDAYS[after.weekday - 1]} at {after.opens})")
    return tuple(found)


def _weekdays(text: str, expected: str) -> range:
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise Unfit(expected)
    start, end = WEEKDAYS.index(first) + 1, WEEKDAYS.index(last or first) + 1
    if end < start:
        raise Unfit(f"{expected}, with the days from Mon to Sun in order")
    return range(start, end + 1)


def _stretch(text: str, expected: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", text)
    if not match:
        raise Unfit(expected)
    start, end = (int(match[hour]) * 60 + int(match[hour + 1]) for hour in (1, 3))
    if not start < end <= 24 * 60:
        raise Unfit(f"{expected}, each stretch ending after it starts and at 24:00 at the latest")
    return start, end


@dataclass(frozen=True)
class QuietHours:
    """When nobody is asked: a stretch of every day in minutes after local midnight, which may pass over midnight, and
    whole weekdays, 1 (Monday) to 7. Without a stretch both ends are equal."""

    start: int = 0
    end: int = 0
    weekdays: frozenset[int] = frozenset()

    def covers(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a weekday is quiet."""
        if weekday in self.weekdays:
            return True
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def quiet_hours(given: object) -> QuietHours:
    """A stretch of the day, then weekdays that are quiet altogether.

    >>> quiet_hours("20:00-08:00, Sun").covers(7, 12 * 60)
    True
    """
    expected = 'quiet hours such as "20:00-08:00" or "20:00-08:00, Sun", or "none"'
    text = as_text(given, expected)
    if text == "none":
        return QuietHours()
    start = end = 0
    weekdays: set[int] = set()
    for part in (part.strip() for part in text.split(",")):
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", part)
        if match is None:
            weekdays |= set(_weekdays(part, expected))
            continue
        hours = int(match[1]), int(match[3])
        start, end = hours[0] * 60 + int(match[2]), hours[1] * 60 + int(match[4])
        if start == end or end > 24 * 60:
            raise Unfit(expected)
    if len(weekdays) == len(WEEKDAYS):
        raise Unfit(f"{expected}, with a day left on which people may be asked")
    return QuietHours(start, end, frozenset(weekdays))

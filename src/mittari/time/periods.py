"""Periods: what people write, the instants it means, and the periods before it.

A period is half-open: `start` belongs to it, `end` does not. It is cut at local midnight and then converted to UTC, so
that the day on which clocks change has 23 or 25 hours. Weeks are those of ISO 8601 and begin on Monday.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from mittari.errors import UserError, told
from mittari.time.zones import local_midnight, to_utc, zone_of

Kind = Literal["day", "week", "month", "quarter", "year", "days"]

FORMS = (
    "Write a month 2026-10, a week 2026-W40, a quarter 2026-Q3, a year 2026, a day 2026-10-05, days "
    "2026-10-01..2026-10-15 (the last included), last-30-days (today included), or an instant 2026-06-29T09:00Z."
)
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_DAYS = 36_600
"""A hundred years: a longer `last-N-days` is a slip of the keyboard."""


@dataclass(frozen=True)
class Period:
    """A span of whole local days. `start` and `end` are naive UTC, `last_day` belongs to it.

    `text` is the period as people write it, always with its dates: `last-30-days` becomes the days it means today, so
    that a figure can be computed again tomorrow.
    """

    start: datetime
    end: datetime
    first_day: date
    last_day: date
    text: str
    kind: Kind
    zone: str

    @property
    def day_count(self) -> int:
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Instant:
    """A moment at which a stock is looked at; `at` is naive UTC."""

    at: datetime
    text: str


def parse_period(text: str, zone: str | ZoneInfo, today: date) -> Period | Instant:
    """The period or instant that `text` means in the reporting time zone.

    `today` is the local day; only `last-N-days` looks at it: the N days that end with today, today included. An instant
    without an offset is a local time. Anything unreadable is a `UserError` that lists the forms.
    """
    given = text.strip()
    try:
        if "T" in given.upper()[10:11]:
            return _instant(given, zone_of(zone))
        first_day, last_day, kind = _days_meant(given, today)
    except (ValueError, OverflowError) as error:  # overflow: the year 9999 has no day after it
        raise UserError(told('"{given}" is no period', given=given), hint=FORMS) from error
    if last_day < first_day:
        raise UserError(told('the period "{given}" ends before it begins', given=given), hint=FORMS)
    return period_of_days(first_day, last_day, zone, kind)


def period_of_days(first_day: date, last_day: date, zone: str | ZoneInfo, kind: Kind = "days") -> Period:
    """The period from one local day to another, both included."""
    if first_day.year < FIRST_YEAR or last_day.year > LAST_YEAR:
        found = f"{first_day.isoformat()} to {last_day.isoformat()}"
        first, last = str(FIRST_YEAR), str(LAST_YEAR)
        raise UserError(
            told(
                "a period lies between the years {first} and {last}, found {found}", first=first, last=last, found=found
            )
        )
    place = zone_of(zone)
    return Period(
        start=local_midnight(first_day, place),
        end=local_midnight(last_day + timedelta(days=1), place),
        first_day=first_day,
        last_day=last_day,
        text=_text(first_day, last_day, kind),
        kind=kind,
        zone=place.key,
    )


def period_around(day: date, kind: Kind, zone: str | ZoneInfo) -> Period:
    """The day, week, month, quarter or year that a local day lies in."""
    first_day = _first_day(day, kind)
    return period_of_days(first_day, _next_first_day(first_day, kind) - timedelta(days=1), zone, kind)


def previous(period: Period) -> Period:
    """The period of the same kind right before: the month before a month, as many days before a span of days."""
    last_day = period.first_day - timedelta(days=1)
    if period.kind == "days":
        return period_of_days(period.first_day - timedelta(days=period.day_count), last_day, period.zone)
    return period_of_days(_first_day(last_day, period.kind), last_day, period.zone, period.kind)


def same_last_year(period: Period) -> Period:
    """The same period one year earlier.

    A week is the week of the same number (week 53 becomes the last week of a shorter year); dates keep their day and
    month (29 February becomes the 28th).
    """
    if period.kind == "week":
        year, week, _ = period.first_day.isocalendar()
        return period_around(date.fromisocalendar(year - 1, min(week, _weeks_in(year - 1)), 1), "week", period.zone)
    if period.kind == "days":
        return period_of_days(_year_before(period.first_day), _year_before(period.last_day), period.zone)
    return period_around(_year_before(period.first_day), period.kind, period.zone)


def preceding(period: Period, count: int) -> list[Period]:
    """`count` consecutive periods of the same kind that end with `period`, the oldest first."""
    if count < 1:
        raise ValueError(f"expected at least one period, found {count}")
    found = [period]
    while len(found) < count:
        found.append(previous(found[-1]))
    return found[::-1]


def days(period: Period) -> list[date]:
    """Every local day of the period, in order."""
    return [period.first_day + timedelta(days=number) for number in range(period.day_count)]


def _instant(text: str, zone: ZoneInfo) -> Instant:
    moment = datetime.fromisoformat(text.upper())
    at = to_utc(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    return Instant(at=at, text=f"{at.isoformat()}Z")


def _days_meant(text: str, today: date) -> tuple[date, date, Kind]:
    """First day, last day and kind of what is written; a ValueError when it is none of the forms."""
    if match := re.fullmatch(r"last-(\d{1,6})-days?", text, re.ASCII | re.IGNORECASE):
        count = int(match[1])
        if not 1 <= count <= MOST_DAYS:
            raise ValueError(f"expected 1 to {MOST_DAYS} days, found {count}")
        return today - timedelta(days=count - 1), today, "days"
    if ".." in text:
        first, _, last = text.partition("..")
        return _day(first), _day(last), "days"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return _day(text), _day(text), "day"
    first_day, kind = _named(text)
    return first_day, _next_first_day(first_day, kind) - timedelta(days=1), kind


def _named(text: str) -> tuple[date, Kind]:
    """The first day of a year, quarter, month or week, and which of these it is."""
    match = re.fullmatch(r"(\d{4})(?:-(?:(\d\d)|Q([1-4])|W(\d\d)))?", text, re.ASCII | re.IGNORECASE)
    if not match:
        raise ValueError(text)
    year, month, quarter, week = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101  # for the type checker: the pattern demands a year
    if week is not None:
        return date.fromisocalendar(year, week, 1), "week"
    if quarter is not None:
        return date(year, 3 * quarter - 2, 1), "quarter"
    if month is not None:
        return date(year, month, 1), "month"
    return date(year, 1, 1), "year"


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip(), re.ASCII):
        raise ValueError(text)
    return date.fromisoformat(text.strip())


def _first_day(day: date, kind: Kind) -> date:
    match kind:
        case "day" | "days":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)


def _next_first_day(first_day: date, kind: Kind) -> date:
    """The first day of the period after the one that begins on `first_day`."""
    longest = {"day": 1, "days": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
    return _first_day(first_day + timedelta(days=longest[kind]), kind)


def _text(first_day: date, last_day: date, kind: Kind) -> str:
    match kind:
        case "day":
            return first_day.isoformat()
        case "week":
            year, week, _ = first_day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return f"{first_day:%Y-%m}"
        case "quarter":
            return f"{first_day.year}-Q{(first_day.month + 2) // 3}"
        case "year":
            return f"{first_day.year}"
        case "days":
            return f"{first_day.isoformat()}..{last_day.isoformat()}"


def _weeks_in(year: int) -> int:
    """Weeks of an ISO year: 28 December always lies in the last one."""
    return date(year, 12, 28).isocalendar().week


def _year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)

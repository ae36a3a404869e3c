"""Periods in words, in the language of the installation: 5 Oct – 3 Nov 2026, by week; 5.10.–3.11.2026, viikoittain."""

from collections.abc import Sequence
from datetime import date

from mittari.errors import told
from mittari.show.format import DASH
from mittari.show.language import ENGLISH
from mittari.show.speech import Speech
from mittari.time import Instant, Period, period_of_days

STEPS = {
    "day": told("{span}, by day"),
    "week": told("{span}, by week"),
    "days": told("{span}, by seven days"),
    "month": told("{span}, by month"),
    "quarter": told("{span}, by quarter"),
    "year": told("{span}, by year"),
}
DAYS = {"fi": "yMd"}
"""Babel's skeleton of a span of days, where names of months would be written in full."""


def spoken(period: Period | Instant, say: Speech) -> str:
    """A period in words: 5 Oct 2026, or 5 Oct – 3 Nov 2026; a moment in UTC."""
    if isinstance(period, Instant):
        return f"{say.instant(period.at)} UTC"
    first, last = period.first_day, period.last_day
    if period.kind == "month":
        return _skeleton(first, "yMMMM", say)
    if period.kind in ("quarter", "week"):
        return _numbered(period, say)
    if period.kind == "year":
        return period.text
    return say.day(first) if first == last else _days(first, last, say)


def spoken_series(periods: Sequence[Period | Instant], say: Speech) -> str:
    """Consecutive periods in words: 2 Sep – 24 Nov 2026, by week."""
    first, last = periods[0], periods[-1]
    if not isinstance(first, Period) or not isinstance(last, Period):
        return say.text(STEPS["week"], span=f"{spoken(first, say)} {DASH} {spoken(last, say)}")
    whole = spoken(period_of_days(first.first_day, last.last_day, last.zone), say)
    return say.text(STEPS[last.kind], span=whole)


def axis_label(period: Period | Instant, say: Speech) -> str:
    """A sub-period as the axis of a chart names it, short."""
    if isinstance(period, Instant) or period.kind in ("day", "days"):
        return _skeleton(period.at.date() if isinstance(period, Instant) else period.last_day, "MMMd", say)
    if period.kind == "week":
        return say.text("W{week}", week=_week(period, say))
    if period.kind == "quarter":
        return _numbered(period, say)
    return period.text if period.kind == "year" or say.language == ENGLISH else _skeleton(period.first_day, "yM", say)


def _numbered(period: Period, say: Speech) -> str:
    """A week or a quarter of a year, such as 2026-W40."""
    year, number = period.text[:4], period.text[6:]
    if period.kind == "week":
        return say.text("{year}-W{week}", year=year, week=_week(period, say))
    return say.text("{year}-Q{quarter}", year=year, quarter=number)


def _week(period: Period, say: Speech) -> str:
    """The number of a week, with the zero of ISO 8601 where it stands in its form."""
    number = period.text[6:]
    return number if say.language == ENGLISH else number.lstrip("0")


def _days(first: date, last: date, say: Speech) -> str:
    """A span of days; the English of this house names the month on both sides."""
    if say.language == ENGLISH:
        start = say.day(first) if first.year != last.year else _skeleton(first, "MMMd", say)
        return f"{start} {DASH} {say.day(last)}"
    from babel.dates import format_interval  # not on the path of every command

    return format_interval(first, last, DAYS.get(say.language, "yMMMd"), locale=say.language)


def _skeleton(day: date, parts: str, say: Speech) -> str:
    from babel.dates import format_skeleton

    # Babel's plain English is that of America, with the month before the day.
    return format_skeleton(parts, day, locale="en_GB" if say.language == ENGLISH else say.language)

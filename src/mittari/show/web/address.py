"""The state of a page is its address: period and slice, `/?period=last-30-days&channel=chat`.

Nothing about what is shown lives anywhere else, so every view can be sent to somebody and found again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from mittari.errors import UserError, nearest_told, told
from mittari.time import Instant, Period, parse_period, period_around, period_of_days, preceding, previous

DEFAULT_PERIOD = "last-30-days"
CHIPS = (
    (told("Today"), "last-1-day"),
    (told("7 d"), "last-7-days"),
    (told("30 d"), DEFAULT_PERIOD),
    (told("12 mo"), "last-365-days"),
)
SUB_PERIODS = 12
LONGEST = 500
"""Characters of a parameter. What people measure by is far shorter."""


@dataclass(frozen=True)
class View:
    """What a page shows: the period as written in the address, what it means, and the slice."""

    text: str
    period: Period | Instant
    where: Mapping[str, str]

    def query(self, **changes: str | None) -> str:
        """This view as the end of an address; `changes` are added, None takes a part away."""
        parts: dict[str, str | None] = {"period": self.text, **self.where, **changes}
        return urlencode([(name, value) for name, value in parts.items() if value is not None])

    def without(self, dimension: str) -> str:
        return self.query(**{dimension: None})


def read_view(
    query: Iterable[tuple[str, str]], dimensions: Collection[str], zone: str, today: date, own: Collection[str] = ()
) -> View:
    """The view an address asks for; a `UserError` that lists what is accepted when it asks for something unknown.

    `own` are the names a page uses for itself (`by`, `offset`). `slice=channel=chat` is what the picker sends.
    """
    text, where = DEFAULT_PERIOD, {}
    for name, value in told_once(query):
        if name == "period":
            text = value.strip() or DEFAULT_PERIOD
        elif name == "slice" and value:
            dimension, chosen = picked(value, dimensions)
            where[dimension] = chosen
        elif name != "slice" and name not in own:
            dimension = checked(name, dimensions)
            if value:
                where[dimension] = value
    return View(text=text, period=parse_period(text, zone, today), where=dict(sorted(where.items())))


def told_once(query: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The parameters of an address; a `UserError` for one that is told twice or too long to be meant."""
    seen = set()
    for name, value in query:
        if max(len(name), len(value)) > LONGEST:
            hint = told("A value has {most} characters at most.", most=LONGEST)
            raise UserError(told('"{name}" is too long', name=name[:40]), hint=hint)
        if name in seen:
            raise UserError(told('"{name}" is given more than once', name=name), hint="Keep the one that is meant.")
        seen.add(name)
        yield name, value


def picked(text: str, dimensions: Collection[str]) -> tuple[str, str]:
    """The dimension and value that the picker sends as one text."""
    dimension, _, chosen = text.partition("=")
    if not dimension or not chosen:
        what = told('a slice is a dimension with its value, found "{found}"', found=text)
        raise UserError(what, hint="Write slice=channel=chat.")
    return checked(dimension, dimensions), chosen


def checked(dimension: str, dimensions: Collection[str]) -> str:
    """The dimension itself when it exists here."""
    if dimension in dimensions:
        return dimension
    known = told("This installation has: {names}.", names=", ".join(dimensions))
    if not dimensions:
        known = told("This installation has no dimensions yet.")
    nearest = nearest_told(dimension, dimensions)
    hint = told("{nearest} {known}", nearest=nearest, known=known) if nearest else known
    raise UserError(told('there is no dimension "{name}"', name=dimension), hint=hint)


def before(period: Period | Instant) -> Period | Instant | None:
    """What a period is compared with: the one right before it; a moment with the same moment a week ago.

    None where that runs off the calendar, as it does for a period of a hundred years.
    """
    try:
        if isinstance(period, Period):
            return previous(period)
        at = period.at - timedelta(days=7)
    except (UserError, OverflowError):  # overflow: a moment in the first week of the year 1
        return None
    return Instant(at=at, text=f"{at.isoformat()}Z")


def trend_periods(period: Period | Instant) -> list[Period | Instant]:
    """Twelve consecutive sub-periods that end with the period, of a length that suits it; none off the calendar.

    Days up to two weeks, spans of seven days up to two months, else months; a day, week, month or quarter is followed
    back by its own kind.
    """
    if isinstance(period, Period):
        try:
            return list(preceding(last_sub_period(period), SUB_PERIODS))
        except UserError:
            return []
    moments: list[Period | Instant] = [period]
    while len(moments) < SUB_PERIODS:
        earlier = before(moments[0])
        if earlier is None:
            return []
        moments.insert(0, earlier)
    return moments


def last_sub_period(period: Period) -> Period:
    last_day, zone = period.last_day, period.zone
    if period.kind in ("day", "week", "month", "quarter"):
        return period
    if period.kind == "year" or period.day_count > 62:
        return period_around(last_day, "month", zone)
    if period.day_count <= 14:
        return period_around(last_day, "day", zone)
    return period_of_days(last_day - timedelta(days=6), last_day, zone)

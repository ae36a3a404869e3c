"""Opening hours as people write them, turned into the rows of a business calendar."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from mittari.errors import UserError
from mittari.settings import OpenInterval, Unfit, opening_hours
from mittari.time.schedules import CalendarRow
from mittari.time.zones import zone_of


def calendar_rows_from_hours(
    hours: str | Sequence[OpenInterval],
    zone: str | ZoneInfo,
    holiday_region: str | None = None,
    years: Iterable[int] = (),
    calendar_id: str = "std",
) -> list[CalendarRow]:
    """The rows of a calendar with these weekly hours, closed on the public holidays of a country in the given years.

    `hours` is a text such as `Mon-Fri 08:00-16:00, Sat 10:00-14:00`, or the setting of that name. `holiday_region` is
    a country of ISO 3166, optionally with a subdivision: `FI`, `DE-BY`.
    """
    zone_name = zone_of(zone).key
    weekly = _understood(hours) if isinstance(hours, str) else hours
    rows = [
        _row(calendar_id, zone_name, "open", weekday=interval.weekday, opens=interval.opens, closes=interval.closes)
        for interval in weekly
    ]
    closed = public_holidays(holiday_region, years) if holiday_region else []
    return rows + [_row(calendar_id, zone_name, "holiday", day=day) for day in closed]


def public_holidays(region: str, years: Iterable[int]) -> list[date]:
    """The public holidays of a country or one of its subdivisions (`FI`, `DE-BY`) in the given years, in order."""
    import holidays  # its tables take a tenth of a second to import, and only a new installation needs them

    country, _, subdivision = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=list(years))
    except NotImplementedError as error:
        raise UserError(f'no public holidays are known for "{region}"', hint="Use a country such as FI.") from error
    return sorted(found)


def _understood(hours: str) -> tuple[OpenInterval, ...]:
    try:
        return opening_hours(hours)
    except Unfit as error:
        raise UserError(f'expected {error}, found "{hours}"', hint=error.hint or None) from error


def _row(
    calendar_id: str,
    zone: str,
    kind: str,
    weekday: int | None = None,
    day: date | None = None,
    opens: str | None = None,
    closes: str | None = None,
) -> CalendarRow:
    return CalendarRow(
        calendar_id=calendar_id,
        tz=zone,
        weekday=weekday,
        date=day,
        open=opens,
        close=closes,
        kind=kind,
        valid_from=None,
        valid_to=None,
    )

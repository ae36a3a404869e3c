"""Time: periods as people write them, time zones, and business calendars."""

from mittari.time.calendars import Calendar, calendars_from_rows
from mittari.time.hours import calendar_rows_from_hours
from mittari.time.periods import (
    Instant,
    Kind,
    Period,
    days,
    parse_period,
    period_around,
    period_of_days,
    preceding,
    previous,
    same_last_year,
)
from mittari.time.schedules import CalendarRow
from mittari.time.zones import (
    local_from_utc,
    local_midnight,
    to_local,
    to_utc,
    utc_from_local,
    zone_of,
    zone_offsets,
)

__all__ = [
    "Calendar",
    "CalendarRow",
    "Instant",
    "Kind",
    "Period",
    "calendar_rows_from_hours",
    "calendars_from_rows",
    "days",
    "local_from_utc",
    "local_midnight",
    "parse_period",
    "period_around",
    "period_of_days",
    "preceding",
    "previous",
    "same_last_year",
    "to_local",
    "to_utc",
    "utc_from_local",
    "zone_of",
    "zone_offsets",
]

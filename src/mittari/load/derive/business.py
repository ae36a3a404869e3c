"""Open seconds between two instants inside SQL.

A calendar's open time is a line with breakpoints (`mittari.time.Calendar`). Cut at the midnights of UTC it becomes one
row per calendar and day: the open time until that day begins, and the open intervals of the day. The open time until
an instant is then one hash join and a few comparisons, and needs no memory per row.
"""

from collections.abc import Mapping
from datetime import date

import duckdb
import numpy as np

from mittari.settings import Settings
from mittari.store.sql import identifier
from mittari.time import Calendar, calendar_rows_from_hours, calendars_from_rows

DAY_US = 86_400_000_000
FALLBACK = "std"
EARLIEST, LATEST = date(1970, 1, 2), date(2099, 12, 31)


def calendar_days(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: date, last: date
) -> tuple[int, str]:
    """Make the temporary table `calendar_days` for a span of days.

    Returns how many open intervals a day may have, and the calendar of rows that name none. While no calendar is
    loaded, the opening hours of the settings are that calendar.
    """
    first = min(max(first, EARLIEST), LATEST)
    last = max(min(last, LATEST), first)
    calendars, default = calendars_of(connection, settings, first, last)
    parts = [_day_rows(name, calendar, first, last) for name, calendar in sorted(calendars.items())]
    width = max((part["opens"].shape[1] for part in parts), default=0)
    columns: dict[str, object] = {
        "calendar_id": np.concatenate([part["calendar_id"] for part in parts]),
        "day": np.concatenate([part["day"] for part in parts]),
        "until": np.concatenate([part["until"] for part in parts]),
    }
    for place in range(width):
        for side in ("opens", "lasts"):
            columns[f"{side}_{place}"] = np.concatenate([_column(part[side], place) for part in parts])
    connection.register("found_days", columns)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE calendar_days AS SELECT * REPLACE (day::DATE AS day) FROM found_days"
    )
    connection.unregister("found_days")
    return width, default


def calendars_of(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: date, last: date
) -> tuple[dict[str, Calendar], str]:
    """The calendars of the warehouse over a span of days, and the one of rows that name none."""
    cursor = connection.execute("SELECT * FROM business_calendars")
    names = [column[0] for column in cursor.description or []]
    rows: list[Mapping[str, object]] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if rows:
        loaded = {str(row["calendar_id"]) for row in rows}
        default = settings.default_calendar or (min(loaded) if len(loaded) == 1 else FALLBACK)
    else:
        default = settings.default_calendar or FALLBACK
        years = range(first.year, last.year + 1)
        rows = list(calendar_rows_from_hours(settings.hours, settings.timezone, settings.holidays, years, default))
    return calendars_from_rows(rows, first, last), default


def open_until(instant: str, days: str, width: int) -> str:
    """SQL for the open microseconds of a calendar until an instant; `days` names the joined row of `calendar_days`."""
    within = f"(epoch_us({instant}) - epoch_us({days}.day::TIMESTAMP))"
    parts = [
        f"least(greatest({within} - {days}.{identifier(f'opens_{place}')}, 0), {days}.{identifier(f'lasts_{place}')})"
        for place in range(width)
    ]
    return " + ".join([f"{days}.until", *parts])


def _day_rows(name: str, calendar: Calendar, first: date, last: date) -> dict[str, np.ndarray]:
    """Per day in UTC: microseconds open before it, and where in it the calendar opens and for how long."""
    day = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    begins = day.astype("datetime64[us]").astype(np.int64)
    edges = calendar.edges.astype(np.int64)
    until = np.interp(begins, edges, calendar.open_until) if edges.size else np.zeros(begins.size)
    opens, lasts, which = _cut_at_midnight(edges[0::2], edges[1::2], begins)
    place = np.arange(which.size) - np.searchsorted(which, which)
    width = int(place.max()) + 1 if place.size else 0
    opens_by_day, lasts_by_day = np.zeros((day.size, width), np.int64), np.zeros((day.size, width), np.int64)
    opens_by_day[which, place], lasts_by_day[which, place] = opens - begins[which], lasts
    return {
        "calendar_id": np.full(day.size, name, dtype=object),
        "day": day.astype("datetime64[us]"),
        "until": np.rint(until).astype(np.int64),
        "opens": opens_by_day,
        "lasts": lasts_by_day,
    }


def _cut_at_midnight(opens: np.ndarray, closes: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, ...]:
    """The intervals cut at the midnights of UTC: their openings, their lengths, and the number of their day."""
    cuts = np.concatenate([opens, begins, begins[-1:] + DAY_US])
    cuts = np.unique(cuts[(cuts >= begins[0]) & (cuts <= begins[-1] + DAY_US)])
    holder = np.searchsorted(opens, cuts, side="right") - 1
    inside = (holder >= 0) & (cuts < closes[np.maximum(holder, 0)]) if opens.size else np.zeros(cuts.size, bool)
    start, end = cuts[inside], closes[holder[inside]]
    day = (start - begins[0]) // DAY_US
    keep = day < begins.size
    start, end, day = start[keep], end[keep], day[keep]
    return start, np.minimum(end, begins[day] + DAY_US) - start, day


def _column(table: np.ndarray, place: int) -> np.ndarray:
    return table[:, place] if place < table.shape[1] else np.zeros(table.shape[0], np.int64)

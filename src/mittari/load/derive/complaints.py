"""When the third business day after a complaint came is over (KPI 26: closed within three business days)."""

from datetime import date, timedelta

import duckdb
import numpy as np

from mittari.load.derive.business import calendars_of
from mittari.load.derive.context import Entering
from mittari.store.sql import literal
from mittari.time import Calendar, local_midnight

BUSINESS_DAYS = 3
REACH = timedelta(days=60)
"""Within so many days a calendar opens on three, or the complaint has no such day."""


def third_days(entering: Entering, opened: str, default: str) -> None:
    """Make the temporary table `third_days` (conversation_id, third_day_ends_local) for the complaints among the rows.

    A business day is a local day on which the calendar of the case opens; that of its arrival does not count.
    """
    connection = entering.connection
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE third_days (conversation_id VARCHAR, third_day_ends_local TIMESTAMP)"
    )
    found = connection.execute(
        f"SELECT conversation_id, coalesce(calendar_id, {literal(default)}) AS calendar, "
        f"{entering.zone.to_local('opened_at')}::DATE AS day FROM ({opened}) WHERE is_complaint = 1"
    ).fetchnumpy()
    rows = {name: np.ma.getdata(values) for name, values in found.items()}
    if not rows["day"].size:
        return
    arrived = rows["day"].astype("datetime64[D]")
    first, last = arrived.min().item(), arrived.max().item() + REACH
    calendars, _ = calendars_of(connection, entering.settings, first, last)
    for name in np.unique(rows["calendar"].astype(str)):
        if name in calendars:
            own = rows["calendar"] == name
            days = open_days(calendars[name], first, last, entering.settings.timezone)
            _keep(connection, rows["conversation_id"][own], arrived[own], days)


def open_days(calendar: Calendar, first: date, last: date, zone: str) -> np.ndarray:
    """The local days from first to last on which the calendar opens."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 2)]
    begins = np.array([local_midnight(day, zone) for day in days], dtype="datetime64[us]")
    opens = calendar.open_seconds(begins[:-1], begins[1:]) > 0
    found: np.ndarray = np.array(days[:-1], dtype="datetime64[D]")[opens]
    return found


def _keep(connection: duckdb.DuckDBPyConnection, cases: np.ndarray, arrived: np.ndarray, days: np.ndarray) -> None:
    place = np.searchsorted(days, arrived, side="right") + BUSINESS_DAYS - 1
    known = place < days.size
    ends = (days[place[known]] + np.timedelta64(1, "D")).astype("datetime64[us]")
    connection.register("found_ends", {"conversation_id": cases[known], "ends": ends})
    connection.execute("INSERT INTO third_days SELECT conversation_id, ends FROM found_ends")
    connection.unregister("found_ends")

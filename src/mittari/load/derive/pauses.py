"""Targets for a resolution that stand still while we wait for the customer (`sla_targets.pauses_in_pending`, KPI 11).

What is due is put off by the time spent in pending before it fell due, on the clock of the policy. A wait that has not
ended puts it off for good. A pause that begins after the due instant came too late to matter.
"""

from collections.abc import Iterator

import duckdb
import numpy as np

from mittari.load.derive.business import calendars_of
from mittari.load.derive.due_instants import NEVER, due_instants
from mittari.settings import Settings
from mittari.time import Calendar

Columns = dict[str, np.ndarray]


def put_off(connection: duckdb.DuckDBPyConnection, settings: Settings, spans: str) -> None:
    """Move the `dues` of the `pledges` that pause; `spans` is a query of id, began_at and ended_at (null: not yet)."""
    found = connection.execute(
        "SELECT p.id, coalesce(p.calendar, '') AS calendar, d.due_at, greatest(s.began_at, p.started_at) AS began_at, "
        f"coalesce(s.ended_at, TIMESTAMP '9999-12-31') AS ended_at FROM pledges AS p JOIN dues AS d USING (id, metric) "
        f"JOIN ({spans}) AS s USING (id) WHERE p.pauses AND p.metric = 'resolution' AND d.due_at IS NOT NULL "
        "AND coalesce(s.ended_at > p.started_at, true) ORDER BY p.id, s.began_at"
    ).fetchnumpy()
    rows = {name: np.ma.getdata(values) for name, values in found.items()}
    if not rows["id"].size:
        return
    for own in _by_calendar(connection, settings, rows):
        connection.register("put_off", own)
        connection.execute(
            "UPDATE dues SET due_at = put_off.due_at FROM put_off WHERE dues.id = put_off.id AND metric = 'resolution'"
        )
        connection.unregister("put_off")


def _by_calendar(connection: duckdb.DuckDBPyConnection, settings: Settings, rows: Columns) -> Iterator[Columns]:
    """For each clock the pledges with the instants that they are due at now."""
    ended = rows["ended_at"].astype("datetime64[us]")
    last = max(ended[ended < NEVER], default=rows["began_at"].max())
    calendars, _ = calendars_of(
        connection, settings, rows["began_at"].min().astype("datetime64[D]").item(), last.astype("datetime64[D]").item()
    )
    for name in np.unique(rows["calendar"].astype(str)):
        own = {column: values[rows["calendar"] == name] for column, values in rows.items()}
        ids, which = np.unique(own["id"].astype(str), return_inverse=True)
        due = np.empty(ids.size, dtype="datetime64[us]")
        due[which] = own["due_at"].astype("datetime64[us]")
        began, ends = (own[column].astype("datetime64[us]") for column in ("began_at", "ended_at"))
        yield {"id": ids.astype(object), "due_at": paused(calendars.get(name), due, which, began, ends)}


def paused(
    calendar: Calendar | None, due: np.ndarray, which: np.ndarray, began: np.ndarray, ended: np.ndarray
) -> np.ndarray:
    """Each due instant put off by its pauses, which come in order; `which` says whose each is.

    Without a calendar all hours count.
    """
    due = due.copy()
    order = np.argsort(which, kind="stable")
    place = np.empty(which.size, dtype=np.int64)
    place[order] = np.arange(which.size) - np.searchsorted(which[order], which[order])
    for turn in range(int(place.max()) + 1):
        rows = np.flatnonzero((place == turn) & (began < due[which]) & (due[which] < NEVER))
        over = rows[ended[rows] < NEVER]
        due[which[over]] = _later(calendar, due[which[over]], began[over], ended[over])
        due[which[rows[ended[rows] >= NEVER]]] = NEVER
    return due


def _later(calendar: Calendar | None, due: np.ndarray, began: np.ndarray, ended: np.ndarray) -> np.ndarray:
    if calendar is None or not due.size:
        later: np.ndarray = due + (ended - began)
        return later
    return due_instants(calendar, due, calendar.open_seconds(began, ended))

"""By when a service-level target allows an answer or a solve (KPI 11).

Due instants on a business clock are the inverse of cumulated open time. Nothing at query time can find them quickly, so
they are kept: they change only with the beginning of the wait, the targets and the calendars.
"""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import numpy as np

from mittari.load.derive.business import calendars_of
from mittari.load.derive.due_instants import due_instants
from mittari.load.derive.pauses import put_off
from mittari.settings import Settings
from mittari.store.sql import literal

CHUNK = 1_000_000


def make_dues(connection: duckdb.DuckDBPyConnection, settings: Settings, things: str, pauses: str = "") -> None:
    """Make the temporary table `dues` (id, metric, due_at) for those of the `things` that have a target.

    `things` is a query of id, metric, channel, priority, day (local, of the beginning of the case: the policy is frozen
    then), calendar, started_at. A target's own calendar goes before that of the case. `pauses` is a query of the spans
    (id, began_at, ended_at) in which a target for a resolution may stand still.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE things AS {things}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE chosen_targets AS {_chosen()}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pledges AS SELECT row_number() OVER () AS number, t.id, t.metric, t.started_at, "
        "c.target.target_s AS target_s, c.target.pauses AS pauses, CASE WHEN c.target.clock = 'business' "
        "THEN coalesce(c.target.calendar_id, t.calendar) END AS calendar FROM things AS t JOIN chosen_targets AS c "
        "ON c.metric = t.metric AND c.channel = t.channel AND c.day = t.day "
        "AND c.priority IS NOT DISTINCT FROM t.priority WHERE t.started_at IS NOT NULL"
    )
    _by_open_hours(connection, settings)
    by_the_clock = "started_at + to_microseconds(round(target_s * 1000000)::BIGINT)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dues AS SELECT id, metric, CASE WHEN calendar IS NULL THEN {by_the_clock} "
        "ELSE b.due_at END AS due_at FROM pledges LEFT JOIN business_dues AS b USING (number)"
    )
    if pauses:
        put_off(connection, settings, pauses)
    for table in ("things", "chosen_targets", "pledges", "business_dues"):
        connection.execute(f"DROP TABLE {table}")


def _chosen() -> str:
    """The one target of each metric, channel, priority and day: the one that names the priority goes before the one
    that names the channel only, a later one before an earlier one."""
    kinds = "SELECT DISTINCT metric, channel, priority, day FROM things"
    rank = "(s.priority IS NOT NULL, s.channel IS NOT NULL, coalesce(s.valid_from, DATE '0001-01-01'), s.policy_id)"
    return (
        f"SELECT k.metric, k.channel, k.priority, k.day, arg_max("
        f"{{'target_s': s.target_s, 'clock': s.clock, 'calendar_id': s.calendar_id, "
        f"'pauses': coalesce(s.pauses_in_pending, 0) = 1}}, {rank}) AS target "
        f"FROM ({kinds}) AS k JOIN sla_targets AS s ON s.metric = k.metric "
        "AND (s.channel IS NULL OR s.channel = k.channel) AND (s.priority IS NULL OR s.priority = k.priority) "
        "AND k.day >= coalesce(s.valid_from, k.day) AND k.day <= coalesce(s.valid_to, k.day) GROUP BY ALL"
    )


def _by_open_hours(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make `business_dues` (number, due_at); a calendar that nobody knows has none."""
    connection.execute("CREATE OR REPLACE TEMP TABLE business_dues (number BIGINT, due_at TIMESTAMP)")
    spans = connection.execute(
        "SELECT calendar, min(started_at), max(started_at) FROM pledges WHERE calendar IS NOT NULL GROUP BY calendar"
    ).fetchall()
    if not spans:
        return
    first: datetime = min(span[1] for span in spans)
    last: datetime = max(span[2] for span in spans)
    calendars, _ = calendars_of(connection, settings, first.date(), last.date())
    for name, _, _ in spans:
        if name in calendars:
            for number, started, allowed in _chunks(connection, name):
                found = {"number": number, "due_at": due_instants(calendars[name], started, allowed)}
                connection.register("found_dues", found)
                connection.execute("INSERT INTO business_dues SELECT number, due_at FROM found_dues")
                connection.unregister("found_dues")


def _chunks(connection: duckdb.DuckDBPyConnection, calendar: str) -> Iterator[tuple[np.ndarray, ...]]:
    highest = connection.execute("SELECT max(number) FROM pledges").fetchall()[0][0]
    for begin in range(1, highest + 1, CHUNK):
        found = connection.execute(
            f"SELECT number, started_at, target_s FROM pledges WHERE calendar = {literal(calendar)} "
            f"AND number BETWEEN {begin} AND {begin + CHUNK - 1}"
        ).fetchnumpy()
        columns = [np.ma.getdata(found[name]) for name in ("number", "started_at", "target_s")]
        if columns[0].size:
            yield columns[0], columns[1].astype("datetime64[us]"), columns[2].astype(np.float64)

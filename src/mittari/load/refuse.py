"""Refused rows on record: what the table `rejects` holds of a file after this load."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np

from mittari.load.report import SHOWN_REJECTS, Reject
from mittari.load.stage import RECORD, Stage
from mittari.store.sql import identifier, literal

COLUMNS = '"table", "file", file_id, line, "column", reason, "key", "at"'


@dataclass(frozen=True)
class Refused:
    """How many rows were refused, the first of them, and whether the record differs from before."""

    rows: int
    first: tuple[Reject, ...]
    changed: bool


def record_rejects(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str, now: datetime) -> Refused:
    """Write the refused rows of the stage into `rejects`, in place of what the same file left there before.

    An earlier reject goes when its row has come in, or is refused again: the row of the same table, file name and key
    or, where no key could be read, of the same line of the very file, not of one of that name in another folder. What
    is refused just as before keeps its `loaded_at`: loading twice changes nothing.
    """
    _gather(connection, stage, timezone)
    table, file = literal(stage.table.name), literal(stage.source.name)
    mine = f'old."table" = {table} AND old."file" = {file}'
    very_file = f"(old.file_id IS NULL OR old.file_id = {_place(stage)})"  # null: from memory, or by an earlier version
    settled = (
        f'{mine} AND CASE WHEN old."key" IS NULL '
        f"THEN {very_file} AND old.line <= (SELECT coalesce(max(line), 0) FROM seen_lines) "
        f'ELSE old."key" IN (SELECT "key" FROM seen_keys) OR old."key" IN (SELECT "key" FROM refusals) END'
    )
    same = " AND ".join(f"old.{column} IS NOT DISTINCT FROM new.{column}" for column in COLUMNS.split(", "))
    has_old = connection.execute(f"SELECT 1 FROM rejects AS old WHERE {mine} LIMIT 1").fetchall()
    gone = 0
    if has_old:
        _note_what_came_in(connection, stage)
        gone = _count(
            connection,
            f"DELETE FROM rejects AS old WHERE {settled} AND NOT EXISTS (SELECT 1 FROM refusals AS new WHERE {same})",
        )
    new = _count(
        connection,
        f"INSERT INTO rejects ({COLUMNS}, loaded_at) SELECT {COLUMNS}, TIMESTAMP '{now}' FROM refusals AS new "
        f'WHERE NOT EXISTS (SELECT 1 FROM rejects AS old WHERE {same}) ORDER BY line, "column"',
    )
    rows = int(connection.execute("SELECT count(DISTINCT line) FROM refusals").fetchall()[0][0])
    first = connection.execute(
        f'SELECT line, "column", reason, "key" FROM refusals ORDER BY line, "column" LIMIT {SHOWN_REJECTS}'
    ).fetchall()
    return Refused(rows, tuple(Reject(*reject) for reject in first), gone + new > 0)


def _gather(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str) -> None:
    """Make the temporary table `refusals` with the columns of `rejects`, lines instead of records."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE refusals "
        '("table" VARCHAR, "file" VARCHAR, file_id VARCHAR, line BIGINT, "column" VARCHAR, reason VARCHAR, '
        '"key" VARCHAR, "at" TIMESTAMP)'
    )
    origin = f"{literal(stage.table.name)}, {literal(stage.source.name)}, {_place(stage)}"
    for line, reason in stage.source.torn_lines():
        connection.execute(f"INSERT INTO refusals SELECT {origin}, ?, NULL, ?, NULL, NULL", [line, reason])
    if not connection.execute(f"SELECT 1 FROM {stage.refused} LIMIT 1").fetchall():
        return
    _lines(connection, stage)
    connection.execute(
        f"INSERT INTO refusals SELECT {origin}, l.line, nullif(r.\"column\", ''), r.reason, {key_text(stage)}, "
        f"{_moment(stage, timezone)} FROM {stage.refused} AS r JOIN {stage.rows} AS s USING ({RECORD}) "
        f"JOIN record_lines AS l USING ({RECORD})"
    )


def _place(stage: Stage) -> str:
    """SQL for the digest of where the file of the stage lies, null for rows that come from none.

    A digest, so that what is written down of a load does not show the folders of the machine.
    """
    path = stage.source.path
    return literal(hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]) if path else "NULL::VARCHAR"


def _lines(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Make `record_lines`: the line of each refused record."""
    records = connection.execute(f"SELECT DISTINCT {RECORD} FROM {stage.refused}").fetchnumpy()[RECORD]
    lines = stage.source.line_numbers(np.asarray(records, dtype=np.int64))
    connection.register("found_lines", {RECORD: np.asarray(records, dtype=np.int64), "line": lines})
    connection.execute("CREATE OR REPLACE TEMP TABLE record_lines AS SELECT * FROM found_lines")
    connection.unregister("found_lines")


def key_text(stage: Stage) -> str:
    """SQL for the key of a row as far as it could be read: its parts between slashes, null when all are."""
    if not stage.key:
        return "NULL::VARCHAR"
    parts = ", ".join(f"coalesce({identifier(name)}::VARCHAR, '')" for name in stage.key)
    known = " OR ".join(f"{identifier(name)} IS NOT NULL" for name in stage.key)
    return f"CASE WHEN {known} THEN concat_ws('/', {parts}) END"


def _moment(stage: Stage, timezone: str) -> str:
    """SQL for the first timestamp of the row, a day being its local midnight."""
    when = stage.table.when
    if when is None or when not in stage.columns:
        return "NULL::TIMESTAMP"
    kind, first = stage.table[when].type, identifier(when)
    if kind in ("date", "month"):
        day = f"({first} || '-01')::DATE" if kind == "month" else first
        return f"({day}::TIMESTAMP AT TIME ZONE {literal(timezone)}) AT TIME ZONE 'UTC'"
    return first


def _note_what_came_in(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    connection.execute(f'CREATE OR REPLACE TEMP TABLE seen_keys AS SELECT {key_text(stage)} AS "key" FROM {stage.good}')
    last = stage.source.last_line()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE seen_lines AS SELECT {last}::BIGINT AS line")


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """How many rows a statement has changed."""
    return int(connection.execute(statement).fetchall()[0][0])

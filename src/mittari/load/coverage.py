"""For which local days a table is complete (G22): declared, else from the first to the last day of a file."""

from datetime import date, datetime, timedelta

import duckdb

from mittari.errors import UserError
from mittari.load.stage import Stage
from mittari.load.zones import Zone
from mittari.store.sql import identifier

Span = tuple[date, date]


def parse_span(given: str | Span | None, where: str = "--covers") -> Span | None:
    """The local days of `2026-10-01..2026-10-31`, both included; a mistake is blamed on `where`."""
    if given is None:
        return None
    span = given if isinstance(given, tuple) else _parsed(given, where)
    if span[1] < span[0]:
        raise UserError(f"the last day lies before the first in {span[0]}..{span[1]}", where)
    return span


def _parsed(text: str, where: str) -> Span:
    first, dots, last = text.partition("..")
    try:
        return date.fromisoformat(first.strip()), date.fromisoformat(last.strip() if dots else first.strip())
    except ValueError as error:
        hint = "Write it as 2026-10-01..2026-10-31."
        raise UserError(f'expected days as FIRST..LAST, found "{text}"', where, hint) from error


def span_of(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str) -> Span | None:
    """First and last local day of the good rows of a stage; None where rows have no time."""
    when = stage.table.when
    if when is None or when not in stage.columns:
        return None
    if stage.table[when].type == "month":
        day = identifier(when)
        query = f"SELECT min({day} || '-01')::DATE, last_day(max({day} || '-01')::DATE) FROM {stage.good}"
        return _span(connection, query)
    day = _local_day(stage, when, timezone)
    return _span(connection, f"SELECT min({day}), max({day}) FROM {stage.good}")


def days_of(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str) -> list[Span]:
    """The days on which rows that arrived one by one happened, neighbours joined.

    Unlike the rows of a file they say nothing of the days between: an old row may arrive beside one of today.
    """
    when = stage.table.when
    if when is None or when not in stage.columns or stage.table[when].type == "month":
        span = span_of(connection, stage, timezone)
        return [span] if span else []
    day = _local_day(stage, when, timezone)
    rows = connection.execute(f"SELECT DISTINCT {day} AS day FROM {stage.good} WHERE day IS NOT NULL ORDER BY day")
    found: list[Span] = []
    for (each,) in rows.fetchall():
        if found and each - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def _local_day(stage: Stage, when: str, timezone: str) -> str:
    """SQL for the local day of a row."""
    day = identifier(when)
    return day if stage.table[when].type == "date" else f"CAST({Zone(timezone, stage.many).to_local(day)} AS DATE)"


def _span(connection: duckdb.DuckDBPyConnection, query: str) -> Span | None:
    first, last = connection.execute(query).fetchall()[0]
    return None if first is None else (first, last)


def cover(connection: duckdb.DuckDBPyConnection, table: str, span: Span, now: datetime) -> bool:
    """Add the span to the coverage of the table, joined with the spans it touches; False when it was covered before."""
    touching = '"table" = ? AND from_date <= ?::DATE + 1 AND to_date >= ?::DATE - 1'
    arguments = [table, span[1], span[0]]
    spans = connection.execute(f"SELECT from_date, to_date FROM coverage WHERE {touching}", arguments).fetchall()
    if any(first <= span[0] and span[1] <= last for first, last in spans):
        return False
    joined = min([span[0], *(first for first, _ in spans)]), max([span[1], *(last for _, last in spans)])
    connection.execute(f"DELETE FROM coverage WHERE {touching}", arguments)
    connection.execute(
        'INSERT INTO coverage ("table", from_date, to_date, loaded_at) VALUES (?, ?, ?, ?)', [table, *joined, now]
    )
    return True

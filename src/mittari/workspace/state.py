"""Reads what is known about the facts: schemas, coverage, rejects, versions. Read again only when data change."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from mittari.facts import TABLES
from mittari.measure.call import State
from mittari.measure.kpi import catalogue
from mittari.settings import Settings
from mittari.store.engines import Engine
from mittari.store.warehouse import Warehouse
from mittari.time import Period, parse_period

HOUSEKEEPING = ("meta", "versions")
SIGNED = ("closes", "closed_results")
"""What closing a period writes is no load."""


def read_state(warehouse: Warehouse, settings: Settings, engine: Engine) -> State:
    connection = warehouse.connection()
    try:
        schemas = _schemas(connection)
        versions = connection.execute('SELECT "table", version, loaded_at FROM versions').fetchall()
        return State(
            schemas=schemas,
            filled=_filled(connection, schemas),
            coverage=_ranges(
                connection.execute('SELECT "table", from_date, to_date FROM coverage ORDER BY ALL').fetchall()
            ),
            rejects=_rejects(connection),
            versions={table: int(version) for table, version, _ in versions},
            newest=max((at for table, _, at in versions if at is not None and table not in SIGNED), default=None),
            currency=settings.currency,
            zone=settings.timezone,
            engine=engine,
            fingerprint=_fingerprint(schemas),
            recorded=_recorded(connection, schemas),
            unsettled=_unsettled(connection),
            late=_late(connection, schemas, settings.timezone),
        )
    finally:
        connection.close()


def _recorded(connection: duckdb.DuckDBPyConnection, schemas: dict[str, dict[str, str]]) -> frozenset[str]:
    """The columns without which some KPI has no number, as far as any row holds a value in them."""
    required = {name for each in catalogue().values() for name in each.ever_required if "." in name}
    names = sorted(name for name in required if name.partition(".")[2] in schemas.get(name.partition(".")[0], {}))
    if not names:
        return frozenset()
    tests = ", ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE "{column}" IS NOT NULL)'  # noqa: S608 - names that the catalogue declares
        for table, _, column in (name.partition(".") for name in names)
    )
    held = connection.execute(f"SELECT {tests}").fetchall()[0]
    return frozenset(name for name, some in zip(names, held, strict=True) if some)


def _unsettled(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When a case was last solved or reopened again, or merged: what was known before is kept nowhere."""
    found: tuple[datetime | None] | None = connection.execute(
        "SELECT max(moment) FROM ("
        "SELECT max(greatest(reopened_latest_at, solved_last_at)) AS moment FROM conversations "
        "WHERE reopened_latest_at IS NOT NULL "
        "UNION ALL SELECT max(\"at\") FROM status_events WHERE kind = 'merge')"
    ).fetchone()
    return found[0] if found else None


def _late(
    connection: duckdb.DuckDBPyConnection, schemas: dict[str, dict[str, str]], zone: str
) -> dict[str, tuple[tuple[datetime, datetime, int], ...]]:
    """How many rows of each closed period were loaded after its last close, by the first clock of their table."""
    closed = connection.execute("SELECT period, max(closed_at) FROM closes GROUP BY ALL ORDER BY ALL").fetchall()
    spans = [(parse_period(text, zone, at.date()), at) for text, at in closed]
    periods = [(period, at) for period, at in spans if isinstance(period, Period)]
    first = min((at for _, at in periods), default=None)
    found = {}
    for table in schemas if periods else ():
        clock = _clock(table, schemas[table])
        if clock is None:
            continue
        asked = ", ".join(f"count(*) FILTER (loaded_at > ? AND {clock} >= ? AND {clock} < ?)" for _ in periods)
        values = [value for period, at in periods for value in (at, *_bounds(period, table, schemas[table]))]
        sql = f'SELECT {asked} FROM "{table}" WHERE loaded_at > ?'  # noqa: S608 - names that the schema declares
        counts = connection.execute(sql, [*values, first]).fetchall()[0]
        late = [(period.start, period.end, n) for (period, _), n in zip(periods, counts, strict=True) if n]
        if late:
            found[table] = tuple(late)
    return found


def _clock(table: str, columns: dict[str, str]) -> str | None:
    """What says in which period a row of the table lies; a month stands for its first day."""
    when = TABLES[table].when
    if when is None or TABLES[table].internal:
        return None
    return f"TRY_CAST(\"{when}\" || '-01' AS DATE)" if columns[when] == "VARCHAR" else f'"{when}"'


def _bounds(period: Period, table: str, columns: dict[str, str]) -> tuple[object, object]:
    """The period as the table's clock tells time: instants, or local days."""
    if columns[str(TABLES[table].when)] == "TIMESTAMP":
        return period.start, period.end
    return period.first_day, period.last_day + timedelta(days=1)


def _schemas(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if table in TABLES:
            found.setdefault(table, {})[column] = kind
    return found


def _fingerprint(schemas: dict[str, dict[str, str]]) -> str:
    """The part of the schemas that differs between installations: the custom dimensions."""
    return ",".join(
        f"{table}.{column}" for table, columns in schemas.items() for column in columns if column.startswith("dim_")
    )


def _filled(connection: duckdb.DuckDBPyConnection, schemas: dict[str, dict[str, str]]) -> frozenset[str]:
    tests = ", ".join(f'EXISTS (FROM "{table}")' for table in schemas)
    holds = connection.execute("SELECT " + tests).fetchall()[0]
    return frozenset(table for table, some in zip(schemas, holds, strict=True) if some)


def _ranges(rows: list[Any]) -> dict[str, tuple[tuple[date, date], ...]]:
    found: dict[str, list[tuple[date, date]]] = {}
    for table, first, last in rows:
        found.setdefault(table, []).append((first, last))
    return {table: tuple(ranges) for table, ranges in found.items()}


def _rejects(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[datetime | None, ...]]:
    rows = connection.execute(
        'SELECT "table", any_value("at") FROM rejects GROUP BY "table", file, file_id, line, key'
    ).fetchall()
    found: dict[str, list[datetime | None]] = {}
    for table, at in rows:
        found.setdefault(table, []).append(at)
    return {table: tuple(moments) for table, moments in found.items()}

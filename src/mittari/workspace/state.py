"""Reads what is known about the facts: schemas, coverage, rejects, versions. Read again only when data change."""

from datetime import date, datetime
from typing import Any

import duckdb

from mittari.facts import TABLES
from mittari.measure.call import State
from mittari.settings import Settings
from mittari.store.warehouse import Warehouse

HOUSEKEEPING = ("meta", "versions")


def read_state(warehouse: Warehouse, settings: Settings) -> State:
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
            newest=max((at for _, _, at in versions if at is not None), default=None),
            currency=settings.currency,
            zone=settings.timezone,
            fingerprint=_fingerprint(schemas),
        )
    finally:
        connection.close()


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

"""Brings what changed in the warehouse into PostgreSQL: by a file for each table, copied, then merged by key."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from mittari.errors import UserError
from mittari.facts import TABLES, Table
from mittari.store import difference
from mittari.store.difference import Change
from mittari.store.sql import identifier, literal, names

TYPES = {
    "VARCHAR": 'TEXT COLLATE "C"',  # sorted by code points, as the warehouse does
    "DOUBLE": "DOUBLE PRECISION",
    "TINYINT": "SMALLINT",
    "DECIMAL(18,4)": "NUMERIC(18,4)",
}
HOUSEKEEPING = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL, value TEXT)",
    'CREATE TABLE IF NOT EXISTS versions ("table" TEXT NOT NULL, version BIGINT NOT NULL, loaded_at TIMESTAMP)',
    'CREATE TABLE IF NOT EXISTS copied ("table" TEXT NOT NULL, rows BIGINT NOT NULL)',
)
"""What the copy is: of which installation, made of which versions, with how many rows of each table."""
LETTERS = ("pg_c_utf8", "C.utf8", "C.UTF-8", "und-x-icu")
"""Collations that know the small letter of every letter, the nearest to the warehouse's first."""
ONE_AT_A_TIME = 7_102_735_491
"""The number of the lock that a change of the copy takes."""
BLOCK = 1 << 20


def bring(warehouse: duckdb.DuckDBPyConnection, server: psycopg.Connection[Any], folder: Path) -> None:
    """Make the copy what the connection to the warehouse sees, in one transaction of the server."""
    with server.transaction():
        _run(server, f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        _prepare(server)
        _require_same_installation(warehouse, server)
        held = {table: (int(version), at) for table, version, at in _run(server, "SELECT * FROM versions")}
        declared, there = difference.columns(warehouse), _present(server)
        rows = {table: int(count) for table, count in _run(server, "SELECT * FROM copied")}
        changes = {change.table: change for change in difference.changes(warehouse, held, rows)}
        for table, columns in declared.items():
            change, added = changes.get(table), [name for name in columns if name not in there.get(table, ())]
            _make(server, TABLES[table], columns, there.get(table), added)
            if difference.gained(warehouse, table, change, added):
                change = Change(table, None)
            if change is not None:
                _send(warehouse, server, change, columns, folder, rows.get(table, 0))
                _note_rows(server, table, difference.count(warehouse, table))
        if held != difference.versions(warehouse):
            _note_versions(warehouse, server)


def _run(server: psycopg.Connection[Any], sql: str) -> list[Any]:
    cursor = server.execute(sql.encode())
    return cursor.fetchall() if cursor.description else []


def _prepare(server: psycopg.Connection[Any]) -> None:
    """The schema, what it remembers of itself, and `lower` for all letters: that of collation C knows a to z."""
    if _present(server).keys() >= {"meta", "versions", "copied"}:
        return
    _run(server, "CREATE SCHEMA IF NOT EXISTS mittari")
    for statement in HOUSEKEEPING:
        _run(server, statement)
    known = {name for (name,) in _run(server, "SELECT collname FROM pg_collation")}
    letters = next((f" COLLATE {identifier(name)}" for name in LETTERS if name in known), "")
    _run(
        server,
        "CREATE OR REPLACE FUNCTION lower(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
        f'AS $$ SELECT pg_catalog.lower($1{letters}) COLLATE "C" $$',
    )


def _require_same_installation(warehouse: duckdb.DuckDBPyConnection, server: psycopg.Connection[Any]) -> None:
    """Two installations in one database would overwrite each other."""
    own = warehouse.execute("SELECT value FROM meta WHERE key = 'installation'").fetchall()[0][0]
    held = [value for (value,) in _run(server, "SELECT value FROM meta WHERE key = 'installation'")]
    if not held:
        _run(server, f"INSERT INTO meta VALUES ('installation', {literal(own)})")
    elif held != [own]:
        raise UserError(
            "this database holds the facts of another installation",
            server.info.dbname,
            "Name another database in the setting engine, or drop the schema mittari there.",
        )


def _present(server: psycopg.Connection[Any]) -> dict[str, list[str]]:
    sql = (
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'mittari' "
        "ORDER BY ordinal_position"
    )
    found: dict[str, list[str]] = {}
    for table, name in _run(server, sql):
        found.setdefault(table, []).append(name)
    return found


def _make(
    server: psycopg.Connection[Any],
    table: Table,
    columns: Mapping[str, str],
    there: list[str] | None,
    added: list[str],
) -> None:
    """The table where it is missing, with an index to merge by, and the columns that are new to it."""
    name = identifier(table.name)
    if there is None:
        lines = ", ".join(f"{identifier(each)} {TYPES.get(kind, kind)}" for each, kind in columns.items())
        _run(server, f"CREATE TABLE {name} ({lines})")
        _run(server, f"CREATE INDEX ON {name} ({names(key for key in table.key if table[key].required)})")
        return
    for each in added:
        kind = columns[each]
        _run(server, f"ALTER TABLE {name} ADD COLUMN {identifier(each)} {TYPES.get(kind, kind)}")


def _send(
    warehouse: duckdb.DuckDBPyConnection,
    server: psycopg.Connection[Any],
    change: Change,
    columns: Mapping[str, str],
    folder: Path,
    rows: int,
) -> None:
    """The change into the copy, which has so many `rows` of the table."""
    name = identifier(change.table)
    if change.since is not None:
        incoming = identifier(f"incoming {change.table}")
        _run(server, f"CREATE TEMP TABLE {incoming} (LIKE {name}) ON COMMIT DROP")
        _copy(warehouse, server, change, incoming, columns, folder)
        _run(server, f"ANALYZE {incoming}")
        rows += _merge(server, TABLES[change.table], incoming, columns)
    if change.since is None or rows != difference.count(warehouse, change.table):  # some have left the warehouse
        _run(server, f"TRUNCATE {name}")
        _copy(warehouse, server, Change(change.table, None), name, columns, folder)
    _run(server, f"ANALYZE {name}")


def _merge(server: psycopg.Connection[Any], table: Table, incoming: str, columns: Mapping[str, str]) -> int:
    """The incoming rows in place of those with their keys; by how many the table has grown."""
    name, listed = identifier(table.name), names(columns)
    same = " AND ".join(_same_key(table))
    gone = server.execute(f"DELETE FROM {name} AS old USING {incoming} AS new WHERE {same}".encode()).rowcount
    came = server.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {incoming}".encode()).rowcount
    return came - gone


def _copy(
    warehouse: duckdb.DuckDBPyConnection,
    server: psycopg.Connection[Any],
    change: Change,
    target: str,
    columns: Mapping[str, str],
    folder: Path,
) -> None:
    """Rows by way of a file: texts in quotes, so that an empty one is told from a null.

    A text of the server cannot hold the character 0: the sign for an unreadable one stands in its place.
    """
    texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
    wanted = ", ".join(
        f"replace({identifier(name)}, chr(0), chr(65533)) AS {identifier(name)}" if name in texts else identifier(name)
        for name in columns
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"copy-{os.getpid()}-{change.table}.csv"
    try:
        warehouse.execute(
            f"COPY (SELECT {wanted} FROM {identifier(change.table)} WHERE {change.condition}) TO {literal(str(path))} "
            f"(FORMAT csv, HEADER false, FORCE_QUOTE ({names(texts)}))"
        )
        with path.open("rb") as file, server.cursor() as cursor:
            statement = f"COPY {target} ({names(columns)}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
            with cursor.copy(statement.encode()) as copy:
                while block := file.read(BLOCK):
                    copy.write(block)
    finally:
        path.unlink(missing_ok=True)


def _same_key(table: Table) -> list[str]:
    """Conditions for equal keys; an empty part of a key equals another empty part."""
    return [
        f"old.{identifier(name)} {'=' if table[name].required else 'IS NOT DISTINCT FROM'} new.{identifier(name)}"
        for name in table.key
    ]


def _note_versions(warehouse: duckdb.DuckDBPyConnection, server: psycopg.Connection[Any]) -> None:
    ours = difference.versions(warehouse)
    _run(server, "DELETE FROM versions")
    with server.cursor() as cursor:
        rows = [(table, version, at) for table, (version, at) in ours.items()]
        cursor.executemany(b"INSERT INTO versions VALUES (%s, %s, %s)", rows)


def _note_rows(server: psycopg.Connection[Any], table: str, rows: int) -> None:
    _run(server, f'DELETE FROM copied WHERE "table" = {literal(table)}')
    _run(server, f"INSERT INTO copied VALUES ({literal(table)}, {rows})")

"""The tables of chdb: what changed in the warehouse, prepared beside them, then put in their place all together.

A table that changes is cloned first (its files are shared, none is copied), and the clone is changed. Whatever fails
until then leaves the tables as they were. `versions.json` tells of which versions of the warehouse they were made; it
is away while the clones change places, so that a copy that was half changed by a crash is made anew.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from chdb.state.sqlitelike import Connection

from mittari.facts import TABLES, Table
from mittari.store import difference
from mittari.store.difference import Change, Versions
from mittari.store.disk import settle
from mittari.store.sql import identifier, literal, names

DATABASE = "mittari"
FORMAT = 1
"""Raised when the tables are made otherwise: those of an older Mittari are then made anew."""
TYPES = {
    "VARCHAR": "String",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
    "DATE": "Date32",
    "DOUBLE": "Float64",
    "DECIMAL(18,4)": "Decimal(18, 4)",
    "TINYINT": "Int8",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "BOOLEAN": "Bool",
}
DURABLE = "fsync_after_insert = 1, fsync_part_directory = 1"
NEXT, INCOMING = "{} next", "{} incoming"


@dataclass(frozen=True)
class Held:
    """Of which versions of the warehouse the tables were made, and how many rows each got."""

    versions: Versions
    rows: Mapping[str, int]


NOTHING = Held({}, {})


@dataclass(frozen=True)
class Prepared:
    """Tables of which a next one stands beside the present one, if there is one, and what will be held then."""

    present: tuple[str, ...]
    absent: tuple[str, ...]
    held: Held


class Tables:
    """The tables behind one connection to chdb. `waiting` is the folder for files on their way."""

    def __init__(self, connection: Connection, folder: Path, waiting: Path) -> None:
        self._connection, self._waiting = connection, waiting
        self._told = folder / "versions.json"

    def prepare(self, warehouse: duckdb.DuckDBPyConnection) -> Prepared | None:
        """Make the next tables of what the connection to the warehouse sees; None where nothing has changed."""
        held = self._held()
        there = self._columns()
        changes = {change.table: change for change in difference.changes(warehouse, held.versions, held.rows)}
        made = []
        self.clear()
        for table, columns in difference.columns(warehouse).items():
            wanted = {name: _type(kind) for name, kind in columns.items()}
            change, added = changes.get(table), [name for name in wanted if name not in there.get(table, {})]
            other = any(wanted.get(name) != kind for name, kind in there.get(table, {}).items())
            if table not in there or other or difference.gained(warehouse, table, change, added):
                change = Change(table, None)
            if change is not None or added:
                self._make_next(warehouse, TABLES[table], change, wanted, added)
                made.append(table)
        if not made and not changes:
            return None
        rows = {**held.rows, **{table: difference.count(warehouse, table) for table in made}}
        return Prepared(
            present=tuple(table for table in made if table in there),
            absent=tuple(table for table in made if table not in there),
            held=Held(difference.versions(warehouse), rows),
        )

    def put(self, prepared: Prepared) -> None:
        """The next tables in the place of the present ones; nobody may read meanwhile."""
        self._told.unlink(missing_ok=True)
        settle(self._told.parent)
        for table in prepared.present:
            self._run(f"EXCHANGE TABLES {identifier(table)} AND {identifier(NEXT.format(table))}")
        for table in prepared.absent:
            self._run(f"RENAME TABLE {identifier(NEXT.format(table))} TO {identifier(table)}")
        self._tell(prepared.held)

    def clear(self) -> None:
        """Drop what is left of preparing."""
        for table in self._columns():
            if table not in TABLES:
                self._run(f"DROP TABLE {identifier(table)} SYNC")

    def _run(self, sql: str) -> list[list[str]]:
        """The rows of an answer, each value as text."""
        answer = self._connection.query(sql, "JSONCompactStringsEachRow")
        return [json.loads(line) for line in str(answer).splitlines() if line]

    def _held(self) -> Held:
        try:
            told = json.loads(self._told.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return NOTHING  # nothing was put there yet, or it is not our text: the tables are made anew
        if told["format"] != FORMAT:
            return NOTHING
        versions = {
            table: (version, None if at is None else datetime.fromisoformat(at))
            for table, (version, at) in told["versions"].items()
        }
        return Held(versions, told["rows"])

    def _tell(self, held: Held) -> None:
        versions = {
            table: (version, None if at is None else at.isoformat()) for table, (version, at) in held.versions.items()
        }
        new = self._told.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "versions": versions, "rows": held.rows}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._told)
        settle(self._told.parent)

    def _columns(self) -> dict[str, dict[str, str]]:
        """The tables there are, their columns and types."""
        found: dict[str, dict[str, str]] = {}
        sql = f"SELECT table, name, type FROM system.columns WHERE database = '{DATABASE}' ORDER BY table, position"
        for table, name, kind in self._run(sql):
            found.setdefault(table, {})[name] = kind
        return found

    def _make_next(
        self,
        warehouse: duckdb.DuckDBPyConnection,
        table: Table,
        change: Change | None,
        columns: Mapping[str, str],
        added: list[str],
    ) -> None:
        made = identifier(NEXT.format(table.name))
        if change is not None and change.since is None:
            self._create(made, columns)
            self._send(warehouse, change, made, columns)
            return
        self._run(f"CREATE TABLE {made} CLONE AS {identifier(table.name)}")
        for name in added:
            self._run(f"ALTER TABLE {made} ADD COLUMN {identifier(name)} {columns[name]}")
        if change is None:
            return
        incoming = identifier(INCOMING.format(table.name))
        self._create(incoming, columns)
        self._send(warehouse, change, incoming, columns)
        key = _key(table)
        self._run(f"DELETE FROM {made} WHERE {key} IN (SELECT {key} FROM {incoming})")
        self._run(f"INSERT INTO {made} ({names(columns)}) SELECT {names(columns)} FROM {incoming}")
        here = difference.count(warehouse, table.name)
        if int(self._run(f"SELECT count() FROM {made}")[0][0]) != here:  # some have left the warehouse
            self._run(f"DROP TABLE {made} SYNC")
            self._make_next(warehouse, table, Change(table.name, None), columns, [])

    def _create(self, table: str, columns: Mapping[str, str]) -> None:
        lines = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
        self._run(f"CREATE TABLE {table} ({lines}) ENGINE = MergeTree ORDER BY tuple() SETTINGS {DURABLE}")

    def _send(
        self, warehouse: duckdb.DuckDBPyConnection, change: Change, target: str, columns: Mapping[str, str]
    ) -> None:
        """The changed rows, by way of a file that both engines read by column."""
        self._waiting.mkdir(parents=True, exist_ok=True)
        path = self._waiting / f"chdb-{os.getpid()}-{change.table}.parquet"
        try:
            warehouse.execute(
                f"COPY (SELECT {names(columns)} FROM {identifier(change.table)} WHERE {change.condition}) "
                f"TO {literal(str(path))} (FORMAT parquet)"
            )
            file = literal(str(path).replace("\\", "\\\\"))
            self._run(f"INSERT INTO {target} ({names(columns)}) SELECT {names(columns)} FROM file({file}, Parquet)")
        finally:
            path.unlink(missing_ok=True)


def _type(kind: str) -> str:
    return f"Nullable({TYPES[kind]})"


def _key(table: Table) -> str:
    """The key as a tuple without nulls, an empty part being equal to another empty part."""
    parts = []
    for name in table.key:
        column = identifier(name)
        parts += [f"isNull({column})", f"ifNull(toString({column}), '')"]
    return f"({', '.join(parts)})"

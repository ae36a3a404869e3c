"""The warehouse file written anew: no larger than what it holds, and without old bytes in parts that are not used.

What is changed or deleted stays in the file until its place is needed again, an erased person's words among it.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from mittari.errors import Fault, UserError
from mittari.settings import Settings
from mittari.store.disk import settle
from mittari.store.sql import identifier, literal
from mittari.store.warehouse import Warehouse

BESIDE = ".compacting"
"""What the name of the new file ends in while it is written; one that is found was left by a crash."""


@dataclass(frozen=True)
class Compacted:
    """The size of the file before and after, in bytes."""

    before: int
    after: int


def compact(path: Path, settings: Settings | None = None) -> Compacted:
    """Write the file anew and put it in place of the old one, which nobody else can open meanwhile.

    Raises UserError where it is not there or the disk has no room, and WarehouseBusy where a process holds it; the old
    file then is as it was.
    """
    if not path.is_file():
        raise UserError("there is no warehouse here", path, "Make one with `mittari init`.")
    fresh, before = path.with_name(path.name + BESIDE), path.stat()
    with Warehouse.open(path, settings=settings) as warehouse, warehouse.session() as connection:
        fresh.unlink(missing_ok=True)
        try:
            _copy(connection, fresh)
            fresh.chmod(before.st_mode & 0o777)
            settle(fresh)
            # The lock of the old file is held to the end, so nobody writes into what is about to go.
            fresh.replace(path)
            settle(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
    return Compacted(before.st_size, path.stat().st_size)


def _copy(connection: duckdb.DuckDBPyConnection, fresh: Path) -> None:
    connection.execute("CHECKPOINT")
    name = str(connection.execute("SELECT current_database()").fetchall()[0][0])
    connection.execute(f"ATTACH {literal(str(fresh))} AS fresh")
    try:
        connection.execute(f"COPY FROM DATABASE {identifier(name)} TO fresh")
        _require_same(connection, name)
        connection.execute("CHECKPOINT fresh")
    finally:
        connection.execute("DETACH fresh")


def _require_same(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Each table with the same rows as before; else a copy that is not one would take its place."""
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal", [name]
    ).fetchall()
    for within, table in tables:
        before, after = (_digest(connection, base, within, table) for base in (name, "fresh"))
        if before != after:
            raise Fault(
                f"{table} had {before[0]} rows, and its copy of {after[0]} is another: the file stays as it was"
            )


def _digest(connection: duckdb.DuckDBPyConnection, *named: str) -> tuple[int, int | None]:
    """How many rows, and what they hold, whatever their order."""
    table = ".".join(map(identifier, named))
    count, content = connection.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {table} AS t").fetchall()[0]
    return int(count), content

"""What an engine's copy of the facts lacks, told by versions: of the data, of each table, and of each row.

Every row carries the version in which it last changed (`changed_in`), and a version is given out once. So a copy that
was made at version 7 of the same history lacks the rows changed after 7, and what left the warehouse since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from mittari.facts import TABLES
from mittari.store import schema
from mittari.store.sql import identifier

ERASED = "erased"
"""What `meta` keeps of the last erasure of a person: its version. Nothing says whose it was."""

Versions = Mapping[str, tuple[int, datetime | None]]
"""Table -> the version of its newest change, and the instant of it."""


@dataclass(frozen=True)
class Change:
    """What to send of a table: the rows changed after `since`, or all of them where it is None."""

    table: str
    since: int | None

    @property
    def condition(self) -> str:
        return "true" if self.since is None else f"changed_in > {self.since}"


def versions(connection: duckdb.DuckDBPyConnection) -> Versions:
    rows = connection.execute('SELECT "table", version, loaded_at FROM versions').fetchall()
    return {table: (int(version), at) for table, version, at in rows}


def note_erased(connection: duckdb.DuckDBPyConnection) -> None:
    """Tell copies to make anew what the change under way has touched: in it rows lose their keys, or their words."""
    connection.execute("DELETE FROM meta WHERE key = ?", [ERASED])
    connection.execute(f"INSERT INTO meta SELECT ?, {schema.VERSION}::VARCHAR", [ERASED])


def common(ours: Versions, held: Versions) -> int | None:
    """The version at which the copy was made, where it was made of this history; else None.

    A copy that is ahead (its warehouse was restored, or stopped before it could keep what the copy had) or that has
    seen another change under the same number is no copy of this history.
    """
    if not held:
        return None
    made_at = max(version for version, _ in held.values())
    settled = {table: told for table, told in ours.items() if told[0] <= made_at}
    same = all(held.get(table) == told for table, told in settled.items())
    known = all(table in ours and told[0] <= ours[table][0] for table, told in held.items())
    newest = max((version for version, _ in ours.values()), default=0)
    return made_at if same and known and made_at <= newest else None


def changes(connection: duckdb.DuckDBPyConnection, held: Versions, rows: Mapping[str, int]) -> Iterator[Change]:
    """What the copy lacks, given the versions that it was made of and how many rows it has of each table."""
    ours = versions(connection)
    if ours == held:
        return
    since = common(ours, held)
    erased = _erased(connection)
    for table in TABLES:
        if since is None:
            yield Change(table, None)
        elif since < erased and _any(connection, table, f"changed_in > {since}"):
            yield Change(table, None)  # an engine may keep replaced rows in its files for long
        elif _any(connection, table, f"changed_in > {since}"):
            yield Change(table, since)
        elif ours.get(table) != held.get(table) or count(connection, table) != rows.get(table, 0):
            yield Change(table, None)  # rows without a version of their own, or some that left


def gained(connection: duckdb.DuckDBPyConnection, table: str, change: Change | None, added: list[str]) -> bool:
    """Whether rows that would not be sent hold a value in one of the columns that are new to the copy."""
    if not added or (change is not None and change.since is None):
        return False
    some = " OR ".join(f"{identifier(name)} IS NOT NULL" for name in added)
    unsent = "true" if change is None else f"coalesce(changed_in, 0) <= {change.since}"
    return _any(connection, table, f"{unsent} AND ({some})")


def columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Fact table -> column -> its type in the warehouse, the user's own dimensions included."""
    found: dict[str, dict[str, str]] = {}
    for table, names in schema.present(connection).items():
        if table in TABLES:
            declared = schema.columns(TABLES[table])
            found[table] = {name: declared.get(name, "VARCHAR") for name in names}
    return found


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchall()[0][0])


def _erased(connection: duckdb.DuckDBPyConnection) -> int:
    """The version of the last erasure; 0 where nobody was erased."""
    told = connection.execute("SELECT value FROM meta WHERE key = ?", [ERASED]).fetchall()
    return int(told[0][0]) if told else 0


def _any(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    sql = f"SELECT 1 FROM {identifier(table)} WHERE {condition} LIMIT 1"
    return bool(connection.execute(sql).fetchall())

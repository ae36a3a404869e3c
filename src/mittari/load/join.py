"""Values from another file: what an export keeps in several files, such as an order and its payments, in one row."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from mittari.errors import UserError, did_you_mean
from mittari.load.expression import type_of
from mittari.load.headers import meant
from mittari.load.source import Source
from mittari.store.sql import identifier, names

JOIN_KEYS = ("file", "on", "columns")


@dataclass(frozen=True)
class Join:
    """One `[[table.join]]`: aggregates (`columns`, name -> SQL) over the rows of `file` that equal ours in `on`.

    No row of ours is lost or doubled: without a fitting row over there its values are null.
    """

    file: str
    on: tuple[tuple[str, str], ...]
    columns: dict[str, str]

    def takes(self, name: str) -> bool:
        return fnmatch.fnmatch(name, self.file)

    def joined(
        self, connection: duckdb.DuckDBPyConnection, source: Source, others: Sequence[Source], where: str
    ) -> Source:
        """The source with the columns joined to it."""
        other = next((other for other in others if self.takes(other.name)), None)
        if other is None:
            raise UserError(
                f'"{self.file}" is not there', where, "Import the folder that holds all files of the export."
            )
        on = [(meant(our, source.columns), meant(their, other.columns)) for our, their in self.on]
        for column, owner in [pair for our, their in on for pair in ((our, source), (their, other))]:
            if column not in owner.columns:
                hint = did_you_mean(column, owner.columns) or f"Found are {', '.join(owner.columns)}."
                raise UserError(f'"{owner.name}" has no column "{column}"', where, hint)
        kinds = {
            name: type_of(connection, other.relation, sql, f"{where}, {name}") for name, sql in self.columns.items()
        }
        theirs = [column for _, column in on]
        values = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in self.columns.items())
        same = " AND ".join(f"ours.{identifier(our)} = theirs.{identifier(their)}" for our, their in on)
        taken = ", ".join(f"theirs.{identifier(name)}" for name in self.columns)
        relation = (
            f"(SELECT ours.*, {taken} FROM {source.relation} AS ours LEFT JOIN "
            f"(SELECT {names(theirs)}, {values} FROM {other.relation} GROUP BY {names(theirs)}) AS theirs ON {same})"
        )
        return replace(source, relation=relation, columns=source.columns | kinds)


def parse_joins(given: object, where: str) -> tuple[Join, ...]:
    """The joins of a block; a mistake is a `UserError` that names the place."""
    if not isinstance(given, list | tuple):
        raise UserError("expected [[table.join]]", where)
    return tuple(_join(each, where) for each in given)


def _join(given: dict[str, Any], where: str) -> Join:
    for key in given:
        if key not in JOIN_KEYS:
            raise UserError(
                f'unknown key "{key}"', where, did_you_mean(key, JOIN_KEYS) or f"Known are {', '.join(JOIN_KEYS)}."
            )
    if not (isinstance(given.get("file"), str) and _texts(given.get("on")) and _texts(given.get("columns"))):
        raise UserError('expected file = "...", on = { ours = "theirs" } and columns = { name = "SQL" }', where)
    return Join(given["file"], tuple(given["on"].items()), dict(given["columns"]))


def _texts(given: object) -> bool:
    return isinstance(given, dict) and bool(given) and all(isinstance(value, str) for value in given.values())

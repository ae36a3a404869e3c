"""Everything held about a person, as plain values with the meaning of each column."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from mittari.facts import TABLES, Table
from mittari.facts.persons import NAMES, WORDS, Kind, keys, namings, people_tables
from mittari.store import schema
from mittari.store.persons.theirs import gather, rows_of
from mittari.store.sql import identifier, literal

Section = dict[str, Any]
LOADED_AT = "When the row was imported."
OTHERS_KEYS = ("account", "source")
"""Kinds of keys that say more about somebody else than about the person who is mentioned."""


def sections(connection: duckdb.DuckDBPyConnection, person: str, kind: Kind) -> list[Section]:
    """One section for each table with rows about the person, in the manual's order.

    A section has `table`, `one_row_is`, `columns` (name -> meaning, of those that hold something), `rows` about the
    person and `mentions`: rows about somebody else in which the person is named, without what identifies the other or
    was written by them. Empty values are left out of the rows.
    """
    gather(connection, person, kind)
    order = list(TABLES)
    found = []
    for table in sorted(people_tables(kind), key=lambda table: order.index(table.name)):
        section = _section(connection, table, person, kind)
        if section["rows"] or section["mentions"]:
            found.append(section)
    return found


def _section(connection: duckdb.DuckDBPyConnection, table: Table, person: str, kind: Kind) -> Section:
    held = schema.present(connection)[table.name]
    rows = _rows(connection, table, held, f"rowid IN (SELECT id FROM {rows_of(table)})")
    named = " OR ".join(
        f"({identifier(each.column)} = {literal(person)}{f' AND {each.condition}' if each.condition else ''})"
        for each in namings(table, kind)
    )
    mentions = _rows(
        connection,
        table,
        _of_mentions(table, held, kind),
        f"({named or 'false'}) AND rowid NOT IN (SELECT id FROM {rows_of(table)})",
    )
    used = {name for row in (*rows, *mentions) for name in row}
    return {
        "table": table.name,
        "one_row_is": table.grain,
        "columns": {name: _meaning(table, name) for name in held if name in used},
        "rows": rows,
        "mentions": mentions,
    }


def _of_mentions(table: Table, held: list[str], kind: Kind) -> list[str]:
    """The columns shown of a row about somebody else.

    Of another customer only where and when the person is named; of the work of an employee all but who the customer
    was and what was written.
    """
    if kind == "customer":
        own = {each.column for each in namings(table, kind)} & {"referred_by", "author_id"}
        return [name for name in held if name in own or name == table.when]
    hidden = {*NAMES["customer"], "employee_id", WORDS.get(table.name)}
    hidden |= {name for name in held if table.is_own_dimension(name)}
    hidden |= {column for column, of in keys(table).items() if of in OTHERS_KEYS}
    return [name for name in held if name not in hidden]


def _rows(connection: duckdb.DuckDBPyConnection, table: Table, columns: list[str], condition: str) -> list[Section]:
    shown = [name for name in columns if name != "changed_in"]
    if not shown:
        return []
    listed = ", ".join(identifier(name) for name in shown)
    order = f"ORDER BY {identifier(table.when)}" if table.when in shown else ""
    found = connection.execute(f"SELECT {listed} FROM {identifier(table.name)} WHERE {condition} {order}").fetchall()
    return [{name: _plain(value) for name, value in zip(shown, row, strict=True) if value is not None} for row in found]


def _plain(value: Any) -> Any:
    """A value as JSON knows it: instants in UTC and days as ISO 8601 texts, amounts as numbers."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _meaning(table: Table, name: str) -> str:
    if name in table:
        return table[name].meaning
    return LOADED_AT if name == "loaded_at" else "A column of the installation's own."

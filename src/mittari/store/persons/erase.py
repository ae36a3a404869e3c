"""A person taken away, so that every total stays what it was: another name in all places, and no words.

The new name is the same everywhere, so that contacts, answers, orders and contracts of one person are still those of
one person. The keys of their rows, which other systems know, get new ones as well, in the order of the old ones: where
two things happened at one instant the order of keys decides, and it is the same afterwards. Nothing that leads from the
old names to the new ones is written anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from mittari.facts import TABLES, Table
from mittari.facts.persons import NAMES, WORDS, Kind, Naming, keys, namings, people_tables
from mittari.store import schema
from mittari.store.difference import note_erased
from mittari.store.persons.theirs import THEIR_KEYS, gather, rows_of
from mittari.store.sql import identifier, literal

PREFIX = "erased-"
NEW_KEYS = "new_keys"
"""Temporary table (kind, old, new)."""
SCOPES = {"targets": ("slice",), "interventions": ("scope", "control_scope")}
"""Texts in which an agent can stand as `agent_id=ID`."""


@dataclass(frozen=True)
class Erasure:
    """What is or would be changed: rows by table, and how many free texts are emptied.

    `beside` counts what goes from the ledger: addresses, links, and invitations that wait or were sent.
    """

    rows: dict[str, int]
    texts: int
    beside: int = 0


def prepare(connection: duckdb.DuckDBPyConnection, person: str, kind: Kind, pseudonym: str) -> Erasure:
    """Find what has to change, as temporary tables of the connection; nothing else is touched."""
    gather(connection, person, kind)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {NEW_KEYS} AS SELECT kind, old, concat({literal(pseudonym)}, '-', kind, '-', "
        f"lpad(row_number() OVER (PARTITION BY kind ORDER BY old)::VARCHAR, 9, '0')) AS new "
        f"FROM (SELECT DISTINCT kind, old FROM {THEIR_KEYS})"
    )
    counts, texts = {}, 0
    for table in people_tables(kind):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_changed(table)} AS {_new_values(table, person, kind, pseudonym)}"
        )
        counts[table.name] = _count(connection, _changed(table))
        if table.name in WORDS:
            column = identifier(WORDS[table.name])
            texts += _count(
                connection,
                f"{identifier(table.name)} WHERE {column} IS NOT NULL AND rowid IN (SELECT id FROM {rows_of(table)})",
            )
    _prepare_rejects(connection, person, kind, pseudonym)
    counts["rejects"] = _count(connection, "changed_rejects")
    return Erasure({name: count for name, count in counts.items() if count}, texts)


def carry_out(connection: duckdb.DuckDBPyConnection, person: str, kind: Kind, pseudonym: str) -> set[str]:
    """Change what `prepare` has found, inside a transaction whose version is known; returns the tables changed.

    Copies on other engines are told to make what has changed anew, since replaced rows can lie in their files for long.
    """
    changed = {table.name for table in people_tables(kind) if _update(connection, table, _changed(table))}
    if _update(connection, TABLES["rejects"], "changed_rejects"):
        changed.add("rejects")
    if kind == "employee":
        changed |= {name for name in SCOPES if _rename_in_scopes(connection, name, person, pseudonym)}
    note_erased(connection)
    return changed


def their_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The keys of their rows by kind of key, as `prepare` has found them."""
    found: dict[str, set[str]] = {}
    for kind, old in connection.execute(f"SELECT kind, old FROM {THEIR_KEYS}").fetchall():
        found.setdefault(kind, set()).add(old)
    return found


def _changed(table: Table) -> str:
    return f"changed_{table.name}"


def _new_values(table: Table, person: str, kind: Kind, pseudonym: str) -> str:
    """The rows to change with the new values of all columns that lead to the person."""
    values, joins, touched = {}, [], []
    for each in namings(table, kind):
        named = _named(table, each, person)
        values[each.column] = f"CASE WHEN {named} THEN {literal(pseudonym)} ELSE t.{identifier(each.column)} END"
        touched.append(named)
    for number, (column, key_kind) in enumerate(keys(table).items()):
        name = identifier(column)
        joins.append(_renamed(key_kind, name, f"k{number}"))
        renamed = [f"k{number}.becomes"]
        if key_kind == "conversation" and table.name != "conversations":
            joins.append(_renamed("call", name, f"c{number}", _named_as_call(table, name)))
            renamed.append(f"c{number}.becomes")
        values[column] = f"coalesce({', '.join(renamed)}, t.{name})"
        touched.append(f"t.{name} IN (SELECT old FROM {NEW_KEYS} WHERE kind = '{key_kind}')")
    if table.name in WORDS:
        word = identifier(WORDS[table.name])
        values[WORDS[table.name]] = f"CASE WHEN NOT ({_is_theirs(table)}) THEN t.{word} END"
    touched.append(f"{_is_theirs(table)}")
    listed = ", ".join(f"{value} AS {identifier(name)}" for name, value in values.items())
    # each condition by itself, and in two steps: to find the rows one column is read, and of the others only the rows
    found = " UNION ".join(f"SELECT t.rowid FROM {identifier(table.name)} AS t WHERE {each}" for each in touched)
    return (
        f"SELECT t.rowid AS id, {listed} FROM {identifier(table.name)} AS t {' '.join(joins)} "
        f"WHERE t.rowid IN ({found})"
    )


def _named(table: Table, naming: Naming, person: str) -> str:
    """The condition under which a row names the person; whoever wrote in their name on their conversation is them."""
    same = f"t.{identifier(naming.column)} = {literal(person)}"
    if naming.column == "author_id" and naming.condition == NAMES["customer"]["author_id"]:
        same = f"({same} OR (t.author_id IS NOT NULL AND {_is_theirs(table)}))"
    return f"coalesce({same}{f' AND {naming.condition}' if naming.condition else ''}, false)"


def _renamed(kind: str, name: str, alias: str, more: str = "") -> str:
    keys_of_kind = f"(SELECT old AS was, new AS becomes FROM {NEW_KEYS} WHERE kind = '{kind}')"
    return f"LEFT JOIN {keys_of_kind} AS {alias} ON {alias}.was = t.{name} {more}"


def _named_as_call(table: Table, name: str) -> str:
    """A row of theirs can name a call where others name a conversation."""
    return f"AND {_is_theirs(table)} AND t.{name} NOT IN (SELECT conversation_id FROM conversations)"


def _is_theirs(table: Table) -> str:
    return f"t.rowid IN (SELECT id FROM {rows_of(table)})"


def _update(connection: duckdb.DuckDBPyConnection, table: Table, changed: str) -> bool:
    described = connection.execute(f"DESCRIBE {changed}").fetchall()
    values = ", ".join(f"{identifier(name)} = n.{identifier(name)}" for name, *_ in described if name != "id")
    done = connection.execute(
        f"UPDATE {identifier(table.name)} AS t SET {values}, {schema.CHANGED} FROM {changed} AS n WHERE t.rowid = n.id"
    ).fetchall()
    return bool(done[0][0])


def _prepare_rejects(connection: duckdb.DuckDBPyConnection, person: str, kind: Kind, pseudonym: str) -> None:
    """Refused rows are known by their key, whose parts stand between slashes; what they quote of the row goes."""
    parts = [_new_reject_keys(table, person, kind, pseudonym) for table in _tables_with_names_in_keys(kind)]
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE changed_rejects AS SELECT id, new AS "key", '
        f"regexp_replace(reason, 'found .*$', 'found a value that was erased', 's') AS reason "
        f"FROM ({' UNION ALL '.join(parts)}) WHERE new IS DISTINCT FROM old"
    )


def _tables_with_names_in_keys(kind: Kind) -> list[Table]:
    telling = NAMES[kind]
    return [table for table in people_tables(kind) if any(name in keys(table) or name in telling for name in table.key)]


def _new_reject_keys(table: Table, person: str, kind: Kind, pseudonym: str) -> str:
    kinds = ", ".join(f"'{keys(table)[name]}'" for name in table.key if name in keys(table)) or "''"
    own = ""
    if any(name in NAMES[kind] for name in table.key):
        own = f"CASE WHEN part = {literal(person)} THEN {literal(pseudonym)} END, "
    return f"""
        SELECT id, any_value(reason) AS reason, any_value(old) AS old,
            string_agg(coalesce({own}k.new, part), '/' ORDER BY place) AS new
        FROM (SELECT rowid AS id, reason, "key" AS old, unnest(string_split("key", '/')) AS part,
                generate_subscripts(string_split("key", '/'), 1) AS place
            FROM rejects WHERE "table" = {literal(table.name)} AND "key" IS NOT NULL)
        LEFT JOIN (SELECT old AS was, min(new) AS new FROM {NEW_KEYS} WHERE kind IN ({kinds}) GROUP BY old) AS k
            ON k.was = part GROUP BY id
    """


def _rename_in_scopes(connection: duckdb.DuckDBPyConnection, table: str, person: str, pseudonym: str) -> bool:
    some = False
    for column in SCOPES[table]:
        for name in NAMES["employee"]:
            old, new = literal(f"{name}={person}"), literal(f"{name}={pseudonym}")
            done = connection.execute(
                f"UPDATE {identifier(table)} SET {identifier(column)} = {new}, {schema.CHANGED} "
                f"WHERE trim({identifier(column)}) = {old}"
            ).fetchall()
            some = some or bool(done[0][0])
    return some


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])


def drop_helpers(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Forget the temporary tables, in which old and new names stand side by side."""
    names: Iterable[str] = [THEIR_KEYS, NEW_KEYS, "changed_rejects"]
    for table in people_tables(kind):
        names = [*names, rows_of(table), _changed(table)]
    for name in names:
        connection.execute(f"DROP TABLE IF EXISTS {name}")

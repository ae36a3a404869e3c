"""The rows about a person, and the keys of these rows, as temporary tables of a connection.

A row is theirs where one of its own columns names them, or where it names nobody itself and hangs on a row of theirs: a
message on their conversation, an unsigned answer on their order. A row that only mentions them (a conversation its
agent, another customer whoever recommended us) is not theirs; the name in it is changed all the same.
"""

import duckdb

from mittari.facts import Table
from mittari.facts.persons import KEYS, LINKS, NAMES, Kind, keys, own, people_tables
from mittari.store.sql import identifier, literal

THEIR_KEYS = "their_keys"
"""Temporary table (kind, old) of the keys of their rows."""
NOT_THEIR_KEYS = ("employee", "messages")
"""What an agent wrote is theirs, but the message belongs to the customer's conversation and keeps its key."""
CALL_OF_NO_CASE = ("calls", "conversation")
"""A call that names a conversation nobody has loaded brings that key as well."""
ALSO_CALLS = "('conversation', 'call')"
"""What an answer or an order calls a conversation may be a call that has none."""


def rows_of(table: Table) -> str:
    """The temporary table of the places (`id`) of their rows in a table."""
    return f"theirs_{table.name}"


def gather(connection: duckdb.DuckDBPyConnection, person: str, kind: Kind) -> None:
    """Make the temporary tables for a person."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {THEIR_KEYS} (kind VARCHAR, old VARCHAR)")
    for table in people_tables(kind):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {rows_of(table)} AS SELECT rowid AS id FROM {identifier(table.name)} "
            f"WHERE {_theirs(table, person, kind)}"
        )
        if (kind, table.name) != NOT_THEIR_KEYS:
            _note_keys(connection, table)
    _keep_what_others_share(connection, kind)


def _theirs(table: Table, person: str, kind: Kind) -> str:
    """The condition under which a row is theirs."""
    named = [f"{identifier(name)} = {literal(person)}" for name in own(table, kind)]
    anybody = [f"{identifier(name)} IS NULL" for name in _everybodys(table)]
    if table.name == "messages":  # what they wrote, whosever conversation it is
        named.append(f"{NAMES[kind]['author_id']} AND author_id = {literal(person)}")
    hung = " OR ".join(_hangs(name) for name in LINKS if name in table and (table.key[0] != name or _only(table)))
    if hung:
        named.append(" AND ".join([*anybody, f"({hung})"]))
    return " OR ".join(f"({each})" for each in named) or "false"


def _only(table: Table) -> tuple[str, ...]:
    """The link that is itself the first part of the key, where the table is no table of its own: tags, topics."""
    return (table.key[0],) if table.key[0] in LINKS and len(table.key) > 1 else ()


def _everybodys(table: Table) -> list[str]:
    """The columns by which a row of the table names whom it is about."""
    return [name for name in ("customer_id", "employee_id", "respondent_id") if name in table]


def _hangs(link: str) -> str:
    kind = next(kind for kind, columns in KEYS.items() if link in columns)
    kinds = f"kind IN {ALSO_CALLS}" if kind == "conversation" else f"kind = '{kind}'"
    return f"{identifier(link)} IN (SELECT old FROM {THEIR_KEYS} WHERE {kinds})"


def _note_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """The keys of their rows: those that name the row, its case and account, and what the sender calls it.

    A call names the conversation that documents it; where there is one, it speaks for itself.
    """
    for column, kind in keys(table).items():
        names_the_row = column == table.key[0] and column not in _only(table)
        if not (names_the_row or kind in ("case", "source", "account") or (table.name, kind) == CALL_OF_NO_CASE):
            continue
        unless = ""
        if (table.name, kind) == CALL_OF_NO_CASE:
            unless = "AND conversation_id NOT IN (SELECT conversation_id FROM conversations)"
        connection.execute(
            f"INSERT INTO {THEIR_KEYS} SELECT DISTINCT '{kind}', {identifier(column)} FROM {identifier(table.name)} "
            f"WHERE rowid IN (SELECT id FROM {rows_of(table)}) AND {identifier(column)} IS NOT NULL {unless}"
        )


def _keep_what_others_share(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """An account that others belong to names a company or a household, not this person: it stays what it is."""
    if kind == "employee":
        return
    connection.execute(
        f"DELETE FROM {THEIR_KEYS} WHERE kind = 'account' AND old IN "
        "(SELECT account_id FROM customers WHERE rowid NOT IN (SELECT id FROM theirs_customers) "
        "AND account_id IS NOT NULL)"
    )

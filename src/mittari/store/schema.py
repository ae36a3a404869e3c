"""The tables of the warehouse, made from the declarations of the facts."""

import duckdb

from mittari.facts import TABLES, Table
from mittari.store.sql import identifier

HOUSEKEEPING = (
    "CREATE TABLE IF NOT EXISTS meta (key VARCHAR NOT NULL, value VARCHAR)",
    'CREATE TABLE IF NOT EXISTS versions ("table" VARCHAR NOT NULL, version BIGINT NOT NULL, loaded_at TIMESTAMP)',
)
"""`meta` holds what an installation remembers of itself; `versions` how often each table has changed, and when."""

NOTED = {"loaded_at": "TIMESTAMP", "changed_in": "BIGINT"}
"""The instant at which a row was loaded, and the version of the data in which it last changed in any column."""

DATA_VERSION = "data_version"
VERSION = f"getvariable('{DATA_VERSION}')"
"""The version that the load under way is making, in the SQL of its connection; NULL outside a load."""
CHANGED = f"changed_in = {VERSION}"
"""What an update of a fact's columns sets beside them."""


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that are missing, and the columns that a later version of Mittari has added."""
    for statement in HOUSEKEEPING:
        connection.execute(statement)
    existing = present(connection)
    for table in TABLES.values():
        if table.name not in existing:
            connection.execute(definition(table))
            continue
        for name, sql_type in columns(table).items():
            if name not in existing[table.name]:
                add_column(connection, table.name, name, sql_type)


def definition(table: Table) -> str:
    """The statement that makes the table; no key index, since loading merges by key and an index would slow it."""
    lines = ",\n    ".join(f"{identifier(name)} {sql_type}" for name, sql_type in columns(table).items())
    return f"CREATE TABLE {identifier(table.name)} (\n    {lines}\n)"


def columns(table: Table) -> dict[str, str]:
    """Each declared column of the table with its SQL type, and what Mittari notes of every row."""
    return {column.name: column.sql_type for column in table} | NOTED


def present(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The tables there are, with their columns in order, the user's own dimensions included."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal "
        "ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def add_column(connection: duckdb.DuckDBPyConnection, table: str, column: str, sql_type: str) -> None:
    connection.execute(f"ALTER TABLE {identifier(table)} ADD COLUMN {identifier(column)} {sql_type}")

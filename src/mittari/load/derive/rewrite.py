"""Rows of a table written anew.

Text must not be changed by UPDATE in the transaction that inserted the row: DuckDB 2.0 then corrupts the strings of the
table now and then, and the commit fails. Instants and numbers may.
"""

import duckdb


def replaced(connection: duckdb.DuckDBPyConnection, table: str, rows: str) -> None:
    """Put the rows of a query, which have a column `id`, in place of those with that rowid."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE written_anew AS {rows}")
    connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT id FROM written_anew)")
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (id) FROM written_anew")
    connection.execute("DROP TABLE written_anew")

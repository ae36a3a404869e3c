"""Answers without a person, mixed: once their quarter of an hour is over nothing tells which of them came first.

Rows lie in the file in the order of their arrival, and the version in which each changed (`changed_in`) is shared with
whatever else arrived at that moment. Both would lead from an answer to the minute of it, although its own times say
only the quarter of an hour. So its rows are written once more, in an order drawn by chance and with one version.
"""

from datetime import datetime

import duckdb

from mittari.store.schema import VERSION
from mittari.store.sql import identifier, literal
from mittari.store.warehouse import Warehouse

TABLES = ("responses", "competitor_ratings", "feedback_actions")
OF_RESPONSES = "text_attributes"
"""What was read of comments, which names the answer and no time."""
MIXED = "mixed before"
"""The key in `meta` of the instant before which everything has been mixed."""


def mix(warehouse: Warehouse, before: datetime) -> int:
    """Mix what was loaded before an instant (naive UTC, a whole quarter of an hour); returns how many rows that were.

    Such rows are known by the moment of their loading, which only in them is a whole quarter of an hour. Where there is
    nothing to do nothing is written, and no version is made.
    """
    since = warehouse.meta(MIXED) or "-infinity"
    condition = (
        f"loaded_at >= TIMESTAMP {literal(since)} AND loaded_at < TIMESTAMP '{before}' "
        "AND loaded_at = time_bucket(INTERVAL 15 MINUTES, loaded_at)"
    )
    with warehouse.session() as session:
        if not any(_some(session, table, condition) for table in TABLES):
            return 0
        with warehouse.writing(session) as connection:
            warehouse.next_version(connection)
            named = f"response_id IN (SELECT response_id FROM responses WHERE {condition})"
            counts = {OF_RESPONSES: _mix(connection, OF_RESPONSES, named)}
            counts |= {table: _mix(connection, table, condition) for table in TABLES}
            warehouse.renumber(connection, [table for table, count in counts.items() if count])
            connection.execute("DELETE FROM meta WHERE key = ?", [MIXED])
            connection.execute("INSERT INTO meta VALUES (?, ?)", [MIXED, str(before)])
    return sum(counts.values())


def _some(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchall())


def _mix(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    name = identifier(table)
    connection.execute(f"CREATE TEMP TABLE mixed AS SELECT * FROM {name} WHERE {condition} ORDER BY random()")
    connection.execute(f"DELETE FROM {name} WHERE {condition}")
    done = connection.execute(f"INSERT INTO {name} BY NAME SELECT * REPLACE ({VERSION} AS changed_in) FROM mixed")
    count = int(done.fetchall()[0][0])
    connection.execute("DROP TABLE mixed")
    return count

"""Columns that depend on other rows of the table, brought up to date at the end of a load."""

import duckdb

from mittari.load.derive import buying, comments, edits, repeats, replies, rescored
from mittari.load.derive.context import (
    TOUCHED_BUYERS,
    TOUCHED_COMMENTS,
    TOUCHED_CONTACTS,
    TOUCHED_CUSTOMERS,
    TOUCHED_PERSONS,
    TOUCHED_SPEAKERS,
    TOUCHED_THREADS,
    Context,
)

SETTLED = (
    (edits, TOUCHED_CONTACTS, ("responses",)),
    (rescored, TOUCHED_PERSONS, ("responses",)),
    (repeats, TOUCHED_CUSTOMERS, ("conversations", "calls")),
    (buying, TOUCHED_BUYERS, ("orders",)),
    (comments, f"(FROM {TOUCHED_COMMENTS} UNION ALL FROM {TOUCHED_SPEAKERS})", comments.DEPENDS_ON),
)
"""What is found, where those concerned are noted, and the tables it is about."""


def settle(connection: duckdb.DuckDBPyConnection, context: Context) -> None:
    """Of all rows where a table was filled or computed anew, else of those that the load has touched."""
    for found, noted, tables in SETTLED:
        if context.whole(*tables):
            found.settle(connection, "true")
        elif _touched(connection, noted):
            found.settle(connection, found.TOUCHED)
    if context.whole("messages", "conversations"):
        replies.settle(connection, "true", context.settings)
    elif _touched(connection, TOUCHED_THREADS):
        replies.settle(connection, replies.TOUCHED, context.settings)


def _touched(connection: duckdb.DuckDBPyConnection, noted: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {noted} LIMIT 1").fetchall())

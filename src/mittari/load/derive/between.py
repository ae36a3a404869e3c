"""Columns that depend on other rows of the table, brought up to date at the end of a load."""

import duckdb

from mittari.load.derive import buying, comments, edits, endings, repeats, replies, rescored
from mittari.load.derive.context import (
    TOUCHED_BUYERS,
    TOUCHED_COMMENTS,
    TOUCHED_CONTACTS,
    TOUCHED_CUSTOMERS,
    TOUCHED_ENDINGS,
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


def settle(connection: duckdb.DuckDBPyConnection, context: Context) -> set[str]:
    """Of all rows where a table was filled or computed anew, else of those that the load has touched.

    Returns the tables in which given columns were filled: a load of other tables can change them.
    """
    for found, noted, tables in SETTLED:
        if context.whole(*tables):
            found.settle(connection, "true")
        elif _touched(connection, noted):
            found.settle(connection, found.TOUCHED)
    if context.whole("messages", "conversations"):
        replies.settle(connection, "true", context.settings)
    elif _touched(connection, TOUCHED_THREADS):
        replies.settle(connection, replies.TOUCHED, context.settings)
    return _endings(connection, context)


def _endings(connection: duckdb.DuckDBPyConnection, context: Context) -> set[str]:
    """What answers keep of how their contacts ended; the solves of the conversations are settled by now."""
    if context.whole(*endings.DEPENDS_ON):
        filled = endings.settle(connection, "true")
    else:
        filled = _touched(connection, TOUCHED_ENDINGS) and endings.settle(connection, endings.TOUCHED)
    return {"responses"} if filled else set()


def _touched(connection: duckdb.DuckDBPyConnection, noted: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {noted} LIMIT 1").fetchall())

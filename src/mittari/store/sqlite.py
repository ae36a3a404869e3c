"""How the small stores of an installation are opened: SQLite, durable at every commit, shared by processes."""

import sqlite3
from pathlib import Path

from mittari.errors import UserError

PATIENCE_S = 10.0
"""So long a writer waits for one of another process."""


def open_file(path: Path, schema: str) -> sqlite3.Connection:
    """A connection in autocommit, usable from any thread one at a time; the file and its tables are made where missing.

    A commit returns when the disk has it (`synchronous=FULL`). Raises UserError where the file cannot be used.
    """
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(schema)
    except sqlite3.Error as error:
        raise UserError(
            f"the file cannot be used: {error}", path, "See that the disk has room and the file is yours."
        ) from error
    path.chmod(0o600)
    return connection

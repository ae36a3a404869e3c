"""How the small stores of an installation are opened: SQLite, durable at every commit, shared by processes."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mittari.errors import UserError

PATIENCE_S = 10.0
"""So long a writer waits for one of another process."""


def open_file(path: Path, schema: str) -> sqlite3.Connection:
    """A connection in autocommit, usable from any thread one at a time; the file and its tables are made where missing.

    A commit returns when the disk has it (`synchronous=FULL`), and what is deleted is overwritten. Raises UserError
    where the file cannot be used.
    """
    try:
        _only_for_its_owner(path)
        connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(schema)
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            f"the file cannot be used: {error}", path, "See that the disk has room and the file is yours."
        ) from error
    return connection


def _only_for_its_owner(path: Path) -> None:
    """Before SQLite opens the file: the log beside it, which holds the same, gets the mode that the file has then."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        with suppress(FileNotFoundError):
            path.with_name(name).chmod(0o600)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction, committed at the end; whatever is raised, a refused commit included, leaves none open.

    One that stayed open would keep everybody else from writing for good.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk may have rolled back by itself
            connection.rollback()
        raise


def empty_log(connection: sqlite3.Connection) -> None:
    """Put what the log beside the file holds into its place and cut the log to nothing.

    What was deleted is overwritten in the file; in the log its earlier state would stay until the log is used again.
    """
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

"""The ledger: what the installation knows beside facts. Tokens, devices, links, jobs; small, durable, shared.

    with Ledger.open(home / "ledger.sqlite") as ledger:
        with ledger.writing() as connection: connection.execute("INSERT ...")
        rows = ledger.all("SELECT ...", (value,))

Any process may open it. Each table is written by one module, which also knows its columns; the schema stands here, so
that one place tells what there is.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from mittari.store.sqlite import empty_log, open_file, transaction

FILE_NAME = "ledger.sqlite"
SIGNING_KEY = "signing key"

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    made_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE TABLE IF NOT EXISTS webhooks (
    name TEXT PRIMARY KEY,
    "table" TEXT NOT NULL,
    secret TEXT NOT NULL,
    shape TEXT NOT NULL,
    made_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE TABLE IF NOT EXISTS devices (
    device_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    survey TEXT NOT NULL,
    touchpoint TEXT,
    location TEXT,
    languages TEXT,
    made_at TEXT NOT NULL,
    seen_at TEXT,
    waiting INTEGER,
    told TEXT,
    silent_since TEXT,
    revoked_at TEXT
);
CREATE TABLE IF NOT EXISTS device_care (
    device_id TEXT PRIMARY KEY,
    owner TEXT,
    language TEXT,
    off_at TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS device_visits (
    device_id TEXT NOT NULL,
    touchpoint TEXT NOT NULL,
    date TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (touchpoint, date, device_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    link TEXT PRIMARY KEY,
    survey TEXT NOT NULL,
    context TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    form TEXT,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS links_end ON links (ends_at);
CREATE TABLE IF NOT EXISTS addresses (
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT,
    consent INTEGER,
    bad INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL,
    PRIMARY KEY (person, kind)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS addresses_at ON addresses (at);
CREATE INDEX IF NOT EXISTS addresses_same ON addresses (kind, lower(address));
CREATE TABLE IF NOT EXISTS retention (survey TEXT PRIMARY KEY, texts_s REAL, persons_s REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opted_out (person TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    survey TEXT NOT NULL,
    person TEXT NOT NULL,
    due_at TEXT NOT NULL,
    first_due_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    invite TEXT NOT NULL,
    secret TEXT,
    claimed_at TEXT,
    done_at TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (state, due_at);
CREATE INDEX IF NOT EXISTS outbox_person ON outbox (person);
"""


class Ledger:
    """An open ledger; any number of threads may use it, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_file(path, SCHEMA)
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file, making it and its tables where they are missing."""
        return cls(path)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: committed to disk at the end, undone when anything is raised."""
        with self._lock, transaction(self._connection):
            yield self._connection

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
            return found

    def signing_key(self) -> bytes:
        """The secret that signs links and forms, drawn once for the installation."""
        fresh = secrets.token_hex(32)
        with self.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (SIGNING_KEY, fresh))
        found = self.one("SELECT value FROM meta WHERE key = ?", (SIGNING_KEY,))
        return bytes.fromhex(found[0] if found else fresh)

    def empty_log(self) -> None:
        """Leave nothing of what was deleted in the log beside the file."""
        with self._lock:
            empty_log(self._connection)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

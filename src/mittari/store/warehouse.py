"""The warehouse: one DuckDB file with every table a KPI reads, owned by one process, shared by its threads.

    with Warehouse.open(home / "warehouse.duckdb", settings=settings) as warehouse:
        with warehouse.writing() as connection:      # one writer at a time, all or nothing
            connection.execute("INSERT ...")
            warehouse.bump(connection, ["calls"], now)
        rows = warehouse.connection().execute("SELECT ...").fetchall()

Instants are naive UTC; the session runs in UTC as well, so that no cast depends on where the machine stands.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from mittari.errors import UserError
from mittari.settings import Settings
from mittari.store import schema
from mittari.store.courtesy import Courtesy
from mittari.store.faults import explained

TEMPORARY = "tmp"

log = logging.getLogger("mittari.store")

Listener = Callable[[int, frozenset[str]], None]
"""Told of a change that is committed: its version, and the tables that have it."""


class Warehouse:
    """An open warehouse file. Make one with `Warehouse.open`; it may be used by any number of threads."""

    def __init__(
        self, root: duckdb.DuckDBPyConnection, path: Path, read_only: bool, memory_limit: str | None = None
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._memory_limit = memory_limit
        self._root = root
        self._followers: list[Callable[[duckdb.DuckDBPyConnection], None]] = []
        self._listeners: list[Listener] = []
        self._bumped: set[str] = set()  # by the transaction under way; touched only by who holds the lock
        self.courtesy = Courtesy()
        self._write_lock = threading.RLock()
        self._cursor_lock = threading.Lock()

    @classmethod
    def open(cls, path: str | Path, read_only: bool = False, settings: Settings | None = None) -> Self:
        """Open the file, making it and its tables where they are missing.

        Raises `WarehouseBusy` when another process holds it, and `UserError` when the folder is missing, the disk is
        full or the file is no warehouse.
        """
        path = Path(path)
        _require_folder(path, read_only)
        with explained(path):
            root = duckdb.connect(str(path), read_only=read_only, config=_configuration(path, settings))
            try:
                root.execute("SET GLOBAL TimeZone = 'UTC'")
                warehouse = cls(root, path, read_only, settings.memory_limit if settings else None)
                if not read_only:
                    with warehouse.writing() as connection:
                        schema.create(connection)
            except BaseException:
                root.close()
                raise
        return warehouse

    @property
    def temporary(self) -> Path:
        """The folder inside the home for what does not fit into memory; made when first used."""
        return self.path.parent / TEMPORARY

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to read with: threads must not share one. It sees what is committed."""
        with self._cursor_lock:
            return self._root.cursor()

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for a while, outside any transaction; its temporary tables vanish with it."""
        with explained(self.path):
            connection = self.connection()
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def writing(self, session: duckdb.DuckDBPyConnection | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection (or the one given) inside a transaction: committed at the end, undone when anything is raised.

        One writer at a time; a second thread waits. Who listens is told after the lock is free again.
        """
        with self._write_lock, explained(self.path):
            connection = session or self.connection()
            version, outer, self._bumped = 0, self._bumped, set()
            try:
                connection.execute("BEGIN TRANSACTION")
                yield connection
                for follow in self._followers:
                    follow(connection)
                if self._bumped:
                    version = int(connection.execute("SELECT max(version) FROM versions").fetchall()[0][0])
                connection.execute("COMMIT")
                changed = frozenset(self._bumped)
            except BaseException:
                _roll_back(connection)
                raise
            finally:
                self._bumped = outer
                if session is None:
                    connection.close()
        if changed:
            self._tell(version, changed)

    def _tell(self, version: int, changed: frozenset[str]) -> None:
        """What a listener raises is for the log only: the change is kept already, and its writer has done its work."""
        for listener in self._listeners:
            try:
                listener(version, changed)
            except Exception:
                log.exception("a listener failed to hear of version %s", version)

    @staticmethod
    def name_installation(connection: duckdb.DuckDBPyConnection) -> None:
        """Give the installation a name that no other has, once, inside the transaction of the connection."""
        if not connection.execute("SELECT 1 FROM meta WHERE key = 'installation'").fetchall():
            connection.execute("INSERT INTO meta VALUES ('installation', uuid()::VARCHAR)")

    def followed_by(self, follow: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """Call it at the end of every writing transaction, before it is committed: what it raises undoes all of it."""
        self._followers.append(follow)

    def told_of(self, listener: Listener) -> None:
        """Call it after every commit that gave tables a new version, in the thread of the writer: it must be quick.

        Two writers may be told in another order than they were committed: the higher version is the newer.
        """
        self._listeners.append(listener)

    @contextmanager
    def frugal(self, most: str) -> Iterator[None]:
        """Hold the memory of the whole warehouse to `most` (such as "512MB") for a while, where it may use more."""
        with self._cursor_lock:
            before = str(self._root.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
            lower = _bytes(most) < _bytes(before)
            if lower:
                self._root.execute(f"SET GLOBAL memory_limit = '{most}'")
        try:
            yield
        finally:
            if lower:
                with self._cursor_lock:
                    # Not what it was read as before: DuckDB tells it rounded, and it would shrink every time.
                    chosen = f"SET GLOBAL memory_limit = '{self._memory_limit}'"
                    self._root.execute(chosen if self._memory_limit else "RESET GLOBAL memory_limit")

    def bump(
        self,
        connection: duckdb.DuckDBPyConnection,
        tables: Iterable[str],
        now: datetime,
        coarse: datetime | None = None,
    ) -> int:
        """Give the tables the next version, inside the transaction that changed them, and return it.

        A version is never used twice in an installation, so that equal versions mean equal data. `coarse` is kept in
        place of `now` where that would tell too much; of a table that was loaded since, that moment stays, since
        numbers as of the newest load would lose rows.
        """
        version, tables = self.next_version(connection), set(tables)
        for table in sorted(tables):
            found = connection.execute('SELECT loaded_at FROM versions WHERE "table" = ?', [table]).fetchall()
            earlier = [at for (at,) in found if at is not None and at <= now]
            kept = now if coarse is None else max([coarse, *earlier])
            connection.execute('DELETE FROM versions WHERE "table" = ?', [table])
            connection.execute("INSERT INTO versions VALUES (?, ?, ?)", [table, version, kept])
        self._bumped.update(tables)
        return version

    def renumber(self, connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> int:
        """The next version for tables in which only names and words changed: they stay as fresh as before.

        What is asked as of the newest load is then asked as of the same instant as before. It ends what counts as a
        load: days kept as sums know no names, so there is nothing to correct, and rows that changed their key could
        not be told from new ones there. Call it after the last change.
        """
        version = self.next_version(connection)
        for table in sorted(set(tables)):
            connection.execute('UPDATE versions SET version = ? WHERE "table" = ?', [version, table])
        connection.execute(f"RESET VARIABLE {schema.DATA_VERSION}")
        return version

    def checkpoint(self) -> None:
        """Write all changes into the file itself and empty the log beside it."""
        with self._write_lock, explained(self.path), self.session() as connection:
            connection.execute("CHECKPOINT")

    @staticmethod
    def next_version(connection: duckdb.DuckDBPyConnection) -> int:
        """The version that changes of the transaction under way will have: rows that it writes are marked with it."""
        version = int(connection.execute("SELECT coalesce(max(version), 0) + 1 FROM versions").fetchall()[0][0])
        connection.execute(f"SET VARIABLE {schema.DATA_VERSION} = {version}")
        return version

    def version(self) -> int:
        """The version of the newest change to any table: equal versions mean equal data."""
        connection = self.connection()
        try:
            return int(connection.execute("SELECT coalesce(max(version), 0) FROM versions").fetchall()[0][0])
        finally:
            connection.close()

    def data_version(self, tables: Iterable[str]) -> int:
        """The version of the newest change to any of the tables; 0 when nothing was ever loaded into them."""
        rows = self.connection().execute(
            'SELECT coalesce(max(version), 0) FROM versions WHERE list_contains(?, "table")', [sorted(set(tables))]
        )
        return int(rows.fetchall()[0][0])

    def meta(self, key: str) -> str | None:
        """What was remembered under the key, or None."""
        rows = self.connection().execute("SELECT value FROM meta WHERE key = ?", [key]).fetchall()
        return str(rows[0][0]) if rows else None

    def remember(self, key: str, value: str) -> None:
        """Keep the value under the key, in place of what was there."""
        with self.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", [key])
            connection.execute("INSERT INTO meta VALUES (?, ?)", [key, value])

    def close(self) -> None:
        """Close the file; connections handed out cannot be used afterwards."""
        with self._write_lock:
            self._root.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _require_folder(path: Path, read_only: bool) -> None:
    if path.is_dir():
        raise UserError("expected a warehouse file, found a folder", path)
    if read_only and not path.exists():
        raise UserError("there is no warehouse here", path, "Make one with `mittari init`.")
    if not path.parent.is_dir():
        raise UserError("the folder of the installation does not exist", path.parent, "Make it with `mittari init`.")


def _configuration(path: Path, settings: Settings | None) -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB's own settings. Files for what exceeds memory stay in the home, beside the warehouse."""
    chosen: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(path.parent / TEMPORARY)}
    if settings is not None:
        chosen |= {"memory_limit": settings.memory_limit, "threads": str(settings.threads)}
    return chosen


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Undo what the transaction did. When the database has given it up already there is nothing left to undo."""
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:  # the first error is the one to tell about: it is being raised
        return


def _bytes(amount: str) -> float:
    """An amount of memory as DuckDB writes it, in bytes."""
    number = amount.rstrip("BKMGTi ").strip()
    unit = amount[len(number) :].strip()
    base = 1024 if "i" in unit else 1000
    return float(number) * float(base ** "BKMGT".index(unit[0] if unit else "B"))

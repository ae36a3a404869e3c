"""PostgreSQL 15 or newer as the engine: a schema `mittari` of its own, made and merged by Mittari.

The copy is changed in one transaction together with the versions that it was made of, so that it is never half written.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy.typing as npt
import psycopg
from psycopg import conninfo

from mittari.errors import UserError
from mittari.settings import Settings
from mittari.store.copying import bring
from mittari.store.engines import POSTGRESQL
from mittari.store.replica import column

OLDEST = 15
SCHEMA = "mittari"
CONNECT_S = 10
SESSION = (
    "SET TimeZone = 'UTC'",
    f"SET search_path = {SCHEMA}, pg_catalog",  # ours first: `lower` of this schema goes before theirs
    "SET jit = off",  # it takes longer than most of these queries
    "SET work_mem = '128MB'",
)
KINDS = {16: "?", 20: "i8", 21: "i2", 23: "i4", 700: "f4", 701: "f8", 1700: "f8", 1082: "M8[us]", 1114: "M8[us]"}
"""Types of the server by their number, as numpy has them; anything else is text."""
NOTHING = 'Nothing was changed. Start it, or set engine = "duckdb" in mittari.toml.'
SERVER_GONE = (psycopg.OperationalError, psycopg.InterfaceError)


class PostgreSQL:
    """A database that holds the copy of one installation. `folder` is for what is on its way there."""

    engine = POSTGRESQL

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self.address = address(url)
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []
        self._closed = False

    def ready(self) -> None:
        with self._connection():  # an idle one is tried before it is handed out
            pass

    def bring(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._connection() as server, _explained(self.address):
            bring(connection, server, self._folder)

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
        with self._connection() as connection, _explained(self.address):
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(sql.encode(), parameters)
            told, rows = cursor.description or (), cursor.fetchall()
        columns = zip(*rows, strict=True) if rows else ([] for _ in told)
        return {
            each.name: column(list(values), KINDS.get(each.type_code, "O"))
            for each, values in zip(told, columns, strict=True)
        }

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that nobody else uses meanwhile, in autocommit; kept for the next one unless it broke."""
        connection = self._taken()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _taken(self) -> psycopg.Connection[Any]:
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection = self._idle.pop()
            if _alive(connection):
                return connection
        return self._connected()

    def _connected(self) -> psycopg.Connection[Any]:
        with _explained(self.address):
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_S)
            if connection.info.server_version < OLDEST * 10_000:
                found = connection.info.server_version // 10_000
                connection.close()
                raise UserError(f"expected PostgreSQL {OLDEST} or newer, found {found}", self.address)
            for statement in SESSION:
                connection.execute(statement.encode())
            return connection


def opened(settings: Settings, folder: Path) -> PostgreSQL:
    """The database at the address that the setting is."""
    return PostgreSQL(settings.engine, folder)


def address(url: str) -> str:
    """Where the setting points to, as people may see it: host, port and database, without user and password."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise UserError(
            "expected an address such as postgresql://user@host/database",
            "setting engine",
            "The password may stay out: PGPASSWORD or ~/.pgpass hold it as well.",
        ) from None  # the cause may quote the password
    host = str(parts.get("host") or parts.get("hostaddr") or "")
    if "@" in host:  # the rest of a password: it must not be shown
        raise UserError("the password holds an @", "setting engine", "Write it as %40, or leave the password out.")
    return f"postgresql://{host}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


def _alive(connection: psycopg.Connection[Any]) -> bool:
    """Whether a connection that lay idle still answers."""
    try:
        connection.execute("SELECT 1")
    except SERVER_GONE:
        connection.close()
        return False
    return True


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Within it, what the server or the way to it refuses becomes a `UserError` of one line naming the address."""
    try:
        yield
    except SERVER_GONE as error:
        raise UserError(f"PostgreSQL cannot be used: {error}", where, NOTHING) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise UserError(f"PostgreSQL refuses: {error}", where, NOTHING) from None

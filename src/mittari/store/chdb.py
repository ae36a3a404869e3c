"""ClickHouse's engine inside this process, by the package chdb: its tables lie in the home, in `engine/chdb`.

A process has one folder of chdb open at a time, with any number of connections. Each fetch takes one of a few; a change
of the tables takes them all, so that no query sees half of it.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chdb
import duckdb
import numpy.typing as npt
from chdb.state.sqlitelike import Connection

from mittari.errors import UserError
from mittari.settings import Settings
from mittari.store.chdb_frames import frame_of
from mittari.store.chdb_tables import DATABASE, Tables
from mittari.store.engines import CHDB

FOLDER = Path("engine", "chdb")
CONNECTIONS = 4
"""Queries at a time; each uses all cores it gets."""
SESSION = {
    "join_use_nulls": 1,  # what a left join does not find is null, not 0 or ''
    "aggregate_functions_null_for_empty": 1,  # so is the sum of no rows
    "union_default_mode": "ALL",
    "prefer_column_name_to_alias": 1,  # `SELECT a + 1 AS a ... GROUP BY a` means the column
    "use_variant_as_common_type": 0,  # where two types have none in common we want to hear of it
    "query_plan_optimize_join_order_limit": 0,  # it would join all with all where a key comes out of another join
    "optimize_functions_to_subcolumns": 0,  # it loses the column where values are counted in a window
    "compile_expressions": 0,  # our statements are long and run briefly: compiling them takes longer
    "compile_aggregate_expressions": 0,
    "output_format_decimal_trailing_zeros": 1,
}
OTHER_FOLDER = re.compile(r"already initialized with path '([^']+)'")


class ChDB:
    """The copy of one installation; `folder` is the engine's own, `waiting` is for files on their way into it."""

    engine = CHDB

    def __init__(self, folder: Path, waiting: Path, threads: int, memory_bytes: int) -> None:
        self.folder = folder.resolve()
        self.address = str(self.folder)
        self._waiting = waiting
        self._session = SESSION | {"max_threads": threads, "max_memory_usage": memory_bytes}
        self._changing = threading.Lock()
        self._gate, self._free = threading.Lock(), threading.Semaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._first: Connection | None = None
        """Only held, since the engine stops when its last connection is closed."""
        self._closed = False

    def ready(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"the folder cannot be made: {error.strerror}", self.folder) from error
        with self._lock:
            if self._first is None:
                self._first = self._connected()

    def bring(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._changing, self._connection() as own, self._explained():
            tables = Tables(own, self.folder, self._waiting)
            prepared = tables.prepare(connection)
            if prepared is not None:
                with self._alone():
                    tables.put(prepared)
                tables.clear()

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
        with self._turn(), self._connection() as connection:
            told = {name: _as_parameter(value) for name, value in parameters.items()}
            return frame_of(connection.query(sql, "Arrow", params=told))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            if self._first is not None:
                self._first.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection that nobody else uses meanwhile, kept for the next one.

        After a failure it is not: chdb puts what the failed statement had written before the next answer.
        """
        with self._lock:
            connection = self._idle.pop() if self._idle else self._connected()
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

    def _connected(self) -> Connection:
        """One more connection, which costs next to nothing once the folder is open."""
        try:
            connection = Connection(str(self.folder))
        except RuntimeError as error:
            raise self._not_opened(str(error)) from error
        connection.query(f"CREATE DATABASE IF NOT EXISTS {DATABASE} ENGINE = Atomic")
        connection.query(f"USE {DATABASE}")
        connection.query("SET " + ", ".join(f"{name} = {value!r}" for name, value in self._session.items()))
        return connection

    def _not_opened(self, text: str) -> UserError:
        other = OTHER_FOLDER.search(text)
        if other and Path(other[1]) != self.folder:
            return UserError(
                f"one process can ask one installation through {CHDB.title}, and has another one open",
                other[1],
                "Close that workspace first.",
            )
        return UserError(
            f"{CHDB.title} cannot be opened: {_first_line(text)}",
            self.folder,
            "Delete the folder: it is made anew from the warehouse.",
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of the queries at a time."""
        with self._gate:
            self._free.acquire()
        try:
            yield
        finally:
            self._free.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Within it no query runs; those that come meanwhile wait at the gate, or this would never be its turn."""
        with self._gate:
            for _ in range(CONNECTIONS):
                self._free.acquire()
            try:
                yield
            finally:
                self._free.release(CONNECTIONS)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Within it, what the engine refuses becomes a `UserError` of one line naming the folder."""
        try:
            yield
        except chdb.ChdbError as error:
            raise UserError(
                f"{CHDB.title} did not take the facts over, nothing was changed: {_first_line(str(error))}",
                self.folder,
            ) from error


def opened(settings: Settings, folder: Path) -> ChDB:
    """The engine in the home whose folder for temporary files is given; the setting is its bare name."""
    if settings.engine != CHDB.name:
        raise UserError(f'expected "{CHDB.name}" alone: it runs in this process and has no address', "setting engine")
    return ChDB(folder.parent / FOLDER, folder, settings.threads, memory_bytes(settings.memory_limit))


def memory_bytes(limit: str) -> int:
    """The setting `memory_limit`, a share of the machine's memory or an amount, in bytes.

    >>> memory_bytes("1.5GB"), memory_bytes("2 MiB")
    (1500000000, 2097152)
    """
    if limit.endswith("%"):
        return int(float(limit[:-1]) / 100 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    number = limit.rstrip("BKMGTi ")
    unit = limit[len(number) :].strip()
    return int(float(number) * (1024 if "i" in unit else 1000) ** "BKMGT".index(unit[0]))


def _as_parameter(value: object) -> str:
    """A value as ClickHouse reads parameters: what a field of its tab separated files would be."""
    text = str(value)
    for letter, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0")):
        text = text.replace(letter, written)
    return text


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0]

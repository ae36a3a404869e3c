"""The inbox: what arrives is acknowledged from here, and the one writer empties it into the warehouse.

    inbox = Inbox.open(home / "inbox.sqlite")
    inbox.put([Arrival("responses", rows)]).result()        # returns once it is on disk
    await inbox.keep([Arrival("responses", rows)])          # the same from a coroutine
    waiting = inbox.waiting(limit); ...; inbox.done(waiting[-1].id)

Arrivals that come at the same time share one commit: while one is written to disk the next ones gather. An arrival is
never lost once acknowledged; it may be handed out twice after a crash, which keys make harmless.
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec

from mittari.errors import Fault, MittariError, UserError
from mittari.store.sqlite import PATIENCE_S, empty_log, open_file, transaction

FILE_NAME = "inbox.sqlite"
MOST_GATHERED = 20_000
"""So many puts may wait for their commit; more are turned away, to come again."""
MOST_GATHERED_BYTES = 64_000_000
MOST_WAITING = 2_000_000
"""So many arrivals may wait for the writer."""
COUNT_EVERY_S = 0.5
"""So often it is looked whether still too many wait."""
HANDED_BYTES = 16_000_000
"""So much is handed to the writer at once, and always at least one arrival."""
LONG_LOG_PAGES = 8_000
"""From so many pages on a commit tidies the log itself, where emptying the inbox has not kept it short."""
KEYS_FOR = timedelta(days=7)
"""So long the answer to an idempotency key is remembered."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS arrivals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "table" TEXT NOT NULL,
    how TEXT NOT NULL,
    rows BLOB NOT NULL,
    arrived_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    sender TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    answer BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (sender, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_at ON keys (at);
CREATE TABLE IF NOT EXISTS set_aside (
    id INTEGER PRIMARY KEY,
    "table" TEXT NOT NULL,
    how TEXT NOT NULL,
    rows BLOB NOT NULL,
    arrived_at TEXT NOT NULL,
    reason TEXT NOT NULL
);
"""

CHANGED_ASIDE = "what it said was erased with a person"

NEWEST, FIRST, ANONYMOUS, ANONYMOUS_FIRST = "newest", "first", "anonymous", "anonymous first"
"""What becomes of a row whose key is known: it replaces the earlier one, or the earlier one stands. Of anonymous rows
the moment of their loading is kept as coarse as that of the answer."""
FIRST_STANDS = (FIRST, ANONYMOUS_FIRST)
COARSELY = (ANONYMOUS, ANONYMOUS_FIRST)


class Overloaded(MittariError):
    """More arrives than can be written: come again in `retry_after_s` seconds. Nothing of the arrival was kept."""

    def __init__(self, retry_after_s: int = 2) -> None:
        super().__init__("more arrives than can be stored")
        self.retry_after_s = retry_after_s


class KeyReused(UserError):
    """An idempotency key came again with another content."""


@dataclass(frozen=True)
class Arrival:
    """Rows for one table, as JSON objects."""

    table: str
    rows: Sequence[dict[str, Any]]
    how: str = NEWEST


@dataclass(frozen=True)
class Key:
    """What makes a repeated request harmless: its sender, the key, a digest of the content, and the answer given."""

    sender: str
    key: str
    digest: str
    answer: bytes


@dataclass(frozen=True)
class Waiting:
    """An arrival as it lies in the inbox."""

    id: int
    table: str
    how: str
    rows: list[dict[str, Any]]


@dataclass
class _Put:
    packed: list[tuple[str, str, bytes]]
    key: Key | None
    done: "Future[bytes | None] | asyncio.Future[bytes | None]" = field(default_factory=Future)

    @property
    def size(self) -> int:
        return sum(len(rows) for _, _, rows in self.packed)


Told = bytes | None | MittariError
"""What a put is told: None once on disk, the earlier answer to its key, or what went wrong."""


class Inbox:
    """An open inbox; any number of threads and processes may put into it, one process empties it."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._clock = clock
        self._writing = open_file(path, SCHEMA)
        self._writing.execute("PRAGMA busy_timeout = 0")
        self._writing.execute(f"PRAGMA wal_autocheckpoint = {LONG_LOG_PAGES}")
        self._reading = open_file(path, SCHEMA)
        self._reading.execute("PRAGMA synchronous = NORMAL")
        self._read_lock = threading.Lock()
        self._gathered: deque[_Put] = deque()
        self._gathered_bytes = 0
        self._wake = threading.Condition()
        self._closed = False
        self._waiting = self._count()
        self._count_from = 0.0
        self._counted = 0
        self.arrived = threading.Event()
        """Set whenever something new is on disk; whoever waits for it clears it."""
        self._writer = threading.Thread(target=self._write, name="inbox", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None)) -> Self:
        """Open the inbox of an installation, making it where it is missing. `clock` tells naive UTC."""
        return cls(path, clock)

    def put(self, arrivals: Sequence[Arrival], key: Key | None = None) -> "Future[bytes | None]":
        """Hand in arrivals; all of them are kept, or none.

        The future's result is None once they are on disk, or the answer that was given when the same key came before.
        It raises KeyReused, or Fault when the disk refuses. Raises Overloaded at once when too much waits.
        """
        put = _Put(_packed(arrivals), key)
        self._gather(put)
        return put.done  # type: ignore[return-value]  # the default of its field

    async def keep(self, arrivals: Sequence[Arrival], key: Key | None = None) -> bytes | None:
        """The same from a coroutine: comes back once the arrivals are on disk."""
        done: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._gather(_Put(_packed(arrivals), key, done))
        return await done

    def _gather(self, put: _Put) -> None:
        if self._waiting >= MOST_WAITING and not self._closed:
            self._count_again()
        with self._wake:
            if self._closed:
                raise Fault("the inbox is closed")
            many = len(self._gathered) >= MOST_GATHERED or self._gathered_bytes >= MOST_GATHERED_BYTES
            if many or self._waiting >= MOST_WAITING:
                raise Overloaded
            self._gathered.append(put)
            self._gathered_bytes += put.size
            self._wake.notify()

    def _write(self) -> None:
        while True:
            with self._wake:
                while not self._gathered and not self._closed:
                    self._wake.wait()
                if not self._gathered:
                    return
                puts = list(self._gathered)
                self._gathered.clear()
                self._gathered_bytes = 0
            self._commit(puts)

    def _commit(self, puts: Sequence[_Put]) -> None:
        """One transaction for all that gathered; nobody is told before it is on disk."""
        told: list[Told] = []
        try:
            now = self._clock().isoformat()
            self._begin()
            told = [self._enter(put, now) for put in puts]
            self._forget_keys(now)
            self._writing.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  # whatever it was, everybody who waits is told
            with suppress(sqlite3.Error):  # a full disk may have rolled back by itself
                self._writing.rollback()
            told = [Fault(f"the inbox could not be written: {error}") for _ in puts]
        else:
            with suppress(sqlite3.Error):
                self._waiting = _counted(self._writing)
            self.arrived.set()
        _tell(puts, told)

    def _begin(self) -> None:
        """Begin a transaction as soon as nobody else writes. SQLite's own waiting sleeps up to 100 ms at a time."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._writing.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(0.001)
            else:
                return

    def _enter(self, put: _Put, now: str) -> Told:
        if put.key is not None:
            known = self._writing.execute(
                "SELECT digest, answer FROM keys WHERE sender = ? AND key = ?", (put.key.sender, put.key.key)
            ).fetchone()
            if known is not None:
                if known[0] == put.key.digest:
                    return bytes(known[1])
                return KeyReused("the idempotency key was used before with another content", put.key.key)
            self._writing.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?)",
                (put.key.sender, put.key.key, put.key.digest, put.key.answer, now),
            )
        self._writing.executemany(
            'INSERT INTO arrivals ("table", how, rows, arrived_at) VALUES (?, ?, ?, ?)',
            [(*each, _hour(now) if each[1] in COARSELY else now) for each in put.packed],
        )
        return None

    def _forget_keys(self, now: str) -> None:
        """Now and then; an index makes it cheap."""
        self._counted += 1
        if self._counted % 1000 == 1:
            before = (datetime.fromisoformat(now) - KEYS_FOR).isoformat()
            self._writing.execute("DELETE FROM keys WHERE at < ?", (before,))

    # the writer's side

    def waiting(self, limit: int) -> list[Waiting]:
        """The oldest arrivals, in the order in which they came."""
        found: list[tuple[int, str, str, bytes]] = []
        size = 0
        with self._read_lock:
            for each in self._reading.execute(
                'SELECT id, "table", how, rows FROM arrivals ORDER BY id LIMIT ?', (limit,)
            ):
                size += len(each[3])
                if found and size > HANDED_BYTES:
                    break
                found.append(each)
        return [Waiting(number, table, how, msgspec.json.decode(rows)) for number, table, how, rows in found]

    def done(self, last: int) -> None:
        """Forget the arrivals up to and including `last`: the warehouse has them.

        Not awaited on disk, since handing them out again does no harm; what the log holds is then put in its place, so
        that no commit has to.
        """
        with self._read_lock:
            self._reading.execute("DELETE FROM arrivals WHERE id <= ?", (last,))
            self._reading.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._waiting = self._count()

    def set_aside(self, arrival: Waiting, reason: str) -> None:
        """Take one arrival that cannot be let in out of the way of the others; `doctor` tells of it."""
        with self._read_lock, transaction(self._reading):
            self._reading.execute(
                'INSERT OR REPLACE INTO set_aside SELECT id, "table", how, rows, arrived_at, ? FROM arrivals '
                "WHERE id = ?",
                (reason, arrival.id),
            )
            self._reading.execute("DELETE FROM arrivals WHERE id = ?", (arrival.id,))

    def aside(self) -> list[tuple[int, str, str]]:
        """What was set aside: number, table and reason."""
        with self._read_lock:
            return self._reading.execute('SELECT id, "table", reason FROM set_aside ORDER BY id').fetchall()

    def last(self) -> int:
        """The number of the newest arrival that waits; 0 when none does."""
        with self._read_lock:
            return int(self._reading.execute("SELECT coalesce(max(id), 0) FROM arrivals").fetchone()[0])

    def change_aside(self, change: Callable[[str, dict[str, Any]], dict[str, Any] | None]) -> int:
        """Change the rows of what was set aside: `change` gets the table and a row, and returns the row, another one in
        its place, or None where it goes. An arrival without rows goes too, and of one that was changed the reason,
        which may quote it. Returns how many rows were changed or went.

        What still waits is in the warehouse within a tick and is not looked at here.
        """
        changed = 0
        with self._read_lock, transaction(self._reading):
            for number, table, packed in self._reading.execute('SELECT id, "table", rows FROM set_aside').fetchall():
                rows = msgspec.json.decode(packed)
                others = [change(table, row) for row in rows]
                found = sum(one != other for one, other in zip(rows, others, strict=True))
                if found:
                    left = msgspec.json.encode([row for row in others if row is not None])
                    sql = "UPDATE set_aside SET rows = ?, reason = ? WHERE id = ?"
                    self._reading.execute(sql, (left, CHANGED_ASIDE, number))
                    changed += found
            self._reading.execute("DELETE FROM set_aside WHERE rows = ?", (b"[]",))
        return changed

    def empty_log(self) -> None:
        """Leave nothing of what was deleted in the log beside the file."""
        with self._read_lock:
            empty_log(self._reading)

    def is_crowded(self, many: int) -> bool:
        """Whether so many wait, as far as this process knows."""
        return self._waiting >= many

    def _count_again(self) -> None:
        """Now and then while too much waits: the writer may be in another process, which does not tell this one."""
        now = time.monotonic()
        if now >= self._count_from:
            self._count_from = now + COUNT_EVERY_S
            self._waiting = self._count()

    def _count(self) -> int:
        """How many arrivals wait, by their numbers: counting them would take longer the more there are."""
        with self._read_lock:
            return _counted(self._reading)

    def close(self) -> None:
        """Write what has gathered, then let go of the file."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._writer.join()
        with self._read_lock:
            self._reading.close()
        self._writing.close()


def _counted(connection: sqlite3.Connection) -> int:
    first, last = connection.execute("SELECT (SELECT min(id) FROM arrivals), (SELECT max(id) FROM arrivals)").fetchone()
    return 0 if first is None else int(last - first + 1)


def _hour(now: str) -> str:
    """The hour of an instant in ISO 8601: what is anonymous may stay here, set aside, and tells no finer time."""
    return f"{now[:13]}:00:00"


def _packed(arrivals: Sequence[Arrival]) -> list[tuple[str, str, bytes]]:
    return [(each.table, each.how, msgspec.json.encode(each.rows)) for each in arrivals]


def _tell(puts: Sequence[_Put], told: Sequence[Told]) -> None:
    """Resolve the futures: those of coroutines once per event loop, since waking a loop costs a system call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bytes | None], Told]]] = {}
    for put, answer in zip(puts, told, strict=True):
        if isinstance(put.done, asyncio.Future):
            by_loop.setdefault(put.done.get_loop(), []).append((put.done, answer))
        else:
            _resolve(put.done, answer)
    for loop, pairs in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(_resolve_all, pairs)


def _resolve_all(pairs: "Sequence[tuple[asyncio.Future[bytes | None], Told]]") -> None:
    for future, answer in pairs:
        _resolve(future, answer)


def _resolve(future: "Future[bytes | None] | asyncio.Future[bytes | None]", answer: Told) -> None:
    if future.done():  # its coroutine was cancelled: the visitor went away
        return
    if isinstance(answer, MittariError):
        future.set_exception(answer)
    else:
        future.set_result(answer)

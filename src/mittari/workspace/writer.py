"""The one writer: it empties the inbox into the warehouse, every tick in one transaction, and tells who waits.

    writer = Writer(workspace, inbox); writer.start(); ...; writer.stop()

What cannot be let in is set aside one arrival at a time, so that it never stops the others.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from mittari.collect.survey.answers import coarse
from mittari.errors import MittariError
from mittari.facts import TABLES
from mittari.load import RowsIn
from mittari.store.faults import is_of_the_machine
from mittari.store.inbox import COARSELY, FIRST_STANDS, Inbox, Waiting
from mittari.store.sql import identifier
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.presses import flagged

log = logging.getLogger("mittari.writer")

TICK_S = 0.3
"""The longest time between two looks into the inbox, which other processes may have filled, and, while rows keep
coming, the shortest between two loads: one costs the same for one row as for hundreds."""
GATHER_S = 0.05
"""After the first arrival in a quiet time so long is waited for its neighbours."""
BATCH = 5_000

Kind = tuple[str, str, tuple[str, ...]]
Known = Callable[[str, str, Sequence[Any]], set[Any]]
MANY_KINDS = 8
"""From so many kinds of rows in one batch on it is worth asking which keys are new."""


class Writer(threading.Thread):
    """Empties the inbox while the workspace is open."""

    def __init__(self, workspace: LocalWorkspace, inbox: Inbox) -> None:
        super().__init__(name="writer", daemon=True)
        self._workspace, self._inbox = workspace, inbox
        self._stopped = threading.Event()

    def run(self) -> None:
        began = 0.0
        while not self._stopped.is_set():
            if self._inbox.arrived.wait(TICK_S):
                self._stopped.wait(max(GATHER_S, began + TICK_S - time.monotonic()))
            self._inbox.arrived.clear()
            began = time.monotonic()
            try:
                while self.drain() and self._inbox.is_crowded(BATCH):
                    pass
            except Exception:  # the disk may be full for a while: what waits stays in the inbox
                log.exception("the inbox could not be emptied; trying again")
                self._stopped.wait(2)

    def drain(self) -> int:
        """Let one batch in; returns how many arrivals that were."""
        waiting = self._inbox.waiting(BATCH)
        if not waiting:
            return 0
        batch = without_clash(waiting)
        try:
            self._let_in(batch)
        except Exception as error:  # noqa: BLE001  # looked at next
            self._require_a_sound_machine(error)
            for arrival in batch:
                self._one(arrival)
        else:
            self._inbox.done(batch[-1].id)
        return len(batch)

    def _one(self, arrival: Waiting) -> None:
        """Let a single arrival in, or set it aside when it is the one at fault.

        Not only when loading says so: a mistake of ours that one row brings to light may not stop the others either.
        """
        try:
            self._let_in([arrival])
        except Exception as error:  # noqa: BLE001  # told and put aside
            self._require_a_sound_machine(error)
            reason = str(error) if isinstance(error, MittariError) else type(error).__name__
            log.error("arrival %d for %s was set aside: %s", arrival.id, arrival.table, reason)
            self._inbox.set_aside(arrival, reason)
        else:
            self._inbox.done(arrival.id)

    def _require_a_sound_machine(self, error: Exception) -> None:
        """Raise the error again where disk, memory or engine failed: what waits then stays where it is."""
        if is_of_the_machine(error):
            raise error
        self._workspace.require_engine()

    def _let_in(self, batch: Sequence[Waiting]) -> None:
        now = self._workspace.clock()
        whole = flagged(self._workspace, batch)
        kinds = grouped(whole)
        if len(kinds) > MANY_KINDS:
            kinds = joined(kinds, self._known)
        with self._workspace.courtesy.urgently():
            reports = self._workspace.load_many([rows_in(kind, rows, now) for kind, rows in kinds.items()])
        for report in reports:
            if report.rejected:
                log.error("%d rows for %s were refused after they had been taken in", report.rejected, report.table)

    def _known(self, table: str, key: str, values: Sequence[Any]) -> set[Any]:
        """Those of the values that the table has as keys."""
        connection = self._workspace.warehouse.connection()
        try:
            column = identifier(key)
            found = connection.execute(
                f"SELECT {column} FROM {identifier(table)} WHERE {column} IN (SELECT unnest($keys))",  # noqa: S608  # ours
                {"keys": list(values)},
            )
            return {row[0] for row in found.fetchall()}
        finally:
            connection.close()

    def stop(self) -> None:
        """Finish what is at hand; the rest stays in the inbox for the next start."""
        self._stopped.set()
        self._inbox.arrived.set()
        self.join(timeout=30)


def without_clash(waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """The longest beginning in which no key comes in two kinds of rows, whose order would not be kept."""
    kinds: dict[tuple[str, tuple[Any, ...]], Kind] = {}
    for place, arrival in enumerate(waiting):
        key = TABLES[arrival.table].key
        for row in arrival.rows:
            kind = _kind(arrival, row)
            if kinds.setdefault((arrival.table, tuple(row.get(name) for name in key)), kind) != kind and place:
                return waiting[:place]
    return waiting


def grouped(batch: Sequence[Waiting]) -> dict[Kind, list[dict[str, Any]]]:
    """The rows by table, by what becomes of known keys, and by their columns; of a key the row that counts."""
    found: dict[Kind, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for arrival in batch:
        key = TABLES[arrival.table].key
        for row in arrival.rows:
            rows = found.setdefault(_kind(arrival, row), {})
            name = tuple(row.get(column) for column in key)
            if arrival.how not in FIRST_STANDS or name not in rows:
                rows[name] = row
    return {kind: list(rows.values()) for kind, rows in found.items()}


def joined(kinds: dict[Kind, list[dict[str, Any]]], known: Known) -> dict[Kind, list[dict[str, Any]]]:
    """The same rows in fewer kinds: a row that is new to its table holds nothing in a column that it leaves out.

    Senders that leave out what is empty bring hundreds of kinds, each of which would be loaded by itself. A row that
    the table knows keeps what it held there, so it stays in its kind, and so do tables whose key has several columns.
    """
    found: dict[Kind, list[dict[str, Any]]] = {}
    fresh: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for table, how in dict.fromkeys((table, how) for table, how, _ in kinds):
        own = {kind: rows for kind, rows in kinds.items() if kind[:2] == (table, how)}
        key = TABLES[table].key
        if len(own) == 1 or len(key) > 1:
            found |= own
            continue
        there = known(table, key[0], [row[key[0]] for rows in own.values() for row in rows])
        for kind, rows in own.items():
            fresh.setdefault((table, how), []).extend(row for row in rows if row[key[0]] not in there)
            if left := [row for row in rows if row[key[0]] in there]:
                found[kind] = left
    for (table, how), rows in fresh.items():
        columns = tuple(sorted({name for row in rows for name in row}))
        if rows:
            whole = [{name: row.get(name) for name in columns} for row in rows]
            found.setdefault((table, how, columns), []).extend(whole)
    return found


def rows_in(kind: Kind, rows: Sequence[dict[str, Any]], now: datetime) -> RowsIn:
    table, how, columns = kind
    return RowsIn(
        table,
        {name: [row[name] for row in rows] for name in columns},
        keeps_first=how in FIRST_STANDS,
        loaded_at=coarse(now) if how in COARSELY else None,
        one_by_one=True,
    )


def _kind(arrival: Waiting, row: dict[str, Any]) -> Kind:
    return arrival.table, arrival.how, tuple(sorted(row))

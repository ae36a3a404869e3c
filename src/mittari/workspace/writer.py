"""The one writer: it empties the inbox into the warehouse, every tick in one transaction, and tells who waits.

    writer = Writer(workspace, inbox); writer.start(); ...; writer.stop()

What cannot be let in is set aside one arrival at a time, so that it never stops the others.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mittari.collect.survey.answers import coarse
from mittari.errors import MittariError
from mittari.facts import TABLES
from mittari.load import RowsIn
from mittari.store.faults import is_of_the_machine
from mittari.store.inbox import COARSELY, FIRST_STANDS, Inbox, Waiting
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.presses import flagged

log = logging.getLogger("mittari.writer")

TICK_S = 0.3
"""The longest time between two looks into the inbox, which other processes may have filled, and, while rows keep
coming, the shortest between two loads: one costs the same for one row as for hundreds."""
GATHER_S = 0.05
"""After the first arrival in a quiet time so long is waited for its neighbours."""
BATCH = 5_000

Key = tuple[Any, ...]


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
        with self._workspace.letting_in:
            return self._drain()

    def _drain(self) -> int:
        batch = self._inbox.waiting(BATCH)
        if not batch:
            return 0
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
            # The reason may quote what somebody wrote: it stays in the inbox, where an erasure reaches it.
            log.error("arrival %d for %s was set aside; `mittari doctor` says why", arrival.id, arrival.table)
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
        with self._workspace.courtesy.urgently():
            reports = self._workspace.load_many([rows_in(group, now) for group in grouped(whole)])
        for report in reports:
            if report.rejected:
                log.error("%d rows for %s were refused after they had been taken in", report.rejected, report.table)

    def stop(self) -> None:
        """Finish what is at hand; the rest stays in the inbox for the next start."""
        self._stopped.set()
        self._inbox.arrived.set()
        self.join(timeout=30)


@dataclass
class Group:
    """Rows of one table that are loaded together, each key once, whatever columns each row brings."""

    table: str
    how: str
    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def takes(self, key: Key, row: dict[str, Any]) -> bool:
        """Whether the row can come in: two rows of one key that bring different columns are loaded in turn."""
        return key not in self.rows or self.rows[key].keys() == row.keys()

    def add(self, key: Key, row: dict[str, Any]) -> None:
        if self.how not in FIRST_STANDS or key not in self.rows:
            self.rows[key] = row


def grouped(batch: Sequence[Waiting]) -> list[Group]:
    """The rows of a batch in as few groups as leave the rows of every key in their order."""
    groups: list[Group] = []
    open_ones: dict[tuple[str, str], int] = {}
    newest: dict[tuple[str, Key], int] = {}
    for arrival in batch:
        kind, parts = (arrival.table, arrival.how), TABLES[arrival.table].key
        for row in arrival.rows:
            key = tuple(row.get(name) for name in parts)
            place = open_ones.get(kind)
            if place is None or newest.get((arrival.table, key), -1) > place or not groups[place].takes(key, row):
                place = open_ones[kind] = len(groups)
                groups.append(Group(*kind))
            groups[place].add(key, row)
            newest[(arrival.table, key)] = place
    return groups


def rows_in(group: Group, now: datetime) -> RowsIn:
    """A group as it is loaded: a column that some rows bring and others do not is marked in those that do not."""
    rows = list(group.rows.values())
    columns = dict.fromkeys(name for row in rows for name in row)
    return RowsIn(
        group.table,
        {name: [row.get(name) for row in rows] for name in columns},
        keeps_first=group.how in FIRST_STANDS,
        loaded_at=coarse(now) if group.how in COARSELY else None,
        one_by_one=True,
        left_out={name: [name not in row for row in rows] for name in columns if any(name not in row for row in rows)},
    )

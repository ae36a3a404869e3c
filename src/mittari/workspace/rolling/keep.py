"""Keeping days true: every load corrects them by the difference that its rows make."""

import itertools
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from mittari.facts import TABLES
from mittari.measure.call import State
from mittari.measure.rolled import canonical, cells_sql
from mittari.store import rollups as store
from mittari.store.engines import HOME
from mittari.store.warehouse import Warehouse
from mittari.workspace.rolling.held import AS_OF, FAR, MADE, Kept, all_kept, day_of, hold_since, remember

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace

TOO_MANY = 200_000
"""Of so many changed rows of a table the days are made anew instead of being corrected."""


class Keeper:
    """Corrects the rollups inside the transaction of every load: what was true of the changed rows out, what is in."""

    def __init__(self, workspace: "LocalWorkspace") -> None:
        self._workspace = workspace

    def __call__(self, connection: duckdb.DuckDBPyConnection) -> None:
        version = store.version_made(connection)
        days = store.complete_days(connection) if version is not None else {}
        if version is None or not days:
            return
        # of before: the rules and the zone are the same; in the warehouse's SQL, whichever engine is asked for numbers
        state = replace(self._workspace.state(), engine=HOME, rollups=None)
        now = connection.execute("SELECT max(loaded_at) FROM versions").fetchall()[0][0]
        kept = [each for each in all_kept(canonical(self._workspace.plans, state)) if days.get(each.rollup.name)]
        for table, some in itertools.groupby(sorted(kept, key=_table), key=_table):
            _correct(self._workspace.warehouse, connection, list(some), table, version, days, now, state)
        since = max(now, hold_since(self._workspace.warehouse) or now)
        remember(connection, AS_OF, since.isoformat())


def _table(kept: Kept) -> str:
    return kept.rollup.table


def _correct(
    warehouse: Warehouse,
    connection: duckdb.DuckDBPyConnection,
    kept: list[Kept],
    table: str,
    version: int,
    days: dict[str, list[int]],
    now: datetime,
    state: State,
) -> None:
    """Bring the rollups of one table up to date with its rows that this load has changed."""
    count = store.note_changed(connection, table, version)
    if count > TOO_MANY:
        connection.execute("DELETE FROM meta WHERE key = ?", [MADE])
        for each in kept:
            store.forget_days(connection, each.rollup, days[each.rollup.name])
    elif count:
        with warehouse.session() as outside:
            store.note_before(connection, outside, table, TABLES[table].key)
            for each in kept:
                _correct_one(connection, outside, each, days[each.rollup.name], now, state)


def _correct_one(
    connection: duckdb.DuckDBPyConnection,
    outside: duckdb.DuckDBPyConnection,
    kept: Kept,
    days: list[int],
    now: datetime,
    state: State,
) -> None:
    """Take away what the rows were in one rollup and add what they are; a day that is open again is forgotten."""
    rollup = kept.rollup
    first, last = day_of(days[0]), day_of(days[-1])
    sql, later = (cells_sql(kept.query, first, last, at, state) for at in (now, FAR))
    store.gather(outside, rollup, store.of_rows(sql, rollup.table, store.BEFORE))
    store.carry(outside, connection, rollup)
    store.correct(connection, rollup, sign=-1)
    store.gather(connection, rollup, store.of_rows(later, rollup.table, store.CHANGED), into=store.LATER)
    store.gather(connection, rollup, store.of_rows(sql, rollup.table, store.CHANGED))
    open_again = set(store.differing_days(connection, rollup)) & set(days)
    store.correct(connection, rollup, sign=1)
    store.forget_days(connection, rollup, sorted(open_again))

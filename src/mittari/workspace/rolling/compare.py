"""Comparing days kept as sums with the rows they are of."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from mittari.measure.call import State
from mittari.measure.rolled import EPOCH, cells_sql
from mittari.store import rollups as store
from mittari.workspace.rolling.held import (
    FAR,
    MADE,
    ROWS_AT_ONCE,
    WRONG,
    Kept,
    all_kept,
    day_of,
    remember,
    stretches,
)

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace


@dataclass(frozen=True)
class Compared:
    """How many days of one rollup were counted again from the facts, and which of them differed."""

    rollup: str
    table: str
    days: int
    differing: tuple[date, ...]


def verify(workspace: "LocalWorkspace", days: int = 14, seed: int = 1) -> list[Compared]:
    """Count days again from the facts and compare them with the sums kept, to 1e-9 of their size.

    Of each rollup these are the last days, as many drawn from those that loads have corrected since their rows were
    put together, and as many from all. Days that differ are dropped.
    """
    state = workspace.state()
    if state.rollups is None or state.newest is None:
        return []
    chance = np.random.default_rng(seed)
    found = []
    for each in all_kept(state.rollups.rolled):
        complete = state.rollups.days.get(each.rollup.name, np.zeros(0, dtype=np.int64))
        with workspace.warehouse.session() as connection:
            corrected = np.intersect1d(store.corrected_days(connection, each.rollup), complete)
        drawn = [chance.choice(some, size=min(days, len(some)), replace=False) for some in (corrected, complete)]
        chosen = sorted({int(day) for some in (complete[-days:], *drawn) for day in some})
        if chosen:
            with workspace.warehouse.session() as connection:
                differing = _differing(connection, each, chosen, state)
            if differing:
                with workspace.warehouse.writing() as connection:
                    store.forget_days(connection, each.rollup, [(day - EPOCH).days for day in differing])
                    connection.execute("DELETE FROM meta WHERE key = ?", [MADE])
                    remember(connection, WRONG, f"{each.rollup.table} on {differing[0]}, found {state.newest}")
                workspace.forget_state()
            found.append(Compared(each.rollup.name, each.rollup.table, len(chosen), tuple(differing)))
    return found


def _differing(connection: duckdb.DuckDBPyConnection, kept: Kept, days: list[int], state: State) -> list[date]:
    """The days of these whose kept sums are not what the facts give, by every set of dimensions."""
    rollup = kept.rollup
    few = store.largest(connection, [rollup.table]) <= ROWS_AT_ONCE
    spans = [(days[0], days[-1])] if few else list(stretches(days))
    off: set[int] = set()
    for first, last in ((day_of(day), day_of(stretch)) for day, stretch in spans):
        sql = cells_sql(kept.query, first, last, state.newest or FAR, state)
        store.gather(connection, rollup, sql, into=store.WHOLE)
        for number, slices in enumerate(rollup.sets):
            one = replace(rollup, slices=slices, sets=(slices,))
            store.gather(connection, one, f"SELECT * FROM {store.WHOLE}")  # noqa: S608 - a name of ours
            store.gather(connection, one, store.kept_cells(rollup, number, first, last), into=store.LATER)
            off |= set(store.differing_days(connection, one))
    return [day_of(day) for day in sorted(off & set(days))]

"""Making days: stretch by stretch, from the rows."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from mittari.facts import TABLES
from mittari.measure.call import Call, State
from mittari.measure.outputs import KEYED
from mittari.measure.rolled import EPOCH, SETS, candidates, canonical, cells_sql
from mittari.measure.scorecard import measured_apart
from mittari.store import rollups as store
from mittari.store.engines import HOME
from mittari.time import period_of_days, to_local
from mittari.workspace.rolling.held import (
    AS_OF,
    FAR,
    MADE,
    ROWS_AT_ONCE,
    Kept,
    all_kept,
    day_of,
    hold_since,
    remember,
    stretches,
)

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace

LARGE = ("conversations", "calls", "responses", "orders")
"""The tables of which days are kept."""


def is_due(workspace: "LocalWorkspace") -> bool:
    """Whether days may be missing: a table has become large, and none were looked for since the last whole day."""
    most = workspace.settings.rollups_from
    if most is None or workspace.engine is not HOME:
        return False
    with workspace.warehouse.session() as connection:
        held = store.largest(connection, LARGE)
    state = workspace.state()
    if held < most or state.newest is None:
        return False
    return workspace.warehouse.meta(MADE) != _mark(workspace, state)


def _mark(workspace: "LocalWorkspace", state: State) -> str:
    """The local day of the newest load and what is kept: with the same mark nothing is to be made."""
    names = sorted(each.rollup.name for each in all_kept(canonical(workspace.plans, state)))
    day = None if state.newest is None else to_local(state.newest, state.zone).date()
    return f"{day} {' '.join(names)}"


def make(workspace: "LocalWorkspace", tell: Callable[[str, float], None] | None = None) -> int:
    """Make the days that are missing, a stretch of one rollup at a time, and return how many were made.

    Each stretch is a transaction of its own: what was interrupted goes on where it stopped.
    """
    state = workspace.state()
    if state.newest is None:
        return 0
    kept = all_kept(canonical(workspace.plans, state))
    as_of = max(state.newest, hold_since(workspace.warehouse) or state.newest)
    with workspace.warehouse.writing() as connection:
        store.create(connection, [each.rollup for each in kept])
        remember(connection, AS_OF, as_of.isoformat())
    jobs = [(each, month) for each in kept for month in stretches_to_make(workspace, each, as_of, state)]
    made = 0
    for number, (each, (first, last)) in enumerate(jobs):
        if tell is not None:
            tell(f"days of {first:%Y-%m} from {each.rollup.table}", number / len(jobs))
        with workspace.warehouse.writing() as connection:
            made += make_days(connection, each, first, last, as_of, state)
    with workspace.warehouse.writing() as connection:
        for each in kept:
            store.compact(connection, each.rollup)
        store.keep_effects(connection, _effects(workspace, state, as_of), as_of.date().isoformat())
        remember(connection, MADE, _mark(workspace, state))
    if tell is not None:
        tell("days kept as sums", 1.0)
    workspace.forget_state()
    return made


def _effects(workspace: "LocalWorkspace", state: State, as_of: datetime) -> Iterator[store.Effect]:
    """The block sums of the year that ends with `as_of`, of outputs whose blocks span days, counted from the facts."""
    facts = replace(state, rollups=None)
    last = to_local(as_of, state.zone).date()
    call = Call((period_of_days(last - timedelta(days=364), last, state.zone),), as_of, state.zone)
    spanning = sorted((one for one in candidates() if one[0].block in KEYED), key=lambda one: one[0].scales)
    for _, some in itertools.groupby(spanning, key=lambda one: (SETS[one[0].relation], one[0].scales)):
        wanted = list(some)
        material, measured = measured_apart(wanted, call, workspace.plans, workspace, facts)
        for (definition, output, _), groups in zip(wanted, measured, strict=True):
            for number, each in enumerate(groups):
                scale = material.groups.of(number)[1][0] if definition.scales else None
                if each.components and not each.approximate:
                    for name, amount in each.components.items():
                        yield definition.id, output, scale, name, float(str(amount))


def stretches_to_make(
    workspace: "LocalWorkspace", kept: Kept, as_of: datetime, state: State
) -> Iterator[tuple[date, date]]:
    """First and last day of each stretch of missing days, up to the last whole day, of some million rows at most."""
    table, when = kept.rollup.table, str(TABLES[kept.rollup.table].when)
    with workspace.warehouse.session() as connection:
        begins, rows = store.beginning(connection, table, when)
        complete = store.complete_days(connection).get(kept.rollup.name, [])
    if begins is None:
        return
    first, end = ((to_local(at, state.zone).date() - EPOCH).days for at in (begins, as_of))
    at_once = max(31, (end - first) * ROWS_AT_ONCE // max(rows, 1))
    for first_missing, last_missing in stretches(sorted(set(range(first, end)) - set(complete))):
        for day in range(first_missing, last_missing + 1, at_once):
            yield day_of(day), day_of(min(day + at_once - 1, last_missing))


def make_days(
    connection: duckdb.DuckDBPyConnection, kept: Kept, first: date, last: date, as_of: datetime, state: State
) -> int:
    """Make the days from `first` to `last` that cannot change by themselves any more; returns how many."""
    rollup = kept.rollup
    span = range((first - EPOCH).days, (last - EPOCH).days + 1)
    done = set(store.complete_days(connection).get(rollup.name, ()))
    store.gather(connection, rollup, cells_sql(kept.query, first, last, FAR, state), into=store.LATER)
    store.gather(connection, rollup, cells_sql(kept.query, first, last, as_of, state))
    open_days = set(store.differing_days(connection, rollup))
    store.clear_days(connection, rollup, [day for day in span if day not in done])
    store.add(connection, rollup, but=sorted(open_days | done))
    store.complete(connection, rollup, first.isoformat(), last.isoformat(), but=sorted(open_days | done))
    return len([day for day in span if day not in done and day not in open_days])

"""What is held of days kept as sums, and since when it is true."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import duckdb
import numpy as np

from mittari.measure.call import State
from mittari.measure.plan import Plans
from mittari.measure.recipe import Query
from mittari.measure.rolled import EPOCH, Rolled, Rollups, canonical
from mittari.store import rollups as store
from mittari.store.engines import HOME
from mittari.store.rollups import Rollup
from mittari.store.warehouse import Warehouse

AS_OF, MADE, WRONG = "rollups_as_of", "rollups_made", "rollups_wrong"
"""What `meta` remembers: since when days are true, for which day they were looked after, and the last wrong one."""
ROWS_AT_ONCE = 4_000_000
"""About so many rows of a table are summed at once."""
FAR = datetime(9000, 1, 1)
"""An instant by which everything will have happened: a day that looks the same then cannot change by itself."""


def with_rollups(state: State, warehouse: Warehouse, plans: Plans) -> State:
    """The state with the rollups that the warehouse holds; where none was made, nothing is compiled for them."""
    since = hold_since(warehouse) if state.engine is HOME else None
    with warehouse.session() as connection:
        days = store.complete_days(connection) if since is not None else {}
        effects: dict[tuple[str, str, str | None], dict[str, float]] = {}
        for kpi_id, output, scale, component, amount in store.effects(connection) if days else ():
            effects.setdefault((kpi_id, output, scale), {})[component] = amount
    if not days or since is None:
        return state
    sorted_days = {name: np.array(numbers, dtype=np.int64) for name, numbers in days.items()}
    return replace(state, rollups=Rollups(canonical(plans, state), sorted_days, since, effects))


@dataclass(frozen=True)
class Kept:
    """One query that is kept, with its rollup."""

    query: Query
    rollup: Rollup


def all_kept(rolled: Sequence[Rolled]) -> list[Kept]:
    return [Kept(each.plan.queries[number], rollup) for each in rolled for number, rollup in each.rollups.items()]


def hold_since(warehouse: Warehouse) -> datetime | None:
    """Since when the days kept are what the facts say: a question as of an earlier instant goes to the facts."""
    told = warehouse.meta(AS_OF)
    return None if told is None else datetime.fromisoformat(told)


def remember(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    connection.execute("DELETE FROM meta WHERE key = ?", [key])
    connection.execute("INSERT INTO meta VALUES (?, ?)", [key, value])


def day_of(number: int) -> date:
    """The date so many days after 1970 began."""
    return EPOCH + timedelta(days=number)


def stretches(days: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive days."""
    for _, run in itertools.groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        numbers = [day for _, day in run]
        yield numbers[0], numbers[-1]

"""Numbers from days kept as sums: which outputs they answer, and how a call is answered from them.

Kept is what one canonical plan asks: the additive outputs of relations whose rows come of one fact each, with default
parameters, by local day and a few dimensions (`SETS`). A call is answered from complete days, and from the facts for
the days that are not. What a rollup may not answer goes raw as a whole, and `why_not` says why.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from mittari.measure import bind
from mittari.measure.call import Call, Frame, Reader, State
from mittari.measure.dimensions import SCALE
from mittari.measure.kpi import Definition, catalogue
from mittari.measure.material import Effects, Material
from mittari.measure.outputs import KEYED
from mittari.measure.plan import Plans, Wanted, channels_of, chosen_sources, for_scales, shape_of
from mittari.measure.recipe import CELLS, COUNTED, VALUES, Part, Plan, Query, Recipe, Request
from mittari.store.engines import HOME
from mittari.store.rollups import BUCKET, Rollup, reading
from mittari.time import period_of_days, to_local

EPOCH = date(1970, 1, 1)
CONTACTS = (("channel", "team_id"), ("reason_code",), ("priority",))
ORDERS = (("channel",), ("product",))
ANSWERS = ((SCALE, "channel"), (SCALE, "team_id"), (SCALE, "survey_id"), (SCALE, "item"))
SETS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "contacts": CONTACTS,
    "waits": CONTACTS,
    "chats": CONTACTS,
    "status_spans": CONTACTS,
    "order_lines_eur": ORDERS,
    "answers": ANSWERS,
}
"""Relation -> the dimensions kept together: one at a time, and channel by team."""
OF_THE_CALL = ("call_periods", "call_days", "call_places", "call_rates", "call_results")
BY_ROWS = frozenset({"Count", "EuroSum"})
BY_BLOCKS = frozenset({"Proportion", "NetShare", "Mean", "Ratio", "Change"})
BY_DAYS = frozenset({*BY_BLOCKS, "Quantile"})
ENOUGH = 0.5
"""The share of a call's days that must be complete: below it the facts are asked for all of them."""


@dataclass(frozen=True)
class Rolled:
    """A canonical plan with its rollups by query number, and the place of each output's recipe that they answer."""

    plan: Plan
    rollups: Mapping[int, Rollup]
    places: Mapping[tuple[str, str], int]

    def slice_of(self, dimension: str) -> str:
        return f"slice_{self.plan.slices.index(dimension)}"


@dataclass(frozen=True)
class Rollups:
    """All rollups of an installation: their plans, their complete days (since 1970, sorted), and since when they hold.

    `effects` are the block sums of outputs whose blocks span days.
    """

    rolled: tuple[Rolled, ...]
    days: Mapping[str, npt.NDArray[np.int64]]
    as_of: datetime
    effects: Effects

    def holder(self, one: Wanted) -> int | None:
        """The number of the plan that has the output."""
        name = (one[0].id, one[1])
        return next((number for number, each in enumerate(self.rolled) if name in each.places), None)

    def why_not(self, one: Wanted, call: Call, state: State) -> str:
        """Why this output of this call is counted from the facts; an empty text where rollups answer it."""
        definition, _, params = one
        holder = self.holder(one)
        if holder is None:
            return "it is not kept by days"
        rolled = self.rolled[holder]
        call = for_scales(call) if definition.scales else call
        if dict(params) != dict(definition.parameters):
            return "only numbers with default parameters are kept by days"
        if call.as_of < self.as_of:
            return f"the days kept are those seen since {self.as_of}"
        if shape_of(call, state).half_hours:
            return "so short a period is measured by half-hours"
        if any(dimension not in rolled.plan.slices for dimension in (*call.by, *call.where)):
            return "days are not kept by this dimension"
        for number in {part.query for part in _parts(rolled, one, call)}:
            rollup = rolled.rollups[number]
            if rollup.set_for(map(rolled.slice_of, (*call.by, *call.where))) is None:
                return "days are not kept by these dimensions together"
            needed = days_needed(call)
            if len(np.setdiff1d(needed, self.days.get(rollup.name, needed[:0]))) > (1 - ENOUGH) * len(needed):
                return "most of its days are not complete yet"
        return ""

    def material(self, wanted: Sequence[Wanted], call: Call, reader: Reader, state: State) -> Material:
        """What the wanted outputs need, all of them of one plan, from the days kept."""
        rolled = self.rolled[self.holder(wanted[0]) or 0]
        call = for_scales(call) if wanted[0][0].scales else call
        recipes = tuple(_recipe(rolled, one, call) for one in wanted)
        keys = ("day", *(f"slice_{number}" for number in range(len(call.by))))
        queries = tuple(msgspec.structs.replace(query, keys=keys) for query in rolled.plan.queries)
        numbers = {id(query): number for number, query in enumerate(queries)}

        def ask(query: Query) -> Frame:
            return self._frame(rolled, numbers[id(query)], call, reader, state)

        return Material(Plan(queries, recipes, call.by), call, ask, rolled=True, effects=self.effects)

    def _frame(self, rolled: Rolled, number: int, call: Call, reader: Reader, state: State) -> Frame:
        """The cells of a query: complete days as they are kept, and the others from the facts."""
        rollup = rolled.rollups[number]
        columns = {rolled.slice_of(name): f"slice_{place}" for place, name in enumerate(call.by)}
        where = {rolled.slice_of(name): f"where_{place}" for place, name in enumerate(call.where)}
        given = {f"where_{place}": value for place, value in enumerate(call.where.values())}
        needed = days_needed(call)
        first, end = iso_day(min(needed, default=0)), iso_day(max(needed, default=0) + 1)
        kept = reader.fetch(reading(rollup, columns, where), {**given, "first_day": first, "end_day": end})
        complete = self.days.get(rollup.name, needed[:0])
        kept = _only(kept, np.intersect1d(needed, complete))
        missing = np.setdiff1d(needed, complete)
        if not len(missing):
            return kept
        sql, parameters = tail(rolled.plan.queries[number], missing, call, state)
        chosen = "".join(f" AND {name} = ${parameter}" for name, parameter in where.items())
        keys = ", ".join(["day", *(f"{name} AS {alias}" for name, alias in columns.items())])
        value = [f"{BUCKET} AS value"] if rollup.of_values else []
        sums = ", ".join(f"sum({name})::DOUBLE AS {name}" for name in rollup.sums)
        rest = reader.fetch(
            f"SELECT {', '.join([keys, *value])}, {sums} FROM ({sql}) WHERE true{chosen} GROUP BY ALL",  # noqa: S608
            {**parameters, **given},
        )
        return {name: _joined(kept[name], rest[name]) for name in kept}


def _only(frame: Frame, days: npt.NDArray[np.int64]) -> Frame:
    inside = np.isin(np.asarray(frame["day"]).astype("datetime64[D]").astype(np.int64), days)
    return frame if inside.all() else {name: values[inside] for name, values in frame.items()}


def _joined(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """One column after the other, nulls kept, in the type of the first."""
    joined: npt.NDArray[Any] = np.ma.concatenate([first, second.astype(first.dtype)])  # type: ignore[no-untyped-call]
    return joined


def days_needed(call: Call) -> npt.NDArray[np.int64]:
    """The local days of the call on which anything can have been known by `as_of`, since 1970, sorted."""
    last = to_local(call.as_of, call.zone).date()
    days = {(day - EPOCH).days for span in call.spans for day in span.days if day <= last}
    return np.array(sorted(days), dtype=np.int64)


def iso_day(number: int) -> str:
    return (EPOCH + timedelta(days=int(number))).isoformat()


def tail(query: Query, days: npt.NDArray[np.int64], call: Call, state: State) -> tuple[str, Mapping[str, object]]:
    """The query over the facts for some days, with its parameters."""
    first, last = (EPOCH + timedelta(days=int(day)) for day in (days[0], days[-1]))
    span = replace(call, periods=(period_of_days(first, last, call.zone),), where={}, by=())
    listed = ", ".join(f"DATE '{iso_day(day)}'" for day in days)
    some = f" WHERE day IN ({listed})" if len(days) <= (last - first).days else ""
    bound = bind.statement(query.sql, span, state)
    return f"SELECT * FROM ({bound}){some}", bind.parameters(query.sql, span, state)  # noqa: S608 - dates


def _recipe(rolled: Rolled, one: Wanted, call: Call) -> Recipe:
    return msgspec.structs.replace(
        rolled.plan.recipes[rolled.places[one[0].id, one[1]]], parts=_parts(rolled, one, call)
    )


def _parts(rolled: Rolled, one: Wanted, call: Call) -> tuple[Part, ...]:
    """The parts of the sources that the call reads (written contacts, calls, or both)."""
    recipe = rolled.plan.recipes[rolled.places[one[0].id, one[1]]]
    known = dict.fromkeys(rolled.plan.queries[part.query].source for part in recipe.parts)
    chosen = chosen_sources(recipe.scope, channels_of(call), known)
    return tuple(part for part in recipe.parts if rolled.plan.queries[part.query].source in chosen)


def canonical(plans: Plans, state: State) -> tuple[Rolled, ...]:
    """What is kept of this installation, one plan for each set of dimensions. Compiles where no plan is kept."""
    if state.engine is not HOME:
        return ()
    return tuple(
        _rolled(plans, state, sets, [each for each in candidates() if SETS[each[0].relation] is sets])
        for sets in dict.fromkeys(SETS.values())
    )


def candidates() -> list[Wanted]:
    """Outputs that are sums over rows or days, of relations whose rows come of one fact each."""
    return [
        (definition, output, dict(definition.parameters))
        for definition in catalogue().values()
        if definition.relation_for(definition.parameters) in SETS and _is_plain(definition)
        for output, family in definition.families.items()
        if family in BY_ROWS or family in (BY_BLOCKS if definition.block in KEYED else BY_DAYS)
    ]


def _is_plain(definition: Definition) -> bool:
    return not (definition.needs or definition.suppress_below)


def _rolled(plans: Plans, state: State, sets: tuple[tuple[str, ...], ...], wanted: list[Wanted]) -> Rolled:
    slices = tuple(dict.fromkeys(name for kept in sets for name in kept))
    names = tuple((definition.id, output) for definition, output, _ in wanted)
    plan = plans.find(Request(names, by=slices, channels="split", rolled=True), wanted, state)
    rollups = {
        number: _rollup(query, plan, number, sets)
        for number, query in enumerate(plan.queries)
        if _is_kept(query, state)
    }
    places = {
        (recipe.kpi_id, recipe.output): number
        for number, recipe in enumerate(plan.recipes)
        if recipe.exposure is None and all(part.query in rollups for part in recipe.parts)
    }
    read = {part.query for number in places.values() for part in plan.recipes[number].parts}
    return Rolled(plan, {number: rollup for number, rollup in rollups.items() if number in read}, places)


def _is_kept(query: Query, state: State) -> bool:
    """Whether the query's cells come of the rows of one fact table alone, whatever the call."""
    if query.kind not in (CELLS, VALUES) or any(f'"{name}"' in query.sql for name in OF_THE_CALL):
        return False
    read = [table for table in state.schemas if f'"{table}"' in query.sql]
    # named once: rows that are compared with others of their own table do not come of one fact alone
    return read == [query.tables[0]] and query.sql.count(f'FROM "{read[0]}"') == query.sql.count(f'"{read[0]}"') == 1


def _rollup(query: Query, plan: Plan, number: int, sets: tuple[tuple[str, ...], ...]) -> Rollup:
    of_values = query.kind == VALUES
    sums = {
        column
        for recipe in plan.recipes
        for part in recipe.parts
        if part.query == number
        for role, column in part.columns.items()
        if role != "value"
    }
    counted = "n" if of_values else COUNTED
    slices = tuple(f"slice_{place}" for place in range(len(plan.slices)))
    return Rollup(
        name="rollup_" + hashlib.sha256(query.sql.encode()).hexdigest()[:12],
        table=query.tables[0],
        slices=slices,
        sums=tuple(sorted({*sums, counted})),
        of_values=of_values,
        sets=tuple(tuple(slices[plan.slices.index(name)] for name in kept) for kept in sets),
        counted=counted,
    )


def cells_sql(query: Query, first: date, last: date, as_of: datetime, state: State) -> str:
    """The statement for the cells of some days as anybody can run it, seen as of an instant."""
    call = Call((period_of_days(first, last, state.zone),), as_of, state.zone)
    return bind.spelled_out(query.sql, call, state)

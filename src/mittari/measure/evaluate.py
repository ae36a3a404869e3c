"""From sums to numbers: for each group of a call the components and estimate of one output, by its family."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from mittari.measure import families
from mittari.measure.call import Span, State, day_numbers
from mittari.measure.families import Components, Domain, Estimate
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import HALF_HOURS, Floats, Material, plain
from mittari.measure.recipe import BLOCKS, EXPOSURE, VALUES, WAITS, Part, Recipe

DOMAINS = {"positive": families.NON_NEGATIVE, "unit": families.FRACTION, "reals": families.REALS}
BLOCK_KEYS = ("G", "Sx", "Sy", "Sx2", "Sy2", "Sxy")
UNKNOWN_SHARE = 0.5


@dataclass(frozen=True)
class Measured:
    """One output in one group: components, estimate, and the rows counted beside it."""

    components: Components
    estimate: Estimate
    missing: int = 0
    censored: int = 0
    immature: int = 0
    approximate: bool = False
    covered: bool = True


NOTHING = Measured({}, NO_DATA, covered=False)


def measure(recipe: Recipe, material: Material, state: State) -> list[Measured]:
    """The output in every group, in the order of the groups."""
    measured = FAMILIES[recipe.base](recipe, recipe.parts, material, state)
    approximate = np.zeros(material.groups.count, dtype=bool)
    if recipe.fallback:
        rows, unknown = material.totals(recipe.parts, "Sy"), material.totals(recipe.parts, "unknown")
        approximate = unknown > UNKNOWN_SHARE * rows
        if approximate.any():
            by_day = FAMILIES[recipe.base](recipe, recipe.fallback, material, state)
            measured = [by_day[n] if approximate[n] else each for n, each in enumerate(measured)]
    sides = {role: material.totals(recipe.parts, role) for role in ("missing", "censored", "immature")}
    return [
        Measured(components, estimate, int(sides["missing"][n]), _censored(recipe, components, sides["censored"][n]),
                 int(sides["immature"][n]), bool(approximate[n]), _covered(recipe, material, state, n))
        for n, (components, estimate) in enumerate(measured)
    ]


def _censored(recipe: Recipe, components: Components, counted: float) -> int:
    if recipe.base == "KaplanMeier" and components:
        return int(sum(components["c"]))  # type: ignore[arg-type]
    return int(counted)


def _covered(recipe: Recipe, material: Material, state: State, group: int) -> bool:
    """Whether the main table's coverage contains the period as far as `as_of`: then nothing found means zero (G22)."""
    span = material.call.spans[material.groups.of(group)[0]]
    table = main_table(recipe, material)
    today = material.call.as_of
    days = [day for day in span.days if day <= today.date()] or span.days
    return all(state.covers(table, day) for day in (days[0], days[-1]))


def main_table(recipe: Recipe, material: Material) -> str:
    return material.plan.queries[recipe.parts[0].query].tables[0]


Results = list[tuple[Components, Estimate]]


def _blocked(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Proportion, NetShare, Mean, Ratio: from block sums that the database made, or from days."""
    count = material.groups.count
    made = material.plan.queries[parts[0].query].kind == BLOCKS
    if recipe.base == "NetShare":
        found = _net_share_blocks(parts, material) if made else _net_share_days(parts, material)
        return [(each, families.NetShare.estimate(each) if each else NO_DATA) for each in found]
    family = {"Proportion": families.Proportion, "Mean": families.Mean, "Ratio": families.Ratio}[recipe.base]
    found = _sums_made(parts, material) if made else _sums_of_days(recipe, parts, material)
    if made and recipe.base == "Proportion":
        found = [families.Proportion.merge(each, {}) if each else {} for each in found]
    rows = material.totals(parts, "n" if recipe.base == "Ratio" else "y" if not made else "Sy")
    domain: dict[str, Domain] = {} if recipe.base == "Proportion" else {"domain": DOMAINS[recipe.domain]}
    assert len(found) == count
    return [(each, family.estimate(each, n=int(rows[n]), **domain) if each else NO_DATA) for n, each in enumerate(found)]


def _sums_of_days(recipe: Recipe, parts: tuple[Part, ...], material: Material) -> list[Components]:
    roles = ("x", "y", "n") if recipe.base == "Ratio" else ("x", "y", "y")
    group, _, (x, y, n) = material.block_sums(parts, roles)
    held = n > 0
    family = families.Proportion if recipe.base == "Proportion" else families.Ratio
    return family.components_by_group(group[held], x[held], y[held], material.groups.count)


def _sums_made(parts: tuple[Part, ...], material: Material) -> list[Components]:
    columns = [material.totals(parts, role) for role in BLOCK_KEYS]
    return [
        {key: float(column[n]) for key, column in zip(BLOCK_KEYS, columns, strict=True)} if columns[0][n] else {}
        for n in range(material.groups.count)
    ]


def _net_share_blocks(parts: tuple[Part, ...], material: Material) -> list[Components]:
    signs = [material.totals(parts, role) for role in ("positive", "negative")]
    return [
        families.NetShare.merge({**sums, "k_pos": float(signs[0][n]), "k_neg": float(signs[1][n])}, {}) if sums else {}
        for n, sums in enumerate(_sums_made(parts, material))
    ]


def _net_share_days(parts: tuple[Part, ...], material: Material) -> list[Components]:
    group, _, (positive, negative, y) = material.block_sums(parts, ("positive", "negative", "y"))
    held = y > 0
    return families.NetShare.components_by_group(group[held], positive[held], negative[held], y[held], material.groups.count)


def covered_days(span: Span, table: str, state: State, seen: set[int]) -> list[date]:
    """The local days of the period that the table covers, and those that hold rows all the same."""
    first = int(np.datetime64(span.first_day, "D").astype(np.int64))
    return [day for number, day in enumerate(span.days) if state.covers(table, day) or first + number in seen]


def _cells_of(recipe: Recipe, parts: tuple[Part, ...], material: Material, role: str) -> dict[int, dict[int, float]]:
    group, cell, (values,) = material.block_sums(parts, (role,))
    found: dict[int, dict[int, float]] = {}
    for number, place, value in zip(group.tolist(), cell.tolist(), values.tolist(), strict=True):
        found.setdefault(number, {})[place] = value
    return found


def _counted(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Counts over the covered days (or half-hours) of each period; of persons, in total."""
    exposures = exposure_of(recipe, material)
    if recipe.block == "person":
        totals = material.totals(parts, "x")
        return [_count_result(families.Count.components_from_total(float(k), exposure=exposures[n]), False)
                for n, k in enumerate(totals)]
    cells, table = _cells_of(recipe, parts, material, "x"), main_table(recipe, material)
    results = []
    for n in range(material.groups.count):
        span = material.call.spans[material.groups.of(n)[0]]
        own = cells.get(n, {})
        days = covered_days(span, table, state, {cell // HALF_HOURS for cell, value in own.items() if value})
        halves = families.uses_half_hours(len(span.days))
        numbers = day_numbers(np.array(days, dtype="datetime64[D]"))
        if halves:
            places = (numbers[:, None] * HALF_HOURS + np.arange(HALF_HOURS)).ravel()
            shape = families.cells_of_half_hours(len(days))
        else:
            places, shape = numbers * HALF_HOURS, families.cells_of_days([day.weekday() for day in days])
        counts = np.array([own.get(int(place), 0.0) for place in places])
        if not days:
            results.append(_count_result(families.Count.components_from_total(0.0, exposure=exposures[n]), False))
            continue
        components = families.Count.components_from_cells(counts, shape, exposure=exposures[n])
        results.append(_count_result(components, len(span.days) == 1))
    return results


def _count_result(components: Components, one_day: bool) -> tuple[Components, Estimate]:
    return components, families.Count.estimate(components, one_day=one_day) if components else NO_DATA


def exposure_of(recipe: Recipe, material: Material) -> Floats:
    """The exposure of each group: 1, or the customers there were in its period (in its slice, where customers have it)."""
    count = material.groups.count
    if recipe.exposure is None:
        return np.ones(count)
    number = next(n for n, query in enumerate(material.plan.queries) if query.kind == EXPOSURE)
    frame, keys = material.frames[number], [key for key in material.plan.queries[number].keys if key != "period"]
    columns = [plain(frame["period"]).tolist(), *[[str(each) for each in frame[key]] for key in keys]]
    values = plain(frame[recipe.exposure]).tolist()
    known = {key: float(value) for *key_parts, value in zip(*columns, values, strict=True) if (key := tuple(key_parts))}
    places = [int(key.removeprefix("slice_")) for key in keys]
    exposures = np.zeros(count)
    for n in range(count):
        period, key = material.groups.of(n)
        exposures[n] = known.get((period, *[str(key[place]) for place in places]), 0.0)
    return exposures


def _summed(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Sums of money over the covered local days of each period, zeros included."""
    cells, table, rows = _cells_of(recipe, parts, material, "x"), main_table(recipe, material), material.totals(parts, "n")
    results = []
    for n in range(material.groups.count):
        span = material.call.spans[material.groups.of(n)[0]]
        by_day: dict[int, float] = {}
        for cell, value in cells.get(n, {}).items():
            by_day[cell // HALF_HOURS] = by_day.get(cell // HALF_HOURS, 0.0) + value
        days = day_numbers(np.array(covered_days(span, table, state, set(by_day)), dtype="datetime64[D]"))
        components = families.EuroSum.components_from_days(np.array([by_day.get(int(day), 0.0) for day in days])) if len(days) else {}
        results.append((components, families.EuroSum.estimate(components, n=int(rows[n]), domain=DOMAINS[recipe.domain])
                        if components else NO_DATA))
    return results


def _ranked(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Quantiles of the exact values, with the design effect of the indicator at the quantile."""
    assert recipe.q is not None
    values = [part for part in parts if material.plan.queries[part.query].kind == VALUES]
    results: Results = []
    gathered = [_values_of(part, material) for part in values]
    group, block, value, n = (np.concatenate([each[k] for each in gathered]) for k in range(4))
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(material.groups.count + 1))
    for number in range(material.groups.count):
        own = order[edges[number]:edges[number + 1]]
        if not len(own):
            results.append(({}, NO_DATA))
            continue
        histogram = _histogram(value[own], n[own])
        level = histogram.quantile(recipe.q)
        assert level is not None
        blocks, place = np.unique(block[own], return_inverse=True)
        at_most = np.bincount(place, weights=n[own] * (value[own] <= level), minlength=len(blocks))
        total = np.bincount(place, weights=n[own], minlength=len(blocks))
        components = families.Quantile.components_from_blocks(at_most, total, recipe.q)
        results.append((components, families.Quantile.estimate(components, histogram=histogram)))
    return results


def _histogram(values: Floats, counts: Floats) -> families.Histogram:
    distinct, place = np.unique(values, return_inverse=True)
    return families.Histogram(distinct, np.bincount(place, weights=counts).astype(np.int64))


def _values_of(part: Part, material: Material) -> tuple[np.ndarray, ...]:
    kept, group, frame = material.rows(part)
    block = np.unique(frame["block"].astype(str), return_inverse=True)[1][kept] if "block" in frame else material.cells(part)
    return group, block, plain(frame["value"])[kept].astype(np.float64), plain(frame["n"])[kept].astype(np.float64)


def _waited(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Kaplan-Meier quantiles of the summed wait tables."""
    assert recipe.q is not None
    waits = [part for part in parts if material.plan.queries[part.query].kind == WAITS]
    gathered = []
    for part in waits:
        kept, group, frame = material.rows(part)
        gathered.append((group, *[plain(frame[name])[kept].astype(np.float64) for name in ("value", "n", "events")]))
    group, value, n, events = (np.concatenate([each[k] for each in gathered]) for k in range(4))
    results: Results = []
    for number in range(material.groups.count):
        own = np.flatnonzero(group == number)
        if not len(own):
            results.append(({}, NO_DATA))
            continue
        components = families.KaplanMeier.components(_wait_table(value[own], events[own], n[own] - events[own]))
        results.append((components, families.KaplanMeier.estimate(components, recipe.q)))
    return results


def _wait_table(times: Floats, events: Floats, censored: Floats) -> families.WaitTable:
    distinct, place = np.unique(times, return_inverse=True)
    return families.WaitTable(distinct, np.bincount(place, weights=events), np.bincount(place, weights=censored))


def _stocked(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """What stands at the end of each period; with a flow, how many of its days that is."""
    value, n = material.totals(parts, "x"), material.totals(parts, "n")
    flow = material.totals(parts, "flow") if recipe.flow_days else None
    results: Results = []
    for number in range(material.groups.count):
        components = families.Stock.components(int(n[number]))
        if flow is None:
            results.append((components, families.Stock.estimate(components, float(value[number]))))
        elif flow[number]:
            results.append((components, families.Stock.estimate(components, float(value[number] * recipe.flow_days / flow[number]))))
        else:
            results.append(({}, NO_DATA))
    return results


FAMILIES: dict[str, Callable[[Recipe, tuple[Part, ...], Material, State], Results]] = {
    "Proportion": _blocked, "NetShare": _blocked, "Mean": _blocked, "Ratio": _blocked, "Count": _counted, "EuroSum": _summed,
    "Quantile": _ranked, "KaplanMeier": _waited, "Stock": _stocked,
}

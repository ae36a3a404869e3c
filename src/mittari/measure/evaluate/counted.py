"""Counts and sums over the covered days or half-hours of a period, zeros included."""

from datetime import date

import numpy as np

from mittari.measure import families
from mittari.measure.call import Span, State, day_numbers
from mittari.measure.evaluate.results import DOMAINS, Results
from mittari.measure.families import Components, Estimate
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import HALF_HOURS, Floats, Material, plain
from mittari.measure.outputs import KEYED
from mittari.measure.recipe import EXPOSURE, Part, Recipe

DAYS_OF_YEAR = 365.25


def main_table(recipe: Recipe, material: Material) -> str:
    """The table whose coverage decides what an empty period means."""
    return material.plan.queries[recipe.parts[0].query].tables[0]


def covered_days(span: Span, table: str, state: State, seen: set[int]) -> list[date]:
    """The local days of the period that the table covers, and those that hold rows all the same."""
    first = int(np.datetime64(span.first_day, "D").astype(np.int64))
    return [day for number, day in enumerate(span.days) if state.covers(table, day) or first + number in seen]


def _cells_of(parts: tuple[Part, ...], material: Material, role: str) -> dict[int, dict[int, float]]:
    group, cell, (values,) = material.block_sums(parts, (role,))
    found: dict[int, dict[int, float]] = {}
    for number, place, value in zip(group.tolist(), cell.tolist(), values.tolist(), strict=True):
        found.setdefault(number, {})[place] = value
    return found


def counted(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Counts over the covered days (or half-hours) of each period; of persons, in total."""
    exposures = exposures_of(recipe, material)
    if recipe.block in KEYED:
        totals = material.totals(parts, "x")
        return [
            _count_result(families.Count.components_from_total(float(k), exposure=exposures[n]), False)
            for n, k in enumerate(totals)
        ]
    cells, table = _cells_of(parts, material, "x"), main_table(recipe, material)
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


def exposures_of(recipe: Recipe, material: Material) -> Floats:
    """What each group's count is divided by: 1, or its exposure in the units asked for, of a year where yearly."""
    count = material.groups.count
    exposures = np.ones(count) if recipe.exposure is None else exposure_of(recipe.exposure, material) / recipe.per
    if not recipe.yearly:
        return exposures
    days = [len(material.call.spans[material.groups.of(n)[0]].days) for n in range(count)]
    return np.asarray(exposures * np.array(days) / DAYS_OF_YEAR, dtype=np.float64)


def exposure_of(name: str, material: Material) -> Floats:
    """The customers or employees of each group's period (and slice, where they have it)."""
    count = material.groups.count
    number = next(
        n for n, query in enumerate(material.plan.queries) if query.kind == EXPOSURE and name in material.frame(n)
    )
    frame, keys = material.frame(number), [key for key in material.plan.queries[number].keys if key != "period"]
    columns = [plain(frame["period"]).tolist(), *[[str(each) for each in frame[key]] for key in keys]]
    values = plain(frame[name]).tolist()
    known = {key: float(value) for *key_parts, value in zip(*columns, values, strict=True) if (key := tuple(key_parts))}
    places = [int(key.removeprefix("slice_")) for key in keys]
    exposures = np.zeros(count)
    for n in range(count):
        period, key = material.groups.of(n)
        exposures[n] = known.get((period, *[str(key[place]) for place in places]), 0.0)
    return exposures


def summed(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """Sums of money over the covered local days of each period, zeros included."""
    cells, table, rows = (
        _cells_of(parts, material, "x"),
        main_table(recipe, material),
        material.totals(parts, "n"),
    )
    results = []
    for n in range(material.groups.count):
        span = material.call.spans[material.groups.of(n)[0]]
        by_day: dict[int, float] = {}
        for cell, value in cells.get(n, {}).items():
            by_day[cell // HALF_HOURS] = by_day.get(cell // HALF_HOURS, 0.0) + value
        days = day_numbers(np.array(covered_days(span, table, state, set(by_day)), dtype="datetime64[D]"))
        components = (
            families.EuroSum.components_from_days(np.array([by_day.get(int(day), 0.0) for day in days]))
            if len(days)
            else {}
        )
        results.append(
            (
                components,
                families.EuroSum.estimate(components, n=int(rows[n]), domain=DOMAINS[recipe.domain])
                if components
                else NO_DATA,
            )
        )
    return results

"""Quantiles, Kaplan-Meier quantiles and stocks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mittari.errors import Fault
from mittari.measure import families
from mittari.measure.call import State
from mittari.measure.evaluate.results import Results
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import Floats, Indices, Material, weighted
from mittari.measure.recipe import VALUES, WAITS, Part, Recipe


@dataclass(frozen=True)
class Ranked:
    """The values of one group: their histogram, and beside each value its block as a place and how often it stands."""

    histogram: families.Histogram
    value: Floats
    place: npt.NDArray[np.int64]
    n: Floats


def ranked(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """Quantiles of the exact values, with the design effect of the indicator at the quantile."""
    q = quantile_of(recipe)
    values = tuple(part for part in parts if material.plan.queries[part.query].kind == VALUES)
    found = material.once(("ranked", *(part.query for part in values)), lambda: _ranked_values(values, material))
    return [({}, NO_DATA) if own is None else _quantile(own, q) for own in found]


def _quantile(own: Ranked, q: float) -> tuple[families.Components, families.Estimate]:
    level = own.histogram.quantile(q)
    at_most = np.bincount(own.place, weights=own.n * (own.value <= (np.nan if level is None else level)))
    total = np.bincount(own.place, weights=own.n)
    held = total > 0
    components = families.Quantile.components_from_blocks(at_most[held], total[held], q)
    return components, families.Quantile.estimate(components, histogram=own.histogram)


def _ranked_values(parts: tuple[Part, ...], material: Material) -> list[Ranked | None]:
    """The values of each group, None where it has none: the same for every quantile of them."""
    gathered = [_values_of(part, material) for part in parts]
    group, block, value, n = (np.concatenate([each[k] for each in gathered]) for k in range(4))
    order = np.argsort(group.astype(np.min_scalar_type(material.groups.count)), kind="stable")  # small: by radix
    edges = np.searchsorted(group, np.arange(material.groups.count + 1), sorter=order)
    block, value, n = block[order], value[order], n[order]
    return [
        None
        if first == end
        else Ranked(
            _histogram(value[first:end], n[first:end]),
            value[first:end],
            block[first:end] - block[first:end].min(),
            n[first:end],
        )
        for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]


def quantile_of(recipe: Recipe) -> float:
    """Which quantile the output is."""
    if recipe.q is None:
        raise Fault(f"{recipe.kpi_id}.{recipe.output} does not say which quantile it is")
    return recipe.q


def _histogram(values: Floats, counts: Floats) -> families.Histogram:
    if (counts == 1).all():
        return families.Histogram.of(values)
    distinct, place = np.unique(values, return_inverse=True)
    return families.Histogram(distinct, np.bincount(place, weights=counts).astype(np.int64))


def _values_of(part: Part, material: Material) -> tuple[Indices, npt.NDArray[np.int64], Floats, Floats]:
    own = material.sorted(part)
    by_person = "block" in own.frame
    block = np.unique(own.frame["block"].astype(str), return_inverse=True)[1][own.rows] if by_person else None
    return (
        own.group,
        material.cells(part) if block is None else block.astype(np.int64),
        material.column(part, "value"),
        material.column(part, "n"),
    )


def waited(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """Kaplan-Meier quantiles of the summed wait tables."""
    q = quantile_of(recipe)
    waits = [part for part in parts if material.plan.queries[part.query].kind == WAITS]
    gathered = [
        (material.sorted(part).group, *[material.column(part, role) for role in ("value", "n", "events")])
        for part in waits
    ]
    group, value, n, events = (np.concatenate([each[k] for each in gathered]) for k in range(4))
    results: Results = []
    for number in range(material.groups.count):
        own = np.flatnonzero(group == number)
        if not len(own):
            results.append(({}, NO_DATA))
            continue
        components = families.KaplanMeier.components(_wait_table(value[own], events[own], n[own] - events[own]))
        results.append((components, families.KaplanMeier.estimate(components, q)))
    return results


def _wait_table(times: Floats, events: Floats, censored: Floats) -> families.WaitTable:
    distinct, place = np.unique(times, return_inverse=True)
    return families.WaitTable(distinct, weighted(place, events), weighted(place, censored))


def stocked(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """What stands at the end of each period; with a flow, how many of its days that is."""
    value, n = material.totals(parts, "x"), material.totals(parts, "n")
    flow = material.totals(parts, "flow") if recipe.flow_days else None
    results: Results = []
    for number in range(material.groups.count):
        components = families.Stock.components(int(n[number]), q=recipe.q if recipe.q != 1.0 else None)
        if (recipe.q is not None or recipe.share) and not n[number]:
            results.append(({}, NO_DATA))
        elif recipe.share:
            results.append((components, families.Stock.estimate(components, float(value[number] / n[number]))))
        elif flow is None:
            results.append((components, families.Stock.estimate(components, float(value[number]))))
        elif flow[number]:
            results.append(
                (
                    components,
                    families.Stock.estimate(components, float(value[number] * recipe.flow_days / flow[number])),
                )
            )
        else:
            results.append(({}, NO_DATA))
    return results

"""From sums to numbers: for each group of a call the components and estimate of one output, by its family."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mittari.measure.call import State
from mittari.measure.evaluate.blocked import blocked
from mittari.measure.evaluate.counted import counted, covered_days, main_table, summed
from mittari.measure.evaluate.dated import dated, is_dated
from mittari.measure.evaluate.models import modelled
from mittari.measure.evaluate.ranked import ranked, stocked, waited
from mittari.measure.evaluate.results import DOMAINS, SIDES, Results
from mittari.measure.families import Components, Estimate, change
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import Material
from mittari.measure.recipe import Part, Recipe

__all__ = ["DOMAINS", "NOTHING", "Measured", "covered_days", "main_table", "measure"]

UNKNOWN_SHARE = 0.5


@dataclass(frozen=True)
class Measured:
    """One output in one group: components, estimate, and the rows counted beside it."""

    components: Components
    estimate: Estimate
    missing: int = 0
    censored: int = 0
    immature: int = 0
    unpriced: int = 0
    approximate: bool = False
    covered: bool = True
    earlier: tuple[Components, Estimate] | None = None

    def as_earlier(self) -> "Measured":
        """As a growth counts the period it looks back to."""
        return self if self.earlier is None else replace(self, components=self.earlier[0], estimate=self.earlier[1])


NOTHING = Measured({}, NO_DATA, covered=False)


def measure(recipe: Recipe, material: Material, state: State) -> list[Measured]:
    """The output in every group, in the order of the groups."""
    measured = (dated if is_dated(recipe, material) else FAMILIES[recipe.base])(recipe, recipe.parts, material, state)
    others = FAMILIES[recipe.base](recipe, recipe.others, material, state) if recipe.others else []
    if recipe.family == "Contrast":
        measured = [contrasted(recipe, *pair) for pair in zip(measured, others, strict=True)]
    of_buckets = material.rolled and recipe.base == "Quantile"
    approximate = np.full(material.groups.count, of_buckets or is_dated(recipe, material))
    if recipe.fallback:
        rows = material.totals(recipe.parts, "n" if recipe.weighted else "Sy")
        unknown = material.totals(recipe.parts, "unknown")
        approximate = unknown > UNKNOWN_SHARE * rows
        if approximate.any():
            by_day = FAMILIES[recipe.base](recipe, recipe.fallback, material, state)
            measured = [by_day[n] if approximate[n] else each for n, each in enumerate(measured)]
    sides = {role: material.totals(recipe.parts, role) for role in SIDES}
    return [
        Measured(
            components,
            estimate,
            int(sides["missing"][n]),
            _censored(recipe, components, sides["censored"][n]),
            int(sides["immature"][n]),
            int(sides["unpriced"][n]),
            bool(approximate[n]),
            _covered(recipe, material, state, n),
            others[n] if others else None,
        )
        for n, (components, estimate) in enumerate(measured)
    ]


def contrasted(
    recipe: Recipe, base: tuple[Components, Estimate], other: tuple[Components, Estimate]
) -> tuple[Components, Estimate]:
    """Two groups of rows of one period compared, by the rule of their family."""
    components = change.two_periods(base[0], other[0])
    if not components:
        return {}, NO_DATA
    return components, change.of_family(recipe.base, components)


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
    return state.covers(table, days[0], days[-1])


FAMILIES: dict[str, Callable[[Recipe, tuple[Part, ...], Material, State], Results]] = {
    "Proportion": blocked,
    "NetShare": blocked,
    "Mean": blocked,
    "Ratio": blocked,
    "Count": counted,
    "EuroSum": summed,
    "Quantile": ranked,
    "KaplanMeier": waited,
    "Stock": stocked,
    "Model": modelled,
}

"""Numbers with a rule of their own: what each rule makes of the sums over the rows, and of what the call gives."""

from collections.abc import Callable, Mapping
from typing import Any

from mittari.measure import families
from mittari.measure.call import State
from mittari.measure.evaluate.results import SIDES, Results
from mittari.measure.families import Components, Estimate
from mittari.measure.families.estimate import LOW_N, NO_DATA, number
from mittari.measure.material import Material
from mittari.measure.recipe import Part, Recipe

Sums = Mapping[str, float]
Given = Mapping[str, Any]
Rule = Callable[[Sums, int, Given], tuple[Components, Estimate]]
"""Sums over the rows by name, how many rows n counts, and what the call gives -> components and estimate."""


def total(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """How many there are, without an interval."""
    components: Components = {"k": sums["k"]} if rows else {}
    return components, Estimate(number(components, "k"), n=rows) if components else NO_DATA


def quotient(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """One sum over the number of rows or of what `n` sums up: a cost per contact."""
    n = sums.get("n", float(rows))
    above = next(name for name in sums if name != "n")
    components: Components = {above: sums[above], "n": n} if n else {}
    return components, families.quotient(components, above, "n") if components else NO_DATA


def mean_of_few(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """A mean that is described and not inferred from: `sum` over the rows, low_n under 30 of them."""
    components: Components = {"n": float(rows), "sum": sums["sum"]} if rows else {}
    return components, families.quotient(components, "sum", "n", low_n=LOW_N) if components else NO_DATA


def lift(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """How much more often own texts (a of n) say something than the other rows do (b of m)."""
    a, n, b, m = sums["a"], sums["n"], sums["b"], rows - sums["n"]
    components: Components = {"a": a, "n": n, "b": b, "m": m} if n and m else {}
    return components, families.share_ratio(components)


def external_share(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """Own revenue over a market that somebody else has measured."""
    components: Components = {name: sums[name] for name in ("own", "market", "error")} if sums["market"] else {}
    return components, families.external_share(components, n=rows)


RULES: dict[str, Rule] = {
    "total": total,
    "quotient": quotient,
    "mean_of_few": mean_of_few,
    "lift": lift,
    "external_share": external_share,
}


def modelled(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """The rule over the sums of each group."""
    names = [name for name in parts[0].columns if name not in ("rows", *SIDES)]
    sums = {name: material.totals(parts, name) for name in names}
    rows = material.totals(parts, "rows")
    return [
        RULES[recipe.rule]({name: float(values[n]) for name, values in sums.items()}, int(rows[n]), recipe.given)
        for n in range(material.groups.count)
    ]

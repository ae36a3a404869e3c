"""Numbers with a rule of their own: what each rule makes of the sums over the rows, and of what the call gives."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mittari.measure import families
from mittari.measure.call import State
from mittari.measure.evaluate.counted import DAYS_OF_YEAR
from mittari.measure.evaluate.results import SIDES, Results
from mittari.measure.families import Components, Estimate, change
from mittari.measure.families.estimate import LOW_N, NO_DATA, number
from mittari.measure.material import Material
from mittari.measure.recipe import ROWS, Part, Recipe

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


def unit_cost(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """A cost over the number of what it was spent on; where no cost is known it is not zero."""
    components: Components = {"cost": sums["cost"], "n": float(rows)} if rows and sums["cost"] else {}
    return components, families.quotient(components, "cost", "n") if components else NO_DATA


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
    known = rows and sums["market"]
    components: Components = {name: sums[name] for name in ("own", "market", "error")} if known else {}
    return components, families.external_share(components, n=rows)


def lifetime_value(sums: Sums, rows: int, given: Given) -> tuple[Components, Estimate]:
    """What a customer is worth from today on, from the margin and retention of a year."""
    components = yearly_worth(sums, rows, given)
    return components, replace(families.lifetime_value(components), n=rows, flags=_of_few(components, rows))


def lifetime_value_within(sums: Sums, rows: int, given: Given) -> tuple[Components, Estimate]:
    """The part of it that falls within five years."""
    components = yearly_worth(sums, rows, given)
    return components, replace(families.lifetime_value_within(components), n=rows, flags=_of_few(components, rows))


def _of_few(components: Components, rows: int) -> tuple[str, ...]:
    return ("low_n",) if components and 0 < rows < LOW_N else ()


def yearly_worth(sums: Sums, rows: int, given: Given) -> Components:
    """Margin and retention of a year as the call gives them; what it does not give is measured in the period.

    The margin of the days is stretched to a year, and the share that stayed is carried on like a yearly churn rate.
    """
    worth = {name: float(value) for name, value in given.items() if value is not None}
    if "margin" not in worth:
        if not sums["costed"]:
            return {}
        years = sums["days"] / rows / DAYS_OF_YEAR
        mean = sums["margin"] / rows
        spread = max(0.0, sums["squares"] / rows - mean * mean)
        worth |= {"margin": mean / years, "margin_se": math.sqrt(spread / max(1, rows - 1)) / years}
    if "retention" not in worth:
        if not rows:
            return {}
        periods, stayed = DAYS_OF_YEAR * rows / sums["days"], sums["stayed"] / rows
        se = math.sqrt(stayed * (1.0 - stayed) / rows)
        worth["retention"] = stayed**periods
        worth["retention_se"] = periods * stayed ** (periods - 1.0) * se
    return {name: worth[name] for name in ("margin", "margin_se", "retention", "retention_se", "discount")}


def net_shares_apart(sums: Sums, rows: int, _given: Given) -> tuple[Components, Estimate]:
    """Our net share (n1, k_pos1, k_neg1) less another (0), with the pairs of answers that one person gave to both."""
    components: Components = {}
    for side in "10":
        up, down, n = (sums[f"{name}{side}"] for name in ("k_pos", "k_neg", "n"))
        blocks = {"G": n, "Sx": up - down, "Sy": n, "Sx2": up + down, "Sy2": n, "Sxy": up - down}
        shares = families.NetShare.merge({**blocks, "k_pos": up, "k_neg": down}, {}) if n else {}
        components |= {f"{name}{side}": each for name, each in shares.items()}
    if not (sums["n1"] and sums["n0"]):
        return {}, NO_DATA
    if sums["pairs"]:
        components |= {name: sums[name] for name in ("pairs", "both", "paired1", "paired0")}
    return components, replace(change.paired_net_share_difference(components), n=rows)


RULES: dict[str, Rule] = {
    "lifetime_value": lifetime_value,
    "lifetime_value_within": lifetime_value_within,
    "total": total,
    "quotient": quotient,
    "unit_cost": unit_cost,
    "mean_of_few": mean_of_few,
    "lift": lift,
    "external_share": external_share,
    "net_shares_apart": net_shares_apart,
}


def sums_of(parts: tuple[Part, ...]) -> list[str]:
    """The names of a model's sums, in the order of its declaration."""
    return [name for name in parts[0].columns if name not in (ROWS, *SIDES)]


def modelled(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """The rule over the sums of each group."""
    sums = {name: material.totals(parts, name) for name in sums_of(parts)}
    rows = material.totals(parts, ROWS)
    return [
        RULES[recipe.rule]({name: float(values[n]) for name, values in sums.items()}, int(rows[n]), recipe.given)
        for n in range(material.groups.count)
    ]

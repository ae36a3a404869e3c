"""Shares and means whose blocks span days, from sums by days: how much their rows depend on each other is dated.

A person answers on several days, so sums by days tell the value exactly and its spread not at all. The spread is taken
from the block sums that the output had when they were last counted from the facts (`Material.effects`): so many blocks
a row, rows spread so unevenly over them, and a variance between blocks so many times that of independent rows. The
components are made as that would have them, and the record is flagged `approx`.
"""

import math
from collections.abc import Mapping

from mittari.measure import families
from mittari.measure.call import State
from mittari.measure.dimensions import SCALE
from mittari.measure.evaluate.blocked import blocked, estimate_of
from mittari.measure.evaluate.results import Results
from mittari.measure.families import Components
from mittari.measure.families.blocks import BLOCK_KEYS
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import Material
from mittari.measure.outputs import KEYED
from mittari.measure.recipe import Part, Recipe

UNKNOWN_SHARE = 0.5
"""Where more of the rows are of unknown persons than this, days are the blocks (G20)."""


def is_dated(recipe: Recipe, material: Material) -> bool:
    """Whether the output's blocks span the days that its sums are of."""
    return material.rolled and recipe.block in KEYED and recipe.base in ("Proportion", "NetShare", "Mean", "Ratio")


def dated(recipe: Recipe, parts: tuple[Part, ...], material: Material, state: State) -> Results:
    """The estimate of each group with the dated effect of its blocks; by days where none is known for it."""
    by_days = blocked(recipe, parts, material, state)
    signed = recipe.base == "NetShare"
    roles = ("positive", "negative", "y") if signed else ("x", "y", "y")
    first, second, rows = (material.totals(parts, role) for role in roles)
    counted = material.totals(parts, "n") if recipe.base == "Ratio" else rows
    unknown = material.totals(parts, "unknown")
    results: Results = []
    for number in range(material.groups.count):
        known = material.effects.get((recipe.kpi_id, recipe.output, _scale(material, number)))
        if not rows[number]:
            results.append(({}, NO_DATA))
        elif known is None or unknown[number] > UNKNOWN_SHARE * counted[number]:
            results.append(by_days[number])
        elif signed:
            made = net_share_components(float(first[number]), float(second[number]), float(rows[number]), known)
            results.append((made, families.NetShare.estimate(made)))
        else:
            made = components(recipe.base, float(first[number]), float(rows[number]), known)
            results.append((made, estimate_of(recipe.base, made, int(counted[number]), recipe.domain)))
    return results


def _scale(material: Material, group: int) -> str | None:
    if SCALE not in material.plan.slices:
        return None
    return material.groups.of(group)[1][material.plan.slices.index(SCALE)]


def components(base: str, x: float, y: float, known: Mapping[str, float]) -> Components:
    """Block sums of a share, mean or ratio x / y, as blocks like the known ones would have them."""
    spread, before = 1.0, 1.0
    if base == "Proportion":
        share, earlier = x / y, known["Sx"] / known["Sy"]
        spread, before = share * (1 - share), earlier * (1 - earlier)
    made = _block_sums(x, y, spread, before, known)
    return families.Proportion.merge(made, {}) if base == "Proportion" else made


def net_share_components(positive: float, negative: float, rows: float, known: Mapping[str, float]) -> Components:
    """Block sums of a net share, as blocks like the known ones would have them."""
    spread = (positive + negative) / rows - ((positive - negative) / rows) ** 2
    before = (known["k_pos"] + known["k_neg"]) / known["Sy"] - ((known["k_pos"] - known["k_neg"]) / known["Sy"]) ** 2
    made = _block_sums(positive - negative, rows, spread, before, known)
    return families.NetShare.merge({**made, "k_pos": positive, "k_neg": negative}, {})


def _block_sums(x: float, y: float, spread: float, before: float, known: Mapping[str, float]) -> Components:
    """G, Sx, Sy, Sx2, Sy2, Sxy with the known blocks a row and the known residual of a row, in terms of its spread."""
    size, ratio, earlier = y / known["Sy"], x / y, known["Sx"] / known["Sy"]
    residual = max(0.0, known["Sx2"] - 2 * earlier * known["Sxy"] + earlier**2 * known["Sy2"])
    # where every known row was alike they tell nothing of dependence: rows count as independent then
    squares = residual * size * spread / before if before > 0 else y * spread
    whole = max(1.0, math.floor(known["G"] * size + 0.5))
    uneven = known["Sy2"] * size
    made = (whole, x, y, squares + ratio**2 * uneven, uneven, ratio * uneven)
    return dict(zip(BLOCK_KEYS, made, strict=True))

"""Proportion, NetShare, Mean, Ratio: from block sums that the database made, or from days."""

import numpy as np

from mittari.measure import families
from mittari.measure.call import State
from mittari.measure.evaluate.counted import DAYS_OF_YEAR, exposure_of
from mittari.measure.evaluate.results import DOMAINS, Results
from mittari.measure.families import Components, Estimate
from mittari.measure.families.blocks import BLOCK_KEYS
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import Floats, Material
from mittari.measure.recipe import BLOCKS, Part, Recipe


def blocked(recipe: Recipe, parts: tuple[Part, ...], material: Material, _state: State) -> Results:
    """The estimate of each group; a KPI by persons has its sums made by the database, one by days brings the days."""
    if recipe.base == "Proportion" and (recipe.yearly or recipe.population is not None):
        return _carried(recipe, _estimates(recipe, parts, material), material)
    return _estimates(recipe, parts, material)


def _carried(recipe: Recipe, shares: Results, material: Material) -> Results:
    """Shares as yearly ones, or as numbers of a population."""
    if recipe.population is None:
        return [(each, yearly(estimate, _days(material, n))) for n, (each, estimate) in enumerate(shares)]
    whole = populations(recipe, material)
    found = [families.population_components(each, float(whole[n])) for n, (each, _) in enumerate(shares)]
    return [(each, families.population_count(each)) for each in found]


def yearly(estimate: Estimate, days: int) -> Estimate:
    """The share lost in a year, when each period of so many days loses the same share of those left (KPI 53)."""
    return estimate.mapped(lambda share: 1.0 - (1.0 - share) ** (DAYS_OF_YEAR / days))


def populations(recipe: Recipe, material: Material) -> Floats:
    """How many there are in each group: as the call says, or as the exposure tells."""
    if isinstance(recipe.population, str):
        return exposure_of(recipe.population, material)
    return np.full(material.groups.count, float(recipe.population or 0.0))


def _days(material: Material, group: int) -> int:
    return len(material.call.spans[material.groups.of(group)[0]].days)


def _estimates(recipe: Recipe, parts: tuple[Part, ...], material: Material) -> Results:
    made = material.plan.queries[parts[0].query].kind == BLOCKS
    if recipe.base == "NetShare":
        found = _net_share_blocks(parts, material) if made else _net_share_days(parts, material)
        found = _weighed(recipe, found, parts, material)
        return [(each, families.NetShare.estimate(each) if each else NO_DATA) for each in found]
    found = _sums_made(parts, material) if made else _sums_of_days(recipe, parts, material)
    if made and recipe.base == "Proportion":
        found = [families.Proportion.merge(each, {}) if each else {} for each in found]
    found = _weighed(recipe, found, parts, material)
    counted = recipe.base == "Ratio" or recipe.weighted
    rows = material.totals(parts, "n" if counted else "Sy" if made else "y")
    return [
        (each, estimate_of(recipe.base, each, int(rows[n]), recipe.domain) if each else NO_DATA)
        for n, each in enumerate(found)
    ]


def estimate_of(base: str, components: Components, n: int, domain: str) -> Estimate:
    """The estimate of a share, mean or ratio from its block sums; `n` are the rows."""
    if base == "Proportion":
        return families.Proportion.estimate(components, n=n)
    return families.Ratio.estimate(components, n=n, domain=DOMAINS[domain])


def _weighed(recipe: Recipe, found: list[Components], parts: tuple[Part, ...], material: Material) -> list[Components]:
    """Sums of weights as those of as many rows as they are worth; other sums as they are."""
    if not recipe.weighted:
        return found
    squares, rows = material.totals(parts, "squares"), material.totals(parts, "n")
    return [families.of_weights(recipe.base, each, float(squares[n]), int(rows[n])) for n, each in enumerate(found)]


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
    return families.NetShare.components_by_group(
        group[held], positive[held], negative[held], y[held], material.groups.count
    )

"""Proportion and NetShare: shares of rows, with the design effect of their blocks."""

import math
from collections.abc import Mapping

import numpy.typing as npt

from mittari.measure.families.blocks import (
    BLOCK_KEYS,
    add,
    block_components,
    block_components_by_group,
    design_effect,
)
from mittari.measure.families.estimate import (
    FEW_BLOCKS,
    FRACTION,
    LOW_N,
    NO_DATA,
    Components,
    Domain,
    Estimate,
    Numbers,
    doubles,
    flag_set,
    number,
)
from mittari.measure.student import Z

NET_SHARE_DOMAIN = Domain(-100.0, 100.0)
WIDE_HALF_WIDTH = 10.0
"""An interval of a net share that reaches further than this many points either way is called wide."""


class Proportion:
    """p = k / n. Components: block sums of hits (x) and rows (y), and deff. Interval: Wilson with k and n over deff.

    Never the symmetric interval: near 0 and 1 it covers far less than it says (Brown, Cai, DasGupta 2001).
    """

    name = "Proportion"

    @staticmethod
    def components_from_blocks(hits: Numbers, rows: Numbers) -> Components:
        return _with_deff(block_components(hits, rows))

    @staticmethod
    def components_by_group(group_index: npt.ArrayLike, hits: Numbers, rows: Numbers, groups: int) -> list[Components]:
        return [_with_deff(each) for each in block_components_by_group(group_index, hits, rows, groups)]

    @staticmethod
    def merge(first: Components, second: Components) -> Components:
        return _with_deff(add(first, second, BLOCK_KEYS))

    @staticmethod
    def estimate(components: Components, *, n: int | None = None, domain: Domain = FRACTION) -> Estimate:
        if not components or number(components, "Sy") <= 0.0:
            return NO_DATA
        hits, rows, deff = number(components, "Sx"), number(components, "Sy"), proportion_deff(components)
        share = hits / rows
        low, high = wilson(hits / deff, rows / deff)
        return Estimate(
            value=share,
            se=math.sqrt(max(0.0, share * (1.0 - share)) / rows * deff),
            ci_low=domain.clip(low),
            ci_high=domain.clip(high),
            ci_method="wilson",
            n=rows_counted(components, n),
            flags=block_flags(components, rows if n is None else n),
        )


class NetShare:
    """100 (p - d): promoters minus detractors, positive minus negative texts, in points from -100 to 100.

    Components: block sums of +1/0/-1 (x) and rows (y), k_pos, k_neg and deff. Interval: adjusted Wald (Rocks 2016).
    """

    name = "NetShare"

    @staticmethod
    def components_from_blocks(positive: Numbers, negative: Numbers, rows: Numbers) -> Components:
        up, down = doubles(positive), doubles(negative)
        return _with_signs(block_components(up - down, rows), float(up.sum()), float(down.sum()))

    @staticmethod
    def components_by_group(
        group_index: npt.ArrayLike, positive: Numbers, negative: Numbers, rows: Numbers, groups: int
    ) -> list[Components]:
        up, down = doubles(positive), doubles(negative)
        nets = block_components_by_group(group_index, up - down, rows, groups)
        ups = block_components_by_group(group_index, up, rows, groups)
        return [
            _with_signs(net, number(each, "Sx"), number(each, "Sx") - number(net, "Sx")) if net else {}
            for net, each in zip(nets, ups, strict=True)
        ]

    @staticmethod
    def merge(first: Components, second: Components) -> Components:
        sums = add(first, second, (*BLOCK_KEYS, "k_pos", "k_neg"))
        return _with_signs(sums, number(sums, "k_pos"), number(sums, "k_neg")) if sums else {}

    @staticmethod
    def estimate(components: Components, *, n: int | None = None, domain: Domain = NET_SHARE_DOMAIN) -> Estimate:
        if not components or number(components, "Sy") <= 0.0:
            return NO_DATA
        rows, deff = number(components, "Sy"), net_share_deff(components)
        up, down = number(components, "k_pos"), number(components, "k_neg")
        low, high = adjusted_wald(up / deff, down / deff, rows / deff)
        count = rows_counted(components, n)
        return Estimate(
            value=100.0 * (up - down) / rows,
            se=100.0 * math.sqrt(_net_spread(components) / rows * deff),
            ci_low=domain.clip(low),
            ci_high=domain.clip(high),
            ci_method="adjusted_wald",
            n=count,
            flags=block_flags(components, count, wide=(high - low) / 2.0 > WIDE_HALF_WIDTH),
        )


def wilson(hits: float, rows: float) -> tuple[float, float]:
    """Wilson's score interval for `hits` of `rows`, neither of which needs to be whole (Wilson 1927)."""
    middle, reach = hits + Z * Z / 2.0, Z * math.sqrt(max(0.0, hits * (rows - hits)) / rows + Z * Z / 4.0)
    return (middle - reach) / (rows + Z * Z), (middle + reach) / (rows + Z * Z)


def adjusted_wald(positive: float, negative: float, rows: float) -> tuple[float, float]:
    """Interval of 100 (p - d) with three rows added, a quarter of them on each end (Rocks 2016)."""
    padded = rows + 3.0
    up, down = (positive + 0.75) / padded, (negative + 0.75) / padded
    reach = Z * math.sqrt((up + down - (up - down) ** 2) / padded)
    return 100.0 * (up - down - reach), 100.0 * (up - down + reach)


def proportion_deff(components: Mapping[str, float | list[float]]) -> float:
    share = number(components, "Sx") / number(components, "Sy")
    return design_effect(components, share * (1.0 - share))


def net_share_deff(components: Mapping[str, float | list[float]]) -> float:
    return design_effect(components, _net_spread(components))


def rows_counted(components: Mapping[str, float | list[float]], n: int | None) -> int:
    """n of a record: as handed in, else as the components of weighted rows tell, else the rows they sum up."""
    return round(number(components, "n" if "n" in components else "Sy")) if n is None else n


def block_flags(components: Mapping[str, float | list[float]], n: float, **more: bool) -> tuple[str, ...]:
    """Flags of a block family: `low_n` and `few_blocks` by G21, and what the family itself found.

    Weighted rows are as few as the rows that they are worth.
    """
    effective = number(components, "n_eff") if "n_eff" in components else n
    return flag_set(low_n=effective < LOW_N, few_blocks=number(components, "G") < FEW_BLOCKS, **more)


def _net_spread(components: Mapping[str, float | list[float]]) -> float:
    rows, up, down = (number(components, key) for key in ("Sy", "k_pos", "k_neg"))
    return max(0.0, (up + down) / rows - ((up - down) / rows) ** 2)


def _with_deff(sums: Components) -> Components:
    if not sums:
        return {}
    return {**sums, "deff": proportion_deff(sums) if number(sums, "Sy") > 0.0 else 1.0}


def _with_signs(sums: Components, positive: float, negative: float) -> Components:
    if not sums:
        return {}
    signed: Components = {**sums, "k_pos": positive, "k_neg": negative}
    return {**signed, "deff": net_share_deff(signed) if number(sums, "Sy") > 0.0 else 1.0}

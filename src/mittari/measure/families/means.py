"""Mean and Ratio: Sx / Sy with the spread between blocks."""

import math

import numpy.typing as npt

from mittari.measure.families.blocks import (
    BLOCK_KEYS,
    add,
    block_components,
    block_components_by_group,
    ratio_variance,
)
from mittari.measure.families.estimate import (
    NO_DATA,
    NON_NEGATIVE,
    Components,
    Domain,
    Estimate,
    Numbers,
    number,
)
from mittari.measure.families.shares import block_flags, rows_counted
from mittari.measure.student import student_quantile


class Ratio:
    """R = Sx / Sy of two sums (euros over euros, cases over hours). Components: the block sums.

    `estimate` needs `n`, the rows behind the sums, because Sy is no count here. Interval: R exp(+-t se / R) where the
    domain is non-negative, else R +- t se, with t of G - 1 degrees of freedom.
    """

    name = "Ratio"

    @staticmethod
    def components_from_blocks(x: Numbers, y: Numbers) -> Components:
        return block_components(x, y)

    @staticmethod
    def components_by_group(group_index: npt.ArrayLike, x: Numbers, y: Numbers, groups: int) -> list[Components]:
        return block_components_by_group(group_index, x, y, groups)

    @staticmethod
    def merge(first: Components, second: Components) -> Components:
        return add(first, second, BLOCK_KEYS)

    @staticmethod
    def estimate(components: Components, *, n: int | None = None, domain: Domain = NON_NEGATIVE) -> Estimate:
        if not components or number(components, "Sy") == 0.0:
            return NO_DATA
        count = rows_counted(components, n)
        ratio, variance = number(components, "Sx") / number(components, "Sy"), ratio_variance(components)
        if variance is None:
            return Estimate(ratio, n=count, flags=block_flags(components, count))
        se = math.sqrt(variance)
        if _is_unstable(components) or (domain.non_negative and ratio <= 0.0):
            return Estimate(ratio, se, n=count, flags=block_flags(components, count, unstable=True))
        low, high, method = t_interval(ratio, se, number(components, "G"), domain)
        return Estimate(ratio, se, low, high, method, count, block_flags(components, count))


class Mean(Ratio):
    """The mean of a value: x = sum of the values of a block, y = its rows, so n is Sy."""

    name = "Mean"


def t_interval(value: float, se: float, blocks: float, domain: Domain) -> tuple[float | None, float | None, str]:
    """Bounds clipped to the domain and their method: on the log scale where the domain is non-negative."""
    t = student_quantile(blocks - 1.0)
    if domain.non_negative:
        # A relative error in the hundreds has no upper end a double could hold.
        spread = min(t * se / value, 700.0)
        return domain.clip(value * math.exp(-spread)), domain.clip(value * math.exp(spread)), "t_log"
    return domain.clip(value - t * se), domain.clip(value + t * se), "t"


def _is_unstable(components: Components) -> bool:
    """The denominator itself cannot be told from zero: Fieller's interval of the ratio would have no ends."""
    blocks, sum_y, sum_y2 = (number(components, key) for key in ("G", "Sy", "Sy2"))
    variance_of_mean = max(0.0, sum_y2 - sum_y * sum_y / blocks) / (blocks * (blocks - 1.0))
    return student_quantile(blocks - 1.0) ** 2 * variance_of_mean >= (sum_y / blocks) ** 2

"""Block sums: the components of Proportion, NetShare, Mean and Ratio, and the variance they give (G20).

Rows of one block (a person's answers, a day's calls) depend on each other, so the spread is taken between blocks. With
the sums x_g and y_g of the G blocks that hold at least one row, the ratio R = Sx / Sy has the linearised variance

    V = G / (G - 1) * sum((x_g - R * y_g)^2) / Sy^2

(Cochran, Sampling Techniques, 3rd ed., ratio of cluster totals), which needs only G, Sx, Sy, Sx2, Sy2 and Sxy.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mittari.measure.families.estimate import Components, Floats, Numbers, binned, doubles, number

BLOCK_KEYS = ("G", "Sx", "Sy", "Sx2", "Sy2", "Sxy")


def sum_blocks(blocks: npt.ArrayLike, *columns: Numbers) -> tuple[Floats, ...]:
    """Sums of each column over the distinct values of `blocks`, in the order of the blocks."""
    _, index = np.unique(np.asarray(blocks), return_inverse=True)
    return tuple(binned(index, column) for column in columns)


def block_components(x: Numbers, y: Numbers) -> Components:
    """Components of one group of blocks; `{}` when there is no block."""
    return block_components_by_group(np.zeros(np.size(y), dtype=np.intp), x, y, 1)[0]


def block_components_by_group(group_index: npt.ArrayLike, x: Numbers, y: Numbers, groups: int) -> list[Components]:
    """Components of each group 0..groups-1; row i holds the sums of one block of group `group_index[i]`."""
    index, x_sums, y_sums = np.asarray(group_index, dtype=np.intp), doubles(x), doubles(y)
    columns = np.stack(
        [
            binned(index, weights, groups)
            for weights in (np.ones_like(y_sums), x_sums, y_sums, x_sums**2, y_sums**2, x_sums * y_sums)
        ],
        axis=1,
    )
    return [dict(zip(BLOCK_KEYS, sums, strict=True)) if sums[0] else {} for sums in columns.tolist()]


def add(first: Components, second: Components, keys: tuple[str, ...]) -> Components:
    """Sums of two parts that share no block; a part without data changes nothing."""
    if not first or not second:
        return dict(first or second)
    return {key: number(first, key) + number(second, key) for key in keys}


def ratio_variance(components: Mapping[str, float | list[float]]) -> float | None:
    """V of Sx / Sy between blocks; None with a single block, which shows no spread."""
    blocks, sum_x, sum_y, sum_x2, sum_y2, sum_xy = (number(components, key) for key in BLOCK_KEYS)
    if blocks < 2:
        return None
    ratio = sum_x / sum_y
    # Rounding can leave the sum of squares a hair below zero when every block has the same ratio.
    squares = max(0.0, sum_x2 - 2.0 * ratio * sum_xy + ratio * ratio * sum_y2)
    return blocks / (blocks - 1.0) * squares / (sum_y * sum_y)


def design_effect(components: Mapping[str, float | list[float]], spread: float) -> float:
    """How many times wider the variance is than for independent rows; at least 1.

    `spread` is the variance of a single row: p(1-p) for a share, p+d-(p-d)^2 for a net share.
    """
    rows, between = number(components, "Sy"), ratio_variance(components)
    if between is None or rows <= 1.0 or spread <= 0.0:
        return 1.0
    return max(1.0, between * (rows - 1.0) / spread)

"""Quantile: medians and 90th percentiles of exact data, with bounds that are themselves observed values."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mittari.measure.families.estimate import (
    FEW_BLOCKS,
    LOW_N_QUANTILE,
    NO_DATA,
    Components,
    Estimate,
    Floats,
    Numbers,
    doubles,
    flag_set,
    number,
)
from mittari.measure.families.shares import Proportion
from mittari.measure.student import binomial_ranks

_DEFF_ROUNDING = 1e-9
"""A design effect nearer to 1 than this is rounding: independent rows keep the exact binomial ranks."""


@dataclass(frozen=True)
class Histogram:
    """How often each distinct value occurs: `values` ascending, `counts` whole and above 0. Two histograms add."""

    values: Floats
    counts: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", doubles(self.values))
        object.__setattr__(self, "counts", np.asarray(self.counts, dtype=np.int64))
        if self.values.shape != self.counts.shape or np.any(np.diff(self.values) <= 0.0) or np.any(self.counts <= 0):
            raise ValueError("a histogram needs ascending distinct values, each with a count above 0")

    @classmethod
    def of(cls, rows: Numbers) -> "Histogram":
        """The histogram of single values."""
        values, counts = np.unique(doubles(rows), return_counts=True)
        return cls(values, counts)

    def __add__(self, other: "Histogram") -> "Histogram":
        values, index = np.unique(np.concatenate((self.values, other.values)), return_inverse=True)
        counts = np.zeros(values.size, dtype=np.int64)
        np.add.at(counts, index.ravel(), np.concatenate((self.counts, other.counts)))
        return Histogram(values, counts)

    @cached_property
    def _ranks(self) -> npt.NDArray[np.int64]:
        return np.cumsum(self.counts)

    @property
    def n(self) -> int:
        return int(self._ranks[-1]) if self.values.size else 0

    def order_statistic(self, rank: int | None) -> float | None:
        """The value of the given rank (1 = smallest); None for no rank or one outside 1..n."""
        if rank is None or not 1 <= rank <= self.n:
            return None
        return float(self.values[np.searchsorted(self._ranks, rank)])

    def quantile(self, q: float) -> float | None:
        """The linearly interpolated quantile (type 7 of Hyndman and Fan 1996); None without data."""
        if self.n == 0:
            return None
        position = (self.n - 1) * q
        if abs(position - round(position)) <= 4.0 * math.ulp(position):
            position = round(position)  # q is rarely exact in binary: keep a position that is meant to be whole
        below = math.floor(position)
        low, high = self.values[np.searchsorted(self._ranks, [below + 1, min(below + 2, self.n)])].tolist()
        return float(low + (high - low) * (position - below))


class Quantile:
    """The q-quantile. Components: n, q, G, deff of the indicator `value <= quantile`, and the ranks of the bounds.

    The ranks enclose the quantile with 95 % probability for independent rows (David and Nagaraja, Order Statistics,
    7.1); with a design effect above 1 they are moved away from n q by its square root.
    """

    name = "Quantile"

    @staticmethod
    def components_from_blocks(at_most: Numbers, rows: Numbers, q: float) -> Components:
        """`at_most`: rows of the block whose value is at or below the quantile; `rows`: all its rows."""
        return _with_ranks(Proportion.components_from_blocks(at_most, rows), q)

    @staticmethod
    def components_by_group(
        group_index: npt.ArrayLike, at_most: Numbers, rows: Numbers, q: float, groups: int
    ) -> list[Components]:
        return [_with_ranks(each, q) for each in Proportion.components_by_group(group_index, at_most, rows, groups)]

    @staticmethod
    def bounds(components: Components) -> tuple[int | None, int | None]:
        """Ranks of the lower and upper bound, 1 = smallest; None where the data do not reach so far."""
        n, low, high = (round(number(components, key)) for key in ("n", "rank_low", "rank_high"))
        return low if 1 <= low <= n else None, high if 1 <= high <= n else None

    @staticmethod
    def estimate(components: Components, *, histogram: Histogram) -> Estimate:
        if not components:
            return NO_DATA
        low, high = Quantile.bounds(components)
        value = histogram.quantile(number(components, "q"))
        return Quantile.from_values(components, value, histogram.order_statistic(low), histogram.order_statistic(high))

    @staticmethod
    def from_values(components: Components, value: float | None, low: float | None, high: float | None) -> Estimate:
        """The estimate when somebody else looked up the quantile and the two order statistics."""
        if not components or value is None:
            return NO_DATA
        n = round(number(components, "n"))
        flags = flag_set(low_n=n < LOW_N_QUANTILE, few_blocks=number(components, "G") < FEW_BLOCKS)
        return Estimate(value, None, low, high, "order_statistic", n, flags)


def quantile_ranks(n: int, q: float, deff: float) -> tuple[int, int]:
    """Ranks of the bounds; below 1 or above n where the data do not reach so far."""
    low, high = binomial_ranks(n, q)
    if deff <= 1.0 + _DEFF_ROUNDING:
        return low, high
    middle, widening = n * q, math.sqrt(deff)
    return math.floor(middle - (middle - low) * widening), math.ceil(middle + (high - middle) * widening)


def _with_ranks(indicator: Components, q: float) -> Components:
    if not indicator:
        return {}
    n, deff = round(number(indicator, "Sy")), number(indicator, "deff")
    low, high = quantile_ranks(n, q, deff)
    return {
        "n": float(n),
        "q": q,
        "G": number(indicator, "G"),
        "deff": deff,
        "rank_low": float(low),
        "rank_high": float(high),
    }

"""What every family hands back, and the few rules all of them share (flags of G21, clipping of G24)."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Components: TypeAlias = dict[str, float | list[float]]
"""Plain doubles (a list of them in Kaplan-Meier tables): enough to recompute value and interval. Empty = no data."""

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.ArrayLike

FEW_BLOCKS = 8
LOW_N = 30
LOW_N_QUANTILE = 20
LOW_N_EVENTS = 10
"""Limits of G21: fewer blocks, rows (waits and quantiles) or events than these, and no verdict is given."""


class Domain(NamedTuple):
    """The values a number can take, declared by the KPI. A lowest value of 0 asks for the log scale."""

    low: float
    high: float

    @property
    def non_negative(self) -> bool:
        return self.low >= 0.0

    def clip(self, bound: float | None) -> float | None:
        return None if bound is None else min(max(bound, self.low), self.high)


REALS = Domain(-math.inf, math.inf)
NON_NEGATIVE = Domain(0.0, math.inf)
FRACTION = Domain(0.0, 1.0)
SCORE_100 = Domain(0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its uncertainty. `se` and bounds are None where the family has none; bounds are 95 %, clipped.

    `n` counts rows of the denominator (events for a count). `flags` is a sorted tuple.
    """

    value: float | None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str | None = None
    n: int = 0
    flags: tuple[str, ...] = ()

    @property
    def no_data(self) -> bool:
        """True where nothing was counted; a quantile that was not reached is data without a value."""
        return self.value is None and "not_reached" not in self.flags

    def mapped(self, function: Callable[[float], float]) -> "Estimate":
        """Value and bounds carried through an increasing function (a yearly rate of a monthly one); se becomes None."""
        parts = (self.value, self.ci_low, self.ci_high)
        value, low, high = (None if each is None else function(each) for each in parts)
        return replace(self, value=value, se=None, ci_low=low, ci_high=high)

    def scaled(self, factor: float) -> "Estimate":
        """The same number in another unit (a yearly sum of a monthly one): `factor` is positive."""
        value, se, low, high = (
            None if each is None else each * factor for each in (self.value, self.se, self.ci_low, self.ci_high)
        )
        return replace(self, value=value, se=se, ci_low=low, ci_high=high)


NO_DATA = Estimate(None)


def flag_set(**raised: bool) -> tuple[str, ...]:
    """The names of the flags that are raised, sorted."""
    return tuple(sorted(name for name, is_raised in raised.items() if is_raised))


def united(*parts: Iterable[str]) -> tuple[str, ...]:
    """Flags of a comparison: each that one of its sides carries."""
    return tuple(sorted(set().union(*parts)))


def number(components: Mapping[str, float | list[float]], key: str) -> float:
    """A component that is a single double."""
    found = components[key]
    if isinstance(found, list):
        raise TypeError(f"component {key} is a table, not a number")
    return float(found)


def table(components: Mapping[str, float | list[float]], key: str) -> Floats:
    """A component that is a list of doubles."""
    return np.asarray(components[key], dtype=np.float64)


def binned(index: npt.NDArray[np.intp], weights: Numbers, size: int = 0) -> Floats:
    """Sums of `weights` by whole-numbered `index`, at least `size` of them."""
    # With no rows at all numpy counts in integers.
    return doubles(np.bincount(index.ravel(), weights=doubles(weights), minlength=size))


def doubles(values: Numbers) -> Floats:
    """Anything array-like as doubles: integers and decimals are converted before they are ever squared."""
    return np.asarray(values, dtype=np.float64)

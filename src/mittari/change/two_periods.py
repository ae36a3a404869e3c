"""Two periods of one number: how far apart they are, and whether that is more than noise.

The arithmetic lives with the families (`measure.families.change`), because some KPIs are themselves changes. This
module chooses it by family, for any KPI a board shows beside its earlier value.

    family                what is compared                                       method
    Proportion            difference of shares, Newcombe's interval              newcombe
    NetShare, Mean, Ratio difference, d +- z sqrt(se1^2 + se0^2)                 z
    Growth, Change, Model the same; without errors nothing can be told           z
    Count, EuroSum        ratio - 1, on the log scale                            log_delta
                          ... where one of them is not above 0: difference       mover (counts), z (sums)
    Quantile              difference; real only if the intervals do not overlap  apart
    Stock, KaplanMeier    difference; no verdict (control charts; 03 and 06)     none

Compare like with like: two whole periods of the same length, or a running one with the same days of the earlier one.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from mittari.measure.families import Estimate, change

HIGHER, LOWER = "higher", "lower"


class Measured(Protocol):
    """What a comparison reads of a number: a result record has it, and so has an Estimate."""

    @property
    def value(self) -> float | None: ...
    @property
    def se(self) -> float | None: ...
    @property
    def ci_low(self) -> float | None: ...
    @property
    def ci_high(self) -> float | None: ...
    @property
    def ci_method(self) -> str | None: ...
    @property
    def n(self) -> int | None: ...
    @property
    def flags(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """`value` and its 95 % bounds are in the number's own unit, or fractions of the earlier value where `relative`.

    `verdict` is real, noise or cannot_tell. `better` is None unless the change is real and has a good direction.
    """

    value: float | None
    ci_low: float | None
    ci_high: float | None
    method: str | None
    verdict: str
    better: bool | None

    @property
    def relative(self) -> bool:
        return self.method == "log_delta"


def compare(now: Measured, before: Measured, family: str, better: str = "neither") -> Change:
    """How `now` differs from `before`. `family` is that of the output; `better` is higher, lower, neither or band."""
    if family not in _COMPARISONS:
        raise ValueError(f"no family is called {family!r}; there are {', '.join(_COMPARISONS)}")
    estimate = _COMPARISONS[family](_estimate(now), _estimate(before))
    told = change.verdict(estimate)
    return Change(
        estimate.value, estimate.ci_low, estimate.ci_high, estimate.ci_method, told, _is_better(estimate, told, better)
    )


def _is_better(estimate: Estimate, told: str, better: str) -> bool | None:
    if told != change.REAL or estimate.value is None or better not in (HIGHER, LOWER):
        return None
    return (estimate.value > 0.0) == (better == HIGHER)


def _estimate(side: Measured) -> Estimate:
    return Estimate(
        side.value, side.se, side.ci_low, side.ci_high, side.ci_method, side.n or 0, tuple(sorted(side.flags))
    )


def _shares(now: Estimate, before: Estimate) -> Estimate:
    return change.mover(now, before, method="newcombe", domain=change.SHARE_DIFFERENCE)


def _net_shares(now: Estimate, before: Estimate) -> Estimate:
    return change.difference(now, before, domain=change.POINTS_DIFFERENCE)


def _counts(now: Estimate, before: Estimate) -> Estimate:
    return change.ratio(now, before) if _both_positive(now, before) else change.mover(now, before)


def _sums(now: Estimate, before: Estimate) -> Estimate:
    """On the log scale only where both sums were measured on it, that is on a domain without losses."""
    logged = now.ci_method == before.ci_method == "t_log"
    return change.ratio(now, before) if logged and _both_positive(now, before) else change.difference(now, before)


def _levels(now: Estimate, before: Estimate) -> Estimate:
    """Levels and Kaplan-Meier quantiles: the difference alone."""
    if now.value is None or before.value is None:
        return Estimate(None)
    return Estimate(now.value - before.value, n=now.n + before.n)


def _both_positive(now: Estimate, before: Estimate) -> bool:
    return all(side.value is not None and side.value > 0.0 for side in (now, before))


_COMPARISONS: dict[str, Callable[[Estimate, Estimate], Estimate]] = {
    "Proportion": _shares,
    "NetShare": _net_shares,
    "Mean": change.difference,
    "Ratio": change.difference,
    "Growth": change.difference,
    "Change": change.difference,
    "Model": change.difference,
    "Count": _counts,
    "EuroSum": _sums,
    "Quantile": change.apart,
    "Stock": _levels,
    "KaplanMeier": _levels,
}

"""Change: the difference between two periods, or two groups, of the same family. Its suffixes: 1 = now, 0 = before."""

import math
from dataclasses import replace

from mittari.measure.families.estimate import (
    NO_DATA,
    REALS,
    Components,
    Domain,
    Estimate,
    number,
    united,
)
from mittari.measure.families.shares import NetShare, Proportion
from mittari.measure.student import Z

REAL, NOISE, CANNOT_TELL = "real", "noise", "cannot_tell"
UNDECIDABLE = frozenset({"low_n", "few_blocks", "unstable"})
"""Flags under which no verdict is given (G21)."""

SHARE_DIFFERENCE = Domain(-1.0, 1.0)
POINTS_DIFFERENCE = Domain(-200.0, 200.0)


def two_periods(now: Components, before: Components) -> Components:
    """The components of both sides under suffixed keys; `{}` when one side has no data."""
    if not now or not before:
        return {}
    return {f"{key}1": each for key, each in now.items()} | {f"{key}0": each for key, each in before.items()}


def sides(components: Components) -> tuple[Components, Components]:
    """The components of now and of before."""
    now, before = ({key[:-1]: each for key, each in components.items() if key.endswith(end)} for end in "10")
    return now, before


def newcombe(components: Components) -> Estimate:
    """Difference of two Proportions with Newcombe's hybrid score interval (Newcombe 1998, method 10)."""
    now, before = (Proportion.estimate(side) for side in sides(components))
    return mover(now, before, method="newcombe", domain=SHARE_DIFFERENCE)


def net_share_difference(components: Components) -> Estimate:
    """Difference of two NetShares, in points."""
    now, before = (NetShare.estimate(side) for side in sides(components))
    return difference(now, before, domain=POINTS_DIFFERENCE)


def paired_net_share_difference(components: Components) -> Estimate:
    """Difference of two NetShares some of whose answers are `pairs` of one person: what they share drops out.

    `both` is the sum of the products of their signs, `paired1` and `paired0` the sums of either sign.
    """
    apart_from = net_share_difference(components)
    if "pairs" not in components or apart_from.se is None or apart_from.value is None:
        return apart_from
    pairs, both, own, other = (number(components, key) for key in ("pairs", "both", "paired1", "paired0"))
    own_rows, other_rows = number(components, "Sy1"), number(components, "Sy0")
    own_mean, other_mean = number(components, "Sx1") / own_rows, number(components, "Sx0") / other_rows
    shared = both - other_mean * own - own_mean * other + own_mean * other_mean * pairs
    squared = apart_from.se**2 - 2.0 * 100.0**2 * shared / (own_rows * other_rows)
    se = math.sqrt(max(0.0, squared))
    low, high = (POINTS_DIFFERENCE.clip(apart_from.value + sign * Z * se) for sign in (-1.0, 1.0))
    return replace(apart_from, se=se, ci_low=low, ci_high=high)


def of_family(family: str, components: Components) -> Estimate:
    """The difference of two sides of a family: Newcombe for Proportion, d +- z se for NetShare."""
    known = {"Proportion": newcombe, "NetShare": net_share_difference}
    return known[family](components)


def mover(now: Estimate, before: Estimate, *, method: str = "mover", domain: Domain = REALS) -> Estimate:
    """Difference whose interval is put together from the two intervals (Zou and Donner 2008).

    Right where the single intervals are lopsided; with Wilson intervals it is Newcombe's method.
    """
    if now.value is None or before.value is None:
        return NO_DATA
    change, flags = now.value - before.value, _flags(now, before)
    se = None if now.se is None or before.se is None else math.hypot(now.se, before.se)
    bounds = (now.ci_low, now.ci_high, before.ci_low, before.ci_high)
    if None in bounds:
        return Estimate(change, se, n=now.n + before.n, flags=flags)
    now_low, now_high, before_low, before_high = (float(bound) for bound in bounds if bound is not None)
    low = change - math.hypot(now.value - now_low, before_high - before.value)
    high = change + math.hypot(now_high - now.value, before.value - before_low)
    return Estimate(change, se, domain.clip(low), domain.clip(high), method, now.n + before.n, flags)


def difference(now: Estimate, before: Estimate, *, domain: Domain = REALS) -> Estimate:
    """Difference with d +- z sqrt(se1^2 + se0^2); no interval where one of the errors is unknown."""
    if now.value is None or before.value is None:
        return NO_DATA
    change, n, flags = now.value - before.value, now.n + before.n, _flags(now, before)
    if now.se is None or before.se is None:
        return Estimate(change, n=n, flags=flags)
    se = math.hypot(now.se, before.se)
    return Estimate(change, se, domain.clip(change - Z * se), domain.clip(change + Z * se), "z", n, flags)


def ratio(now: Estimate, before: Estimate) -> Estimate:
    """now / before - 1 of two positive quantities, as Growth; no data when the earlier one is not positive."""
    if now.value is None or before.value is None or before.value <= 0.0:
        return NO_DATA
    relative, n, flags = now.value / before.value, now.n + before.n, _flags(now, before)
    if relative <= 0.0 or now.se is None or before.se is None:
        return Estimate(relative - 1.0, n=n, flags=flags)
    spread = math.hypot(now.se / now.value, before.se / before.value)
    low, high = relative * math.exp(-Z * spread) - 1.0, relative * math.exp(min(Z * spread, 700.0)) - 1.0
    return Estimate(relative - 1.0, relative * spread, low, high, "log_delta", n, flags)


def apart(now: Estimate, before: Estimate) -> Estimate:
    """Difference with the range its sides' intervals allow: 0 lies outside exactly when the two do not overlap.

    Cautious on purpose, for numbers whose difference has no interval of its own (quantiles): where nothing changed,
    95 % intervals of equal length miss each other in about 0.6 % of comparisons (Schenker and Gentleman 2001).
    """
    if now.value is None or before.value is None:
        return NO_DATA
    low = None if now.ci_low is None or before.ci_high is None else now.ci_low - before.ci_high
    high = None if now.ci_high is None or before.ci_low is None else now.ci_high - before.ci_low
    method = None if low is None and high is None else "apart"
    return Estimate(now.value - before.value, None, low, high, method, now.n + before.n, _flags(now, before))


def verdict(change: Estimate) -> str:
    """`real` when the whole interval lies on one side of 0, `noise` when it does not, `cannot_tell` without a basis.

    An end that is None reaches as far as one can think, so it never makes a change real.
    """
    low, high = change.ci_low, change.ci_high
    if (low is None and high is None) or UNDECIDABLE & set(change.flags):
        return CANNOT_TELL
    return REAL if (low is not None and low > 0.0) or (high is not None and high < 0.0) else NOISE


def _flags(now: Estimate, before: Estimate) -> tuple[str, ...]:
    """A change is as weak as its weaker side; `wide` speaks of one interval only."""
    return tuple(flag for flag in united(now.flags, before.flags) if flag != "wide")

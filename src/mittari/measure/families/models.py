"""Numbers with a rule of their own: each function reads its components and hands back the same Estimate as a family."""

import math

from mittari.measure.families.estimate import (
    LOW_N,
    LOW_N_EVENTS,
    NO_DATA,
    Components,
    Estimate,
    flag_set,
    number,
)
from mittari.measure.families.shares import block_flags, proportion_deff, rows_counted, wilson
from mittari.measure.student import Z

SMALL_SAMPLE = 0.05
"""Share of a population that may be asked before the finite-population factor counts."""


def finite_population_factor(sampled: float, population: float) -> float:
    """sqrt((N - n) / (N - 1)): what an error loses when `sampled` of `population` were asked; 1 up to 5 %."""
    if population <= 1.0 or sampled / population <= SMALL_SAMPLE:
        return 1.0
    return math.sqrt(max(0.0, population - sampled) / (population - 1.0))


def population_components(share: Components, population: float) -> Components:
    """The components of a Proportion with N (the population) and fpc; `{}` without data or population."""
    if not share or population <= 0.0:
        return {}
    return {**share, "N": population, "fpc": finite_population_factor(number(share, "Sy"), population)}


def population_count(components: Components) -> Estimate:
    """How many of a population: p N, with Wilson bounds times N; the error carries the finite-population factor."""
    if not components or number(components, "Sy") <= 0.0:
        return NO_DATA
    hits, rows, population, factor = (number(components, key) for key in ("Sx", "Sy", "N", "fpc"))
    variance_factor = proportion_deff(components) * factor**2
    share, flags, n = hits / rows, block_flags(components, rows), rows_counted(components, None)
    if variance_factor == 0.0:  # everybody was asked
        return Estimate(share * population, 0.0, share * population, share * population, "wilson", n, flags)
    low, high = (population * bound for bound in wilson(hits / variance_factor, rows / variance_factor))
    se = population * math.sqrt(max(0.0, share * (1.0 - share)) / rows * variance_factor)
    return Estimate(share * population, se, max(0.0, low), min(population, high), "wilson", n, flags)


def share_ratio(components: Components) -> Estimate:
    """Lift: a of n own texts against b of m others, half a text added to each (Walter 1975), on the log scale."""
    if not components:
        return NO_DATA
    a, n, b, m = (number(components, key) for key in ("a", "n", "b", "m"))
    if n <= 0.0 or m <= 0.0:
        return NO_DATA
    lift = ((a + 0.5) / (n + 1.0)) / ((b + 0.5) / (m + 1.0))
    spread = math.sqrt(1.0 / (a + 0.5) - 1.0 / (n + 1.0) + 1.0 / (b + 0.5) - 1.0 / (m + 1.0))
    low, high = lift * math.exp(-Z * spread), lift * math.exp(Z * spread)
    return Estimate(lift, lift * spread, low, high, "log_delta", round(n + m), flag_set(low_n=n + m < LOW_N))


def lifetime_value(components: Components) -> Estimate:
    """What a customer is worth from today on: m r / (1 + d - r), with the delta method over margin m and retention r.

    Components: margin, margin_se (money a year), retention, retention_se and discount (fractions a year).
    """
    if not components:
        return NO_DATA
    margin, retention, discount = (number(components, key) for key in ("margin", "retention", "discount"))
    gap = 1.0 + discount - retention
    if gap <= 0.0:
        return NO_DATA
    value = margin * retention / gap
    se = math.hypot(
        retention / gap * number(components, "margin_se"),
        margin * (1.0 + discount) / gap**2 * number(components, "retention_se"),
    )
    return Estimate(value, se, value - Z * se, value + Z * se, "delta")


def lifetime_value_within(components: Components, years: int = 5) -> Estimate:
    """The part of the lifetime value that falls within a horizon of whole years; no interval."""
    if not components:
        return NO_DATA
    margin, retention, discount = (number(components, key) for key in ("margin", "retention", "discount"))
    kept = retention / (1.0 + discount)
    return Estimate(margin * math.fsum(kept**year for year in range(1, years + 1)))


def external_share(components: Components, *, n: int) -> Estimate:
    """Own sum over a figure from outside, with the error that its publisher states: [R/M(1+e), R/M(1-e)].

    An error of 0 is none stated, and gives no interval. `n`: rows of the own sum.
    """
    if not components or number(components, "market") <= 0.0:
        return NO_DATA
    own, market, error = (number(components, key) for key in ("own", "market", "error"))
    flags = flag_set(low_n=n < LOW_N_EVENTS)
    if error <= 0.0:
        return Estimate(own / market, n=n, flags=flags)
    high = own / (market * (1.0 - error)) if error < 1.0 else None
    return Estimate(own / market, None, own / (market * (1.0 + error)), high, "external", n, flags)


def quotient(components: Components, above: str, below: str, *, low_n: int = 0) -> Estimate:
    """Two totals over each other, described and not inferred from: no interval. `n` is what stands below."""
    if not components or number(components, below) <= 0.0:
        return NO_DATA
    rows = number(components, below)
    return Estimate(number(components, above) / rows, n=round(rows), flags=flag_set(low_n=rows < low_n))

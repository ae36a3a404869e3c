"""The statistic families: components in, value with its uncertainty out.

Families are the only place with statistics. They work on numpy arrays and plain floats: no database, no Ibis, no scipy.
Formulas and their sources are in `docs/statistics.md`; a family's own module says what its components mean.

Vocabulary
----------
`Components`  dict of doubles, the exact keys of a golden record: enough to recompute the number. `{}` = no data.
`Domain`      (lowest, highest) possible value, *declared*, never observed: REALS, NON_NEGATIVE, FRACTION, SCORE_100.
              A lowest bound of 0 puts Mean, Ratio and EuroSum on the log scale; bounds are clipped to the domain.
`Estimate`    value, se, ci_low, ci_high, ci_method, n, flags (sorted tuple of low_n, few_blocks, unstable, wide,
              not_reached); `.no_data` is True where nothing was counted (a zero denominator): value None, flags ().
              `.mapped(function)` carries value and bounds through an increasing function, se becomes None.

Block families: Proportion, NetShare, Mean, Ratio
-------------------------------------------------
Input is one pair of sums per block (person, agent, day, half-hour) that holds at least one row.

    sum_blocks(blocks, *columns) -> tuple[ndarray, ...]           rows to sums per distinct block
    of_weights(family, sums, squares, rows) -> Components         survey weights: block sums as those of n_eff rows
    F.components_from_blocks(x, y) -> Components
    F.components_by_group(group_index, x, y, groups) -> list[Components]      one per group 0..groups-1, empty ones {}
    F.merge(first, second) -> Components                          parts that share no block
    F.estimate(components, *, n=None, domain=...) -> Estimate     Mean, Ratio: domain=NON_NEGATIVE; n = rows (Ratio!)

NetShare takes `positive, negative` (counts per block) where the others take `x`:
`components_from_blocks(positive, negative, y)`, `components_by_group(group_index, positive, negative, y, groups)`.

Quantile
--------
Two steps, because the bounds need the spread between blocks of the indicator "value <= quantile":

    histogram = Histogram(values, counts)      sorted distinct values; Histogram.of(rows); first + second merges
    quantile = histogram.quantile(q)           then ask the database for block sums of `v <= quantile` (x) and rows (y)
    Quantile.components_from_blocks(x, y, q) -> Components        n, q, G, deff, rank_low, rank_high
    Quantile.components_by_group(group_index, x, y, q, groups) -> list[Components]
    Quantile.estimate(components, *, histogram) -> Estimate
    Quantile.bounds(components) -> (rank_low, rank_high)          ranks 1..n, None where outside; for rows in a database
    Quantile.from_values(components, value, low, high) -> Estimate   when the database looked the three values up

Count, EuroSum: sums over the *covered* cells of the period, zeros included
----------------------------------------------------------------------------
    cells_of_days(weekdays) / cells_of_half_hours(days) -> Cells  which cells share an expected count, how many days
    Count.components_from_cells(counts, cells, *, exposure=1.0) -> Components         counts[cell]
    Count.components_by_group(counts, cells, *, exposure=1.0) -> list[Components]     counts[group, cell]
    Count.components_from_total(k, *, exposure=1.0) -> Components                     block person: Garwood
    Count.estimate(components, *, one_day=False) -> Estimate      one_day: the period is a single local day
    EuroSum.components_from_days(sums), .components_by_group(sums[group, day]), .merge(first, second)   disjoint days
    EuroSum.estimate(components, *, n, domain=NON_NEGATIVE) -> Estimate               n = rows summed
    `uses_half_hours(days) -> bool`: periods under 14 local days are cut into half-hours where the block is the day.

Growth
------
    Growth.components_from_counts(now: Components, before: Components) -> Components   of two Counts
    Growth.components_from_sums(now: Estimate, before: Estimate) -> Components         of two EuroSums
    Growth.estimate(components, *, few_blocks=False) -> Estimate
    Growth.gap(components) -> Estimate                            count growth minus exposure growth, no interval

Stock, KaplanMeier
------------------
    Stock.components(n, *, q=None) -> Components;  Stock.estimate(components, value) -> Estimate
    WaitTable.of(durations, answered) | WaitTable(times, events, censored);  first + second merges
    KaplanMeier.components(table) -> Components                   t, d, c
    KaplanMeier.estimate(components, q) -> Estimate               n = all waits; flag not_reached
    KaplanMeier.survival(components) -> (t, S, low, high)         the curve with its band, for charts and checks

Change (see `change.py`) and models (see `models.py`)
-----------------------------------------------------
    change.two_periods(now: Components, before: Components) -> Components             suffix 1 now, 0 before
    change.newcombe(components) -> Estimate                       two Proportions
    change.net_share_difference(components) -> Estimate           two NetShares, method z
    change.difference(now, before), .ratio(...), .mover(...), .apart(...) -> Estimate   each of two Estimates
    change.verdict(estimate) -> "real" | "noise" | "cannot_tell"
    `mittari.change.two_periods.compare` picks the right one for a family and adds verdict and direction.
    models.population_components(share, population); each of these takes components and gives an Estimate:
    models.population_count, share_ratio (lift), lifetime_value, lifetime_value_within, external_share(components, n=n),
    models.quotient(components, above, below, low_n=0)
"""

from mittari.measure.families.blocks import sum_blocks
from mittari.measure.families.counts import (
    Cells,
    Count,
    cells_of_days,
    cells_of_half_hours,
    uses_half_hours,
)
from mittari.measure.families.estimate import (
    FRACTION,
    NON_NEGATIVE,
    REALS,
    SCORE_100,
    Components,
    Domain,
    Estimate,
)
from mittari.measure.families.growth import Growth
from mittari.measure.families.means import Mean, Ratio
from mittari.measure.families.models import (
    external_share,
    lifetime_value,
    lifetime_value_within,
    population_components,
    population_count,
    quotient,
    share_ratio,
)
from mittari.measure.families.quantiles import Histogram, Quantile
from mittari.measure.families.shares import NetShare, Proportion
from mittari.measure.families.stock import Stock
from mittari.measure.families.sums import EuroSum
from mittari.measure.families.survival import KaplanMeier, WaitTable
from mittari.measure.families.weights import of_weights

__all__ = [
    "FRACTION",
    "NON_NEGATIVE",
    "REALS",
    "SCORE_100",
    "Cells",
    "Components",
    "Count",
    "Domain",
    "Estimate",
    "EuroSum",
    "Growth",
    "Histogram",
    "KaplanMeier",
    "Mean",
    "NetShare",
    "Proportion",
    "Quantile",
    "Ratio",
    "Stock",
    "WaitTable",
    "cells_of_days",
    "cells_of_half_hours",
    "external_share",
    "lifetime_value",
    "lifetime_value_within",
    "of_weights",
    "population_components",
    "population_count",
    "quotient",
    "share_ratio",
    "sum_blocks",
    "uses_half_hours",
]

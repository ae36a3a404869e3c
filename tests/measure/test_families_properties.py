"""What must hold for any data: parts add up, order does not matter, bounds are ordered and possible."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mittari.measure.families import (
    FRACTION,
    NON_NEGATIVE,
    REALS,
    Components,
    Count,
    Estimate,
    EuroSum,
    Histogram,
    KaplanMeier,
    Mean,
    NetShare,
    Proportion,
    Quantile,
    Ratio,
    WaitTable,
    cells_of_days,
    sum_blocks,
)

Rows = list[tuple[int, float]]
"""(block, value) of each row."""

blocks = st.integers(0, 12)
shares = st.lists(st.tuples(blocks, st.sampled_from([0.0, 1.0])), min_size=1, max_size=60)
nets = st.lists(st.tuples(blocks, st.sampled_from([-1.0, 0.0, 1.0])), min_size=1, max_size=60)
amounts = st.lists(st.tuples(blocks, st.integers(0, 90_000).map(float)), min_size=1, max_size=60)
waits = st.lists(st.tuples(st.integers(1, 40).map(float), st.booleans()), min_size=1, max_size=50)


def of_shares(rows: Rows) -> Components:
    block, value = zip(*rows, strict=True)
    return Proportion.components_from_blocks(*sum_blocks(block, value, np.ones(len(rows))))


def of_nets(rows: Rows) -> Components:
    block, value = zip(*rows, strict=True)
    signs = np.asarray(value)
    return NetShare.components_from_blocks(*sum_blocks(block, signs > 0, signs < 0, np.ones(len(rows))))


def of_amounts(rows: Rows) -> Components:
    block, value = zip(*rows, strict=True)
    return Mean.components_from_blocks(*sum_blocks(block, value, np.ones(len(rows))))


FAMILIES: list[Any] = [
    pytest.param(of_shares, Proportion, shares, id="Proportion"),
    pytest.param(of_nets, NetShare, nets, id="NetShare"),
    pytest.param(of_amounts, Mean, amounts, id="Mean"),
]
FamilyTest = Callable[[Rows], Components]


def in_order(estimate: Estimate, low: float, high: float) -> bool:
    """Bounds within [low, high] and around the value, up to rounding."""
    ends = [low if estimate.ci_low is None else estimate.ci_low, estimate.value]
    ends += [high if estimate.ci_high is None else estimate.ci_high]
    return all(earlier <= later + 1e-9 * max(1.0, abs(later)) for earlier, later in pairwise(ends))


@pytest.mark.parametrize(("components_of", "family", "rows_of"), FAMILIES)
@given(data=st.data())
def test_parts_that_share_no_block_merge_into_the_whole(
    components_of: FamilyTest, family: Any, rows_of: st.SearchStrategy[Rows], data: st.DataObject
) -> None:
    rows, in_first = data.draw(rows_of), data.draw(st.sets(blocks))
    parts = [[row for row in rows if (row[0] in in_first) == is_first] for is_first in (True, False)]
    merged = family.merge(*(components_of(part) if part else {} for part in parts))
    assert merged == pytest.approx(components_of(rows), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("components_of", "family", "rows_of"), FAMILIES)
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(
    components_of: FamilyTest, family: Any, rows_of: st.SearchStrategy[Rows], data: st.DataObject
) -> None:
    rows = data.draw(rows_of)
    shuffled = data.draw(st.permutations(rows))
    assert family.estimate(components_of(shuffled)) == family.estimate(components_of(rows))


@given(shares)
def test_a_share_and_its_bounds_are_fractions(rows: Rows) -> None:
    estimate = Proportion.estimate(of_shares(rows))
    assert estimate.value is not None
    assert 0.0 <= estimate.value <= 1.0
    assert in_order(estimate, 0.0, 1.0)


@given(nets)
def test_a_net_share_and_its_bounds_are_points(rows: Rows) -> None:
    estimate = NetShare.estimate(of_nets(rows))
    assert estimate.ci_low is not None
    assert estimate.ci_high is not None
    # With three rows added the interval is pulled to the middle: at the ends it may leave the value itself out.
    assert -100.0 <= estimate.ci_low <= estimate.ci_high <= 100.0


@given(amounts, st.sampled_from([REALS, NON_NEGATIVE]))
def test_bounds_of_a_mean_enclose_it(rows: Rows, domain: Any) -> None:
    estimate = Mean.estimate(of_amounts(rows), domain=domain)
    assert in_order(estimate, domain.low, domain.high)
    assert (estimate.ci_low is None) == (estimate.ci_method is None)


@given(amounts)
def test_groups_are_worked_out_as_if_each_stood_alone(rows: Rows) -> None:
    """Groups are the even and the odd blocks; a third group stays empty."""
    block, value = zip(*rows, strict=True)
    groups = Ratio.components_by_group(np.unique(block) % 2, *sum_blocks(block, value, np.ones(len(rows))), 3)
    alone = [[row for row in rows if row[0] % 2 == group] for group in (0, 1)]
    assert groups == [*(of_amounts(part) if part else {} for part in alone), {}]


@given(nets)
def test_net_shares_by_group_are_those_of_each_group(rows: Rows) -> None:
    block, value = zip(*rows, strict=True)
    signs = np.asarray(value)
    sums = sum_blocks(block, signs > 0, signs < 0, np.ones(len(rows)))
    found = NetShare.components_by_group(np.unique(block) % 2, *sums, 2)
    alone = [[row for row in rows if row[0] % 2 == group] for group in range(2)]
    assert found == [of_nets(part) if part else {} for part in alone]


@given(st.lists(st.tuples(blocks, st.integers(0, 30).map(float)), min_size=1, max_size=80), st.floats(0.05, 0.95))
def test_bounds_of_a_quantile_enclose_it(rows: Rows, q: float) -> None:
    histogram = Histogram.of([value for _, value in rows])
    quantile = histogram.quantile(q)
    assert quantile == pytest.approx(np.quantile([value for _, value in rows], q), abs=1e-9)
    x, y = sum_blocks([block for block, _ in rows], [value <= quantile for _, value in rows], np.ones(len(rows)))
    assert in_order(Quantile.estimate(Quantile.components_from_blocks(x, y, q), histogram=histogram), 0.0, 30.0)


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_histograms_add(first: list[float], second: list[float]) -> None:
    added, whole = Histogram.of(first) + Histogram.of(second), Histogram.of([*first, *second])
    assert added.values.tolist() == whole.values.tolist()
    assert added.counts.tolist() == whole.counts.tolist()


@given(waits)
def test_survival_is_never_below_the_answered_waits(rows: list[tuple[float, bool]]) -> None:
    assume(any(answered for _, answered in rows))
    components = KaplanMeier.components(WaitTable.of(*zip(*rows, strict=True)))
    times, survival, low, high = KaplanMeier.survival(components)
    answered = np.asarray([time for time, is_answered in rows if is_answered])
    for at, share, lower, upper in zip(times, survival, low, high, strict=True):
        assert share >= np.mean(answered > at) - 1e-9
        assert 0.0 <= lower <= share + 1e-12
        assert share <= upper + 1e-12
        assert upper <= 1.0


@given(waits, waits)
def test_wait_tables_add(first: list[tuple[float, bool]], second: list[tuple[float, bool]]) -> None:
    added = WaitTable.of(*zip(*first, strict=True)) + WaitTable.of(*zip(*second, strict=True))
    assert KaplanMeier.components(added) == KaplanMeier.components(WaitTable.of(*zip(*first, *second, strict=True)))


@given(st.lists(st.integers(0, 40), min_size=14, max_size=62))
def test_bounds_of_a_count_enclose_it(counts: list[int]) -> None:
    components = Count.components_from_cells(counts, cells_of_days(np.arange(len(counts)) % 7))
    estimate = Count.estimate(components)
    assert in_order(estimate, 0.0, math.inf)
    assert estimate.value == sum(counts)
    assert components.get("phi", 1.0) >= 1.0  # type: ignore[operator]


@given(st.lists(st.integers(-500, 900).map(float), min_size=2, max_size=40), st.data())
def test_days_of_a_sum_merge_into_the_whole(sums: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(sums)))
    merged = EuroSum.merge(*(EuroSum.components_from_days(part) for part in (sums[:cut], sums[cut:])))
    assert merged == pytest.approx(EuroSum.components_from_days(sums))
    assert in_order(EuroSum.estimate(merged, n=30, domain=REALS), -math.inf, math.inf)


def test_the_domain_of_a_ratio_clips_its_bounds() -> None:
    x, y = [9.0, 5.0, 9.9, 2.0, 9.0, 9.5, 8.0, 9.0], [10.0] * 8
    components = Ratio.components_from_blocks(x, y)
    assert Ratio.estimate(components, n=40, domain=FRACTION).ci_high == 1.0
    open_ended = Ratio.estimate(components, n=40).ci_high
    assert open_ended is not None
    assert open_ended > 1.0

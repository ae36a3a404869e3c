"""Slices side by side: against scipy and by hand, and what no correction would have said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mittari.change.league import Standing, league
from mittari.measure.families import Mean, NetShare, Proportion


@dataclass(frozen=True)
class Slice:
    value: float | None
    se: float | None = None
    flags: tuple[str, ...] = ()
    components: dict[str, Any] = field(default_factory=dict)


def of(family: Any, *sums: Any, flags: tuple[str, ...] = ()) -> Slice:
    components = family.components_from_blocks(*sums)
    found = family.estimate(components)
    return Slice(found.value, found.se, flags, components)


def share(hits: int, rows: int, flags: tuple[str, ...] = ()) -> Slice:
    """Independent rows: each its own block."""
    return of(Proportion, [1] * hits + [0] * (rows - hits), [1] * rows, flags=flags)


def agents(counts: Sequence[tuple[int, int]]) -> list[Standing]:
    return league([share(*each) for each in counts], "Proportion")


def test_a_share_is_tested_against_all_others_together() -> None:
    """The z of the pooled share squared is the chi-square of the two by two table, without Yates's correction."""
    first, *_ = agents([(30, 100), (80, 150), (45, 90)])
    table = [[30, 70], [125, 115]]
    assert first.difference == pytest.approx(0.30 - 125 / 240)
    assert first.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)


def test_a_design_effect_makes_it_harder_to_stand_out() -> None:
    hits = np.array([8, 0, 8, 0, 8, 0, 8, 0, 8, 0])
    in_blocks, alone = of(Proportion, hits, [8] * 10), share(40, 80)
    rest = share(20, 80)
    plain, blocked = (league([each, rest], "Proportion")[0] for each in (alone, in_blocks))
    assert plain.difference == blocked.difference == 0.25
    assert plain.p_value < 0.01 < 0.05 < blocked.p_value


def test_a_mean_is_tested_with_the_errors_of_both_sides() -> None:
    some = np.random.default_rng(4)
    groups = [some.normal(mean, 2, size) for mean, size in ((10, 40), (12, 60), (12, 20))]
    first, *_ = league([of(Mean, each, np.ones(each.size)) for each in groups], "Mean")
    others = np.concatenate(groups[1:])
    errors = [each.std(ddof=1) / np.sqrt(each.size) for each in groups]
    error = np.sqrt(errors[0] ** 2 + (60 / 80 * errors[1]) ** 2 + (20 / 80 * errors[2]) ** 2)
    z = (groups[0].mean() - others.mean()) / error
    assert first.difference == pytest.approx(groups[0].mean() - others.mean())
    assert first.p_value == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_a_net_share_is_told_in_points() -> None:
    up, down = (
        of(NetShare, [1] * 60 + [0] * 40, [0] * 60 + [1] * 40, [1] * 100),
        of(NetShare, [1] * 40 + [0] * 60, [0] * 40 + [1] * 60, [1] * 100),
    )
    first, second = league([up, down], "NetShare")
    assert (first.difference, second.difference) == (40, -40)
    assert first.differs
    assert -20 < second.shrunk < 0 < first.shrunk < 20


def test_p_values_are_adjusted_as_by_benjamini_and_hochberg() -> None:
    found = agents([(50, 100), (52, 100), (48, 100), (75, 100), (49, 100), (35, 100)])
    assert [each.p_adjusted for each in found] == pytest.approx(
        stats.false_discovery_control([each.p_value for each in found])
    )
    assert [each.differs for each in found] == [False, False, False, True, False, True]


def test_of_many_equal_slices_few_are_said_to_differ() -> None:
    """A hundred teams of forty equal agents each: without the correction one agent in twenty would be named."""
    some, named, uncorrected = np.random.default_rng(11), 0, 0
    for _ in range(100):
        found = agents([(int(hits), 60) for hits in some.binomial(60, 0.7, 40)])
        named += any(each.differs for each in found)
        uncorrected += any(each.p_value < 0.05 for each in found)
    assert uncorrected >= 80
    assert named <= 17  # 10 expected; a binomial of .10 exceeds 17 once in a hundred


def test_shrinking_brings_values_nearer_to_the_truth() -> None:
    some = np.random.default_rng(5)
    truth = some.beta(14, 6, 200)
    rows = some.integers(10, 120, 200)
    counts = list(zip(some.binomial(rows, truth).tolist(), rows.tolist(), strict=True))
    shrunk = np.array([each.shrunk for each in agents(counts)])
    raw = np.array([hits / n for hits, n in counts])
    assert ((shrunk - truth) ** 2).sum() < 0.75 * ((raw - truth) ** 2).sum()
    means = some.normal(300, 20, 60)
    groups = [some.normal(mean, 100, int(size)) for mean, size in zip(means, some.integers(8, 60, 60), strict=True)]
    drawn = np.array([each.shrunk for each in league([of(Mean, g, np.ones(g.size)) for g in groups], "Mean")])
    own = np.array([group.mean() for group in groups])
    assert ((drawn - means) ** 2).sum() < 0.75 * ((own - means) ** 2).sum()


def test_slices_that_differ_no_more_than_chance_are_drawn_to_the_whole() -> None:
    assert [each.shrunk for each in agents([(5, 10), (5, 10), (6, 10)])] == pytest.approx([16 / 30] * 3)


def test_a_beta_binomial_prior_by_hand() -> None:
    """p = .5, squares 2 * 100 * .2^2 = 8, alike = (8 / .25 - 1) / (200 - 100 - 1) = 31 / 99, M = 68 / 31."""
    first, second = agents([(70, 100), (30, 100)])
    prior = 68 / 31
    assert first.shrunk == pytest.approx((70 + prior / 2) / (100 + prior))
    assert second.shrunk == pytest.approx((30 + prior / 2) / (100 + prior))


def test_a_normal_prior_by_hand() -> None:
    """Means 8 and 12 with variance 1 each: between = (8 - 1) / (2 - 1) = 7, so 7/8 of the distance from 10 stays."""
    slices = [Slice(8.0, 1.0, (), {"Sx": 800.0, "Sy": 100.0}), Slice(12.0, 1.0, (), {"Sx": 1200.0, "Sy": 100.0})]
    assert [each.shrunk for each in league(slices, "Mean")] == pytest.approx([8.25, 11.75])


@pytest.mark.parametrize("flag", ["low_n", "few_blocks", "unstable"])
def test_nothing_is_said_of_a_slice_with_too_little(flag: str) -> None:
    few, *others = league([share(1, 20, (flag,)), share(70, 100), share(60, 100)], "Proportion")
    assert (few.p_value, few.p_adjusted, few.differs) == (None, None, None)
    assert few.shrunk is not None
    assert [each.p_adjusted for each in others] == pytest.approx(
        stats.false_discovery_control([each.p_value for each in others])
    )


def test_a_slice_without_value_changes_nothing_for_the_others() -> None:
    empty = Slice(None)
    alone = agents([(30, 100), (80, 150)])
    first, nothing, second = league([share(30, 100), empty, share(80, 150)], "Proportion")
    assert nothing == Standing()
    assert [first, second] == alone


@pytest.mark.parametrize(
    ("slices", "family"),
    [([], "Proportion"), ([share(3, 10)], "Proportion"), ([share(3, 10), share(4, 10)], "Quantile")],
)
def test_where_nothing_can_be_compared_nothing_is(slices: list[Slice], family: str) -> None:
    assert league(slices, family) == [Standing()] * len(slices)


def test_a_number_that_a_share_is_only_a_part_of_is_left_alone() -> None:
    """Estimated promoters: the share times the persons of the slice."""
    persons = [Slice(1000 * each.value, each.se, (), each.components) for each in (share(3, 10), share(4, 10))]
    assert league(persons, "Proportion") == [Standing()] * 2


def test_slices_without_any_spread_have_no_test() -> None:
    first, second = agents([(10, 10), (20, 20)])
    assert (first.p_value, first.shrunk, second.shrunk) == (None, 1, 1)
    same, other = league([of(Mean, [4.0] * 5, [1] * 5), of(Mean, [4.0] * 9, [1] * 9)], "Mean")
    assert (same.p_value, same.shrunk, other.shrunk) == (None, 4, 4)

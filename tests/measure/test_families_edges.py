"""Corners of the families: nothing counted, one block, a denominator near zero, sums without a place on a log scale."""

import math

import numpy as np
import pytest

from mittari.measure.families import (
    NON_NEGATIVE,
    REALS,
    Components,
    Count,
    Estimate,
    EuroSum,
    Growth,
    Histogram,
    KaplanMeier,
    Mean,
    NetShare,
    Proportion,
    Quantile,
    Ratio,
    Stock,
    WaitTable,
    cells_of_days,
    change,
    models,
    of_weights,
    sum_blocks,
)


def spread(rows: int, blocks: int) -> Components:
    """Rows dealt out to blocks, every second one a hit."""
    hits, counts = sum_blocks(np.arange(rows) % blocks, np.arange(rows) % 2, np.ones(rows))
    return Proportion.components_from_blocks(hits, counts)


def waited(rows: int) -> Components:
    return KaplanMeier.components(WaitTable.of(np.arange(1.0, rows + 1.0), np.ones(rows)))


def days_of(k: float, days: int) -> Components:
    return {"k": k, "exposure": 1.0, "G": float(days), "phi": 1.0}


def sums_of(days: int) -> Components:
    return EuroSum.components_from_days(np.arange(1.0, days + 1.0))


@pytest.mark.parametrize(
    "estimate",
    [
        Proportion.estimate({}),
        Proportion.estimate(Proportion.components_from_blocks([], [])),
        NetShare.estimate(NetShare.components_from_blocks([], [], [])),
        Mean.estimate(Mean.components_from_blocks([], [])),
        Ratio.estimate(Ratio.components_from_blocks([3.0], [0.0]), n=1),
        Count.estimate(Count.components_from_total(3, exposure=0.0)),
        Count.estimate(Count.components_from_cells([], cells_of_days([]))),
        EuroSum.estimate(EuroSum.components_from_days([]), n=0),
        Quantile.estimate(Quantile.components_from_blocks([], [], 0.5), histogram=Histogram.of([])),
        Stock.estimate(Stock.components(0, q=0.5), None),
        KaplanMeier.estimate(KaplanMeier.components(WaitTable.of([], [])), 0.5),
        Growth.estimate(Growth.components_from_counts({"k": 3.0, "exposure": 1.0}, {"k": 0.0, "exposure": 1.0})),
        Growth.estimate(Growth.components_from_sums(Estimate(5.0, 1.0), Estimate(-2.0, 1.0))),
        change.newcombe(change.two_periods({}, Proportion.components_from_blocks([1.0], [2.0]))),
        models.population_count(models.population_components({}, 100.0)),
    ],
)
def test_a_zero_denominator_is_no_data_and_never_zero(estimate: Estimate) -> None:
    assert estimate == Estimate(None)
    assert estimate.no_data


def quantile_of(rows: int, blocks: int) -> Estimate:
    """The median of 1..rows, in blocks of about equal size."""
    values = np.arange(1.0, rows + 1.0)
    per_block = sum_blocks(np.arange(rows) % blocks, values <= np.median(values), np.ones(rows))
    return Quantile.estimate(Quantile.components_from_blocks(*per_block, 0.5), histogram=Histogram.of(values))


@pytest.mark.parametrize(
    ("just_enough", "too_few"),
    [
        (Proportion.estimate(spread(30, 30)), Proportion.estimate(spread(29, 29))),
        (Mean.estimate(spread(30, 30)), Mean.estimate(spread(29, 29))),
        (quantile_of(20, 10), quantile_of(19, 10)),
        (KaplanMeier.estimate(waited(20), 0.5), KaplanMeier.estimate(waited(19), 0.5)),
        (Stock.estimate({"n": 20.0, "q": 0.5}, 7.0), Stock.estimate({"n": 19.0, "q": 0.5}, 7.0)),
        (Count.estimate(days_of(10.0, 30)), Count.estimate(days_of(9.0, 30))),
        (EuroSum.estimate(sums_of(30), n=10), EuroSum.estimate(sums_of(30), n=9)),
        (models.share_ratio({"a": 3.0, "n": 15.0, "b": 2.0, "m": 15.0}),
         models.share_ratio({"a": 3.0, "n": 15.0, "b": 2.0, "m": 14.0})),
    ],
)  # fmt: skip
def test_each_family_has_its_own_small_number(just_enough: Estimate, too_few: Estimate) -> None:
    assert just_enough.flags == ()
    assert too_few.flags == ("low_n",)


@pytest.mark.parametrize(
    ("just_enough", "too_few"),
    [
        (Proportion.estimate(spread(40, 8)), Proportion.estimate(spread(40, 7))),
        (Ratio.estimate(spread(40, 8), n=40), Ratio.estimate(spread(40, 7), n=40)),
        (quantile_of(40, 8), quantile_of(40, 7)),
        (Count.estimate(days_of(50.0, 8)), Count.estimate(days_of(50.0, 7))),
        (EuroSum.estimate(sums_of(8), n=40), EuroSum.estimate(sums_of(7), n=40)),
    ],
)
def test_fewer_than_eight_blocks_are_few(just_enough: Estimate, too_few: Estimate) -> None:
    assert just_enough.flags == ()
    assert too_few.flags == ("few_blocks",)


def test_the_smallest_and_largest_row_can_be_bounds() -> None:
    assert (quantile_of(7, 7).ci_low, quantile_of(7, 7).ci_high) == (1.0, 7.0)
    assert (quantile_of(5, 5).ci_low, quantile_of(5, 5).ci_high) == (None, None)


def test_a_net_share_known_no_better_than_ten_points_is_wide() -> None:
    """Half the rows +1, the rest 0: the half-width is 10.03 points at 98 rows, 9.93 at 100."""
    narrow, wide = (
        NetShare.estimate(NetShare.components_from_blocks([1, 0] * n, [0, 0] * n, [1, 1] * n)) for n in (50, 49)
    )
    assert narrow.flags == ()
    assert wide.flags == ("wide",)


def test_a_design_effect_worked_out_by_hand() -> None:
    assert Proportion.components_from_blocks([2.0, 0.0], [2.0, 1.0])["deff"] == pytest.approx(16 / 9)


def test_merging_with_nothing_changes_nothing() -> None:
    part = Proportion.components_from_blocks([3.0, 1.0], [4.0, 4.0])
    assert Proportion.merge({}, part) == part == Proportion.merge(part, {})
    assert NetShare.merge({}, {}) == {}


def test_one_row_per_block_has_a_design_effect_of_one() -> None:
    components = Proportion.components_from_blocks([1.0] * 30 + [0.0] * 70, [1.0] * 100)
    assert components["deff"] == pytest.approx(1.0, abs=1e-12)


def test_answers_of_one_person_widen_the_interval() -> None:
    """Ten persons who each answer four times alike are worth ten answers: their variance is 39/9 times as large."""
    alike = Proportion.estimate(Proportion.components_from_blocks([4.0] * 5 + [0.0] * 5, [4.0] * 10))
    apart = Proportion.estimate(Proportion.components_from_blocks([1.0] * 20 + [0.0] * 20, [1.0] * 40))
    assert alike.value == apart.value == 0.5
    assert alike.se is not None
    assert apart.se is not None
    assert (alike.se / apart.se) ** 2 == pytest.approx(10 / 9 * 0.25 / 10 / (0.25 / 39))


def test_survey_weights_count_as_the_effective_number_of_rows() -> None:
    hits, weights = np.asarray([1.0, 1.0, 0.0, 0.0]), np.asarray([3.0, 1.0, 1.0, 1.0])
    sums = Proportion.components_from_blocks(weights * hits, weights)
    components = of_weights("Proportion", sums, float((weights**2).sum()), 4)
    assert (components["Sy"], components["n_eff"], components["n"]) == (3, 3, 4)
    assert Proportion.estimate(components).value == pytest.approx(4 / 6)
    assert Proportion.estimate(components).n == 4
    alike = of_weights("Proportion", Proportion.components_from_blocks(2 * hits, [2.0] * 4), 16.0, 4)
    assert alike == {**Proportion.components_from_blocks(hits, [1.0] * 4), "n": 4, "n_eff": 4}


def test_a_share_without_spread_has_no_design_effect() -> None:
    components = Proportion.components_from_blocks([5.0, 2.0], [5.0, 2.0])
    estimate = Proportion.estimate(components)
    assert (components["deff"], estimate.se, estimate.ci_high) == (1.0, 0.0, 1.0)
    assert estimate.ci_low == pytest.approx(7 / (7 + 1.959963984540054**2))


def test_a_single_block_has_a_value_and_no_interval() -> None:
    for family in (Mean, Ratio):
        estimate = family.estimate(family.components_from_blocks([30.0], [2.0]))
        assert estimate == Estimate(15.0, n=2, flags=("few_blocks", "low_n"))
    assert EuroSum.estimate({"G": 1.0, "Sx": 5.0, "Sx2": 25.0}, n=3) == Estimate(
        5.0, n=3, flags=("few_blocks", "low_n")
    )
    assert Count.estimate({"k": 4.0, "exposure": 1.0, "G": 1.0, "phi": 1.0}).ci_method is None


def test_a_denominator_that_may_be_zero_makes_a_ratio_unstable() -> None:
    estimate = Ratio.estimate(Ratio.components_from_blocks([1.0, 5.0, 0.5], [1.0, 40.0, 1.0]), n=42)
    assert estimate.flags == ("few_blocks", "unstable")
    assert (estimate.ci_low, estimate.ci_high, estimate.ci_method) == (None, None, None)
    assert estimate.se is not None


def test_the_log_scale_has_no_place_for_zero_or_losses() -> None:
    waits = Mean.components_from_blocks([0.0] * 40, [1.0] * 40)
    assert Mean.estimate(waits).flags == ("unstable",)
    assert Mean.estimate(waits, domain=REALS).ci_method == "t"
    nothing_lost = EuroSum.estimate(EuroSum.components_from_days([0.0] * 31), n=0)
    assert (nothing_lost.value, nothing_lost.se, nothing_lost.ci_low, nothing_lost.flags) == (
        0.0,
        0.0,
        None,
        ("low_n",),
    )
    refunded = EuroSum.estimate(EuroSum.components_from_days([-5.0, *[1.0] * 30, -40.0]), n=60)
    assert (refunded.ci_method, refunded.flags) == (None, ("unstable",))


def test_an_absurd_relative_error_does_not_overflow() -> None:
    days = [0.0] * 30 + [1e-9]
    estimate = EuroSum.estimate({"G": 31.0, "Sx": sum(days), "Sx2": 1e12}, n=50, domain=NON_NEGATIVE)
    assert estimate.ci_high is not None
    assert math.isfinite(estimate.ci_high)


def test_a_rate_is_the_count_over_its_exposure() -> None:
    count = Count.estimate({"k": 14.0, "exposure": 1.0, "G": 31.0, "phi": 1.5})
    rate = Count.estimate({"k": 14.0, "exposure": 0.05, "G": 31.0, "phi": 1.5})
    assert (rate.value, rate.se, rate.ci_low, rate.ci_high) == pytest.approx(
        tuple(each / 0.05 for each in (14.0, count.se, count.ci_low, count.ci_high) if each is not None)
    )


def test_nothing_now_is_a_growth_of_minus_one_without_bounds() -> None:
    counts: list[Components] = [{"k": 0.0, "exposure": 1.0}, {"k": 25.0, "exposure": 1.0, "G": 30.0, "phi": 1.2}]
    estimate = Growth.estimate(Growth.components_from_counts(*counts))
    assert (estimate.value, estimate.n, estimate.ci_method) == (-1.0, 25, None)
    assert estimate.flags == ("low_n", "unstable")


def test_growth_of_sums_uses_their_errors() -> None:
    now, before = Estimate(120.0, 6.0, n=50), Estimate(100.0, 5.0, n=40)
    estimate = Growth.estimate(Growth.components_from_sums(now, before), few_blocks=True)
    assert estimate.value == pytest.approx(0.2)
    assert estimate.se == pytest.approx(1.2 * math.hypot(0.05, 0.05))
    assert estimate.flags == ("few_blocks",)


def test_a_growing_position_meant_to_be_whole_stays_whole() -> None:
    """0.07 * 100 is 7.000000000000001 in binary: the quantile is the eighth value and not a hair above it."""
    assert Histogram.of(np.arange(101.0)).quantile(0.07) == 7.0


def test_a_histogram_refuses_values_out_of_order() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Histogram(np.asarray([2.0, 1.0]), np.asarray([1, 1]))
    with pytest.raises(ValueError, match="ascending"):
        WaitTable(np.asarray([2.0, 2.0]), np.asarray([1.0, 1.0]), np.asarray([0.0, 0.0]))


def test_the_median_wait_is_reached_exactly_at_one_half() -> None:
    components = KaplanMeier.components(WaitTable.of([1.0, 2.0, 3.0, 4.0], [True] * 4))
    assert KaplanMeier.estimate(components, 0.5).value == 2.0
    assert KaplanMeier.estimate(components, 0.9).value == 4.0


def test_a_wait_cut_off_at_an_answer_was_still_at_risk_then() -> None:
    components = KaplanMeier.components(WaitTable.of([5.0, 5.0, 9.0], [True, False, True]))
    assert components == {"t": [5.0, 9.0], "d": [1.0, 1.0], "c": [0.0, 1.0, 0.0]}
    _, survival, _, _ = KaplanMeier.survival(components)
    assert survival.tolist() == pytest.approx([2 / 3, 0.0])


def test_only_censored_waits_reach_nothing() -> None:
    estimate = KaplanMeier.estimate(KaplanMeier.components(WaitTable.of([5.0, 9.0], [False, False])), 0.5)
    assert (estimate.value, estimate.n, estimate.flags) == (None, 2, ("low_n", "not_reached"))
    assert not estimate.no_data


def test_asking_everybody_leaves_no_error() -> None:
    share = Proportion.components_from_blocks([1.0] * 30 + [0.0] * 20, [1.0] * 50)
    everybody = models.population_count(models.population_components(share, 50.0))
    assert (everybody.value, everybody.se, everybody.ci_low, everybody.ci_high) == (30.0, 0.0, 30.0, 30.0)
    assert models.finite_population_factor(50.0, 1_000.0) == 1.0
    half = models.population_count(models.population_components(share, 100.0))
    few = models.population_count(models.population_components(share, 10_000.0))
    assert half.se == pytest.approx(100 * math.sqrt(0.24 / 50 * 50 / 99))
    assert few.se == pytest.approx(10_000 * math.sqrt(0.24 / 50))


def test_an_estimate_moves_to_another_unit_or_scale() -> None:
    monthly = Estimate(110.0, 10.0, 90.0, 130.0, "t", 12, ("low_n",))
    assert monthly.scaled(12.0) == Estimate(1320.0, 120.0, 1080.0, 1560.0, "t", 12, ("low_n",))
    assert monthly.mapped(math.sqrt).se is None
    assert monthly.mapped(math.sqrt).ci_low == math.sqrt(90.0)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_wilson_with_a_design_effect_covers_what_it_says(share: float) -> None:
    """60 persons, 8 answers each that agree within the person: 92 to 98 % of the 95 % intervals hold the truth."""
    draw, runs, agreement = np.random.default_rng(20250301), 2_000, 2.0
    persons = draw.beta(share * agreement, (1.0 - share) * agreement, size=(runs, 60))
    covered = plain = 0
    for hits in draw.binomial(8, persons):
        estimate = Proportion.estimate(Proportion.components_from_blocks(hits, np.full(60, 8)))
        assert estimate.ci_low is not None
        assert estimate.ci_high is not None
        covered += estimate.ci_low <= share <= estimate.ci_high
        low, high = plain_wilson(float(hits.sum()), 480.0)
        plain += low <= share <= high
    assert 0.92 <= covered / runs <= 0.98
    assert plain / runs < 0.85  # without the blocks the same interval would be far too narrow


def plain_wilson(hits: float, rows: float) -> tuple[float, float]:
    """Wilson's interval of independent rows."""
    estimate = Proportion.estimate({"G": rows, "Sx": hits, "Sy": rows, "Sx2": hits, "Sy2": rows, "Sxy": hits})
    assert estimate.ci_low is not None
    assert estimate.ci_high is not None
    return estimate.ci_low, estimate.ci_high

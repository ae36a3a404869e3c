"""Two periods of one number: the right comparison for its family, the verdict and its direction."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.change.two_periods import Change, compare
from mittari.measure.families import Count, Estimate, Histogram, NetShare, Proportion, Quantile, Stock, change

GOLDEN: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "golden.json").read_text(encoding="utf-8")
)


def share_of(hits: int, rows: int) -> Estimate:
    return Proportion.estimate(Proportion.components_from_blocks([1.0] * hits + [0.0] * (rows - hits), [1.0] * rows))


def median_of(rows: list[float]) -> Estimate:
    histogram = Histogram.of(rows)
    at_most = np.asarray(rows) <= (histogram.quantile(0.5) or 0.0)
    components = Quantile.components_from_blocks(at_most, np.ones(len(rows)), 0.5)
    return Quantile.estimate(components, histogram=histogram)


def count_of(k: float, phi: float = 1.0) -> Estimate:
    return Count.estimate({"k": k, "exposure": 1.0, "G": 30.0, "phi": phi} if k else {"k": 0.0, "exposure": 1.0})


def test_the_golden_change_of_satisfaction_is_real_and_better() -> None:
    found = compare(share_of(168, 210), share_of(141, 200), "Proportion", "higher")
    expected = GOLDEN["csat_change"]
    assert (found.value, found.ci_low, found.ci_high) == pytest.approx(
        (expected["value"], expected["ci_low"], expected["ci_high"])
    )
    assert (found.method, found.verdict, found.better) == ("newcombe", "real", True)


def test_the_same_rise_is_worse_where_lower_is_better_and_neither_where_nothing_is() -> None:
    now, before = share_of(168, 210), share_of(141, 200)
    assert compare(now, before, "Proportion", "lower").better is False
    assert compare(now, before, "Proportion", "band").better is None
    assert compare(before, now, "Proportion", "higher").better is False


def test_a_small_difference_is_noise_and_has_no_direction() -> None:
    found = compare(share_of(101, 200), share_of(100, 200), "Proportion", "higher")
    assert (found.verdict, found.better) == ("noise", None)


def test_few_rows_tell_nothing_however_large_the_difference() -> None:
    found = compare(share_of(20, 20), share_of(5, 200), "Proportion", "higher")
    assert found.ci_low is not None
    assert found.ci_low > 0.0
    assert (found.verdict, found.better) == ("cannot_tell", None)


def test_a_golden_difference_of_net_shares() -> None:
    components = GOLDEN["relative_nps"]["components"]
    now, before = (NetShare.estimate(side) for side in change.sides(components))
    found = compare(now, before, "NetShare", "higher")
    assert (found.value, found.ci_low, found.ci_high) == pytest.approx(
        tuple(GOLDEN["relative_nps"][field] for field in ("value", "ci_low", "ci_high"))
    )
    assert (found.method, found.verdict, found.relative) == ("z", "real", False)


def test_counts_are_compared_as_a_ratio_with_their_own_noise() -> None:
    found = compare(count_of(240.0, phi=4.0), count_of(200.0, phi=4.0), "Count")
    spread = 1.959963984540054 * math.sqrt(4 / 240 + 4 / 200)
    assert found.relative
    assert (found.value, found.ci_low) == pytest.approx((0.2, 1.2 * math.exp(-spread) - 1.0))
    assert found.verdict == "noise"
    assert compare(count_of(240.0), count_of(180.0), "Count").verdict == "real"


def test_a_count_that_was_zero_is_compared_as_a_difference() -> None:
    found = compare(count_of(40.0), count_of(0.0), "Count", "lower")
    assert (found.value, found.method, found.relative) == (40.0, "mover", False)
    assert found.ci_low is not None
    assert 20.0 < found.ci_low < 40.0
    assert found.verdict == "cannot_tell"  # fewer than ten events before


def test_money_is_compared_on_the_scale_it_was_measured_on() -> None:
    gain, loss = Estimate(500.0, 40.0, 400.0, 620.0, "t_log", 90), Estimate(-80.0, 30.0, -140.0, -20.0, "t", 90)
    assert compare(gain, Estimate(300.0, 30.0, 240.0, 380.0, "t_log", 80), "EuroSum").method == "log_delta"
    found = compare(gain, loss, "EuroSum", "higher")
    assert (found.value, found.method, found.verdict, found.better) == (580.0, "z", "real", True)


def test_medians_differ_only_when_their_intervals_do_not_overlap() -> None:
    draw = np.random.default_rng(3)
    quick, slow = (draw.exponential(mean, 200).round(1).tolist() for mean in (100.0, 300.0))
    found = compare(median_of(quick), median_of(slow), "Quantile", "lower")
    assert (found.method, found.verdict, found.better) == ("apart", "real", True)
    assert found.ci_high == pytest.approx((median_of(quick).ci_high or 0.0) - (median_of(slow).ci_low or 0.0))
    again = draw.exponential(100.0, 200).round(1).tolist()
    assert compare(median_of(quick), median_of(again), "Quantile", "lower").verdict == "noise"
    assert compare(median_of(quick[:15]), median_of(slow), "Quantile", "lower").verdict == "cannot_tell"


def test_an_end_that_is_not_reached_never_makes_a_change_real() -> None:
    ninetieth = Estimate(900.0, None, 700.0, None, "order_statistic", 60)
    earlier = Estimate(300.0, None, 250.0, 400.0, "order_statistic", 60)
    assert compare(ninetieth, earlier, "Quantile", "lower").verdict == "real"
    assert compare(earlier, ninetieth, "Quantile", "lower").verdict == "real"
    unknown = Estimate(900.0, None, None, None, "order_statistic", 60)
    assert compare(unknown, earlier, "Quantile", "lower").verdict == "cannot_tell"


def test_an_interval_that_only_touches_zero_is_noise() -> None:
    for touching in (Estimate(0.1, 0.05, 0.0, 0.2, "z", 90), Estimate(-0.1, 0.05, -0.2, 0.0, "z", 90)):
        assert change.verdict(touching) == "noise"


@pytest.mark.parametrize("family", ["Stock", "KaplanMeier"])
def test_a_level_has_a_difference_and_no_verdict(family: str) -> None:
    now, before = (Stock.estimate(Stock.components(n), float(n)) for n in (120, 90))
    assert compare(now, before, family, "lower") == Change(30.0, None, None, None, "cannot_tell", None)


@pytest.mark.parametrize("family", ["Proportion", "NetShare", "Mean", "Ratio", "Growth", "Count", "EuroSum", "Quantile",
                                    "Stock", "KaplanMeier", "Model", "Change"])  # fmt: skip
def test_no_data_on_one_side_tells_nothing(family: str) -> None:
    assert compare(share_of(30, 60), Estimate(None), family, "higher") == Change(
        None, None, None, None, "cannot_tell", None
    )


def test_a_record_from_a_file_compares_like_an_estimate() -> None:
    class Stored:
        """What a stored record offers: lists of flags, n that may be unknown."""

        value, se, ci_low, ci_high, ci_method = 0.5, 0.05, 0.4, 0.6, "wilson"
        n: int | None = None
        flags = ("approx",)

    assert compare(Stored(), Stored(), "Proportion").verdict == "noise"


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'Median'"):
        compare(share_of(30, 60), share_of(30, 60), "Median")


@given(st.integers(0, 80), st.integers(0, 80))
def test_bounds_enclose_the_difference_and_turn_with_it(hits: int, hits_before: int) -> None:
    forward = compare(share_of(hits, 80), share_of(hits_before, 80), "Proportion")
    backward = compare(share_of(hits_before, 80), share_of(hits, 80), "Proportion")
    assert forward.ci_low is not None
    assert forward.ci_high is not None
    assert forward.value is not None
    assert -1.0 <= forward.ci_low <= forward.value <= forward.ci_high <= 1.0
    assert backward.ci_high == pytest.approx(-forward.ci_low)
    assert backward.verdict == forward.verdict


@pytest.mark.parametrize("runs", [2_000])
def test_nothing_changed_is_seldom_called_real(runs: int) -> None:
    """Shares with blocks: about one comparison in twenty may be wrong. Medians: the cautious rule errs far less."""
    draw = np.random.default_rng(20250301)
    persons = draw.binomial(4, draw.beta(3.0, 1.0, size=(2, runs, 80)))
    shares = [[Proportion.estimate(Proportion.components_from_blocks(hits, np.full(80, 4))) for hits in side]
              for side in persons]  # fmt: skip
    wrong = sum(compare(now, before, "Proportion").verdict == "real" for now, before in zip(*shares, strict=True))
    assert 0.03 <= wrong / runs <= 0.07
    medians = [[median_of(rows) for rows in side] for side in draw.exponential(60.0, size=(2, runs // 4, 101)).tolist()]
    wrong = sum(compare(now, before, "Quantile").verdict == "real" for now, before in zip(*medians, strict=True))
    assert wrong / (runs // 4) <= 0.02

"""From the rows of the fixture's calls to components and estimates: what the golden components alone cannot show."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from mittari.measure.families import (
    Components,
    Count,
    Estimate,
    Histogram,
    KaplanMeier,
    Mean,
    Proportion,
    Quantile,
    WaitTable,
    cells_of_days,
    cells_of_half_hours,
    sum_blocks,
    uses_half_hours,
)

GOLDEN_FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN: dict[str, dict[str, Any]] = json.loads((GOLDEN_FOLDER / "golden.json").read_text(encoding="utf-8"))
HELSINKI = ZoneInfo("Europe/Helsinki")
JUNE = (date(2025, 6, 1), date(2025, 6, 30))
TEN_DAYS = (date(2025, 6, 9), date(2025, 6, 18))


@dataclass(frozen=True)
class Call:
    queued: datetime
    wait: float
    outcome: str

    @property
    def answered(self) -> bool:
        return self.outcome == "answered"

    @property
    def offered(self) -> bool:
        return self.answered or (self.outcome == "abandoned" and self.wait > 5)

    @property
    def day(self) -> int:
        return self.queued.toordinal()

    @property
    def half_hour(self) -> int:
        return self.day * 48 + self.queued.hour * 2 + self.queued.minute // 30


def calls_of(period: tuple[date, date]) -> list[Call]:
    """Inbound calls, no tests, queued on a local day of the period."""
    with (GOLDEN_FOLDER / "fixtures" / "calls.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["direction"] != "out" and row["is_test"] != "1"]
    calls = [
        Call(datetime.fromisoformat(row["queued_at"]).astimezone(HELSINKI), float(row["wait_s"] or 0), row["outcome"])
        for row in rows
    ]
    return [call for call in calls if period[0] <= call.queued.date() <= period[1]]


def assert_components(found: Components, key: str) -> None:
    assert found == pytest.approx(GOLDEN[key]["components"], rel=1e-6, abs=1e-9)


def assert_estimate(estimate: Estimate, key: str) -> None:
    for field in ("value", "se", "ci_low", "ci_high", "n"):
        expected = GOLDEN[key][field]
        found = getattr(estimate, field)
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9) if expected is not None else found is None, field
    assert (estimate.ci_method, list(estimate.flags)) == (GOLDEN[key]["ci_method"], GOLDEN[key]["flags"])


def day_of(call: Call) -> int:
    return call.day


def half_hour_of(call: Call) -> int:
    return call.half_hour


BOTH_PERIODS = pytest.mark.parametrize(
    ("period", "block_of", "suffix"), [(JUNE, day_of, "@june"), (TEN_DAYS, half_hour_of, "@week")]
)
Block = Callable[[Call], int]


@BOTH_PERIODS
def test_a_share_of_calls(period: tuple[date, date], block_of: Block, suffix: str) -> None:
    calls = [call for call in calls_of(period) if call.offered]
    hits = [call.answered and call.wait <= 20 for call in calls]
    x, y = sum_blocks([block_of(call) for call in calls], hits, np.ones(len(calls)))
    assert_components(Proportion.components_from_blocks(x, y), "service_level" + suffix)


@BOTH_PERIODS
def test_a_mean_wait(period: tuple[date, date], block_of: Block, suffix: str) -> None:
    calls = [call for call in calls_of(period) if call.answered]
    x, y = sum_blocks([block_of(call) for call in calls], [call.wait for call in calls], np.ones(len(calls)))
    components = Mean.components_from_blocks(x, y)
    assert_components(components, "average_speed_of_answer" + suffix)
    assert_estimate(Mean.estimate(components), "average_speed_of_answer" + suffix)


@BOTH_PERIODS
def test_a_median_wait_in_two_steps(period: tuple[date, date], block_of: Block, suffix: str) -> None:
    calls = [call for call in calls_of(period) if call.answered]
    histogram = Histogram.of([call.wait for call in calls])
    median = histogram.quantile(0.5)
    assert median is not None
    x, y = sum_blocks([block_of(call) for call in calls], [call.wait <= median for call in calls], np.ones(len(calls)))
    components = Quantile.components_from_blocks(x, y, 0.5)
    assert_components(components, "average_speed_of_answer.median" + suffix)
    assert_estimate(Quantile.estimate(components, histogram=histogram), "average_speed_of_answer.median" + suffix)


def counts_per_day(calls: list[Call], period: tuple[date, date]) -> list[int]:
    days = [period[0] + timedelta(days=offset) for offset in range((period[1] - period[0]).days + 1)]
    return [sum(call.queued.date() == day for call in calls) for day in days]


def test_a_count_of_calls_with_its_day_to_day_noise() -> None:
    weekdays = [(JUNE[0] + timedelta(days=offset)).weekday() for offset in range(30)]
    calls = calls_of(JUNE)
    counts = [
        counts_per_day(calls, JUNE),
        counts_per_day([call for call in calls if call.outcome == "abandoned" and call.wait > 5], JUNE),
    ]
    phone, abandoned = Count.components_by_group(counts, cells_of_days(weekdays))
    assert_components(phone, "conversation_count@phone")
    assert_estimate(Count.estimate(phone), "conversation_count@phone")
    assert_components(abandoned, "call_abandonment_rate.count@june")
    assert Count.components_from_cells(counts[0], cells_of_days(weekdays)) == phone


def test_half_hours_stand_for_days_in_a_short_period() -> None:
    assert uses_half_hours(13)
    assert not uses_half_hours(14)
    counts = np.zeros((2, 48))
    counts[0, 18], counts[1, 18], counts[1, 20] = 5.0, 1.0, 2.0
    # means 3 and 1: (4 + 4) / 3 + (1 + 1) / 1 over two degrees of freedom
    components = Count.components_from_cells(counts.ravel(), cells_of_half_hours(2))
    assert components == pytest.approx({"k": 8.0, "exposure": 1.0, "G": 96.0, "phi": (8 / 3 + 2) / 2})


def test_a_single_day_has_no_noise_to_measure_and_few_blocks() -> None:
    counts = np.zeros(48)
    counts[[18, 20]] = 4.0, 2.0
    components = Count.components_from_cells(counts, cells_of_half_hours(1))
    assert components == {"k": 6.0, "exposure": 1.0, "G": 48.0, "phi": 1.0}
    assert_estimate(Count.estimate(components, one_day=True), "conversation_count@day")


def test_nothing_counted_has_no_dispersion() -> None:
    components = Count.components_from_cells(np.zeros(31), cells_of_days(np.arange(31) % 7))
    assert components == {"k": 0.0, "exposure": 1.0}
    assert_estimate(Count.estimate(components), "conversation_count@zero")


def test_waits_of_callers_who_gave_up_are_censored() -> None:
    calls = [call for call in calls_of(JUNE) if call.outcome in ("answered", "abandoned")]
    waits = WaitTable.of([call.wait for call in calls], [call.answered for call in calls])
    components = KaplanMeier.components(waits)
    assert components == GOLDEN["waiting_time@phone"]["components"]
    assert_estimate(KaplanMeier.estimate(components, 0.5), "waiting_time@phone")
    assert_estimate(KaplanMeier.estimate(components, 0.9), "waiting_time.p90@phone")

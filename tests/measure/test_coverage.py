"""The simulation of bench/coverage.py: its worlds are as it says, and where nothing is uncertain the intervals hold."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mittari.measure.families.estimate import Estimate


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "coverage.py"
    spec = importlib.util.spec_from_file_location("bench_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("low", "high", "held"),
    [(1, 3, True), (2.1, 3, False), (1, 1.9, False), (2, 2, True), (None, 3, True), (1, None, True)],
)
def test_an_interval_without_an_end_reaches_as_far_as_it_takes(
    coverage: ModuleType, low: float | None, high: float | None, held: bool
) -> None:
    assert coverage.holds(Estimate(2.0, None, low, high), 2.0) is held


def test_no_interval_holds_nothing(coverage: ModuleType) -> None:
    assert coverage.holds(Estimate(2.0), 2.0) is False


def test_rows_of_a_block_are_summed_together(coverage: ModuleType) -> None:
    shape = coverage.Shape("ten rows", 10, True)
    assert coverage.summed(np.arange(20.0).reshape(2, 10), shape).tolist() == [28, 17, 108, 37]
    assert coverage.groups_of(shape, 2).tolist() == [0, 0, 1, 1]


def test_rows_of_a_block_are_alike_as_much_as_it_says(coverage: ModuleType) -> None:
    """The intraclass correlation of the chances is .2, and the expectation is the share itself."""
    shape = coverage.Shape("many blocks", 8 * 5000, True)
    chance = coverage.chances(np.random.default_rng(3), shape, np.array([[0.3, 0.7]]))[0, ::8, 0]
    assert chance.mean() == pytest.approx(0.3, abs=0.01)
    assert chance.var() / (0.3 * 0.7) == pytest.approx(0.2, abs=0.01)
    values = coverage.durations(np.random.default_rng(3), shape, np.array([50.0]))[0]
    logs = np.log(values).reshape(-1, 8)
    assert values.mean() == pytest.approx(50, rel=0.03)
    assert logs.var() == pytest.approx(1, rel=0.03)
    assert logs.mean(axis=1).var() == pytest.approx(0.2 + 0.8 / 8, rel=0.05)


@pytest.mark.parametrize("name", ["share", "net share", "mean", "median", "count"])
def test_intervals_of_a_thousand_independent_rows_hold_the_truth(coverage: ModuleType, name: str) -> None:
    worlds = (coverage.BOUND | coverage.FREE)[name]
    p = np.linspace(0.02, 0.98, 1000)
    assert 0.93 <= coverage.share_held(worlds, coverage.SHAPES[1], p, [5]) <= 0.98


def test_shares_of_thirty_independent_rows_keep_the_limits(coverage: ModuleType) -> None:
    p = np.random.default_rng(6).uniform(0.02, 0.98, 5000)
    held = coverage.share_held(coverage.BOUND["share"], coverage.SHAPES[0], p, [6])
    assert coverage.LOW <= held <= coverage.HIGH


@pytest.mark.parametrize("name", ["mean", "ratio"])
@pytest.mark.parametrize("shape", [0, 2])
def test_every_mean_is_held_alike(coverage: ModuleType, name: str, shape: int) -> None:
    """So that no grid of means is needed: the same draws in another unit are held in the same worlds."""
    held = [
        list(coverage.BOUND[name](np.random.default_rng(7), coverage.SHAPES[shape], np.full(500, p)))
        for p in (0.02, 0.98)
    ]
    assert held[0] == held[1]
    assert 0 < sum(held[0]) < 500


@pytest.mark.parametrize(
    ("name", "shape", "mean", "worst", "said"),
    [
        ("share", 0, 0.94, 0.91, "holds"),
        ("share", 0, 0.939, 0.92, "MISSES"),
        ("share", 0, 0.966, 0.92, "MISSES"),
        ("share", 0, 0.95, 0.909, "MISSES"),
        ("mean", 0, 0.902, 1.0, "misses (known)"),
        ("mean", 0, 0.89, 1.0, "MISSES"),
        ("count", 4, 0.99, 1.0, "holds"),
        ("count", 4, 0.93, 1.0, "below"),
    ],
)
def test_a_known_miss_may_not_grow(
    coverage: ModuleType, name: str, shape: int, mean: float, worst: float, said: str
) -> None:
    assert coverage.verdict(name, coverage.SHAPES[shape], mean, worst, 0.001) == said


def test_the_page_tells_each_known_miss(coverage: ModuleType) -> None:
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    rows = {"share": "Proportion", "net share": "NetShare", "mean": "Mean", "ratio": "Ratio"}
    shapes = [shape.said for shape in coverage.SHAPES]
    told = page.split("## How often the interval holds the truth")[1]
    for (name, shape), figure in coverage.KNOWN.items():
        row = next(line for line in told.splitlines() if line.startswith(f"| {rows[name]} |"))
        assert f"**{figure * 100:.1f}**" in row.split("|")[2 + shapes.index(shape)]

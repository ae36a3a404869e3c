"""`bench/peers.py`: other ways to the same numbers agree with Mittari, and a missed limit or a wrong value is told."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import mittari
from mittari.workspace.local import LocalWorkspace

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import peers
import scale
from peer import OUTPUTS

FIGURE = ("nps", "2024-01")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    home = tmp_path_factory.mktemp("peers")
    scale.make(home, 6000)
    with mittari.open(home) as opened:
        assert isinstance(opened, LocalWorkspace)
        yield opened


@pytest.fixture(scope="module")
def ours(workspace: LocalWorkspace) -> peers.Values:
    return peers.mittari_side(workspace)()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name == "PostgreSQL" else name for name in peers.LIMITS]
)
def test_every_side_says_what_mittari_says(workspace: LocalWorkspace, ours: peers.Values, name: str) -> None:
    if missing := peers.lacking(name):
        pytest.skip(missing)
    with ExitStack() as stack:
        theirs = peers.sides_of([name], workspace.warehouse.connection(), stack)[name]()
    assert peers.compared({peers.OURS: ours, name: theirs}) == []
    assert len(ours) == len(OUTPUTS) * len(peers.months())
    assert all(value is not None for value in ours.values())


def test_a_value_that_differs_or_is_missing_is_named() -> None:
    ours = {FIGURE: -7.0, ("csat", "2024-01"): 0.5}
    assert peers.compared({peers.OURS: ours, "pandas": {FIGURE: -7.1, ("ces", "2024-01"): 1.0}}) == [
        "pandas: csat 2024-01: missing, should be 0.5",
        "pandas: nps 2024-01: -7.1 should be -7.0",
        "Mittari: ces 2024-01: missing, pandas has it",
    ]


def test_a_limit_is_kept_or_missed_by_the_fastest_runs() -> None:
    lines, kept = peers.told(
        {"Mittari": [1.0, 2.0], "pandas": [3.0, 9.0], "polars": [0.5, 0.6], "PostgreSQL": [4.5, 5.0]}
    )
    assert kept
    assert lines[2].split() == "pandas 3.000 s 9.000 s 3.00 (3.00 to 4.50, middle 3.75) 3 kept".split()  # noqa: SIM905
    lines, kept = peers.told({"Mittari": [1.0], "PostgreSQL": [3.9]})
    assert not kept
    assert lines[2].endswith("4 MISSED")

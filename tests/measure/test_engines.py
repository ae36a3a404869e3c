"""Every engine gives the same records, rows and receipts as the warehouse itself, to the ninth digit."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engines import others
from installation import copy_of
from measure.worlds import NOW, installation, world
from mittari.measure.kpi import catalogue
from mittari.settings import Settings
from mittari.store.engines import ENGINES
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.opening import open_local

MONTHS = ["2025-02", "2025-03", "2025-04"]
ASKED: dict[str, dict[str, Any]] = {
    "months": {"period": MONTHS},
    "a day": {"period": "2025-03-05"},
    "overlapping": {"period": ["2025-W10", "2025-03-01..2025-03-20"]},
    "by channel": {"period": "2025-03", "by": "channel"},
    "by customer and team": {"period": "2025-03", "by": ["customer.segment", "team_id"]},
    "by scale": {"period": "2025-03", "by": "scale"},
    "one channel": {"period": MONTHS, "where": {"channel": "phone"}},
    "as of the middle": {"period": "2025-03", "as_of": "2025-03-15T12:00Z"},
    "before everything": {"period": "2024-01"},
}
QUICK = ("months", "by channel", "as of the middle")
"""What is asked at every change; the rest are asked with the long tests."""
Pair = tuple[LocalWorkspace, LocalWorkspace]


@pytest.fixture(scope="module", params=others())
def pair(
    request: pytest.FixtureRequest,
    setting_of: Callable[[str], str],
    plans_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """The same random company in the warehouse, and on another engine."""
    folder = tmp_path_factory.mktemp("pair")
    made = installation(folder / "home", plans_folder, world(7))
    made.close()
    home = copy_of(folder / "home", tmp_path_factory.mktemp("other"))
    with (
        open_local(folder / "home", Settings()) as ours,
        open_local(home, Settings(engine=setting_of(request.param))) as theirs,
    ):
        ours.clock = theirs.clock = lambda: NOW
        yield ours, theirs


def same(found: Any, expected: Any) -> bool:
    """Equal, numbers to nine digits, also within lists and mappings."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == expected)


@pytest.mark.parametrize("how", [pytest.param(how, marks=() if how in QUICK else pytest.mark.long) for how in ASKED])
def test_records_are_the_same(pair: Pair, how: str) -> None:
    ours, theirs = (workspace.scorecard(outputs="all", **ASKED[how]).records() for workspace in pair)
    engine = pair[1].engine
    lacking = {each["kpi_id"] for each in ours if engine.lack(each["kpi_id"], each["output"])}
    kept = [[each for each in records if each["kpi_id"] not in lacking] for records in (ours, theirs)]
    assert len(kept[0]) == len(kept[1])
    assert [(mine, other) for mine, other in zip(*kept, strict=True) if not same(other, mine)] == []


@pytest.mark.long
@pytest.mark.parametrize("kpi", catalogue())
def test_rows_and_receipts_are_the_same(pair: Pair, kpi: str) -> None:
    if pair[1].engine.lack(kpi, catalogue()[kpi].headline):
        pytest.skip("the engine does not give it")
    ours, theirs = (workspace.kpi(kpi, "2025-03").one() for workspace in pair)
    told, other = (sorted(each.rows(one), key=repr) for each, one in zip(pair, (ours, theirs), strict=True))
    assert same(other, told)
    told, other = (each.receipt(one).as_dict() for each, one in zip(pair, (ours, theirs), strict=True))
    assert other.pop("path").startswith(told.pop("path"))
    assert other.pop("sql") != told.pop("sql")
    assert same(other, told)
    assert pair[1].recompute(pair[1].receipt(theirs), pair[1].rows(theirs))["equal"]


def test_what_an_engine_lacks_is_named_by_what_there_is() -> None:
    for engine in ENGINES.values():
        for name, lack in engine.lacks.items():
            kpi, _, output = name.partition(".")
            assert not output or output in catalogue()[kpi].outputs
            assert lack.kind in ("notimpl", "notyet", "never")
            assert lack.why


"""Nothing to divide by, and texts that are no periods."""

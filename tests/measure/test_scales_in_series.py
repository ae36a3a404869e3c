"""A question that gets a second scale: periods asked together are a series, alone each is what it was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mittari
from mittari.workspace.local import LocalWorkspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, plans_folder: Path) -> Iterator[LocalWorkspace]:
    """Five-point answers in both months, faces of a kiosk in the second only."""
    home = mittari.create_home(tmp_path_factory.mktemp("scales") / "home")
    (home / "plans").symlink_to(plans_folder)
    rows: list[dict[str, Any]] = []
    for month in ("09", "10"):
        for day in range(1, 29):
            for top, score in ((5, 5.0), *(((4, 1.0),) if month == "10" else ())):
                rows.append(
                    {
                        "response_id": f"{month}-{day}-{top}",
                        "kind": "csat",
                        "score": score,
                        "scale_min": 1.0,
                        "scale_max": float(top),
                        "touchpoint_id": "door",
                        "responded_at": f"2026-{month}-{day:02d}T10:00:00Z",
                    }
                )
    with mittari.open(home) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        workspace.load_rows("responses", {name: [row[name] for row in rows] for name in rows[0]})
        yield workspace


def told(shop: LocalWorkspace, *periods: str) -> list[tuple[Any, ...]]:
    found = shop.kpi("csat", period=list(periods) if len(periods) > 1 else periods[0])
    return [(r.period, r.slice.get("scale"), r.value, r.n, "mixed_scale" in r.flags) for r in found]


def test_a_month_with_one_scale_names_none(shop: LocalWorkspace):
    assert told(shop, "2026-09") == [("2026-09", None, 1.0, 28, False)]


def test_a_month_with_two_has_a_record_for_each_and_no_total(shop: LocalWorkspace):
    assert told(shop, "2026-10") == [("2026-10", "1-4", 0.0, 28, True), ("2026-10", "1-5", 1.0, 28, True)]


def test_in_a_series_every_scale_has_every_month(shop: LocalWorkspace):
    assert told(shop, "2026-09", "2026-10") == [
        ("2026-09", "1-4", None, 0, False),
        ("2026-09", "1-5", 1.0, 28, False),
        ("2026-10", "1-4", 0.0, 28, True),
        ("2026-10", "1-5", 1.0, 28, True),
    ]


def test_a_record_of_a_series_opens_to_its_own_rows(shop: LocalWorkspace):
    found = [r for r in shop.kpi("csat", period=["2026-09", "2026-10"]) if r.slice.get("scale") == "1-5"]
    assert [len([row for row in shop.rows(record) if row.get("left_out") in (None, "")]) for record in found] == [
        28,
        28,
    ]

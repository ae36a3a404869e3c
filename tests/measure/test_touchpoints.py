"""Presses per visit, worked out by hand. Helsinki is two hours ahead of UTC, so 22:30 UTC is the next day."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from measure.worlds import columns
from mittari.load import load_rows
from mittari.measure.touchpoints import DayOfPresses, presses_by_day
from mittari.settings import Settings
from mittari.store import Warehouse

NOW = datetime(2026, 11, 5)


def press(name: str, when: datetime, touchpoint: str = "door", **more: Any) -> dict[str, Any]:
    row = {"response_id": name, "kind": "csat", "score": 4.0, "responded_at": when, "touchpoint_id": touchpoint}
    return {"source": "device", "is_repeat_press": 0, "is_test": 0} | row | more


def test_presses_of_each_day_stand_beside_its_visits(tmp_path: Path) -> None:
    presses = [
        press("a", datetime(2025, 3, 3, 8)),
        press("b", datetime(2025, 3, 3, 8, 0, 2), is_repeat_press=1),
        press("c", datetime(2025, 3, 3, 9)),
        press("night", datetime(2025, 3, 3, 22, 30)),
        press("test", datetime(2025, 3, 3, 9), is_test=1),
        press("elsewhere", datetime(2025, 3, 3, 9), "hall"),
        press("before", datetime(2025, 3, 2, 9)),
        press("after", datetime(2025, 3, 6, 9)),
    ]
    days = [("door", date(2025, 3, 3), 8), ("door", date(2025, 3, 5), 0), ("hall", date(2025, 3, 4), 99)]
    visits = [{"touchpoint": name, "date": day, "visits": count} for name, day, count in days]
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load_rows(warehouse, Settings(), "responses", columns(presses), NOW)
        load_rows(warehouse, Settings(), "touchpoint_days", columns(visits), NOW)
        found = presses_by_day(warehouse.connection(), "door", date(2025, 3, 3), date(2025, 3, 5))
    assert found == [
        DayOfPresses(date(2025, 3, 3), 3, 2, 8),
        DayOfPresses(date(2025, 3, 4), 1, 1, None),
        DayOfPresses(date(2025, 3, 5), 0, 0, 0),
    ]
    assert [day.per_visit for day in found] == [0.25, None, None]

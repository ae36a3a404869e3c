"""What cannot be divided is the same on every engine. A module of its own: an engine inside this process has one
installation open at a time, and the other tests of engines keep theirs."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from engines import others
from measure.test_engines import same
from measure.worlds import NOW, installation
from mittari.settings import Settings
from mittari.workspace.opening import open_local

NOON = datetime(2025, 3, 3, 12)
ODD: dict[str, list[dict[str, Any]]] = {
    "benchmarks": [
        {"kind": "market_size", "entity": "all", "period": period, "source": "s", "value": 0.0, "error_pct": 5.0}
        for period in ("2025-03", "2025-13", "2025-H1", "2025-Q9", "0000", "2025-00", "someday", "2025-Q1")
    ],
    "competitor_ratings": [
        {"respondent_id": who, "brand": brand, "category": category, "asked_at": NOON, "score": 5, "is_own": own}
        for category in ("wallet", "nps")
        for who, brand, own in (("r1", "them", 0), ("r2", "them", 0), ("r2", "us", 1))
    ],
    "orders": [
        {"order_id": f"o{amount}", "customer_id": "k", "ordered_at": NOON, "currency": "EUR", "invoice_amount": amount}
        for amount in (0.0, 10.0)
    ],
    "work_time": [{"agent_id": "a", "date": date(2025, 3, 3), "paid_s": 0, "handling_s": 0, "idle_s": 0}],
}


@pytest.mark.parametrize("name", others())
def test_nothing_to_divide_by_is_the_same_everywhere(
    name: str, setting_of: Callable[[str], str], plans_folder: Path, tmp_path: Path
) -> None:
    made = installation(tmp_path / "home", plans_folder, ODD)
    ours = made.scorecard("2025-03", outputs="all").records()
    made.close()
    with open_local(tmp_path / "home", Settings(engine=setting_of(name))) as workspace:
        workspace.clock = lambda: NOW
        theirs = workspace.scorecard("2025-03", outputs="all").records()
    assert [(mine, other) for mine, other in zip(ours, theirs, strict=True) if not same(other, mine)] == []
    assert [each["kpi_id"] for each in ours if each["value"] is not None]

"""What a load brings about one person changes nothing that is kept about others."""

from datetime import datetime
from pathlib import Path
from typing import Any

import mittari
from installation import copy_of
from measure.worlds import columns
from mittari.facts import TABLES
from mittari.workspace.local import LocalWorkspace

WHO = "a stranger"
NEW = ("stranger-1", "stranger-2")


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2025, 3, day, hour)


def both(key: str, when: str, **more: Any) -> list[dict[str, Any]]:
    """The first row, and one like it three days later."""
    return [{key: name, when: at(3 + 3 * place), **more} for place, name in enumerate(NEW)]


ABOUT_THE_STRANGER = {
    "conversations": both(
        "conversation_id", "created_at", customer_id=WHO, channel="email", reason_code="bill", first_response_at=at(7)
    ),
    "messages": both("message_id", "sent_at", conversation_id=NEW[0], author_type="customer"),
    "calls": both("call_id", "queued_at", customer_id=WHO, wait_s=5.0, outcome="answered", reason_code="bill"),
    "responses": both("response_id", "responded_at", customer_id=WHO, kind="nps", score=9.0, survey_id="s"),
    "orders": both("order_id", "ordered_at", customer_id=WHO, currency="EUR", invoice_amount=10.0),
}


def kept(workspace: LocalWorkspace, name: str) -> list[tuple[Any, ...]]:
    """All rows of the table that are not the stranger's, with every column, also of the load that last wrote them."""
    key = TABLES[name].key[0]
    listed = ", ".join(f"'{each}'" for each in NEW)
    with workspace.warehouse.session() as connection:
        return connection.execute(f"SELECT * FROM {name} WHERE {key} NOT IN ({listed}) ORDER BY ALL").fetchall()


def test_rows_of_a_stranger_change_no_row_of_others(loaded_home: Path, tmp_path: Path) -> None:
    with mittari.open(copy_of(loaded_home, tmp_path)) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        before = {name: kept(workspace, name) for name in ABOUT_THE_STRANGER}
        assert all(before.values())
        for name, rows in ABOUT_THE_STRANGER.items():
            assert workspace.load_rows(name, columns(rows)).rejected == 0
        for name, rows in before.items():
            assert kept(workspace, name) == rows, name

"""Columns kept about promised times, later waits and states are the same however the rows arrive."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measure.worlds import columns
from mittari.load import load_rows
from mittari.load.derive.due_instants import NEVER, due_instants
from mittari.settings import Settings
from mittari.store import Warehouse
from mittari.time import calendars_from_rows

NOW = datetime(2026, 11, 5, 12, 0)
Row = dict[str, Any]
KEPT = {
    "conversations": "conversation_id, answer_due_at, answer_decided_local, solve_due_at, solve_due_local, "
    "requester_wait_s, first_requester_wait_s",
    "messages": "message_id, root_id, wait_started_local, replied_at, replied_by, reply_due_at, reply_decided_local",
}


def hours(closes: str, **more: Any) -> list[Row]:
    row = {"calendar_id": "std", "tz": "Europe/Helsinki", "open": "08:00", "close": closes, "kind": "open"}
    return [row | {"weekday": weekday} | more for weekday in range(1, 6)]


def targets(factor: float) -> list[Row]:
    base = {"policy_id": "p", "clock": "business", "priority": None}
    return [
        base | {"metric": "first_response", "target_s": 7_200 * factor},
        base | {"metric": "first_response", "target_s": 600 * factor, "priority": "high"},
        base | {"metric": "resolution", "target_s": 90_000 * factor, "clock": "calendar"},
        base | {"metric": "next_response", "target_s": 3_600 * factor},
    ]


def moment(some: np.random.Generator) -> datetime:
    return datetime(2025, 1, 6) + timedelta(seconds=int(some.integers(60 * 86_400)))


def cases(some: np.random.Generator) -> list[Row]:
    rows = []
    for number in range(120):
        opened = moment(some)
        row = {"conversation_id": f"c{number}", "customer_id": f"k{number % 9}", "channel": "email"}
        row |= {"created_at": opened, "priority": ("high", None)[number % 2], "merged_into": None}
        answered = opened + timedelta(minutes=int(some.integers(3_000))) if number % 3 else None
        solved = opened + timedelta(hours=int(some.integers(1, 60))) if number % 4 == 0 else None
        if number % 10 == 9:
            row["merged_into"] = f"c{number - 1}"
        rows.append(row | {"first_response_at": answered, "last_solved_at": solved})
    return rows


def messages(some: np.random.Generator, conversations: list[Row]) -> list[Row]:
    rows = []
    for number in range(900):
        case = conversations[int(some.integers(len(conversations)))]
        at = case["created_at"] + timedelta(minutes=int(some.integers(6_000)))
        who = str(some.choice(["customer", "customer", "agent", "bot"]))
        row = {"message_id": f"m{number}", "conversation_id": case["conversation_id"], "sent_at": at}
        rows.append(row | {"author_type": who, "author_id": f"e{number % 4}", "is_public": int(some.random() < 0.9)})
    return rows


def states(some: np.random.Generator, conversations: list[Row]) -> list[Row]:
    values = ("new", "pending", "open", "on_hold", "solved", "open", "solved")
    return [
        {
            "conversation_id": case["conversation_id"],
            "at": case["created_at"] + timedelta(hours=5 * place, minutes=int(some.integers(200))),
            "kind": "status",
            "value": value,
        }
        for case in conversations[::2]
        for place, value in enumerate(values)
    ]


def fill(warehouse: Warehouse, settings: Settings, tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        report = load_rows(warehouse, settings, name, columns(rows), now=NOW)
        assert report.rejected == 0, report.rejects


def kept(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: warehouse.connection().execute(f"SELECT {asked} FROM {name} ORDER BY 1").fetchall()
        for name, asked in KEPT.items()
    }


def test_pieces_in_any_order_keep_the_same_columns_as_the_whole(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, empty_warehouse: Path
) -> None:
    """First come other hours, targets, unmerged and unanswered cases, and messages of other conversations."""
    some = np.random.default_rng(11)
    conversations = cases(some)
    tables = {"conversations": conversations, "messages": messages(some, conversations)}
    tables |= {"status_events": states(some, conversations)}
    fill(warehouse, settings, {"business_calendars": hours("16:00"), "sla_targets": targets(1), **tables})
    pieces = tmp_path / "pieces.duckdb"
    pieces.write_bytes(empty_warehouse.read_bytes())
    before = {"first_response_at": None, "last_solved_at": None, "merged_into": None, "priority": "high"}
    with Warehouse.open(pieces, settings=settings) as other:
        fill(other, settings, {"business_calendars": hours("12:00")})
        elsewhere = [row | {"conversation_id": f"c{n % 120}"} for n, row in enumerate(tables["messages"])]
        fill(other, settings, {"messages": elsewhere[::2], "status_events": tables["status_events"][1::3]})
        fill(
            other, settings, {"conversations": [row | before for row in conversations[::2]], "sla_targets": targets(2)}
        )
        fill(other, settings, {"messages": tables["messages"][::3], "conversations": conversations[1::2]})
        fill(other, settings, {"sla_targets": targets(1), "conversations": conversations[::4]})
        fill(other, settings, {"business_calendars": hours("16:00"), "messages": tables["messages"]})
        fill(other, settings, {"status_events": tables["status_events"], "conversations": conversations})
        assert kept(other) == kept(warehouse)
    filled = {name: [sum(cell is not None for cell in column) for column in zip(*rows, strict=True)]
              for name, rows in kept(warehouse).items()}  # fmt: skip
    assert min(filled["conversations"]) >= 50
    assert min(filled["messages"]) >= 60


def test_other_settings_move_the_usual_calendar_and_the_local_time(warehouse: Warehouse, settings: Settings) -> None:
    """The only calendar is the usual one; in UTC the local time of the wait is the time itself."""
    fill(warehouse, settings, {"business_calendars": hours("16:00"), "sla_targets": targets(1)})
    answered = {"created_at": datetime(2025, 1, 7, 8), "first_response_at": datetime(2025, 1, 7, 9)}
    case = {"conversation_id": "c", "customer_id": "k", "channel": "email", **answered}
    asked = {"message_id": "m", "conversation_id": "c", "author_type": "customer", "sent_at": datetime(2025, 1, 7, 10)}
    fill(warehouse, settings, {"conversations": [case], "messages": [asked]})
    query = "SELECT wait_started_local, reply_due_at FROM messages"
    assert warehouse.connection().execute(query).fetchall() == [
        (datetime(2025, 1, 7, 12), datetime(2025, 1, 7, 11)),
    ]
    other = Settings(threads=2, timezone="Etc/UTC")
    load_rows(warehouse, other, "customers", columns([{"customer_id": "k"}]), now=NOW)
    assert warehouse.connection().execute(query).fetchall() == [
        (datetime(2025, 1, 7, 10), datetime(2025, 1, 7, 11)),
    ]


@pytest.mark.parametrize(("allowed", "due"), [(3_600.0, "2025-01-07T07:00"), (8 * 3_600.0, None)])
def test_what_the_calendar_never_allows_is_never_due(allowed: float, due: str | None) -> None:
    """Open from eight to ten on Tuesdays and Wednesdays, for the last time on the 8th."""
    rows = [row | {"valid_to": date(2025, 1, 8), "valid_from": None, "date": None} for row in hours("10:00")[1:3]]
    calendar = calendars_from_rows(rows, date(2025, 1, 1), date(2025, 1, 31))["std"]
    started = np.array(["2025-01-06T12:00", "2025-01-06T12:00"], dtype="datetime64[us]")
    found = due_instants(calendar, started, np.array([allowed, 3_600.0]))
    assert found.tolist() == np.array([due or NEVER, "2025-01-07T07:00"], dtype="datetime64[us]").tolist()

"""What the tests by hand share: a few rows into an empty installation, and one number out of it.

Instants are UTC and periods those of Helsinki; results are asked as of `AS_OF`, when nothing is provisional any more.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from measure.worlds import columns
from mittari.measure.recompute import recompute
from mittari.measure.result import Record
from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

AS_OF = "2025-12-01"
Number = tuple[float | None, int | None]
Own = Callable[..., Number]


def load(workspace: LocalWorkspace, table: str, *rows: dict[str, Any]) -> None:
    report = workspace.load_rows(table, columns(rows))
    assert report.rejected == 0, report.rejects


def value(workspace: Workspace, name: str, period: str = "2025-03", as_of: str = AS_OF, **more: Any) -> Number:
    """The value and n of one record."""
    record = workspace.kpi(name, period, as_of=as_of, **more).one()
    return record.value, record.n


def made_again(workspace: LocalWorkspace, name: str, **more: Any) -> Record:
    """The record, after its exported rows have given it again."""
    table = workspace.kpi(name, "2025-03", as_of=AS_OF, **more)
    receipt, rows = json.loads(json.dumps([table.receipt().as_dict(), table.rows()]))
    result = recompute(receipt, rows)
    assert result["equal"], result["different"]
    return table.one()


def status(workspace: Workspace, name: str, as_of: datetime) -> str:
    """The status of the record of March as of an instant in UTC."""
    return workspace.kpi(name, "2025-03", as_of=f"{as_of.isoformat()}Z").one().status


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """An instant of March 2025."""
    return datetime(2025, 3, day, hour, minute, second)


def answer(number: int, kind: str, score: float, **more: Any) -> dict[str, Any]:
    row = {"response_id": f"r{number}", "kind": kind, "score": score, "responded_at": at(1 + number)}
    return {**row, "customer_id": f"k{number}", **more}


def order(number: int, customer: str, day: str, status: str = "paid", **more: Any) -> dict[str, Any]:
    row = {"order_id": f"o{number}", "customer_id": customer, "ordered_at": datetime.fromisoformat(day)}
    return {**row, "status": status, "currency": "EUR", "invoice_amount": 10.0, **more}


def contract(number: int, customer: str, start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"s{number}", "customer_id": customer, "started_at": start, "ended_at": end}
    return {**row, "mrr": 100.0, "currency": "EUR", **more}


def case(number: int, opened: datetime, **more: Any) -> dict[str, Any]:
    """A written conversation of the customer k about the bill."""
    row = {"conversation_id": f"c{number}", "customer_id": "k", "channel": "email", "created_at": opened}
    return {**row, "reason_code": "bill", **more}


def solved(first: datetime, last: datetime | None = None) -> dict[str, Any]:
    return {"first_solved_at": first, "last_solved_at": last or first}


def call(number: int, queued: datetime, outcome: str = "answered", wait_s: float = 60.0, **more: Any) -> dict[str, Any]:
    """A call of the customer k about the bill."""
    row = {"call_id": f"p{number}", "customer_id": "k", "queued_at": queued, "wait_s": wait_s, "outcome": outcome}
    return {**row, "reason_code": "bill", **more}


LONG_AGO = datetime(2020, 5, 4, 9)
ELSEWHERE: dict[str, dict[str, Any]] = {
    "conversations": {
        "conversation_id": "spam",
        "customer_id": "k",
        "channel": "chat",
        "created_at": LONG_AGO,
        "is_spam": 1,
        **dict.fromkeys(("abandoned_at", "reopened_at", "escalated_at", "lead_at", "first_solved_at"), LONG_AGO),
    },
    "responses": {"response_id": "old", "kind": "image", "score": 3.0, "responded_at": LONG_AGO},
    "feedback_actions": {"action_id": "old", "response_id": "none", "kind": "contact", "opened_at": LONG_AGO},
    "text_topics": {"response_id": "none", "topic": "none"},
}
"""Rows that no KPI counts: with them a table, and columns of conversations, are there to be counted from."""


def recorded(workspace: LocalWorkspace, table: str) -> None:
    """Let it be known that the company records such things, though none of them in March 2025."""
    load(workspace, table, ELSEWHERE[table])

"""Repeat presses, told once on the way into the warehouse: by the presses of the same device around each.

A press that is in the warehouse stands with the time it got there: sent again it has another, since its age is reckoned
anew. A batch that comes late may make a repeat of a press that is in the warehouse already; that one is then corrected.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mittari.collect.presses import WITHIN, repeats
from mittari.store.inbox import FIRST, NEWEST, Waiting
from mittari.workspace.local import LocalWorkspace

RESPONSES, FLAG = "responses", "is_repeat_press"
AROUND = """
SELECT response_id, device_id, responded_at, kind, score, coalesce(is_repeat_press, 0)
FROM responses
WHERE device_id IN (SELECT unnest($devices)) AND responded_at BETWEEN $begin AND $end
"""
KNOWN = """
SELECT response_id, device_id, responded_at, kind, score, coalesce(is_repeat_press, 0)
FROM responses
WHERE response_id IN (SELECT unnest($keys))
"""

Press = tuple[str, str, datetime, str, float, int]
"""response_id, device_id, responded_at, kind, score and flag, as the warehouse has them."""


def flagged(workspace: LocalWorkspace, batch: Sequence[Waiting]) -> list[Waiting]:
    """The batch with its presses flagged, and after it the presses in the warehouse that have become repeats."""
    fresh = {row["response_id"]: row for arrival in batch for row in reversed(_presses(arrival))}
    if not fresh:
        return list(batch)
    known = _of_warehouse(workspace, fresh)
    times: dict[str, list[tuple[datetime, str]]] = {}
    for key, device, at, *_ in known.values():
        times.setdefault(device, []).append((at, key))
    for key, row in fresh.items():
        if key not in known:
            times.setdefault(row["device_id"], []).append((_instant(row), key))
    repeated = set().union(*(repeats(presses) for presses in times.values()))
    turned = [press for press in known.values() if press[0] in repeated and not press[5]]
    found = [replace(arrival, rows=_with_flags(arrival, repeated)) for arrival in batch]
    if turned:
        found.append(Waiting(batch[-1].id, RESPONSES, NEWEST, [_correction(press) for press in turned]))
    return found


def _presses(arrival: Waiting) -> list[dict[str, Any]]:
    """The rows of an arrival that are presses whose flag is not told yet."""
    if arrival.table != RESPONSES or arrival.how != FIRST:
        return []
    return [row for row in arrival.rows if row.get("device_id") and FLAG not in row]


def _of_warehouse(workspace: LocalWorkspace, fresh: dict[str, dict[str, Any]]) -> dict[str, Press]:
    """The presses there are around the fresh ones, and those that are sent again."""
    instants = [_instant(row) for row in fresh.values()]
    asked = {
        "devices": list({row["device_id"] for row in fresh.values()}),
        "begin": min(instants) - WITHIN,
        "end": max(instants) + WITHIN,
    }
    connection = workspace.warehouse.connection()
    try:
        rows = connection.execute(AROUND, asked).fetchall()
        rows += connection.execute(KNOWN, {"keys": list(fresh)}).fetchall()
    finally:
        connection.close()
    return {row[0]: row for row in rows}


def _instant(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["responded_at"].removesuffix("Z"))


def _with_flags(arrival: Waiting, repeated: set[str]) -> list[dict[str, Any]]:
    if not _presses(arrival):
        return arrival.rows
    return [
        {**row, FLAG: int(row["response_id"] in repeated)} if row.get("device_id") and FLAG not in row else row
        for row in arrival.rows
    ]


def _correction(press: Press) -> dict[str, Any]:
    key, _, at, kind, score, _ = press
    return {
        "response_id": key,
        "kind": kind,
        "score": score,
        "responded_at": f"{at.isoformat(timespec='microseconds')}Z",
        FLAG: 1,
    }

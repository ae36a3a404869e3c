"""Closes: the figures of a period as they were reported, chained by hashes so that no later change goes unseen (G3).

Pure: records become rows and rows records again. Each row carries the hash of the row before it, the first of a close
that of the last row of the close before: whoever alters, removes or adds a figure afterwards breaks the chain.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from mittari.facts import TABLES
from mittari.measure.result import Record, utc_text

Row = dict[str, Any]
GENESIS = "0" * 64
LINKS = ("prev_hash", "hash")
AS_JSON = ("slice", "params", "components", "flags")
COLUMNS = tuple(column.name for column in TABLES["closed_results"])
SIGNED = tuple(name for name in COLUMNS if name not in LINKS)


@dataclass(frozen=True)
class Close:
    """One closing of one period."""

    close_id: str
    period: str
    closed_at: datetime
    closed_by: str | None
    data_version: int


@dataclass(frozen=True)
class Closed:
    """What a close has written down: how many figures, and how many of them may still move."""

    close_id: str
    period: str
    closed_at: datetime
    closed_by: str | None
    figures: int
    provisional: int


def close_id(period: str, earlier: int) -> str:
    """`2026-10`, and `2026-10 (2)` when the period is closed again."""
    return f"{period} ({earlier + 1})" if earlier else period


def signed(close: Close, records: Sequence[Record], previous: str) -> list[Row]:
    """The rows of a close, in order, each with the hash of the one before."""
    rows = []
    for record in records:
        row = _row(close, record)
        row["prev_hash"] = previous
        row["hash"] = previous = digest(close, row)
        rows.append(row)
    return rows


def digest(close: Close, row: Mapping[str, Any]) -> str:
    """SHA-256 over the close, the figure and the hash before it, in a writing that does not depend on the machine."""
    told = [_plain(value) for value in asdict(close).values()]
    said = [row["prev_hash"], *told, *(_plain(row[name]) for name in SIGNED)]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return utc_text(value) if isinstance(value, datetime) else value


def _row(close: Close, record: Record) -> Row:
    told = record.as_dict() | {"close_id": close.close_id}
    row = {name: told[name] for name in SIGNED}
    row["as_of"] = datetime.fromisoformat(record.as_of.removesuffix("Z"))
    return row | {name: json.dumps(row[name], ensure_ascii=False, sort_keys=True) for name in AS_JSON}


def record_of(row: Mapping[str, Any]) -> Record:
    """The record that a row holds."""
    told = {name: row[name] for name in SIGNED if name != "close_id"}
    told |= {name: json.loads(row[name]) for name in AS_JSON}
    return Record(**told | {"as_of": utc_text(row["as_of"])})


def last_hash(rows: Sequence[Mapping[str, Any]]) -> str:
    """The end of the chain: the hash that no row names as the one before it."""
    named = {row["prev_hash"] for row in rows}
    ends = [row["hash"] for row in rows if row["hash"] not in named]
    return str(ends[0]) if ends else GENESIS


def altered(closes: Mapping[str, Close], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What does not hold in the chain, in words; empty when every figure stands as it was signed."""
    found = [_told(row) for row in rows if row["close_id"] not in closes]
    known = [row for row in rows if row["close_id"] in closes]
    found += [_told(row) for row in known if digest(closes[row["close_id"]], row) != row["hash"]]
    by_previous: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_previous.setdefault(row["prev_hash"], []).append(row)
    at, reached = GENESIS, 0
    while len(next_rows := by_previous.get(at, [])) == 1:
        at, reached = next_rows[0]["hash"], reached + 1
        if reached > len(rows):
            break
    if reached != len(rows):
        found.append(f"the chain holds {reached} of {len(rows)} figures: one was removed or added after {at[:12]}")
    held = {row["close_id"] for row in rows}
    found += [f"the close {name} has lost its figures" for name in closes if name not in held]
    return found


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['kpi_id']}.{row['output']} of {row['close_id']} is not as it was signed"

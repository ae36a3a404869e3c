"""Rows of a number as CSV, the same from every door."""

import csv
import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

UNTOUCHED = frozenset({"side", "part", "included", "at", "block", "x", "y"})
"""Columns that recomputing reads: they are ours, and must come back as they went."""


def harmless(value: Any) -> Any:
    """Text that begins like a formula gets an apostrophe, as OWASP advises for CSV."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def write_csv(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> None:
    """Write the rows with a header of all their columns; lists and mappings stand as JSON."""
    held = list(rows)
    columns = list(dict.fromkeys(name for row in held for name in row))
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(name, value) for name, value in row.items()} for row in held)


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value if name in UNTOUCHED else harmless(value)

"""Bodies as rows: JSON and NDJSON read strictly, so that nothing is stored otherwise than it was meant.

A name that stands twice in one object, NaN and text that is not UTF-8 are refused with the place: whoever sent them
cannot have meant what would be stored.
"""

import json
from typing import Any

from mittari.collect.web.answers import Refusal

MOST_ROWS = 10_000
MOST_BYTES = 4_000_000
LONG_BODY = 50_000
"""A longer body is read and checked beside the event loop, so that others are answered meanwhile."""
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")
JSON = "application/json"


def read_rows(body: bytes, content_type: str) -> list[Any]:
    """The rows of a body: one object, an array, or one object a line. Raises Refusal (400, 413 or 415)."""
    kind = content_type.split(";")[0].strip().lower()
    if kind in NDJSON:
        lines = enumerate(body.split(b"\n"), start=1)
        rows = [read_json(line, f" in line {number}") for number, line in lines if line.strip()]
    elif kind in (JSON, ""):
        found = read_json(body)
        rows = found if isinstance(found, list) else [found]
    else:
        raise Refusal(415, f"expected {JSON} or {NDJSON[0]}, found {kind[:60]!r}")
    if not rows:
        raise Refusal(400, "expected at least one row, found none")
    if len(rows) > MOST_ROWS:
        raise Refusal(413, f"expected at most {MOST_ROWS} rows, found {len(rows)}; send them in parts")
    return rows


def read_json(text: bytes, where: str = "") -> Any:
    """The value of a JSON text; `where` is put into the refusal. Raises Refusal (400)."""
    try:
        return _DECODER.decode(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1} is not UTF-8"
    except RecursionError:
        why = "brackets inside brackets, too deep"
    except json.JSONDecodeError as error:
        why = f"{error.msg} at character {error.pos + 1}"
    except ValueError as error:  # a name twice, NaN, a number of thousands of digits
        why = str(error)[:200]
    raise Refusal(400, f"expected JSON{where}, found a mistake: {why}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the name {twice[:60]!r} stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)

"""Words of OpenAPI that several rooms describe their addresses with; a room has its `PATHS` beside its handlers."""

import re
from collections.abc import Mapping
from typing import Any

from mittari.collect.web.bodies import JSON, MOST_ROWS, NDJSON

ERROR, PROBLEMS, STORED = "Error", "Problems", "Stored"
"""Names of the schemas below, for `answers`."""

COMPONENTS: dict[str, Any] = {
    STORED: {
        "type": "object",
        "properties": {"stored": {"type": "integer", "minimum": 1, "description": "So many rows are on disk."}},
        "required": ["stored"],
        "additionalProperties": False,
    },
    ERROR: {
        "type": "object",
        "properties": {"error": {"type": "string", "description": "What was expected, found, and what to do."}},
        "required": ["error"],
    },
    PROBLEMS: {
        "type": "object",
        "properties": {
            "error": {"type": "string"},
            "count": {"type": "integer", "minimum": 1, "description": "So many problems; the first 50 are shown."},
            "problems": {
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "properties": {
                        "row": {"type": "integer", "minimum": 0, "description": "The row, from 0."},
                        "field": {"type": ["string", "null"], "description": "The column; null: the row as a whole."},
                        "why": {"type": "string"},
                    },
                    "required": ["row", "field", "why"],
                },
            },
        },
        "required": ["error", "count", "problems"],
    },
}

MEANINGS = {
    200: "All rows are on disk, and on the boards within a tick.",
    400: "The request cannot be read.",
    401: "Who sends is not known.",
    403: "The token may not do this.",
    404: "There is no such thing here.",
    408: "The body came too slowly. Nothing was stored: send it again.",
    409: "The idempotency key, or the id of the message, came before with another content. Nothing was stored.",
    413: "Too much at once. Nothing was stored.",
    415: "Another kind of content than is read here.",
    422: "Some rows cannot be taken, and so none was stored.",
    429: "More arrives than can be stored. Nothing of this was kept: send it again.",
    503: "Ours to mend. Nothing was stored: send it again.",
}
WAIT = {"Retry-After": {"description": "So many seconds later.", "schema": {"type": "integer", "minimum": 1}}}


def answers(by_status: Mapping[int, str], meanings: Mapping[int, str] | None = None) -> dict[str, Any]:
    """The answers of an operation, by status the name of its schema; 429 and 503 belong to all.

    Whatever has a body may be sent too slowly. `meanings` go before the common ones.
    """
    found: dict[str, Any] = {}
    own = {429: ERROR, 503: ERROR} | ({408: ERROR} if 413 in by_status else {})
    for status, name in {**by_status, **own}.items():
        told = {**MEANINGS, **(meanings or {})}[status]
        schema = {"$ref": f"#/components/schemas/{name}"}
        found[str(status)] = {"description": told, "content": {JSON: {"schema": schema}}}
        if status in (429, 503):
            found[str(status)]["headers"] = WAIT
    return dict(sorted(found.items()))


def rows_body(row: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a request that sends rows of the schema `row`: one, several, or one a line."""
    several = {"type": "array", "items": row, "minItems": 1, "description": f"At most {MOST_ROWS} rows."}
    lines = {"type": "string", "description": f"One row a line, at most {MOST_ROWS}."}
    return {
        "required": True,
        "content": {
            JSON: {"schema": {"anyOf": [row, several]}, "example": example},
            NDJSON[0]: {"schema": lines},
        },
    }


def header(name: str, meaning: str, pattern: re.Pattern[str] | None, required: bool = True) -> dict[str, Any]:
    """A header of a request."""
    schema: dict[str, Any] = {"type": "string"}
    if pattern is not None:
        schema["pattern"] = f"^{pattern.pattern}$"
    return {"name": name, "in": "header", "required": required, "description": meaning, "schema": schema}

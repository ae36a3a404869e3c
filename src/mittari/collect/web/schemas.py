"""The tables as JSON Schema, from their declarations, and a path of the intake for each of them. Pure."""

from collections.abc import Mapping
from typing import Any

from mittari.collect.checking import LONGEST, MOST_FIELDS
from mittari.collect.web.documenting import ERROR, PROBLEMS, STORED, answers, header, rows_body
from mittari.facts import Column, Table
from mittari.facts.model import ColumnType

DAY = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
INSTANT = (
    r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
BLANKS = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What goes from both ends of a text; \\s would mean others in each language."""
NOT_BLANK = f"[^{BLANKS}]"
"""At least one character that stays."""
TYPES: dict[ColumnType, dict[str, Any]] = {
    "id": {"type": ["string", "integer"], "maxLength": LONGEST["id"]},
    "text": {"type": "string", "maxLength": LONGEST["text"]},
    "enum": {"type": "string"},
    "ts": {"type": "string", "pattern": INSTANT},
    "date": {"type": "string", "pattern": DAY},
    "s": {"type": "number"},
    "float": {"type": "number"},
    "money": {"type": ["string", "number"], "pattern": r"^-?[0-9]{1,13}(\.[0-9]{1,20})?$"},
    "b": {"enum": [0, 1, False, True]},
    "int": {"type": "integer"},
    "time": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"},
    "ts_or_date": {"type": "string", "pattern": f"{INSTANT}|{DAY}"},
    "month": {"type": "string", "pattern": "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"},
}
FORMATS: dict[ColumnType, str] = {
    "ts": "An instant of ISO 8601 with its offset; stored as UTC.",
    "date": "A local day.",
    "ts_or_date": "An instant with its offset, or a local day.",
    "money": "Up to four decimals, excluding VAT, in the currency of the row.",
    "month": "A calendar month.",
    "time": "A clock time.",
}
EXAMPLES: dict[ColumnType, Any] = {
    "text": "web",
    "ts": "2026-10-05T09:30:00Z",
    "date": "2026-10-05",
    "s": 30.5,
    "float": 5,
    "money": "49.90",
    "b": 0,
    "int": 1,
    "time": "08:00",
    "ts_or_date": "2026-10-05T09:30:00Z",
    "month": "2026-10",
}
CODES = {
    "currency": (f"^[{BLANKS}]*[A-Za-z]{{3}}[{BLANKS}]*$", "EUR"),
    "time_zone": (f"^[{BLANKS}]*[A-Za-z0-9_+/-]+[{BLANKS}]*$", "Europe/Helsinki"),
}


def row_schema(table: Table) -> dict[str, Any]:
    """The schema of one row, with an example."""
    schema: dict[str, Any] = {
        "type": "object",
        "description": f"{table.grain[0].upper()}{table.grain[1:]}. Known by {', '.join(table.key)}: sent again, a row "
        "replaces the earlier one; a column that is not sent keeps what it held.",
        "properties": {column.name: _column(column) for column in table.given},
        "required": [column.name for column in table.given if _is_due(column)],
        "additionalProperties": False,
        "maxProperties": MOST_FIELDS,
        "examples": [example(table)],
    }
    if table.open_prefix:
        own = {"type": ["string", "null"], "maxLength": LONGEST["text"], "description": "A dimension of one's own."}
        schema["patternProperties"] = {f"^{table.open_prefix}[a-z0-9_]{{1,40}}$": own}
    excused = [column for column in table.given if column.required_unless]
    if excused and excused[0].required_unless:
        other, answer = excused[0].required_unless
        names = [column.name for column in excused]
        told = {name: {"not": {"type": "null"}} for name in names}
        schema["anyOf"] = [
            {"required": names, "properties": told},
            {"required": [other], "properties": {other: {"enum": [answer, bool(answer)]}}},
        ]
    return schema


def example(table: Table) -> dict[str, Any]:
    """A row of the columns that a minimal file has."""
    return {column.name: _example(column) for column in table.given if column.starred or column.required}


def _is_due(column: Column) -> bool:
    return column.required and not column.numbered and not column.required_unless


def _column(column: Column) -> dict[str, Any]:
    schema: dict[str, Any] = {**TYPES[column.type]}
    if column.type == "enum":
        schema = {"type": "string", "enum": list(column.values)}
    if column.code:
        schema["pattern"] = CODES[column.code][0]
    elif _is_due(column) and column.type in ("id", "text"):
        schema["pattern"] = NOT_BLANK
    if column.minimum is not None:
        schema["exclusiveMinimum" if column.above_minimum else "minimum"] = column.minimum
    if column.maximum is not None:
        schema["maximum"] = column.maximum
    parts = [column.meaning, FORMATS.get(column.type, ""), f"Unit: {column.unit}." if column.unit else ""]
    if column.numbered:
        parts.append("May be left out: it is then made up, the same for the same idempotency key.")
    if column.null_is is not None:
        parts.append(f"Empty stands for {column.null_is}.")
    schema["description"] = " ".join(part for part in parts if part)
    return schema if _is_due(column) else _or_null(schema)


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    found = dict(schema)
    if kinds is not None:
        found["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
    if "enum" in schema:
        found["enum"] = [*schema["enum"], None]
    return found


def _example(column: Column) -> Any:
    if column.code:
        return CODES[column.code][1]
    if column.type == "enum":
        return column.values[0]
    if column.type == "id":
        return f"{column.name.removesuffix('_id')}-1001"
    return EXAMPLES[column.type]


def path_of(table: Table, key: Any) -> dict[str, Any]:
    """How rows of a table are sent; `key` is the pattern of an idempotency key."""
    row = {"$ref": f"#/components/schemas/{table.name}"}
    return {
        "post": {
            "operationId": f"send_{table.name}",
            "tags": ["facts"],
            "summary": f"Send rows of {table.name}",
            "description": "One row or several: all of them are stored, or none. They are on disk before the answer.",
            "security": [{"token": []}],
            "parameters": [
                header(
                    "Idempotency-Key",
                    "The same request sent again under the same key is stored once; remembered for seven days.",
                    key,
                    required=False,
                )
            ],
            "requestBody": rows_body(row, example(table)),
            "responses": answers(
                {200: STORED, 400: ERROR, 401: ERROR, 403: ERROR, 409: ERROR, 413: ERROR, 415: ERROR, 422: PROBLEMS}
            ),
        }
    }

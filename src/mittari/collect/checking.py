"""Rows that come as JSON, checked by the declaration of their table, and written the one way loading reads for sure.

    rows, problems = checked(TABLES["calls"], [{"call_id": "k1", ...}])

What is accepted here is accepted by loading: `tests/collect/test_checking.py` holds the two against each other.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from mittari.errors import did_you_mean
from mittari.facts import Column, Table
from mittari.money import CURRENCIES

LONGEST = {"id": 200, "text": 10_000}
"""The most characters a value may have."""
YEARS = (1900, 2200)
AMOUNT = r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?"
SHOWN = 60
MOST_FIELDS, MOST_DIMENSIONS = 300, 30
"""So many fields may a row have, and so many dimensions of one's own: each of these becomes a column, for good."""
ENOUGH = 1_000
"""After so many problems the rest of the rows is not looked at: they are refused in any case."""
HINTS = 50
"""So many unknown names get a proposal; looking for one takes time that a hostile sender could ask for."""
NPS_KINDS = ("nps", "enps")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field: `row` counts from 0; `field` is None where the row as a whole is at fault."""

    row: int
    field: str | None
    why: str


class Unreadable(ValueError):
    """A value does not fit its column; `str()` says what was expected."""


def checked(table: Table, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows as they are stored, and the problems found; with any problem none of the rows is to be stored."""
    kept: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        if len(problems) >= ENOUGH:
            break
        if not isinstance(row, Mapping):
            problems.append(Problem(number, None, "expected an object with the columns as its keys"))
        elif len(row) > MOST_FIELDS:
            problems.append(Problem(number, None, f"expected at most {MOST_FIELDS} fields, found {len(row)}"))
        elif (own := sum(table.is_own_dimension(str(name)) for name in row)) > MOST_DIMENSIONS:
            problems.append(Problem(number, None, f"expected at most {MOST_DIMENSIONS} own dimensions, found {own}"))
        else:
            values, found = _row(table, row, hints=len(problems) < HINTS)
            problems += [Problem(number, name, why) for name, why in found]
            kept.append(values)
    return kept, problems or list(_said_twice(table, kept))


def stored(table: Table, name: str, value: Any) -> Any:
    """One value as it is stored under a column. Raises Unreadable; str() says what was expected."""
    column = column_of(table, name)
    if column is None:
        raise Unreadable(_unknown(table, name, hints=True))
    return _value(column, value)


def _said_twice(table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """One key with different contents, as loading refuses it in a file: which of them is right cannot be known."""
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        first = seen.setdefault(tuple(row.get(name) for name in table.key), number)
        if rows[first] != row:
            yield Problem(number, table.key[0], f"the key stands in row {first} already, with different content")


def _row(table: Table, row: Mapping[str, Any], hints: bool) -> tuple[dict[str, Any], list[tuple[str | None, str]]]:
    values: dict[str, Any] = {}
    problems: list[tuple[str | None, str]] = []
    for name, value in row.items():
        column = column_of(table, name)
        if column is None:
            problems.append((printable(name[:SHOWN]), _unknown(table, name, hints)))
            continue
        try:
            values[name] = _value(column, value)
        except Unreadable as error:
            problems.append((name, f"expected {error}, found {_shown(value)}"))
    if not problems:
        problems += _of_row(table, values)
    return values, problems


def column_of(table: Table, name: str) -> Column | None:
    """The declaration of a column that may be sent, or of a dimension of the sender's own; None for any other."""
    if name in table and not table[name].derived:
        return table[name]
    if table.is_own_dimension(name) and re.fullmatch(r"[a-z0-9_]{1,60}", name):
        return Column(name, "text", "A dimension of one's own.")
    return None


def _unknown(table: Table, name: str, hints: bool) -> str:
    if name in table:
        return f"{name} is computed here and not taken in"
    hint = did_you_mean(name[:SHOWN], [column.name for column in table.given]) if hints else ""
    return f"{table.name} has no such column. {hint}".strip()


def _of_row(table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """What can be judged once every value is read."""
    for column in table.given:
        if column.required and values.get(column.name) is None and not _excused(column, values):
            yield column.name, "a value is required here"
    for start, end in table.spans:
        first, last = values.get(start), values.get(end)
        if first is not None and last is not None and last < first:
            yield end, f"ends before {start}"
    for rule in RULES.get(table.name, ()):
        yield from rule(values)


def _excused(column: Column, values: Mapping[str, Any]) -> bool:
    if column.required_unless is None:
        return False
    other, answer = column.required_unless
    return values.get(other) == answer


def _of_answers(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    score = values.get("score")
    if score is None:
        return
    if values.get("kind") in NPS_KINDS and not 0 <= score <= 10:
        yield "score", "off the scale from 0 to 10"
    low, high = values.get("scale_min"), values.get("scale_max")
    if (low is not None and score < low) or (high is not None and score > high):
        yield "score", "off the scale the row names"


def _of_ratings(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    score = values.get("score")
    if values.get("category") == "nps" and score is not None and not 0 <= score <= 10:
        yield "score", "off the scale from 0 to 10"


RULES: dict[str, tuple[Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]], ...]] = {
    "responses": (_of_answers,),
    "competitor_ratings": (_of_ratings,),
}


def _value(column: Column, value: Any) -> Any:
    """The value as it is stored; null stays null. Raises Unreadable."""
    if value is None:
        return None
    read = READERS[column.type](column, value)
    if isinstance(read, int | float) or column.type == "money":
        _within(column, float(read))
    return read


def _within(column: Column, number: float) -> None:
    if column.minimum is not None:
        below = number <= column.minimum if column.above_minimum else number < column.minimum
        if below:
            raise Unreadable(f"{'above' if column.above_minimum else 'at least'} {column.minimum:g}")
    if column.maximum is not None and number > column.maximum:
        raise Unreadable(f"at most {column.maximum:g}")


def _text(column: Column, value: Any) -> str | None:
    if column.type == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Unreadable("a text")
    longest = LONGEST.get(column.type, LONGEST["text"])
    if len(value) > longest:
        raise Unreadable(f"at most {longest} characters")
    if UNPRINTABLE.search(value):
        raise Unreadable("a text without control characters")
    text = value.strip()
    if column.code == "currency":
        text = text.upper()
        if text not in CURRENCIES:
            raise Unreadable("a currency of ISO 4217")
    if column.code == "time_zone" and text not in available_timezones():
        raise Unreadable("an IANA time zone")
    return text or None


def _word(column: Column, value: Any) -> str:
    if not isinstance(value, str) or value not in column.values:
        raise Unreadable("one of " + ", ".join(column.values))
    return value


def _flag(_column: Column, value: Any) -> int:
    if value is True or value is False or (isinstance(value, int) and value in (0, 1)):
        return int(value)
    raise Unreadable("true, false, 0 or 1")


def _number(_column: Column, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise Unreadable("a number")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def _whole(_column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value) or value != int(value):
        raise Unreadable("a whole number")
    if abs(value) >= 9e15:
        raise Unreadable("a whole number below 9e15")
    return int(value)


def _money(_column: Column, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not re.fullmatch(AMOUNT, _short(value)):
        raise Unreadable("an amount such as 12.50")
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise Unreadable("an amount such as 12.50") from error
    if not amount.is_finite() or abs(amount) >= 10**13:
        raise Unreadable("an amount below 1e13")
    return f"{amount:.4f}"


def _short(value: float | str) -> str:
    """The text of an amount; of a whole number too long to be one an empty text, since writing it out takes long."""
    return "" if isinstance(value, int) and abs(value) >= 10**40 else str(value)


def _instant(_column: Column, value: Any) -> str:
    moment = _moment(value)
    if moment is None or moment.tzinfo is None:
        raise Unreadable("an instant of ISO 8601 with its offset, such as 2026-10-05T09:30:00Z")
    try:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise Unreadable("an instant of our time") from error
    if not YEARS[0] <= moment.year < YEARS[1]:
        raise Unreadable(f"an instant between {YEARS[0]} and {YEARS[1]}")
    return f"{moment.isoformat(timespec='microseconds')}Z"


def _moment(value: Any) -> datetime | None:
    if (
        not isinstance(value, str)
        or not re.match(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]", value)
        or len(value) > 40
    ):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _day(_column: Column, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[12][0-9]{3}-[0-9][0-9]-[0-9][0-9]", value):
        raise Unreadable("a day such as 2026-10-05")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise Unreadable("a day of the calendar") from error
    if not YEARS[0] <= day.year < YEARS[1]:
        raise Unreadable(f"a day between {YEARS[0]} and {YEARS[1]}")
    return day.isoformat()


def _instant_or_day(column: Column, value: Any) -> str:
    return _day(column, value) if isinstance(value, str) and len(value) == 10 else _instant(column, value)


def _clock(_column: Column, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", value):
        raise Unreadable("a clock time from 00:00 to 24:00")
    return value


def _month(_column: Column, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", value):
        raise Unreadable("a month such as 2026-10")
    return value


READERS: dict[str, Callable[[Column, Any], Any]] = {
    "id": _text,
    "text": _text,
    "enum": _word,
    "ts": _instant,
    "date": _day,
    "s": _number,
    "float": _number,
    "money": _money,
    "b": _flag,
    "int": _whole,
    "time": _clock,
    "ts_or_date": _instant_or_day,
    "month": _month,
}


def _shown(value: Any) -> str:
    """The value as its sender wrote it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets inside brackets
        return "something long"
    return printable(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")


def printable(text: str) -> str:
    """The text as it can be written in an answer: half characters, which no encoding has, become question marks."""
    return text.encode("utf-8", "replace").decode()

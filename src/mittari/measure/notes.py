"""The sentences with which a record says why it has no value.

A record keeps its note as English text, for files and programs. Pages find out again what it was told from, and tell
it in their language.
"""

import re
from collections.abc import Iterator
from functools import cache

from mittari.errors import Told, told

NO_COLUMN = told("needs the column {column} of {table}, in which no file has brought a value")
NO_TABLE = told("needs the table {table}, which is empty: import it with `mittari import {table}.csv`")
BEGINS_LATE = told("{table} begins only after {period}: what was done before is not known")
NO_RATE = told(
    "no exchange rate to {currency} is known for the {count} rows of {period}: import fx_rates, or set the currency of "
    "the installation to theirs"
)
NOT_COVERED = told("{table} is loaded for {days}, which does not contain all of {period}")
NOTHING_WITH = told("nothing to count in {period}: the denominator is zero (with {parameters})")
NOTHING = told("nothing to count in {period}: the denominator is zero")
CANNOT_SPLIT = told("cannot be split by {dimensions}")
BROKEN = told("could not be computed: {reason}")
NOTES = (
    *(NO_COLUMN, NO_TABLE, BEGINS_LATE, NO_RATE, NOT_COVERED, NOTHING_WITH, NOTHING),
    *(CANNOT_SPLIT, BROKEN),
)
APART = "; "
"""Stands between why there is no value and what a KPI advises."""


def note(sentence: Told, **values: object) -> str:
    """The sentence with its values, as a record keeps it."""
    return str(Told(sentence.pattern, values))


def told_from(text: str) -> Told | None:
    """The sentence a note was made from, with its values; None where it is none of ours."""
    for sentence, form in _forms():
        if found := form.fullmatch(text):
            return Told(sentence.pattern, found.groupdict())
    return None


@cache
def _forms() -> tuple[tuple[Told, re.Pattern[str]], ...]:
    return tuple((sentence, re.compile(_form(sentence.pattern), re.DOTALL)) for sentence in NOTES)


def _form(pattern: str) -> str:
    """The pattern as a regular expression; a value that is named twice is the same in both places."""
    return "".join(_pieces(pattern))


def _pieces(pattern: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, piece in enumerate(re.split(r"\{(\w+)\}", pattern)):
        if index % 2 == 0:
            yield re.escape(piece)
        else:
            yield f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)"
            seen.add(piece)

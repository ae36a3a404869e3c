"""Which header of a file is which column of a table."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from mittari.errors import UserError, did_you_mean
from mittari.facts import Table, aliases


@dataclass(frozen=True)
class Match:
    """`columns` maps columns of the table to headers of the file; `ignored` maps other headers to what may be meant."""

    columns: dict[str, str]
    ignored: dict[str, str]


def matched(table: Table, headers: Iterable[str], where: Path | None) -> Match:
    """Find the column of every header. A header that is the column's own name goes before an alias of it.

    Raises `UserError` when a column that every row must fill has no header, or two headers mean the same column.
    """
    columns: dict[str, str] = {}
    ignored: dict[str, str] = {}
    for header in sorted(headers, key=lambda header: aliases.canonical(table.name, header) != header):
        column = aliases.canonical(table.name, header)
        if column is None:
            ignored[header] = did_you_mean(header, (given.name for given in table.given))
        elif column in columns:
            if columns[column] != column:
                raise UserError(f'"{columns[column]}" and "{header}" both mean {column}', where, "Rename one of them.")
            ignored[header] = f"{column} is there by its own name."
        else:
            columns[column] = header
    require(table, columns, headers, where)
    return Match(columns, ignored)


def meant(column: str, headers: Collection[str]) -> str:
    """The one header that a mapping's column means: exactly, in other letter case, or as a pattern (`Created at (*)`).

    The column itself where none or several fit: as a header it is missing then.
    """
    if column in headers:
        return column
    fitting = re.compile(re.escape(column).replace(r"\*", ".*"), re.IGNORECASE)
    found = [header for header in headers if fitting.fullmatch(header)]
    return found[0] if len(found) == 1 else column


def require(table: Table, columns: Iterable[str], headers: Iterable[str], where: Path | None) -> None:
    """Raise `UserError` naming the columns that every row must fill and that are missing from `columns`."""
    present = set(columns)
    missing = [column.name for column in table.required if column.name not in present and not column.numbered]
    if missing:
        several = len(missing) > 1
        words, are = f"column{'s' if several else ''} {', '.join(missing)}", "are" if several else "is"
        raise UserError(
            f"the {words} of {table.name} {are} missing; found are {', '.join(headers)}",
            where,
            f"`mittari import --template {table.name}` writes an empty file with all columns.",
        )

"""The manual page of the fact tables, written from their declarations.

`python -m mittari.facts.manual > docs/facts.md` writes the page anew; a test fails when it was forgotten.
"""

import sys
from collections.abc import Iterable, Mapping

from mittari.facts.columns import LONGEST_DURATION_S
from mittari.facts.model import TYPE_MEANINGS, Column, Table
from mittari.facts.tables import TABLES

NeededBy = Mapping[tuple[str, str], Iterable[str]]
"""Which KPIs need a column: (table, column) to KPI ids."""

INTRODUCTION = """\
# The facts

Everything Mittari knows lies in these tables. A file fills one of them; `mittari import --template TABLE` prints its
header. The order of columns does not matter, and neither does letter case. Many headers are also understood in other
words and in Finnish, Norwegian and Swedish; a mapping file tells the rest.

**★** marks the columns of a minimal file. Those marked *required* must hold a value in every row: a row without it is
refused and listed in `rejects`. Any other column may be missing; that only switches off the KPIs that need it.
*Derived* columns are computed at import and never read from a file. Every table also has `loaded_at`, the instant at
which the row was imported.

A row with the same key as an earlier one replaces it.

| type | is |
|---|---|
"""


def manual_page(needed_by: NeededBy | None = None) -> str:
    """The Markdown page of all tables. `needed_by` names the KPIs that need a column; without it nothing is said."""
    types = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in TYPE_MEANINGS.items())
    contents = "".join(f"- [`{table.name}`](#{table.name}): {table.grain}\n" for table in TABLES.values())
    sections = "".join(_section(table, needed_by or {}) for table in TABLES.values())
    return f"{INTRODUCTION}{types}\n## Tables\n\n{contents}{sections}"


def _section(table: Table, needed_by: NeededBy) -> str:
    lines = [f"\n## {table.name}\n", f"One row is {table.grain}. Key: {_names(table.key)}.{_notes(table)}\n"]
    lines.append("| column | type | means |\n|---|---|---|")
    lines += [_line(table, column, needed_by) for column in table]
    return "\n".join(lines) + "\n"


def _notes(table: Table) -> str:
    """What holds for the table as a whole."""
    notes = []
    if table.internal:
        notes.append("Mittari writes this table itself; it is not imported.")
    if table.open_prefix:
        notes.append(f"Columns of your own whose names begin with `{table.open_prefix}` are kept as dimensions.")
    for start, end in table.spans:
        notes.append(f"A row whose `{end}` lies before its `{start}` is refused.")
    for earlier, later in table.expected_order:
        notes.append(f"A `{later}` before `{earlier}` only warns.")
    return "".join(f" {note}" for note in notes)


def _line(table: Table, column: Column, needed_by: NeededBy) -> str:
    star = "★ " if column.starred else ""
    return f"| {star}`{column.name}` | {_type(column)} | {_meaning(table, column, needed_by)} |"


def _type(column: Column) -> str:
    if column.type == "enum":
        return ", ".join(f"`{value}`" for value in column.values)
    return column.type


def _meaning(table: Table, column: Column, needed_by: NeededBy) -> str:
    parts = ["*Derived.*" if column.derived else "", column.meaning, *_rules(column)]
    if kpis := sorted(needed_by.get((table.name, column.name), ())):
        parts.append(f"Needed by {_names(kpis)}.")
    return " ".join(part for part in parts if part)


def _rules(column: Column) -> list[str]:
    """What is demanded of a value, one sentence each."""
    rules = []
    if column.required:
        rules.append(f"*Required{_excuse(column)}.*")
    if column.frozen:
        rules.append("Left empty it is found from the conversation at import, and then kept.")
    if column.numbered:
        rules.append("Without this column the rows are numbered, `<file name>#<n>`.")
    if column.null_is is not None:
        rules.append(f"Empty means {column.null_is}.")
    if column.unit and column.type != "s":
        rules.append(f"In {column.unit}.")
    if column.code == "currency":
        rules.append("An unknown currency is refused.")
    return rules + _bounds(column)


def _excuse(column: Column) -> str:
    if column.required_unless is None:
        return ""
    name, value = column.required_unless
    return f" unless {name} is {value}"


def _bounds(column: Column) -> list[str]:
    low, high = column.minimum, None if column.maximum == LONGEST_DURATION_S else column.maximum
    if low is not None and high is not None:
        return [f"From {low:g} to {high:g}."]
    if low is not None and column.above_minimum:
        return [f"Above {low:g}."]
    if low is not None:
        return ["A negative value is refused." if low == 0 else f"At least {low:g}."]
    return [f"At most {high:g}."] if high is not None else []


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.stdout.write(manual_page())

"""The few ways a column is usually declared, so that a table's declaration reads like its manual page."""

from mittari.facts.model import CodeList, Column, ColumnType

LONGEST_DURATION_S = 3_000_000_000
"""95 years: added to an instant of our time it stays within what an instant can be."""


def must(
    name: str,
    column_type: ColumnType,
    meaning: str,
    *,
    values: tuple[str, ...] = (),
    code: CodeList = "",
    numbered: bool = False,
) -> Column:
    """A column of a minimal file that holds a value in every row."""
    return Column(name, column_type, meaning, starred=True, required=True, values=values, code=code, numbered=numbered)


def star(name: str, column_type: ColumnType, meaning: str, *, required_unless: tuple[str, int] | None = None) -> Column:
    """A column of a minimal file that may be empty in a row; with `required_unless`, only in rows that are excused."""
    required = required_unless is not None
    return Column(name, column_type, meaning, starred=True, required=required, required_unless=required_unless)


def choice(name: str, values: tuple[str, ...], meaning: str, *, null_is: str | None = None) -> Column:
    """An optional column that holds one word of a list."""
    return Column(name, "enum", meaning, values=values, null_is=null_is)


def flag(name: str, meaning: str, *, null_is: int = 0) -> Column:
    """An optional 0/1 column; an empty value counts as `null_is`."""
    return Column(name, "b", meaning, values=("0", "1"), null_is=null_is)


def seconds(name: str, meaning: str, *, starred: bool = False) -> Column:
    """A duration; a negative one, or one of centuries, refuses the row. A starred one must hold a value."""
    return Column(
        name, "s", meaning, unit="seconds", starred=starred, required=starred, minimum=0, maximum=LONGEST_DURATION_S
    )


def frozen(name: str, column_type: ColumnType, meaning: str) -> Column:
    """A column of what a contact was when it ended: found at load where a file leaves it empty, and then kept."""
    return Column(name, column_type, meaning, frozen=True)


def derived(name: str, column_type: ColumnType, meaning: str, unit: str = "") -> Column:
    """A column computed at load and never read from a file."""
    return Column(name, column_type, meaning, unit=unit, derived=True)

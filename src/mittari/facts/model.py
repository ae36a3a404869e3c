"""What a fact table is: its columns, each declared once, from which everything else about facts derives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ColumnType = Literal[
    "id", "text", "ts", "date", "s", "money", "b", "enum", "int", "float", "time", "ts_or_date", "month"
]
CodeList = Literal["", "currency", "time_zone"]

SQL_TYPES: dict[ColumnType, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "enum": "VARCHAR",
    "ts": "TIMESTAMP",
    "date": "DATE",
    "s": "DOUBLE",
    "float": "DOUBLE",
    "money": "DECIMAL(18,4)",
    "b": "TINYINT",
    "int": "BIGINT",
    "time": "VARCHAR",
    "ts_or_date": "TIMESTAMP",
    "month": "VARCHAR",
}

TYPE_MEANINGS: dict[ColumnType, str] = {
    "id": "text that identifies something; compared exactly, letter case included",
    "text": "free text",
    "enum": "one word of the list given",
    "ts": "an instant; kept as UTC with microseconds, a time without an offset is read in the source time zone",
    "date": "a local calendar day, `2026-10-05` or `5.10.2026`",
    "s": "a duration in seconds, fractions allowed; one of more than 95 years is refused",
    "float": "a number",
    "money": "an amount with up to four decimals, excluding VAT, in the currency of the same row",
    "b": "0 or 1",
    "int": "a whole number",
    "time": "a wall clock time, `08:00`; `24:00` is the end of the day",
    "ts_or_date": "an instant, or a local calendar day",
    "month": "a calendar month, `2026-10`",
}


@dataclass(frozen=True)
class Column:
    """One column of a fact table.

    `starred` marks the columns of a minimal file, `required` those that must hold a value in every row (a missing or
    unreadable value refuses the row), `derived` those computed at load and never read from a file.
    `required_unless` names a column and a value that excuse an empty required one: a form handed in with this question
    left open has `answered = 0` and no score. `numbered`: when a file has no such column, the rows are numbered as
    `<file name>#<n>`. `null_is` is what an empty value stands for. `minimum` and `maximum` (both included) refuse a row
    beyond them; `above_minimum` leaves the minimum itself out. `code` names the public list the value must be in.
    `frozen`: where a file leaves it empty the load finds it from the contact, once; after that only a value in a file
    changes it, never an empty one.
    """

    name: str
    type: ColumnType
    meaning: str
    unit: str = ""
    starred: bool = False
    required: bool = False
    derived: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    required_unless: tuple[str, int] | None = None
    numbered: bool = False
    null_is: str | int | None = None
    code: CodeList = ""
    frozen: bool = False

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """A fact table: what one row is, its key, and its columns in order.

    `key` names the columns that identify a row: a later row with the same key replaces the earlier one; an empty part
    of a key equals another empty part. `when` is the row's first timestamp: it decides the coverage of a file (a month
    covers all its days) and the moment of a refused row; it may be empty where its column is optional. `spans` are
    pairs (start, end) whose end may not lie before the start: the row is refused; `expected_order` are pairs (earlier,
    later) whose wrong order only warns. `open_prefix` allows columns of the user's own whose names begin so. `internal`
    tables are written by Mittari itself, never imported.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    when: str | None = None
    spans: tuple[tuple[str, str], ...] = ()
    expected_order: tuple[tuple[str, str], ...] = ()
    open_prefix: str | None = None
    internal: bool = False

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def given(self) -> tuple[Column, ...]:
        """The columns a file may bring."""
        return tuple(column for column in self.columns if not column.derived)

    @property
    def derived(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.derived)

    @property
    def starred(self) -> tuple[Column, ...]:
        """The columns a minimal file has."""
        return tuple(column for column in self.columns if column.starred)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns that must hold a value in every row."""
        return tuple(column for column in self.columns if column.required)

    def is_own_dimension(self, name: str) -> bool:
        """Whether `name` is a column of the user's own that this table accepts, like `dim_region`."""
        return self.open_prefix is not None and name.startswith(self.open_prefix) and name != self.open_prefix

"""Which files a path means, in which format, and which table each is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mittari.errors import UserError, did_you_mean
from mittari.facts import TABLES, aliases

Format = Literal["csv", "jsonl", "parquet", "xlsx"]

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
PACKED = ".gz"
PROSE = ".txt"
"""The one ending that notes and terms of use share with data: in a folder only a table's name makes it data."""
LOCK_OF_EXCEL = "~$"
"""How the file begins that Excel keeps beside a workbook while it is open."""
KNOWN = "CSV, TSV, JSON lines (.jsonl), Parquet or XLSX; text formats also gzipped (.gz)"

LOAD_FIRST = (
    "coverage",
    "business_calendars",
    "sla_targets",
    "fx_rates",
    "customers",
    "employees",
    "messages",
    "status_events",
    "calls",
)
"""Tables that others are derived from or checked against come before them."""


@dataclass(frozen=True)
class Input:
    """A file to read: its format, and whether it is gzipped."""

    path: Path
    format: Format
    packed: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes of its text, about: exports shrink to an eighth when packed."""
        return self.path.stat().st_size * (8 if self.packed or self.format == "parquet" else 1)

    @property
    def stem(self) -> str:
        """The file's name without its endings."""
        return _parted(self.path)[0]


def files_at(path: Path, by_name: bool = False) -> list[Input]:
    """The file at the path, or the readable files of the folder there, by name. None at all is the user's mistake.

    `by_name` says that names alone tell which table a file is for: then texts called otherwise are passed over.
    """
    if not path.exists():
        raise UserError("there is no such file or folder", path)
    if path.is_dir():
        found = [as_input(file) for file in sorted(path.iterdir()) if file.is_file() and _is_meant(file, by_name)]
        if not found:
            raise UserError("the folder holds no file that can be imported", path, f"Known are {KNOWN}.")
        return found
    if not path.is_file():
        raise UserError("expected a file, found a device or pipe", path)
    return [as_input(path)]


def _is_meant(file: Path, by_name: bool) -> bool:
    """Whether a file of a folder is data, as far as its name says."""
    if _format_of(file) is None or file.name.startswith(LOCK_OF_EXCEL):
        return False
    stem, ending = _parted(file)
    return not (by_name and ending == PROSE and aliases.table_for(stem) is None)


def as_input(path: Path) -> Input:
    format_ = _format_of(path)
    if format_ is None:
        raise UserError(f'the ending "{path.suffix}" is of no known format', path, f"Known are {KNOWN}.")
    packed = path.suffix.lower() == PACKED
    if packed and format_ not in ("csv", "jsonl"):
        raise UserError(f"a {format_} file is compressed already and is not read from .gz", path, "Unpack it first.")
    if path.stat().st_size == 0:
        raise UserError("the file is empty", path)
    return Input(path, format_, packed)


def table_of(file: Input) -> str:
    """The table that the file's name means."""
    table = aliases.table_for(file.stem)
    if table is None:
        hint = did_you_mean(file.stem, importable()) or f"Name it with --as TABLE, one of {', '.join(importable())}."
        raise UserError("the file's name is not that of a table", file.path, hint)
    return table


def known_table(name: str) -> str:
    """The table of that name or alias; an unknown one is the user's mistake."""
    if name in importable():
        return name
    if name in TABLES:
        raise UserError(f"the table {name} is written by Mittari itself and not imported")
    table = aliases.table_for(name)
    if table is None or table not in importable():
        hint = did_you_mean(name, importable()) or f"The tables are {', '.join(importable())}."
        raise UserError(f'unknown table "{name}"', hint=hint)
    return table


def importable() -> list[str]:
    return [table.name for table in TABLES.values() if not table.internal]


def turn(table: str) -> tuple[int, str]:
    """A sort key: the order in which tables are loaded."""
    return (LOAD_FIRST.index(table) if table in LOAD_FIRST else len(LOAD_FIRST), table)


def _format_of(path: Path) -> Format | None:
    return FORMATS.get(_parted(path)[1])


def _parted(path: Path) -> tuple[str, str]:
    """The file's name without its endings, and the ending that tells the format, in lower case."""
    name = path.name[: -len(PACKED)] if path.name.lower().endswith(PACKED) else path.name
    ending = Path(name).suffix
    return name.removesuffix(ending), ending.lower()


def suffixes() -> Iterator[str]:
    """Every ending that is understood."""
    yield from FORMATS

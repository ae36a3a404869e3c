"""How a CSV file is written: its delimiter and its headers."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from mittari.errors import UserError
from mittari.load.plaintext import PlainText, line_at

DELIMITERS = (",", ";", "\t")
SAMPLE_BYTES = 1 << 18
SAMPLE_RECORDS = 50


@dataclass(frozen=True)
class Hints:
    """What a mapping declares of its source; whatever it leaves out is found out from the file.

    `skip` lines stand before the header. `nulls` are texts that mean an empty value, `?` or `NA` for example.
    `date_formats` are strptime patterns tried before the usual ones: the only way to read m/d/Y.
    """

    delimiter: str | None = None
    encoding: str | None = None
    skip: int = 0
    nulls: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = field(default=())
    sheet: str | None = None


@dataclass(frozen=True)
class Dialect:
    """The delimiter, and the headers made unique: a second `category` is `category_2`."""

    delimiter: str
    headers: tuple[str, ...]


def dialect_of(text: PlainText, hints: Hints) -> Dialect:
    """Find the delimiter and the headers in the first records of the file."""
    sample = _sample(text, hints.skip)
    delimiters = (hints.delimiter,) if hints.delimiter else DELIMITERS
    found = {delimiter: _records(sample, delimiter) for delimiter in delimiters}
    delimiter = max(delimiters, key=lambda candidate: _fitness(found[candidate]))
    records = found[delimiter]
    if not records:
        raise UserError("the file holds no header", text.origin)
    return Dialect(delimiter, unique_headers(records[0]))


def unique_headers(headers: list[str]) -> tuple[str, ...]:
    """The headers trimmed and told apart: empty ones are numbered, repeated ones get `_2`, `_3`."""
    trimmed = [header.strip() or f"column_{place}" for place, header in enumerate(headers, 1)]
    taken, seen, unique = set(trimmed), Counter[str](), []
    for header in trimmed:
        seen[header] += 1
        name = header
        if seen[header] > 1:
            name = f"{header}_{seen[header]}"
            while name in taken:
                seen[header] += 1
                name = f"{header}_{seen[header]}"
        taken.add(name)
        unique.append(name)
    return tuple(unique)


def _sample(text: PlainText, skip: int) -> str:
    with text.path.open("rb") as file:
        for _ in range(skip):
            file.readline()
        begun = file.tell()
        data = file.read(SAMPLE_BYTES)
    whole = data.rfind(b"\n") + 1 if len(data) == SAMPLE_BYTES else len(data)
    try:
        return data[: whole or len(data)].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong_encoding(text, begun + error.start) from error


def wrong_encoding(text: PlainText, position: int) -> UserError:
    """The error for bytes that are not UTF-8 at `position` (from 0)."""
    return UserError(
        f"expected text in UTF-8, found other bytes on line {line_at(text, position)}",
        text.origin,
        'Save it as UTF-8, or name its encoding in a mapping: [source] encoding = "latin-1".',
    )


def _records(sample: str, delimiter: str) -> list[list[str]]:
    """The first records that are not empty, as far as this delimiter can read them."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(record):
                records.append(record)
            if len(records) == SAMPLE_RECORDS:
                break
    except csv.Error:  # a value beyond the limit of Python's reader: what was read before is enough to decide
        return records
    return records


def _fitness(records: list[list[str]]) -> tuple[bool, float, int]:
    """More than one column first, then how many records have as many fields as the header, then how many fields."""
    if not records:
        return (False, 0.0, 0)
    width = len(records[0])
    agreeing = sum(len(record) == width for record in records) / len(records)
    return (width > 1, agreeing, width)


def sheet_text(path: Path, target: Path, hints: Hints) -> list[int]:
    """Write a sheet of an XLSX file as CSV, and return the row of the sheet each line of it comes from.

    The sheet is the one the hints name, else the first with any content. Cells are written as people would type them:
    instants in ISO 8601, whole numbers without decimals.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # only for this format: it costs a start 10 ms

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = [hints.sheet] if hints.sheet else book.sheet_names
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names]
    except (CalamineError, OSError) as error:
        raise UserError(f"the workbook cannot be read: {error}", path) from error
    rows = next((rows for rows in sheets if any(any(cell != "" for cell in row) for row in rows)), [])
    target.parent.mkdir(exist_ok=True)
    kept: list[int] = []
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(rows, 1):
            if number > hints.skip and any(cell != "" for cell in row):
                writer.writerow([_cell(cell) for cell in row])
                kept.append(number)
    if not kept:
        raise UserError("the workbook holds no rows", path)
    return kept


def _cell(cell: object) -> str:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)

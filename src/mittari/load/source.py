"""A file as a relation of texts that SQL can read, whatever its format, with the lines its rows come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError
from mittari.load.dialect import Hints, dialect_of, sheet_text, wrong_encoding
from mittari.load.inputs import Input
from mittari.load.plaintext import LONGEST_LINE, PlainText, begin_of, line_at, made_plain, record_lines
from mittari.store.sql import identifier, literal

MOST_TORN = 10_000
TEXT = "VARCHAR"


@dataclass(frozen=True)
class Torn:
    """A record that is no row: too many or too few values, or quotes that do not match."""

    position: int
    line: int
    reason: str


Lines = NDArray[np.int64]


@dataclass
class Source:
    """What SQL reads from: `relation` stands after FROM and yields `columns`, each of the SQL type given.

    `record` is an expression that numbers the rows from 0 within the relation; None when the rows are read straight
    from a file, in which case the order of reading numbers them. `fault` is an expression that is not null where a
    record is unusable. The rest is known once the relation has been read to its end: how many `records` it has, which
    were `torn`, and `lines_of`, which gives the line of each of so many records.
    """

    name: str
    path: Path | None
    columns: dict[str, str]
    relation: str
    record: str | None = None
    fault: str | None = None
    records: int | None = None
    torn: list[Torn] = field(default_factory=list)
    collect_torn: Callable[[duckdb.DuckDBPyConnection], list[Torn]] | None = None
    lines_of: Callable[[int], Lines] | None = None
    torn_line: Callable[[Torn], int] | None = None

    def finish_reading(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Note the torn records, once the relation has been read to its end."""
        if self.collect_torn is not None:
            self.torn = self.collect_torn(connection)
            self.collect_torn = None

    def line_numbers(self, records: Lines) -> Lines:
        """The lines of some records."""
        if self.lines_of is None:
            return records + 1
        return self.lines_of(self.records or 0)[records] if records.size else records

    def torn_lines(self) -> list[tuple[int, str]]:
        """Line and reason of the records that are no rows."""
        find = self.torn_line or (lambda record: record.line)
        return [(find(record), record.reason) for record in self.torn]

    def last_line(self) -> int:
        """The line of the last record."""
        last = int(self.line_numbers(np.array([self.records - 1]))[0]) if self.records else 0
        return max([last, *(line for line, _ in self.torn_lines())])


def open_source(connection: duckdb.DuckDBPyConnection, file: Input, hints: Hints, folder: Path, number: int) -> Source:
    """The file as a source; `folder` takes temporary copies, `number` tells the sources of one load apart."""
    if file.format == "parquet":
        return _parquet(connection, file)
    if file.format == "jsonl":
        return _json_lines(connection, file, hints, folder, number)
    if file.format == "xlsx":
        return _sheet(file, hints, folder, number)
    text = made_plain(file.path, file.packed, hints.encoding, folder)
    return _csv(text, file.name, hints, number)


def _csv(text: PlainText, name: str, hints: Hints, number: int) -> Source:
    dialect = dialect_of(text, hints)
    torn_table = f"torn_{number}"
    relation = _read_csv(text.path, dialect.delimiter, dialect.headers, hints.skip, torn_table)
    source = Source(name, text.origin, dict.fromkeys(dialect.headers, TEXT), relation)
    source.collect_torn = lambda connection: _torn(connection, torn_table, text)
    source.lines_of = cache(lambda rows: _csv_lines(text, rows, source.torn, hints.skip))
    source.torn_line = lambda torn: line_at(text, torn.position)
    return source


def _read_csv(path: Path, delimiter: str, headers: Sequence[str], skip: int, torn_table: str) -> str:
    """The call of DuckDB's reader. It must not guess: the texts are cast later, where each failure can be told."""
    columns = ", ".join(f"{literal(f'c{place}')}: 'VARCHAR'" for place in range(len(headers)))
    renamed = ", ".join(f"c{place} AS {identifier(header)}" for place, header in enumerate(headers))
    return (
        f"(SELECT {renamed} FROM read_csv({literal(str(path))}, columns = {{{columns}}}, auto_detect = false, "
        f"header = true, delim = {literal(delimiter)}, quote = '\"', escape = '\"', skip = {skip}, "
        f"max_line_size = {LONGEST_LINE}, store_rejects = true, rejects_limit = {MOST_TORN}, "
        f"rejects_table = {literal(torn_table)}, rejects_scan = {literal(torn_table + '_scan')}))"
    )


def _torn(connection: duckdb.DuckDBPyConnection, table: str, text: PlainText) -> list[Torn]:
    """The records DuckDB could not read. What may have swallowed more than one record stops the load."""
    rows = connection.execute(
        f"SELECT line_byte_position - 1, min(line), min(error_type::VARCHAR), min(byte_position) - 1, "
        f"min(error_message) FROM {table} GROUP BY line_byte_position ORDER BY line_byte_position"
    ).fetchall()
    noted = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if noted >= MOST_TORN:  # DuckDB stopped noting: the rest would vanish in silence
        raise UserError(f"{len(rows)} lines or more do not have the columns of the header", text.origin, "Is it CSV?")
    torn = []
    for position, line, kind, byte, message in rows:
        if kind == "INVALID ENCODING":
            raise wrong_encoding(text, byte)
        if kind == "LINE SIZE OVER MAXIMUM":
            raise UserError(f"the record near line {line} is longer than {LONGEST_LINE // 1_000_000} MB", text.origin)
        if _reaches_the_end(text, position, kind):
            raise UserError(f"the file ends in the middle of a record, near line {line}: it was cut off", text.origin)
        torn.append(Torn(begin_of(text, position), line, _torn_reason(kind, message)))
    return torn


def _reaches_the_end(text: PlainText, position: int, kind: str) -> bool:
    """Whether the torn record is the last and unfinished: no line end after it, or a quote that is never closed."""
    with text.path.open("rb") as file:
        file.seek(position)
        rest = file.read(LONGEST_LINE)
        is_last = not file.read(1)
    if kind == "UNQUOTED VALUE":
        return is_last and rest.count(b'"') % 2 == 1
    return is_last and not text.ends_with_line_feed and b"\n" not in rest.strip(b"\r\n")


def _torn_reason(kind: str, message: str) -> str:
    if kind in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        numbers = [word for word in message.split() if word.isdigit()]
        if len(numbers) == 2:
            return f"expected {numbers[0]} values, found {numbers[1]}"
    return "quotes do not match" if kind == "UNQUOTED VALUE" else message.splitlines()[0]


def _csv_lines(text: PlainText, rows: int, torn: list[Torn], skip: int) -> Lines:
    """The line of each record. Counted from the header on where no quote can hide a line end, else found by looking."""
    if not torn and text.lines == rows + skip + 1:
        return np.arange(rows, dtype=np.int64) + skip + 2
    lines = record_lines(text, [record.position for record in torn], skip)[1:]
    if lines.size == rows:
        return lines
    return np.arange(rows, dtype=np.int64) + skip + 2  # unpaired quotes inside values: near enough to find the row


def _sheet(file: Input, hints: Hints, folder: Path, number: int) -> Source:
    target = folder / f"{file.name}.text"
    rows = sheet_text(file.path, target, hints)
    text = made_plain(target, False, None, folder)
    source = _csv(text, file.name, Hints(delimiter=",", nulls=hints.nulls, date_formats=hints.date_formats), number)
    source.path = file.path
    source.lines_of = lambda _: np.array(rows[1:], dtype=np.int64)
    source.torn_line = lambda torn: rows[torn.line - 1]
    return source


def _parquet(connection: duckdb.DuckDBPyConnection, file: Input) -> Source:
    relation = f"read_parquet({literal(str(file.path))}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise UserError(f"the Parquet file cannot be read: {str(error).splitlines()[0]}", file.path) from error
    columns = {name: kind for name, kind, *_ in described if name != "file_row_number"}
    return Source(file.name, file.path, columns, relation, "file_row_number")


def _json_lines(connection: duckdb.DuckDBPyConnection, file: Input, hints: Hints, folder: Path, number: int) -> Source:
    """One object per line. The lines are kept as texts first, so that a broken one is a reject with its number."""
    text = made_plain(file.path, file.packed, hints.encoding, folder)
    table = f"lines_{number}"
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT line FROM read_csv({literal(str(text.path))}, "
        f"columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, delim = '\x01', "
        f"quote = '', escape = '', max_line_size = {LONGEST_LINE}, store_rejects = true, "
        f"rejects_table = 'torn_{number}', rejects_scan = 'torn_{number}_scan')"
    )
    _torn(connection, f"torn_{number}", text)
    is_object = "CASE WHEN json_valid(line) THEN json_type(line) END IS NOT DISTINCT FROM 'OBJECT'"
    keys = [
        key
        for (key,) in connection.execute(
            f"SELECT DISTINCT unnest(json_keys(line)) AS key FROM {table} WHERE {is_object} ORDER BY key"
        ).fetchall()
    ]
    if not keys:
        raise UserError("expected one JSON object per line, found none", file.path)
    values = ", ".join(
        f"CASE WHEN usable THEN line ->> {literal(_pointer(key))} END AS {identifier(key)}" for key in keys
    )
    relation = (
        f"(SELECT record, usable, {values} FROM (SELECT rowid AS record, line, {is_object} AS usable "
        f"FROM {table} WHERE trim(line) <> ''))"
    )
    fault = "CASE WHEN NOT usable THEN 'expected a JSON object on the line' END"
    return Source(file.name, file.path, dict.fromkeys(keys, TEXT), relation, "record", fault)


def _pointer(key: str) -> str:
    """A JSON pointer to a key of the outermost object."""
    return "/" + key.replace("~", "~0").replace("/", "~1")

"""Foreign layouts: a TOML file that says where the columns of our tables come from.

    [source]                              # all optional: how the files are written
    delimiter = ";"
    encoding = "latin-1"
    source_tz = "America/Sao_Paulo"       # of clock times without an offset
    nulls = ["?", "NA"]                   # texts that mean an empty value
    skip = 2                              # lines before the header
    date_formats = ["%d/%m/%Y %H:%M"]     # tried before ISO 8601 and d.m.Y
    sheet = "Tickets"                     # of a workbook

    [[table]]                             # one or several, also of the same table
    name = "conversations"
    files = ["tickets*.csv"]              # only these files of a folder; without it, every one
    where = "\"state\" <> 'deleted'"      # only these rows
    last_by = { key = ["number"], order = "version" }   # of rows with one key the last; after `where`
    covers = "2026-01-01..2026-03-31"
    [table.columns]
    conversation_id = "number"                          # a column of the source
    closed_at = "Closed at (*)"                         # the one column whose header fits; so in expressions
    created_at = { sql = "\"date\" || ' ' || \"time\"" }  # an SQL expression over columns of the source, all texts
    channel = { constant = "email" }
    [[table.join]]                        # values from another file of the folder
    file = "customers.csv"
    on = { customer = "id" }              # column of this file = column of that one
    columns = { country = "any_value(\"country\")" }    # of all rows there that fit: aggregates

A header that stands twice is `category` and `category_2`; the letter case of headers does not matter. Expressions see
the row and nothing else: no other table, no file, no settings of the database.
"""

import fnmatch
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from mittari.errors import UserError, did_you_mean
from mittari.facts import TABLES, Table
from mittari.load import inputs
from mittari.load.coverage import Span, parse_span
from mittari.load.dialect import Hints
from mittari.load.expression import first_line, type_of
from mittari.load.headers import meant, require
from mittari.load.join import Join, parse_joins
from mittari.load.source import Source
from mittari.load.stage import Feed, Stage, fill
from mittari.load.values import Clock
from mittari.store.sql import identifier, literal, names
from mittari.time import zone_of

SOURCE_KEYS = ("delimiter", "encoding", "source_tz", "nulls", "skip", "date_formats", "sheet")
BLOCK_KEYS = ("name", "columns", "files", "join", "where", "last_by", "covers")
ROW_NUMBER = '"row of the source"'
PATTERN = re.compile(r'"([^"]*\*[^"]*)"')
"""A quoted column with an asterisk in an expression: no column is called so, it stands for the one that fits."""


@dataclass(frozen=True)
class Block:
    """What one `[[table]]` says. `columns` holds an SQL expression per column of the table; `plain` names those that
    are a column of the source as it is."""

    mapping: str
    table: Table
    columns: dict[str, str]
    plain: dict[str, str]
    files: tuple[str, ...]
    where: str | None
    last_by: tuple[tuple[str, ...], str] | None
    covers: Span | None
    nulls: tuple[str, ...]
    joins: tuple[Join, ...] = ()

    def takes(self, file: inputs.Input) -> bool:
        return not self.files or any(fnmatch.fnmatch(file.name, pattern) for pattern in self.files)

    def needs(self, file: inputs.Input) -> bool:
        return self.takes(file) or any(join.takes(file.name) for join in self.joins)

    def fill(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        clock: Clock,
        number: int,
        others: Sequence[Source] = (),
    ) -> Stage:
        """A stage of the table from the source, with `others` to join. A mistake in an expression names its column."""
        for join in self.joins:
            source = join.joined(connection, source, others, self._where("join"))
        return self._for_headers_of(source)._fill(connection, source, clock, number)

    def _for_headers_of(self, source: Source) -> "Block":
        """The block with the headers of this source in place of patterns and of other letter case."""
        plain = {name: meant(column, source.columns) for name, column in self.plain.items()}
        columns = {
            name: identifier(plain[name]) if name in plain else PATTERN.sub(lambda found: _quoted(found, source), sql)
            for name, sql in self.columns.items()
        }
        last = self.last_by
        if last is not None:
            last = tuple(meant(column, source.columns) for column in last[0]), meant(last[1], source.columns)
        return replace(self, plain=plain, columns=columns, last_by=last)

    def _fill(self, connection: duckdb.DuckDBPyConnection, source: Source, clock: Clock, number: int) -> Stage:
        self._require_columns(source)
        feeds = {name: self._feed(connection, source, name, sql) for name, sql in self.columns.items()}
        if self.where is not None:
            type_of(connection, source.relation, self.where, self._where("where"))
        narrowed = replace(source, relation=self._relation(source))
        try:
            return fill(connection, self.table, narrowed, feeds, clock, number, self.nulls)
        except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
            raise self._blamed(connection, source, error) from error

    def _relation(self, source: Source) -> str:
        where = f" WHERE {self.where}" if self.where is not None else ""
        last = ""
        if self.last_by is not None:
            key, order = self.last_by
            last = (
                f" QUALIFY row_number() OVER (PARTITION BY {names(key)} ORDER BY "
                f"TRY_CAST({identifier(order)} AS DOUBLE) DESC NULLS LAST, {identifier(order)} DESC NULLS LAST, "
                f"{source.record} DESC) = 1"
            )
        return f"(SELECT * FROM {source.relation}{where}{last})"

    def _require_columns(self, source: Source) -> None:
        named = list(self.plain.items())
        if self.last_by is not None:
            named += [("last_by", column) for column in (*self.last_by[0], self.last_by[1])]
        for target, column in named:
            if column not in source.columns:
                hint = did_you_mean(column, source.columns) or f"Found are {', '.join(source.columns)}."
                raise UserError(f'"{source.name}" has no column "{column}"', self._where(target), hint)

    def _feed(self, connection: duckdb.DuckDBPyConnection, source: Source, name: str, sql: str) -> Feed:
        if name in self.plain:
            return Feed(sql, source.columns[self.plain[name]])
        return Feed(sql, type_of(connection, source.relation, sql, self._where(name)))

    def _blamed(self, connection: duckdb.DuckDBPyConnection, source: Source, error: duckdb.Error) -> UserError:
        """The error of an expression that fails on the data, with the first column whose expression does."""
        for name, sql in {**self.columns, **({"where": self.where} if self.where else {})}.items():
            try:
                connection.execute(
                    f"SELECT count(value) FROM (SELECT ({sql}) AS value FROM {source.relation})"
                ).fetchall()
            except duckdb.Error as found:
                hint = "Use try_strptime or TRY_CAST, so that only the row at fault is refused."
                return UserError(f"the expression fails on a row: {first_line(found)}: {sql}", self._where(name), hint)
        return UserError(f"a value cannot be read: {first_line(error)}", self._where("columns"))

    def _where(self, name: str) -> str:
        return f"mapping {self.mapping}, table {self.table.name}, {name}"


@dataclass(frozen=True)
class Mapping:
    """A mapping, understood and checked as far as it can be without a file."""

    name: str
    hints: Hints
    source_tz: str | None
    blocks: tuple[Block, ...]

    def at(self, path: Path) -> "Mapping":
        """The mapping for this path: where all blocks are for one kind of file, a single one may be called anything."""
        if not path.is_file() or len({block.files for block in self.blocks}) > 1:
            return self
        return replace(self, blocks=tuple(replace(block, files=()) for block in self.blocks))

    def inputs(self, path: Path) -> list[inputs.Input]:
        """The files at the path that the blocks take, and those that they join."""
        found = inputs.files_at(path)
        taken = [file for file in found if any(block.needs(file) for block in self.blocks)]
        if not any(block.takes(file) for file in taken for block in self.blocks):
            wanted = ", ".join(pattern for block in self.blocks for pattern in block.files)
            raise UserError(f"no file is called as the mapping {self.name} expects: {wanted}", path)
        return taken

    def keep(self, connection: duckdb.DuckDBPyConnection, source: Source, number: int) -> Source:
        """The source read into a temporary table, with numbered rows, so that several blocks can use it."""
        if source.fault is None and source.record is None:
            connection.execute(f"CREATE TEMP TABLE source_{number} AS SELECT * FROM {source.relation}")
            source.finish_reading(connection)
            source.records = int(connection.execute(f"SELECT count(*) FROM source_{number}").fetchall()[0][0])
            source.relation = f"(SELECT *, rowid AS {ROW_NUMBER} FROM source_{number})"
            source.record = ROW_NUMBER
        return source


def find_mapping(mapping: str | Path) -> Mapping:
    """The shipped mapping of that name, or the one in the file at that path."""
    shipped = {entry.name.removesuffix(".toml"): entry for entry in _shipped()}
    if str(mapping) in shipped:
        return parse_mapping(shipped[str(mapping)].read_text(encoding="utf-8"), str(mapping))
    path = Path(mapping)
    if path.suffix != ".toml" and not path.is_file():
        hint = did_you_mean(str(mapping), shipped) or f"Shipped are {', '.join(sorted(shipped)) or 'none'}."
        raise UserError(f'there is no mapping "{mapping}"', hint=f"{hint} A file of one's own ends in .toml.")
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError as error:
        raise UserError("there is no such mapping", path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the mapping cannot be read: {error}", path) from error


def shipped_mappings() -> list[str]:
    """The names of the mappings that come with Mittari."""
    return sorted(entry.name.removesuffix(".toml") for entry in _shipped())


def _shipped() -> Iterator[Any]:
    folder = resources.files("mittari.load") / "mappings"
    return (entry for entry in folder.iterdir() if entry.name.endswith(".toml")) if folder.is_dir() else iter(())


def parse_mapping(text: str, name: str) -> Mapping:
    """Understand the TOML of a mapping; every mistake in it is a `UserError` that names the place."""
    where = f"mapping {name}"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"expected TOML, found a mistake: {error}", where) from error
    _only(content, ("source", "table", "about"), where)
    source = content.get("source", {})
    _only(source, SOURCE_KEYS, f"{where}, [source]")
    if "source_tz" in source:
        zone_of(source["source_tz"])
    hints = Hints(
        delimiter=source.get("delimiter"),
        encoding=_encoding(source.get("encoding"), where),
        skip=int(source.get("skip", 0)),
        nulls=tuple(source.get("nulls", ())),
        date_formats=tuple(source.get("date_formats", ())),
        sheet=source.get("sheet"),
    )
    blocks = tuple(_block(block, name, hints.nulls) for block in content.get("table", ()))
    if not blocks:
        raise UserError("expected at least one [[table]]", where)
    return Mapping(name, hints, source.get("source_tz"), blocks)


def _block(block: dict[str, Any], mapping: str, nulls: tuple[str, ...]) -> Block:
    where = f"mapping {mapping}, [[table]]"
    _only(block, BLOCK_KEYS, where)
    if "name" not in block or not isinstance(block.get("columns"), dict):
        raise UserError("expected a name and columns", where)
    table = TABLES[inputs.known_table(str(block["name"]))]
    columns: dict[str, str] = {}
    plain: dict[str, str] = {}
    for target, given in block["columns"].items():
        place = f"mapping {mapping}, table {table.name}, {target}"
        if not table.is_own_dimension(target) and (target not in table or table[target].derived):
            hint = did_you_mean(target, (column.name for column in table.given))
            raise UserError(f"{table.name} has no column {target} to fill", place, hint or None)
        columns[target] = _expression(given, place)
        if isinstance(given, str):
            plain[target] = given
    require(table, columns, columns, None)
    last = block.get("last_by")
    return Block(
        mapping=mapping,
        table=table,
        columns=columns,
        plain=plain,
        files=tuple(block.get("files", ())),
        where=block.get("where"),
        last_by=(tuple(last["key"]), str(last["order"])) if last else None,
        covers=parse_span(
            str(block["covers"]) if "covers" in block else None, f"mapping {mapping}, table {table.name}, covers"
        ),
        nulls=nulls,
        joins=parse_joins(block.get("join", ()), f"mapping {mapping}, table {table.name}, join"),
    )


def _quoted(found: re.Match[str], source: Source) -> str:
    """A pattern that stands in an expression as a quoted column, as the header it means."""
    return identifier(meant(found[1], source.columns))


def _expression(given: object, where: str) -> str:
    if isinstance(given, str):
        return identifier(given)
    if isinstance(given, dict) and set(given) == {"sql"}:
        return str(given["sql"])
    if isinstance(given, dict) and set(given) == {"constant"}:
        constant = given["constant"]
        return literal(str(int(constant)) if isinstance(constant, bool) else str(constant))
    raise UserError("expected a source column, { sql = ... } or { constant = ... }", where)


def _only(content: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in content:
        if key not in known:
            raise UserError(f'unknown key "{key}"', where, did_you_mean(key, known) or f"Known are {', '.join(known)}.")


def _encoding(name: str | None, where: str) -> str | None:
    if name is None or name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig"):
        return None
    try:
        "".encode(name)
    except LookupError as error:
        raise UserError(f'unknown encoding "{name}"', f"{where}, [source]") from error
    return name

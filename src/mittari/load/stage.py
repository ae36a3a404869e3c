"""The rows of one file for one table, typed and checked, in a temporary table where nothing is lost yet.

A stage has one column per column the file brings, in the type of the table, and beside them `problem`: null in a good
row, else what is wrong with each column at fault. `style` notes how numbers were written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from mittari.facts import Column, Table
from mittari.load.checks import problems
from mittari.load.source import TEXT, Source
from mittari.load.translations import translations
from mittari.load.values import (
    COMMA_STYLE,
    MOMENTS,
    NUMBERS,
    POINT_STYLE,
    Clock,
    converted,
    moment,
    style_of,
    typed,
)
from mittari.load.zones import MANY
from mittari.store.sql import identifier, literal, names

PROBLEM, STYLE, RECORD = "problem", "style", "record"
BETWEEN_PROBLEMS, BETWEEN_PARTS = "chr(30)", "chr(31)"


@dataclass(frozen=True)
class Feed:
    """Where a column of the table comes from: an SQL expression over the source, and the SQL type it has."""

    expression: str
    kind: str = TEXT


@dataclass
class Stage:
    """A filled stage. `rows` is the SQL of its rows with their `record`; `columns` are those the file brings, of which
    single rows leave out some: `left_out`, each with a column of its own that says so."""

    table: Table
    source: Source
    rows: str
    columns: tuple[str, ...]
    number: int
    count: int = 0
    duplicates: int = 0
    has_exclusions: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Whether there are so many rows that longer statements pay."""
        return self.count >= MANY

    @property
    def excluded(self) -> str:
        """The temporary table of records found out after typing to be refused or needless."""
        return f"excluded_{self.number}"

    @property
    def refused(self) -> str:
        """The temporary table (record, column, reason) of what is refused."""
        return f"refused_{self.number}"

    @property
    def good(self) -> str:
        """SQL for the rows that may enter the table, each key once."""
        unless = f" AND {RECORD} NOT IN (SELECT {RECORD} FROM {self.excluded})" if self.has_exclusions else ""
        kept = names((*self.columns, *map(leaves_out, self.left_out)))
        return f"(SELECT {kept} FROM {self.rows} WHERE {PROBLEM} IS NULL{unless})"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the key that the file brings."""
        return tuple(name for name in self.table.key if name in self.columns)


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    feeds: Mapping[str, Feed],
    clock: Clock,
    number: int,
    nulls: Sequence[str] = (),
    condition: str | None = None,
    left_out: Sequence[str] = (),
) -> Stage:
    """Read the source into a stage of the table; `number` tells the stages of one load apart.

    `feeds` name the columns the file brings, `nulls` the texts that mean an empty value, `condition` keeps only some
    rows of the source, `left_out` are the columns of which the source says which rows do not bring them.
    """
    given, feeds = feeds, _with_due_precision(table, feeds)
    left_out = [name for name in left_out if feeds[name] == given[name]]  # what is filled in here is brought
    data = f"stage_{number}"
    marks = [leaves_out(name) for name in left_out]
    statement = _statement(table, source, feeds, clock, nulls, condition, marks)
    connection.execute(f"CREATE TEMP TABLE {data} AS {statement}")
    source.finish_reading(connection)
    rows = data if source.record else f"(SELECT *, rowid AS {RECORD} FROM {data})"
    columns = tuple(feeds)
    numbered = next((column.name for column in table.given if column.numbered and column.name not in feeds), None)
    if numbered is not None:
        told = _digested(table, feeds, rows)
        rows = f"(SELECT * EXCLUDE (digest), {_numbered()} AS {identifier(numbered)} FROM ({told}))"
        columns = (*columns, numbered)
    stage = Stage(table, source, rows, columns, number, left_out=tuple(left_out))
    stage.count = int(connection.execute(f"SELECT count(*) FROM {data}").fetchall()[0][0])
    if source.records is None:
        source.records = stage.count
    _note_problems(connection, stage, data, {name: column_of(table, name) for name in feeds})
    return stage


def _digested(table: Table, feeds: Mapping[str, Feed], rows: str) -> str:
    """The rows with a digest of what they say, apart from how something ended: a contract that ends stays itself."""
    open_ended = {end for _, end in table.spans} | {"end_reason"}
    told = [name for name in sorted(feeds) if name not in open_ended]
    values = ", ".join(f"coalesce(CAST({identifier(name)} AS VARCHAR), chr(0))" for name in told)
    return f"SELECT *, left(md5(concat_ws(chr(31), {values})), 16) AS digest FROM {rows}"


def _numbered() -> str:
    """The key of a row whose file has none: what it says, and which of its equals in the file it is.

    By its place in the file it would overwrite the row in the same place of next month's file of the same name.
    """
    return f"digest || '#' || row_number() OVER (PARTITION BY digest ORDER BY {RECORD})"


def _statement(
    table: Table,
    source: Source,
    feeds: Mapping[str, Feed],
    clock: Clock,
    nulls: Sequence[str],
    condition: str | None,
    marks: Sequence[str],
) -> str:
    """The query of a stage: texts trimmed, then read, then converted, then checked, in one pass over the source."""
    columns = {name: column_of(table, name) for name in feeds}
    kinds = {name: feed.kind for name, feed in feeds.items()}
    fault = f"({source.fault})" if source.fault else "NULL::VARCHAR"
    raw = ", ".join(f"{_trimmed(feed, nulls)} AS {_raw(name)}" for name, feed in feeds.items())
    told = "".join([f"{source.record} AS {RECORD}, " if source.record else "", *(f"{identifier(m)}, " for m in marks)])
    trimmed = f"SELECT {told}{fault} AS fault, {raw} FROM {source.relation}" + (
        f" WHERE {condition}" if condition else ""
    )
    reads = ", ".join(_reading(table, column, kinds[name], clock) for name, column in columns.items())
    moments = [
        f"{converted(column, _read(name), _stands(name), clock)} AS {identifier(name)}, "
        for name, column in columns.items()
        if column.type in MOMENTS
    ]
    values = (
        f"SELECT *, {''.join(moments)}{_styles(columns, kinds)} AS {STYLE} FROM (SELECT *, {reads} FROM ({trimmed}))"
    )
    kept = [*([RECORD] if source.record else []), *marks, *feeds]
    return f"SELECT {names(kept)}, {problems(table, columns, _raw)} AS {PROBLEM}, {STYLE} FROM ({values})"


def _with_due_precision(table: Table, feeds: Mapping[str, Feed]) -> Mapping[str, Feed]:
    """A promise's due date says by its writing whether it is a day or an instant, where the file does not."""
    if table.name != "promises" or "due_at" not in feeds:
        return feeds
    due = f"trim(({feeds['due_at'].expression})::VARCHAR)"
    written = f"CASE WHEN length({due}) <= 10 THEN 'date' ELSE 'instant' END"
    given = f"nullif(trim(({feeds['due_precision'].expression})::VARCHAR), '')" if "due_precision" in feeds else "NULL"
    return {**feeds, "due_precision": Feed(f"coalesce({given}, {written})")}


def leaves_out(name: str) -> str:
    """The column that says which rows do not bring a column."""
    return f"{name} left out"


def column_of(table: Table, name: str) -> Column:
    """The declaration of a column, or of a dimension of the user's own."""
    return table[name] if name in table else Column(name, "text", "A dimension of one's own.")


def _raw(name: str) -> str:
    return identifier(f"{name} as written")


def _trimmed(feed: Feed, nulls: Sequence[str]) -> str:
    """The text without outer blanks, null when empty or one of the texts that mean so; other types as they are."""
    if feed.kind != TEXT:
        return f"({feed.expression})"
    text = f"nullif(trim({feed.expression}), '')"
    for null in nulls:
        text = f"nullif({text}, {literal(null)})"
    return text


def _reading(table: Table, column: Column, kind: str, clock: Clock) -> str:
    """For a moment its two columns; any other value needs no step in between and is read here."""
    if column.type not in MOMENTS:
        words = translations(table.name, column.name)
        return f"{typed(column, _raw(column.name), kind, words)} AS {identifier(column.name)}"
    read, stands_for = moment(column, _raw(column.name), kind, clock)
    return f"{read} AS {_read(column.name)}, {stands_for} AS {_stands(column.name)}"


def _read(name: str) -> str:
    return identifier(f"{name} as read")


def _stands(name: str) -> str:
    return identifier(f"{name} stands for")


def _styles(columns: Mapping[str, Column], kinds: Mapping[str, str]) -> str:
    """Two bits per number column of texts: whether a comma or a point was seen."""
    bits = [
        f"({style_of(_raw(name))} << {2 * place})"
        for place, name in enumerate(number_columns(columns))
        if kinds[name] == TEXT
    ]
    return f"coalesce({' + '.join(f'coalesce({bit}, 0)' for bit in bits)}, 0)::BIGINT" if bits else "0::BIGINT"


def number_columns(columns: Mapping[str, Column]) -> list[str]:
    return [name for name, column in columns.items() if column.type in NUMBERS]


def _note_problems(
    connection: duckdb.DuckDBPyConnection, stage: Stage, data: str, columns: Mapping[str, Column]
) -> None:
    """Fill `refused` with what typing has found, and with numbers written otherwise than the rest of their column."""
    connection.execute(
        f'CREATE TEMP TABLE {stage.refused} AS SELECT {RECORD}, split_part(part, {BETWEEN_PARTS}, 1) AS "column", '
        f"split_part(part, {BETWEEN_PARTS}, 2) AS reason FROM (SELECT {RECORD}, "
        f"unnest(string_split(rtrim({PROBLEM}, {BETWEEN_PROBLEMS}), {BETWEEN_PROBLEMS})) AS part "
        f"FROM {stage.rows} WHERE {PROBLEM} IS NOT NULL)"
    )
    connection.execute(f"CREATE TEMP TABLE {stage.excluded} ({RECORD} BIGINT)")
    seen = connection.execute(f"SELECT coalesce(bit_or({STYLE}), 0) FROM {data}").fetchall()[0][0]
    for place, name in enumerate(number_columns(columns)):
        if (seen >> 2 * place) & 3 == COMMA_STYLE | POINT_STYLE:
            exclude(
                connection,
                stage,
                f"SELECT {RECORD} FROM {stage.rows} WHERE ({STYLE} >> {2 * place}) & 3 = {COMMA_STYLE}",
                name,
                "a decimal comma in a column with decimal points",
            )


def exclude(connection: duckdb.DuckDBPyConnection, stage: Stage, records: str, column: str, reason: str) -> None:
    """Refuse the records of a query, for a reason found out by looking at more than one row."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {records}")
    connection.execute(f"INSERT INTO {stage.excluded} SELECT {RECORD} FROM found")
    connection.execute(f"INSERT INTO {stage.refused} SELECT {RECORD}, {literal(column)}, {literal(reason)} FROM found")
    stage.has_exclusions = stage.has_exclusions or bool(
        connection.execute(f"SELECT count(*) FROM {stage.excluded}").fetchall()[0][0]
    )

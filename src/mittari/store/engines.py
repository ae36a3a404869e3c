"""What each engine is asked in, and what it lacks, as data.

An engine is where numbers are asked; facts are read, checked and derived in the warehouse file whatever the engine is.

Nothing but this module and the engines' own modules in this room knows an engine by name: whoever writes or runs SQL is
handed an `Engine`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from mittari.store.sql import literal

if TYPE_CHECKING:
    from ibis.expr import types as ir

MARK = re.compile(r"'__(\w+?)__'")
"""Where a value of the call stands in kept SQL: as a text constant, so that the compiler takes it as it is."""


NOT_IMPLEMENTED, NOT_YET, NEVER = "notimpl", "notyet", "never"
"""Why an engine lacks something: we have not written it, the engine cannot do it so far, or it cannot be done there."""


@dataclass(frozen=True)
class Lack:
    """What an engine lacks for a KPI: one of the three kinds, and the reason in words."""

    kind: str
    why: str


@dataclass(frozen=True)
class Engine:
    """One engine's SQL where it differs from the others'.

    `name` is the word for it in settings and keys, `title` the one for people, `dialect` the one for Ibis.
    """

    name: str
    title: str
    dialect: str
    parameter: str
    """What a mark becomes, `\\1` being its name."""
    period: str
    """One period of the call as a row: number, start, end, first_day, end_day."""
    periods: str
    """`call_periods`, made of such `rows`."""
    each_day: str
    """As a column of a SELECT: one row for every day from `first` to `last`."""
    types: Mapping[str, str]
    """The types of results that come with a call: INTEGER, DOUBLE, VARCHAR, each of them nullable."""
    doubled: str = ""
    """Characters that mean themselves only when written twice in a statement with parameters."""
    escaped: str = ""
    """Characters that mean themselves in a text constant only after a backslash."""
    writer: str | None = None
    """The module whose `to_sql` writes statements where Ibis's own compiler does not say what the others say."""
    inlined: str = ""
    """What keeps a common table expression from being computed whole; empty where none ever is."""
    fails_at_zero: bool = False
    """Whether a division by zero stops the query: then it is asked for a null there."""
    lacks: Mapping[str, Lack] = field(default_factory=dict)
    """KPI or `kpi.output` -> what this engine lacks for it."""

    @property
    def told(self) -> str:
        """Where a number was asked, for its receipt; nothing to tell where it was the warehouse itself."""
        return "" if self.name == HOME.name else f" of {self.title}"

    def lack(self, kpi_id: str, output: str) -> Lack | None:
        """What the engine lacks for the output of the KPI, or None where it gives it."""
        return self.lacks.get(kpi_id) or self.lacks.get(f"{kpi_id}.{output}")

    @staticmethod
    def marks(sql: str) -> set[str]:
        """The names of the marks in the statement."""
        return set(MARK.findall(sql))

    def with_values(self, sql: str, values: Mapping[str, str]) -> str:
        """The statement with the values in place of its marks, as text constants."""
        return MARK.sub(lambda mark: self.constant(values[mark[1]]), sql)

    def constant(self, value: str) -> str:
        """The text as a constant of this engine's SQL."""
        return literal("".join("\\" + letter if letter in self.escaped else letter for letter in value))

    def written(self, statement: "ir.Table") -> str:
        """The Ibis expression in this engine's SQL."""
        if self.writer is not None:
            return str(import_module(self.writer).to_sql(statement))
        import ibis  # slow to import: only where a plan is compiled

        return str(ibis.to_sql(statement, dialect=self.dialect, pretty=False))

    def with_parameters(self, sql: str) -> str:
        """The statement with its marks as parameters of this engine."""
        for character in self.doubled:
            sql = sql.replace(character, character * 2)
        return MARK.sub(self.parameter, sql)


DUCKDB = Engine(
    name="duckdb",
    title="DuckDB",
    dialect="duckdb",
    parameter=r"$\1",
    period="({number}, TIMESTAMP '{start}', TIMESTAMP '{end}', DATE '{first_day}', DATE '{end_day}')",
    periods="call_periods(period, p0, p1, first_day, end_day) AS (VALUES {rows})",
    each_day="CAST(unnest(generate_series({first}, {last}, INTERVAL 1 DAY)) AS DATE)",
    types={"INTEGER": "INTEGER", "DOUBLE": "DOUBLE", "VARCHAR": "VARCHAR"},
    inlined="NOT MATERIALIZED ",
)

POSTGRESQL = Engine(
    name="postgresql",
    title="PostgreSQL",
    dialect="postgres",
    parameter=r"%(\1)s",
    period=DUCKDB.period,
    periods=DUCKDB.periods,
    each_day="CAST(generate_series({first}, {last}, INTERVAL '1 day') AS DATE)",
    types={"INTEGER": "INTEGER", "DOUBLE": "DOUBLE PRECISION", "VARCHAR": "TEXT"},
    doubled="%",
    inlined="NOT MATERIALIZED ",
    fails_at_zero=True,
)

CHDB = Engine(
    name="chdb",
    title="ClickHouse (chdb)",
    dialect="clickhouse",
    parameter=r"{\1:String}",
    period="({number}, '{start}', '{end}', '{first_day}', '{end_day}')",
    periods="call_periods AS (SELECT * FROM VALUES('period Int32, p0 DateTime64(6, \\'UTC\\'), "
    "p1 DateTime64(6, \\'UTC\\'), first_day Date32, end_day Date32', {rows}))",
    each_day="addDays(assumeNotNull({first}), "
    "arrayJoin(range(toUInt64(greatest(0, ifNull(dateDiff('day', {first}, {last}) + 1, 0))))))",
    types={"INTEGER": "Nullable(Int32)", "DOUBLE": "Nullable(Float64)", "VARCHAR": "Nullable(String)"},
    escaped="\\",
    writer="mittari.store.clickhouse",
)

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (DUCKDB, POSTGRESQL, CHDB)}

HOME = DUCKDB
"""The engine of the warehouse file: it is asked where no other is named, and is always there."""

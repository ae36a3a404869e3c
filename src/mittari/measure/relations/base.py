"""What every relation is built from: facts as they were known at an instant, and the instants a call puts in.

Instants of a call stand in the expressions as marked text (`'__as_of__'`), so that the SQL of a plan does not change
from period to period and can be kept; `measure/plan.py` turns the marks into parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis
from ibis.expr import types as ir

if TYPE_CHECKING:
    from mittari.store.engines import Engine

MARK = "__{}__"
NO_RATE = "no_rate"
"""The column that marks rows in a currency without a known rate."""
UNPRICED = "orders_unpriced"
"""The column that counts, for a row of something else, its orders in such a currency."""
IBIS_TYPES = {
    "VARCHAR": "string",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "DOUBLE": "float64",
    "DECIMAL(18,4)": "decimal(18, 4)",
    "TINYINT": "int8",
    "BIGINT": "int64",
    "INTEGER": "int32",
    "BOOLEAN": "boolean",
}


def instant(name: str) -> ir.TimestampValue:
    """The instant that the call will put in under this name (naive UTC, or local for the names in `_local`)."""
    return ibis.literal(MARK.format(name)).cast("timestamp")


def as_of() -> ir.TimestampValue:
    """The instant as of which the facts are seen."""
    return instant("as_of")


def seen(column: ir.Value) -> ir.Value:
    """The instant if it had happened by `as_of`, else null: nobody could know it then (rule G3)."""
    return (column <= as_of()).ifelse(column, ibis.null("timestamp"))


def flag(column: ir.Value) -> ir.BooleanValue:
    """A 0/1 column as a condition; a missing flag is 0 (rule G5)."""
    return column.fill_null(0) == 1


def true(condition: ir.Value) -> ir.BooleanValue:
    """The condition with null as false, so that it can be negated."""
    return condition.fill_null(False)


def seconds(start: ir.Value, end: ir.Value) -> ir.FloatingValue:
    """Seconds from start to end, as a double."""
    return (end.epoch_seconds() - start.epoch_seconds()).cast("float64")


def near_span(local: ir.Value, days_after: int = 0) -> ir.BooleanValue:
    """Whether a local time lies in the span of the call or so many days after it: what lies elsewhere is not joined."""
    end = instant("span_end_local") + ibis.interval(days=days_after)
    return (local >= instant("span_start_local")) & (local < end)


WEEK_S = 604_800


def week(column: ir.Value) -> ir.IntegerValue:
    """The number of the seven days in which the instant lies."""
    return column.epoch_seconds() // WEEK_S


def weeks_after(column: ir.Value) -> ir.IntegerValue:
    """The weeks in which the seven days after the instant lie, each in a row of its own.

    Whoever joins what follows within seven days joins by the week too: an equality finds the few pairs much sooner
    than a range among all pairs of a customer.
    """
    return ibis.array([week(column), week(column) + 1]).unnest()


@dataclass(frozen=True)
class Facts:
    """The schemas of the fact tables (table -> column -> SQL type), which hold rows, the reporting currency.

    `engine` is whose SQL is compiled.
    """

    schemas: Mapping[str, Mapping[str, str]]
    engine: "Engine"
    filled: frozenset[str] = frozenset()
    currency: str = "EUR"

    def table(self, name: str) -> ir.Table:
        columns = {column: IBIS_TYPES[kind] for column, kind in self.schemas[name].items()}
        return ibis.table(columns, name=name)

    def dimensions(self, name: str) -> tuple[str, ...]:
        """The custom dimensions (`dim_*`) that files brought for this table."""
        return tuple(column for column in self.schemas.get(name, {}) if column.startswith("dim_"))

    def has(self, name: str) -> bool:
        """Whether the table holds rows: phone conversations give way to calls only where calls are loaded."""
        return name in self.filled


@dataclass(frozen=True)
class Source:
    """One physical source of a relation: rows with the relation's columns, and why rows may be left out of all KPIs.

    `periodic` rows name their period themselves and have no other clock. Of `alone` rows no two that count are of one
    person in one period: each is its own block. `totals` stands in for the rows where nothing is split or filtered:
    equal ones as one, with `multiplicity`.
    """

    rows: ir.Table
    tables: tuple[str, ...]
    key: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[str, str] = field(default_factory=dict)
    customer: str | None = "customer_id"
    periodic: bool = False
    alone: bool = False
    totals: ir.Table | None = None


Builder = Callable[[Facts], Mapping[str, Source]]


def periods_table() -> ir.Table:
    """The periods of the call: number, bounds as UTC instants, first local day and the local day after the last."""
    return ibis.table(
        {"period": "int32", "p0": "timestamp", "p1": "timestamp", "first_day": "date", "end_day": "date"},
        name="call_periods",
    )


def days_table() -> ir.Table:
    """Every local day of the call with the number of its period: an equality join is quicker than a range join."""
    return ibis.table({"day": "date", "period": "int32"}, name="call_days")


def places_table() -> ir.Table:
    """For each local day between the ends of the first and the last period, how many periods have ended by it."""
    return ibis.table({"day": "date", "place": "int32"}, name="call_places")


def rate_days_table() -> ir.Table:
    """Exchange rates by currency and local day: quote units per one reporting unit, carried on for at most 7 days."""
    return ibis.table({"currency": "string", "day": "date", "rate": "float64"}, name="call_rates")


def results_table() -> ir.Table:
    """What other KPIs came to in the periods of the call, by the names under which they were asked for."""
    numbers = {"value": "float64", "ci_low": "float64", "ci_high": "float64"}
    return ibis.table(
        {"period": "int32", "name": "string", **numbers, "status": "string", "better": "string", "records": "int32"},
        name="call_results",
    )

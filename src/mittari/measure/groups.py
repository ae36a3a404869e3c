"""A group: the outputs that one query answers, because they share relation, source, clock, kind and block."""

from collections.abc import Callable, Iterable
from typing import Any

import ibis
from ibis.expr import types as ir

from mittari.errors import Fault
from mittari.measure import outputs as family
from mittari.measure.aggregates import WEIGHT, Aggregates, Term, block_sums, row_terms, side_terms, unpriced_term
from mittari.measure.dimensions import SCALE
from mittari.measure.recipe import BLOCKS, CELLS, COUNTED, STOCK, VALUES, WAITS, Query, Request
from mittari.measure.relations import Facts, Source, scales
from mittari.measure.relations.base import days_table, instant
from mittari.measure.shelf import to_sql

UNKNOWN_PERSON = "\x01"


def local_clock(clock: str) -> str:
    return clock.removesuffix("_at") + "_local"


def dimension(source: Source, rows: ir.Table, name: str) -> ir.Value:
    """The column of a dimension as text; anything the source does not have is null."""
    if name in source.dimensions:
        return written(name, rows[source.dimensions[name]])
    looked_up = customer_column(name)
    return rows[looked_up] if looked_up in rows.columns else ibis.null("string")


def written(name: str, column: ir.Value) -> ir.Value:
    return scales.text(column) if name == SCALE else column.cast("string")


def grouped_by(source: Source, rows: ir.Table, name: str) -> ir.Value:
    """What rows are grouped by for a dimension: the scale as a number, anything else as text."""
    is_scale = name == SCALE and name in source.dimensions
    return rows[source.dimensions[name]] if is_scale else dimension(source, rows, name)


def customer_column(name: str) -> str:
    return "of_" + name.replace(".", "_")


def with_dimensions(facts: Facts, source: Source, names: Iterable[str]) -> ir.Table:
    """The source's rows with the customer's columns that a slice asks for (`customer.*`) beside them."""
    columns = sorted({name.removeprefix("customer.") for name in names if name.startswith("customer.")})
    rows = source.rows
    if not columns or source.customer is None or source.customer not in rows.columns:
        return rows
    people = facts.table("customers")
    looked_up = {customer_column(f"customer.{name}"): people[name].cast("string") for name in columns}
    people = people.select(customer_looked_up=people.customer_id, **looked_up)
    return rows.left_join(people, rows[source.customer] == people.customer_looked_up)


def person(rows: ir.Table) -> ir.Value:
    return rows.person_id if "person_id" in rows.columns else rows.customer_id


def case(rows: ir.Table) -> ir.Value:
    return rows.conversation_id if "conversation_id" in rows.columns else rows.key


def block_key(rows: ir.Table, block: str, half_hours: bool, clock: str) -> dict[str, ir.Value]:
    """The columns that identify a row's block. Who is not known is a block of their own (G20)."""
    if block in family.KEYED:
        whose = {family.PERSON: person, family.AGENT: lambda rows: rows.agent_id, family.CASE: case}[block](rows)
        return {"block": ibis.coalesce(whose.cast("string"), ibis.literal(UNKNOWN_PERSON) + rows.key.cast("string"))}
    local = rows[local_clock(clock)]
    keys = {"day": local.date()}
    if half_hours:
        keys["half_hour"] = (local.hour() * 2 + (local.minute() >= 30).ifelse(1, 0)).cast("int32")
    return keys


def rows_in_span(facts: Facts, source: Source, clock: str, request: Request) -> ir.Table:
    """The rows whose clock lies in the span of the call, filtered by the slice, with the columns it splits by."""
    rows = with_dimensions(facts, source, (*request.by, *request.where))
    for number, name in enumerate(request.where):
        rows = rows.filter(dimension(source, rows, name) == ibis.literal(f"__where_{number}__"))
    if not source.periodic:
        local = rows[local_clock(clock)]
        rows = rows.filter((local >= instant("span_start_local")) & (local < instant("span_end_local")))
    return rows.mutate(**{f"slice_{n}": grouped_by(source, rows, name) for n, name in enumerate(request.by)})


def with_period(source: Source, rows: ir.Table, clock: str) -> ir.Table:
    if source.periodic or "period" in rows.columns:
        return rows
    days = days_table()
    return rows.join(
        days.rename(call_day="day"), rows[local_clock(clock)].date() == days.rename(call_day="day").call_day
    )


class Group:
    """One query in the making. `take` adds an output and says in which columns its numbers will stand."""

    def __init__(
        self,
        facts: Facts,
        request: Request,
        source: Source,
        *,
        relation: str,
        name: str,
        clock: str,
        kind: str,
        block: str,
    ) -> None:
        self.facts, self.request, self.source = facts, request, source
        self.relation, self.name, self.clock, self.kind, self.block = relation, name, clock, kind, block
        self.aggregates = Aggregates()
        self.pairs: dict[str, tuple[str, str]] = {}
        self.plain: set[str] = set()
        self.value: tuple[Any, Any, Any] | None = None

    @property
    def slices(self) -> list[str]:
        return [f"slice_{n}" for n in range(len(self.request.by))]

    def take(self, spec: Any) -> dict[str, str]:
        if self.kind == VALUES:
            self.value = (spec.value, spec.of, None)
            return {"value": "value", "n": "n"}
        if self.kind == WAITS:
            self.value = (spec.time, spec.of, spec.event)
            return {"value": "value", "events": "events", "n": "n"}
        if self.kind == BLOCKS:
            return self._take_blocks(spec)
        return {role: self.aggregates.add(term) for role, term in {**row_terms(spec), **self._sides(spec)}.items()}

    def take_unknown(self, spec: Any) -> dict[str, str]:
        """The rows of which the person is not known."""
        return {"unknown": self.aggregates.add(Term("count", spec.of & person(self.source.rows).isnull()))}

    def take_sides(self, spec: Any) -> dict[str, str]:
        return {role: self.aggregates.add(term) for role, term in side_terms(spec).items()}

    def _sides(self, spec: Any) -> dict[str, Term]:
        return {**side_terms(spec), **unpriced_term(spec, self.source)}

    def _take_blocks(self, spec: Any) -> dict[str, str]:
        columns = {role: self.aggregates.add(term) for role, term in row_terms(spec).items()}
        top = columns["x"] if "x" in columns else f"{columns['positive']}-{columns['negative']}"
        prefix = next((name for name, pair in self.pairs.items() if pair == (top, columns["y"])), f"p{len(self.pairs)}")
        self.pairs[prefix] = (top, columns["y"])
        roles = {role: f"{prefix}_{role}" for role in ("G", "Sx", "Sy", "Sx2", "Sy2", "Sxy")}
        sides = {role: self.aggregates.add(term) for role, term in self._sides(spec).items()}
        if self.block == family.PERSON and not self.source.periodic:
            sides |= self.take_unknown(spec)
        extra = {role: column for role, column in columns.items() if role in ("positive", "negative", "n", "squares")}
        self.plain |= {*sides.values(), *extra.values()}
        return {**roles, **extra, **sides}

    def query(self, complete: Callable[[str], str]) -> Query:
        """The group's query; `complete` puts the relations it reads before it."""
        rows = rows_in_span(self.facts, self.source, self.clock, self.request)
        build = {
            CELLS: self._cells,
            BLOCKS: self._blocks,
            VALUES: self._values,
            WAITS: self._values,
            STOCK: self._by_period,
        }
        statement, keys = build[self.kind](rows)
        for slice_name, name in zip(self.slices, self.request.by, strict=True):
            if name == SCALE and name in self.source.dimensions:
                statement = statement.mutate(**{slice_name: written(name, statement[slice_name])})
        return Query(
            kind=self.kind,
            sql=complete(to_sql(statement, self.facts.engine)),
            keys=tuple(keys),
            relation=self.relation,
            source=self.name,
            tables=self.source.tables,
            clock=self.clock,
        )

    def _cells(self, rows: ir.Table) -> tuple[ir.Table, list[str]]:
        if self.source.periodic:
            return self._by_period(rows)
        keys = block_key(rows, family.DAY, self.request.half_hours, self.clock)
        sums = self.aggregates.over(rows) | ({COUNTED: rows.count()} if self.request.rolled else {})
        return rows.group_by(*self.slices, **keys).agg(**sums), [*keys, *self.slices]

    def _by_period(self, rows: ir.Table) -> tuple[ir.Table, list[str]]:
        return rows.group_by("period", *self.slices).agg(**self.aggregates.over(rows)), ["period", *self.slices]

    def _blocks(self, rows: ir.Table) -> tuple[ir.Table, list[str]]:
        rows = with_period(self.source, rows, self.clock)
        if self.block == family.PERSON and self.source.alone:
            weight = [WEIGHT] if WEIGHT in rows.columns else []
            blocks = rows.select("period", *self.slices, *weight, **self.aggregates.as_columns(rows))
        else:
            rows = rows.mutate(**block_key(rows, self.block, False, self.clock))
            blocks = rows.group_by("period", *self.slices, "block").agg(**self.aggregates.over(rows))
        sums = block_sums(blocks, self.pairs, self.plain)
        return blocks.group_by("period", *self.slices).agg(**sums), ["period", *self.slices]

    def _values(self, rows: ir.Table) -> tuple[ir.Table, list[str]]:
        """Distinct values with how often they stand in each block (quantiles) or how many of them ended (waits)."""
        if self.value is None:
            raise Fault("a query of values was asked for without an output")
        value, of, event = self.value
        if (
            self.kind == VALUES
            and self.block == family.DAY
            and not (self.source.periodic or self.slices or self.request.rolled)
        ):
            return self._values_of_days(rows.filter(of), value)
        rows = rows.filter(of) if self.request.rolled else with_period(self.source, rows.filter(of), self.clock)
        keys: dict[str, Any] = (
            {} if self.kind == WAITS else block_key(rows, self.block, self.request.half_hours, self.clock)
        )
        rows = rows.mutate(value=value.cast("float64"), **keys)
        names = [*([] if self.request.rolled else ["period"]), *keys, *self.slices, "value"]
        sums = {"n": rows.count()}
        if event is not None:
            sums["events"] = rows.count(where=rows.bind(event)[0])
        return rows.group_by(*names).agg(**sums), names

    def _values_of_days(self, rows: ir.Table, value: Any) -> tuple[ir.Table, list[str]]:
        """Each row's value with its day: few stand twice on a day, and grouping them costs more than bringing all.

        Split by slices they are grouped, since texts cost much more to bring than numbers.
        """
        keys = block_key(rows, family.DAY, self.request.half_hours, self.clock)
        rows = rows.mutate(**keys, value=value.cast("float64"), n=ibis.literal(1, "int8"))
        return rows.select(*keys, "value", "n"), [*keys, "value"]

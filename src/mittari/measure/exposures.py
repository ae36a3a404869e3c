"""How many customers there were: what rates of events per customer divide by (G19)."""

from collections.abc import Iterable

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.groups import dimension, with_dimensions
from mittari.measure.recipe import EXPOSURE, Query, Request
from mittari.measure.relations import Facts, Source
from mittari.measure.relations.activity import contract_intervals, days_between, islands, order_intervals
from mittari.measure.relations.base import periods_table
from mittari.measure.relations.employment import employments
from mittari.measure.shelf import to_sql

HEADCOUNT = "headcount"


def customer_slices(names: Iterable[str]) -> list[tuple[int, str]]:
    """The dimensions that customers have, with their places: by any other one the base cannot be split."""
    return [(number, name) for number, name in enumerate(names) if name.startswith("customer.")]


def exposure_queries(facts: Facts, request: Request, names: Iterable[str]) -> list[Query]:
    """The queries for the exposures of these names: one for customers, one for employees."""
    wanted = set(names)
    queries = [_employed_query(facts, request)] if HEADCOUNT in wanted else []
    return [*queries, _active_query(facts, request)] if wanted - {HEADCOUNT} else queries


def _active_query(facts: Facts, request: Request) -> Query:
    """Active customers at the opening and the end of each period, and on average over its local midnights."""
    source, rows, slices = _active(facts, request)
    periods = rows.group_by("period", *slices).agg(
        active_at_start=rows.at_start.sum(),
        active_at_end=rows.at_end.sum(),
        average_active=rows.active_days.sum() / rows.period_days.max(),
    )
    return _query(facts, periods, slices, "activity", source.tables)


def _employed_query(facts: Facts, request: Request) -> Query:
    """Employees on average over the local days of each period."""
    rows, slices = _employed(facts, request)
    periods = rows.group_by("period", *slices).agg(headcount=rows.days.sum() / rows.period_days.max())
    return _query(facts, periods, slices, "employment", ("employees",))


def _query(facts: Facts, periods: ir.Table, slices: Iterable[str], relation: str, tables: tuple[str, ...]) -> Query:
    return Query(
        kind=EXPOSURE,
        sql=to_sql(periods, facts.engine),
        keys=("period", *slices),
        relation=relation,
        source="written",
        tables=tables,
        clock="period",
    )


def exposure_rows(facts: Facts, request: Request, name: str) -> tuple[str, tuple[str, ...]]:
    """The same by customer or employee. x is the share of the period's days that they count for; y whether they are
    there at its opening, or for `active_at_end` at its end."""
    if name == HEADCOUNT:
        return _employed_rows(facts, request), ("employees",)
    source, rows, _ = _active(facts, request)
    people = rows.group_by("period", "customer_id").agg(
        x=rows.active_days.sum() / rows.period_days.max(),
        y=(rows.at_end if name == "active_at_end" else rows.at_start).max(),
        at=rows.first_day.min().cast("timestamp"),
    )
    counted = people.filter((people.x > 0) | (people.y > 0))
    return to_sql(_exported(counted, "customer_id"), facts.engine), source.tables


def _employed_rows(facts: Facts, request: Request) -> str:
    rows, _ = _employed(facts, request)
    people = rows.group_by("period", "employee_id").agg(
        x=rows.days.sum() / rows.period_days.max(),
        y=ibis.literal(0.0),
        at=rows.first_day.min().cast("timestamp"),
    )
    return to_sql(_exported(people, "employee_id"), facts.engine)


def _exported(people: ir.Table, whose: str) -> ir.Table:
    return people.select(
        "period",
        "at",
        "x",
        "y",
        whose,
        key=people[whose],
        block=people[whose],
        included=ibis.literal(True),
        reason=ibis.null("string"),
    )


def _active(facts: Facts, request: Request) -> tuple[Source, ir.Table, list[str]]:
    """One row per period and time a customer was active: at_start (0 or 1), active_days, period_days."""
    by_orders = request.basis == "orders"
    intervals = order_intervals(facts) if by_orders else contract_intervals(facts)
    source = Source(
        rows=islands(intervals, 0), tables=("orders",) if by_orders else ("subscriptions",), key="customer_id"
    )
    rows = with_dimensions(facts, source, (*request.by, *request.where))
    for number, name in customer_slices(request.where):
        rows = rows.filter(dimension(source, rows, name) == ibis.literal(f"__where_{number}__"))
    slices = {f"slice_{number}": dimension(source, rows, name) for number, name in customer_slices(request.by)}
    rows = rows.mutate(stop=rows.end_on.fill_null(ibis.date("9999-12-31")), **slices)
    periods = periods_table()
    # who comes on the very day after the period is active at its end, and on no day of it
    rows = rows.join(periods, [rows.start_on <= periods.end_day, rows.stop > periods.first_day])
    begins, ends = ibis.greatest(rows.start_on, rows.first_day), ibis.least(rows.stop, rows.end_day)
    at_start = (rows.start_on <= rows.first_day) & (rows.stop > rows.first_day)
    at_end = rows.stop > rows.end_day
    rows = rows.mutate(
        at_start=at_start.ifelse(1.0, 0.0),
        at_end=at_end.ifelse(1.0, 0.0),
        active_days=days_between(begins, ends).cast("float64"),
        period_days=days_between(rows.first_day, rows.end_day).cast("float64"),
    )
    return source, rows, list(slices)


def _employed(facts: Facts, request: Request) -> tuple[ir.Table, list[str]]:
    """One row per period and employment in it: how many of the period's local days it covers, the last one included."""
    rows = employments(facts)
    for number, name in _team(request.where):
        rows = rows.filter(rows[name].cast("string") == ibis.literal(f"__where_{number}__"))
    slices = {f"slice_{number}": rows[name].cast("string") for number, name in _team(request.by)}
    rows = rows.mutate(**slices)
    periods = periods_table()
    rows = rows.join(periods, [rows.start_on < periods.end_day, rows.stop > periods.first_day])
    begins, ends = ibis.greatest(rows.start_on, rows.first_day), ibis.least(rows.stop, rows.end_day)
    return rows.mutate(
        days=days_between(begins, ends).cast("float64"),
        period_days=days_between(rows.first_day, rows.end_day).cast("float64"),
    ), list(slices)


def _team(names: Iterable[str]) -> list[tuple[int, str]]:
    return [(number, name) for number, name in enumerate(names) if name in dimensions.EMPLOYEES]

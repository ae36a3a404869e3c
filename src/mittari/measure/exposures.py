"""How many customers there were: what rates of events per customer divide by (G19)."""

from collections.abc import Iterable

import ibis
from ibis.expr import types as ir

from mittari.measure.groups import dimension, with_dimensions
from mittari.measure.recipe import EXPOSURE, Query, Request
from mittari.measure.relations import Facts, Source
from mittari.measure.relations.activity import contract_intervals, days_between, islands, order_intervals
from mittari.measure.relations.base import periods_table
from mittari.measure.shelf import to_sql

AT_START, AVERAGE = "active_at_start", "average_active"


def customer_slices(names: Iterable[str]) -> list[tuple[int, str]]:
    """The dimensions that customers have, with their places: by any other one the base cannot be split."""
    return [(number, name) for number, name in enumerate(names) if name.startswith("customer.")]


def exposure_query(facts: Facts, request: Request) -> Query:
    """Active customers at the opening of each period, and on average over its local midnights."""
    source, rows, slices = _active(facts, request)
    periods = rows.group_by("period", *slices).agg(
        active_at_start=rows.at_start.sum(), average_active=rows.active_days.sum() / rows.period_days.max()
    )
    return Query(
        kind=EXPOSURE,
        sql=to_sql(periods),
        keys=("period", *slices),
        relation="activity",
        source="written",
        tables=source.tables,
        clock="period",
    )


def exposure_rows(facts: Facts, request: Request) -> tuple[str, tuple[str, ...]]:
    """The same by customer: x is the share of the period's midnights at which they were active, y its first."""
    source, rows, _ = _active(facts, request)
    people = rows.group_by("period", "customer_id").agg(
        x=rows.active_days.sum() / rows.period_days.max(),
        y=rows.at_start.max(),
        at=rows.first_day.min().cast("timestamp"),
    )
    people = people.select(
        "period",
        "at",
        "x",
        "y",
        "customer_id",
        key=people.customer_id,
        block=people.customer_id,
        included=ibis.literal(True),
        reason=ibis.null("string"),
    )
    return to_sql(people), source.tables


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
    rows = rows.join(periods, [rows.start_on < periods.end_day, rows.stop > periods.first_day])
    begins, ends = ibis.greatest(rows.start_on, rows.first_day), ibis.least(rows.stop, rows.end_day)
    at_start = (rows.start_on <= rows.first_day) & (rows.stop > rows.first_day)
    rows = rows.mutate(
        at_start=at_start.ifelse(1.0, 0.0),
        active_days=days_between(begins, ends).cast("float64"),
        period_days=days_between(rows.first_day, rows.end_day).cast("float64"),
    )
    return source, rows, list(slices)

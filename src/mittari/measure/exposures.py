"""How many customers there were: what rates of events per customer divide by (G19)."""

from collections.abc import Iterable

import ibis
from ibis.expr import types as ir

from mittari.measure.groups import dimension, to_sql, with_dimensions
from mittari.measure.recipe import EXPOSURE, Query, Request
from mittari.measure.relations import Facts, Source
from mittari.measure.relations.activity import contract_intervals, days_between, islands, order_intervals
from mittari.measure.relations.base import periods_table

AT_START, AVERAGE = "active_at_start", "average_active"


def customer_slices(names: Iterable[str]) -> list[tuple[int, str]]:
    """The dimensions that customers have, with their places: by any other one the base cannot be split."""
    return [(number, name) for number, name in enumerate(names) if name.startswith("customer.")]


def exposure_query(facts: Facts, request: Request) -> Query:
    """Active customers at the opening of each period, and on average over its local midnights."""
    by_orders = request.basis == "orders"
    intervals = order_intervals(facts) if by_orders else contract_intervals(facts)
    source = Source(rows=islands(intervals, 0), tables=("orders",) if by_orders else ("subscriptions",), key="customer_id")
    rows = with_dimensions(facts, source, (*request.by, *request.where))
    for number, name in customer_slices(request.where):
        rows = rows.filter(dimension(source, rows, name) == ibis.literal(f"__where_{number}__"))
    slices = {f"slice_{number}": dimension(source, rows, name) for number, name in customer_slices(request.by)}
    statement = _per_period(rows.mutate(**slices), list(slices))
    return Query(kind=EXPOSURE, sql=to_sql(statement), keys=("period", *slices), relation="activity", source="written",
                 tables=source.tables, clock="period")


def _per_period(rows: ir.Table, slices: list[str]) -> ir.Table:
    periods = periods_table()
    stop = rows.end_on.fill_null(ibis.date("9999-12-31"))
    rows = rows.mutate(stop=stop)
    rows = rows.join(periods, [rows.start_on < periods.end_day, rows.stop > periods.first_day])
    at_start = (rows.start_on <= rows.first_day) & (rows.stop > rows.first_day)
    begins, ends = ibis.greatest(rows.start_on, rows.first_day), ibis.least(rows.stop, rows.end_day)
    length = days_between(rows.first_day, rows.end_day).max()
    return rows.group_by("period", *slices).agg(
        active_at_start=rows.count(where=at_start).cast("float64"),
        average_active=days_between(begins, ends).sum().cast("float64") / length.cast("float64"),
    )

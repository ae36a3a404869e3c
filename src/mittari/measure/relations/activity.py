"""When customers were active: intervals of local days, from contracts or, where there are none, from orders (G19).

An interval [start_on, end_on) holds the local midnights at which the customer is active; `end_on` null means running.
"""

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, as_of, instant
from mittari.measure.relations.orders import days_of_buying

ACTIVE_DAYS = 365


def subscriptions(facts: Facts) -> ir.Table:
    """Contract versions begun by `as_of`; an end later than `as_of` is not known yet."""
    raw = facts.table("subscriptions")
    raw = raw.filter(raw.started_at <= as_of())
    return raw.mutate(
        start_on=raw.started_on,
        end_on=(raw.ended_at <= as_of()).ifelse(raw.ended_on, ibis.null("date")),
        mrr=raw.mrr.cast("float64"),
    )


def contract_intervals(facts: Facts) -> ir.Table:
    rows = subscriptions(facts)
    return rows.filter(rows.end_on.isnull() | (rows.end_on > rows.start_on)).select("customer_id", "start_on", "end_on")


def order_intervals(facts: Facts, window_days: int = ACTIVE_DAYS) -> ir.Table:
    """A valid order makes its customer active for the `window_days` local midnights that follow it."""
    days = days_of_buying(facts)
    return days.select(
        "customer_id",
        start_on=days.day + ibis.interval(days=1),
        end_on=days.day + ibis.interval(days=window_days + 1),
    )


def islands(intervals: ir.Table, grace_days: int) -> ir.Table:
    """Each customer's intervals joined where the gap is at most `grace_days`: customer_id, start_on, end_on."""
    never = ibis.date("9999-12-31")
    rows = intervals.mutate(stop=intervals.end_on.fill_null(never))
    before = ibis.window(group_by=rows.customer_id, order_by=[rows.start_on, rows.stop], following=0, preceding=None)
    rows = rows.mutate(reach=rows.stop.max().over(before))
    order = ibis.window(group_by=rows.customer_id, order_by=[rows.start_on, rows.stop])
    reached = rows.reach.lag().over(order)
    begins = reached.isnull() | (days_between(reached, rows.start_on) > grace_days)
    rows = rows.mutate(begins=begins.ifelse(1, 0))
    rows = rows.mutate(
        island=rows.begins.sum().over(
            ibis.window(group_by=rows.customer_id, order_by=[rows.start_on, rows.stop], preceding=None, following=0)
        )
    )
    joined = rows.group_by("customer_id", "island").agg(start_on=rows.start_on.min(), stop=rows.stop.max())
    return joined.select(
        "customer_id", "start_on", end_on=(joined.stop == never).ifelse(ibis.null("date"), joined.stop)
    )


def days_between(start: ir.Value, end: ir.Value) -> ir.IntegerValue:
    return end.delta(start, unit="day")


def as_of_local() -> ir.TimestampValue:
    return instant("as_of_local")

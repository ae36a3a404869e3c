"""`revenue_lines`: one row per order line, at the exchange rates that a comparison of two periods takes for both.

So that exchange rates do not look like growth, both periods stand at one rate (SPEC 4.4): a year apart at that of the
earlier opening, next to each other at that of the day between them, else at that of the opening of the period named.
"""

from collections.abc import Mapping
from datetime import date

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, days_table, periods_table
from mittari.measure.relations.cash import with_rate
from mittari.measure.relations.orders import LEFT_OUT, order_lines_eur
from mittari.time import Period, parse_period


def revenue_lines(facts: Facts, *, compare: str = "last_year") -> Mapping[str, Source]:
    """`net_now` is the revenue of the line as one of the later period, `net_before` as one of the earlier."""
    lines = order_lines_eur(facts)["written"].rows.drop("no_rate", "eligible", "net_eur")
    days, periods = days_table(), periods_table()
    rows = lines.join(days, lines.ordered_local.date() == days.day)
    rows = rows.join(periods, rows.period == periods.period)
    now, before = _rate_days(rows, compare)
    rows = with_rate(facts, with_rate(facts, rows, now, "rate_now"), before, "rate_before")
    net = rows.invoice_amount.cast("float64") - rows.refund_amount.fill_null(0).cast("float64")
    rows = rows.mutate(
        net_now=net / rows.rate_now,
        net_before=net / rows.rate_before,
        no_rate=rows.valid & rows.rate_now.isnull(),
    )
    columns = {name: name for name in (*dimensions.ORDERS, *facts.dimensions("orders"))}
    return {"written": Source(rows=rows, tables=("orders",), key="key", left_out=LEFT_OUT, dimensions=columns)}


def _rate_days(rows: ir.Table, compare: str) -> tuple[ir.Value, ir.Value]:
    """The days whose rates hold for a line of the later period and for one of the earlier."""
    if compare == "last_year":
        return rows.first_day - ibis.interval(years=1), rows.first_day
    if compare == "previous":
        return rows.first_day, rows.end_day
    named = parse_period(compare, "UTC", date.today())
    opening = ibis.literal(named.first_day if isinstance(named, Period) else named.at.date())
    return opening, opening

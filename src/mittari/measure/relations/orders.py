"""`order_lines_eur`: one row per order line, priced in the reporting currency; returns reduce both sides."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, true

LEFT_OUT = {
    "not_valid": "cancelled, refunded, or wholly given back",
    "no_rate": "no exchange rate at most 7 days old",
}


def valid_orders(facts: Facts) -> ir.Table:
    """Order lines known at `as_of` with `valid` (G19): paid or open, and less given back than invoiced."""
    raw = facts.table("orders")
    raw = raw.filter(raw.ordered_at <= as_of())
    live = raw.status.isnull() | raw.status.isin(["paid", "open"])
    kept = raw.refund_amount.fill_null(0) < raw.invoice_amount
    return raw.mutate(valid=true(live & kept))


def days_of_buying(facts: Facts) -> ir.Table:
    """One row per customer and local day with a valid order, with the buying day before it and the one after it."""
    raw = facts.table("orders")
    rows = raw.filter(raw.bought_next_at.notnull() & (raw.ordered_at <= as_of()))
    return rows.select(
        "customer_id",
        day=rows.ordered_local.date(),
        earlier=rows.bought_before_on,
        later=(rows.bought_next_at <= as_of()).ifelse(rows.bought_next_on, ibis.null("date")),
    )


def order_lines_eur(facts: Facts) -> Mapping[str, Source]:
    rows = valid_orders(facts)
    invoice = rows.invoice_amount.cast("float64")
    given_back = rows.refund_amount.fill_null(0).cast("float64") / invoice.nullif(0.0)
    share_kept = 1.0 - given_back.fill_null(0.0)
    rows = rows.mutate(
        key=rows.order_id,
        not_valid=~rows.valid,
        no_rate=rows.valid & rows.eur_rate.isnull(),
        net_eur=(invoice - rows.refund_amount.fill_null(0).cast("float64")) / rows.eur_rate,
        target_eur=rows.target_amount.cast("float64") * share_kept / rows.eur_rate,
        pocket_eur=(invoice - rows.off_invoice_amount.fill_null(0).cast("float64")) * share_kept / rows.eur_rate,
    )
    rows = rows.mutate(eligible=rows.valid & ~rows.no_rate)
    columns = {name: name for name in (*dimensions.ORDERS, *facts.dimensions("orders"))}
    return {"written": Source(rows=rows, tables=("orders",), key="key", left_out=LEFT_OUT, dimensions=columns)}

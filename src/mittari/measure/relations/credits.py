"""`credited_contacts`: one row per contact, with the orders that followed it; `credited_orders`: one per order.

A valid order is credited to the contact it names, else to the customer's last handled one that began at most 7 days
before. Each source is credited by itself: a call does not take an order from the letter before it. Only contacts and
orders near the span of the call are joined.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import NO_RATE, UNPRICED, Facts, Source, instant, near_span, week, weeks_after
from mittari.measure.relations.contacts import contact_source, phone, with_ages, written
from mittari.measure.relations.orders import valid_orders

WITHIN_DAYS = 7
REACH_DAYS = WITHIN_DAYS + 1  # an hour of a changed clock may be missing
OF_ORDERS = {"followed_none": "followed no conversation we handled", NO_RATE: "no exchange rate at most 7 days old"}


def credited_contacts(facts: Facts) -> Mapping[str, Source]:
    orders = _orders(facts)
    letters = written(facts)
    letters = letters.mutate(link=letters.key)
    calls = phone(facts, "conversation_id")
    calls = calls.mutate(link=calls.conversation_id.fill_null(calls.key))
    return {
        "written": contact_source(facts, "conversations", _credited(letters, orders, orders.root), "orders"),
        "phone": contact_source(facts, "calls", _credited(calls, orders, orders.source), "orders"),
    }


def credited_orders(facts: Facts) -> Mapping[str, Source]:
    """The same seen from the orders: one row per valid order of the span, with the contact that it is credited to."""
    orders = _orders(facts)
    letters = written(facts)
    letters = letters.mutate(link=letters.key)
    calls = phone(facts, "conversation_id")
    calls = calls.mutate(link=calls.conversation_id.fill_null(calls.key))
    return {
        "written": _order_source(facts, "conversations", letters, orders, orders.root),
        "phone": _order_source(facts, "calls", calls, orders, orders.source),
    }


def _orders(facts: Facts) -> ir.Table:
    """Valid orders near the span of the call, and wherever they are those that name a conversation (or its root)."""
    rows = valid_orders(facts)
    near = near_span(rows.ordered_local, REACH_DAYS)
    rows = rows.filter(rows.valid & (near | rows.source_conversation_id.notnull()))
    kept = rows.invoice_amount.cast("float64") - rows.refund_amount.fill_null(0).cast("float64")
    rows = rows.select(
        "order_id",
        "ordered_at",
        "ordered_local",
        buyer=rows.customer_id,
        source=rows.source_conversation_id,
        eur=kept / rows.eur_rate,
    )
    merged = facts.table("conversations")
    merged = merged.filter(merged.merged_into.notnull()).select(child=merged.conversation_id, of_root=merged.root_id)
    rows = rows.left_join(merged, rows.source == merged.child)
    return rows.mutate(root=rows.of_root.fill_null(rows.source)).drop("child", "of_root")


def _credited(rows: ir.Table, orders: ir.Table, named: ir.Value) -> ir.Table:
    """The rows with `orders`, the number of orders credited, their sum `orders_eur` (null: no rate for any), and how
    many of them have no rate."""
    # an order goes to the last contact before it: contacts from before the span take none from those in it
    handled = rows.filter(rows.incoming & rows.handled & (rows.opened_local >= instant("span_start_local")))
    handled = handled.select("key", "link", "customer_id", "opened_at", "opened_local")
    near = handled.filter(near_span(handled.opened_local, REACH_DAYS))
    last = _last_before(handled, near, orders.mutate(named=named))
    sums = last.group_by("credited").agg(
        orders=last.count(), orders_eur=last.eur.sum(), **{UNPRICED: last.count(where=last.eur.isnull())}
    )
    return with_ages(rows.left_join(sums, rows.key == sums.credited))


def _order_source(facts: Facts, table: str, rows: ir.Table, orders: ir.Table, named: ir.Value) -> Source:
    """The orders of the span, under the dimensions of the contacts of one source that they are credited to."""
    orders = orders.mutate(named=named)
    orders = orders.filter(near_span(orders.ordered_local))
    names = (*dimensions.CONTACTS, *facts.dimensions(table))
    handled = rows.filter(rows.incoming & rows.handled)
    reach = instant("span_start_local") - ibis.interval(days=REACH_DAYS)
    near = handled.filter((handled.opened_local >= reach) & (handled.opened_local < instant("span_end_local")))
    last = _last_before(handled, near, orders).select("credited", of_order="order_id")
    found = orders.left_join(last, orders.order_id == last.of_order)
    contacts = handled.select("key", *names)
    found = found.left_join(contacts, found.credited == contacts.key)
    credited = found.credited.notnull()
    found = found.select(
        *names,
        "ordered_at",
        "ordered_local",
        "eur",
        key=found.order_id,
        customer_id=found.buyer,
        eligible=ibis.literal(True),
        is_credited=credited,
        followed_none=~credited,
        **{NO_RATE: credited & found.eur.isnull()},
    )
    columns = {name: name for name in names}
    return Source(rows=found, tables=("orders", table), key="key", left_out=OF_ORDERS, dimensions=columns)


def _last_before(handled: ir.Table, near: ir.Table, orders: ir.Table) -> ir.Table:
    """Each order with the contact it names, else the last of those `near` that began in the seven days before it."""
    by_name = _pairs(handled, orders, lambda one, order: [one.link == order.named, one.opened_at <= order.ordered_at])
    in_weeks = near.mutate(week=weeks_after(near.opened_at))
    nameless = orders.filter(orders.source.isnull())
    by_time = _pairs(
        in_weeks,
        nameless.mutate(week=week(nameless.ordered_at)),
        lambda one, order: [
            one.customer_id == order.buyer,
            one.week == order.week,
            one.opened_at < order.ordered_at,
            order.ordered_at <= one.opened_at + ibis.interval(days=WITHIN_DAYS),
        ],
    )
    pairs = by_name.union(by_time)
    latest = ibis.window(group_by=pairs.order_id, order_by=[pairs.opened_at.desc(), pairs.credited.desc()])
    pairs = pairs.mutate(place=ibis.row_number().over(latest))
    return pairs.filter(pairs.place == 0)


def _pairs(contacts: ir.Table, orders: ir.Table, conditions: Callable[[ir.Table, ir.Table], list[Any]]) -> ir.Table:
    pairs = contacts.join(orders, conditions(contacts, orders))
    return pairs.select("order_id", "opened_at", "eur", credited=pairs.key)

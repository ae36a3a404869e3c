"""`customer_margins`: one row per period and customer who bought, was served or cost something in it.

Customers are those with a valid order in the 365 local days that end with the period.
"""

from collections.abc import Mapping
from dataclasses import replace

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.activity import ACTIVE_DAYS
from mittari.measure.relations.base import NO_RATE, Facts, Source, days_table, periods_table
from mittari.measure.relations.costs import CONTACT, answered_contacts, month_costs, service_costs
from mittari.measure.relations.orders import days_of_buying, order_lines_eur

GOODS = "cogs"
LEFT_OUT = {"no_customer": "no order in the 365 days before", NO_RATE: "no exchange rate at most 7 days old"}
COLUMNS = {
    "net_eur": "float64",
    "goods_eur": "float64",
    "contacts": "float64",
    "uncosted": "boolean",
    NO_RATE: "boolean",
}
"""What an event of a customer tells; the columns it does not name are null."""


def customer_margins(facts: Facts) -> Mapping[str, Source]:
    """The call says what a contact costs: `unit_cost` is null."""
    return {"written": _source(facts, ibis.null("float64"))}


def customer_margins_at_cost(facts: Facts) -> Mapping[str, Source]:
    """`unit_cost` is what a contact cost in the period, 0 where no cost of service is known."""
    rows = service_costs(facts)["written"].rows
    rows = rows.filter(rows.eligible)
    contacts = rows.count(where=rows.what == CONTACT)
    costs = rows.group_by(of_period=rows.period).agg(unit_cost=rows.cost_eur.sum() / contacts.nullif(0))
    source = _source(facts, ibis.null("float64"))
    found = source.rows.drop("unit_cost")
    found = found.left_join(costs, found.period == costs.of_period).drop("of_period")
    return {"written": replace(source, rows=found.mutate(unit_cost=found.unit_cost.fill_null(0.0)))}


def _source(facts: Facts, unit_cost: ir.Value) -> Source:
    rows = _with_last_buying(facts, _by_customer(_bought(facts), _served(facts), _spent(facts)))
    no_customer = ~rows.bought & rows.last_day.isnull()
    rows = rows.mutate(
        key=rows.customer_id,
        opened_at=rows.first_day.cast("timestamp"),
        opened_local=rows.first_day.cast("timestamp"),
        contribution_eur=rows.net_eur - rows.goods_eur,
        unit_cost=unit_cost,
        no_customer=no_customer,
        no_rate=rows.unpriced & ~no_customer,
        eligible=~(no_customer | rows.unpriced),
    )
    tables = ("orders", "conversations", "calls", "cost_entries")
    return Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, periodic=True)


def earned(facts: Facts) -> ir.Table:
    """What each customer brought in each period, and what it cost to supply."""
    return _by_customer(_bought(facts), _spent(facts))


def _by_customer(*events: ir.Table) -> ir.Table:
    """`uncosted`: of something bought the cost is not known; `unpriced`: of something the exchange rate is not."""
    rows = ibis.union(*events)
    rows = rows.filter(rows.customer_id.notnull())
    return rows.group_by("period", "customer_id").agg(
        net_eur=rows.net_eur.sum().fill_null(0.0),
        goods_eur=rows.goods_eur.sum().fill_null(0.0),
        contacts=rows.contacts.sum().fill_null(0.0),
        bought=rows.uncosted.count() > 0,
        uncosted=rows.uncosted.any().fill_null(False),
        unpriced=rows.no_rate.any().fill_null(False),
    )


def _with_last_buying(facts: Facts, rows: ir.Table) -> ir.Table:
    """The bounds of the period, and for who bought nothing in it the last day on which they did in the 365 before."""
    periods = periods_table().rename(of_period="period")
    rows = rows.join(periods, rows.period == periods.of_period)
    days = days_of_buying(facts)
    days = days.select("later", buyer=days.customer_id, last_day=days.day)
    return rows.left_join(
        days,
        [
            rows.customer_id == days.buyer,
            ~rows.bought,
            days.last_day < rows.end_day,
            days.later.isnull() | (days.later >= rows.end_day),
            days.last_day >= rows.end_day - ibis.interval(days=ACTIVE_DAYS),
        ],
    ).drop("of_period", "buyer", "later")


def _event(rows: ir.Table, **told: ir.Value) -> ir.Table:
    columns = {name: told.get(name, ibis.null(kind)).cast(kind) for name, kind in COLUMNS.items()}
    return rows.select("period", "customer_id", **columns)


def _bought(facts: Facts) -> ir.Table:
    lines = order_lines_eur(facts)["written"].rows
    days = days_table()
    rows = lines.filter(lines.valid)
    rows = rows.join(days, rows.ordered_local.date() == days.day)
    cost = rows.cost_amount.cast("float64") / rows.eur_rate
    return _event(rows, net_eur=rows.net_eur, goods_eur=cost, uncosted=rows.cost_amount.isnull(), no_rate=rows.no_rate)


def _served(facts: Facts) -> ir.Table:
    return _event(answered_contacts(facts), contacts=ibis.literal(1.0))


def _spent(facts: Facts) -> ir.Table:
    """Costs of goods that name their customer."""
    rows = month_costs(facts)
    rows = rows.filter(rows.category == GOODS)
    return _event(rows, goods_eur=rows.cost_eur, no_rate=rows.cost_eur.isnull())

"""`customer_margins`: one row per period and customer who bought, was served or cost something in it.

Customers are those with a valid order in the 365 local days that end with the period.
"""

from collections.abc import Mapping

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
    return {"written": _source(people(facts).mutate(unit_cost=ibis.null("float64")))}


def customer_margins_at_cost(facts: Facts) -> Mapping[str, Source]:
    """`unit_cost` is what a contact cost in the period, 0 where no cost of service is known."""
    rows = service_costs(facts)["written"].rows
    rows = rows.filter(rows.eligible)
    contacts = rows.count(where=rows.what == CONTACT)
    costs = rows.group_by(of_period=rows.period).agg(unit_cost=rows.cost_eur.sum() / contacts.nullif(0))
    found = people(facts)
    found = found.left_join(costs, found.period == costs.of_period).drop("of_period")
    return {"written": _source(found.mutate(unit_cost=found.unit_cost.fill_null(0.0)))}


def _source(rows: ir.Table) -> Source:
    periods = periods_table().rename(of_period="period")
    rows = rows.join(periods, rows.period == periods.of_period)
    rows = rows.mutate(
        key=rows.customer_id,
        opened_at=rows.first_day.cast("timestamp"),
        opened_local=rows.first_day.cast("timestamp"),
        contribution_eur=rows.net_eur - rows.goods_eur,
        eligible=~(rows.no_customer | rows.no_rate),
    )
    tables = ("orders", "conversations", "calls", "cost_entries")
    return Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, periodic=True)


def people(facts: Facts) -> ir.Table:
    """What each customer brought and took in each period; `uncosted`: of something bought the cost is not known."""
    rows = _bought(facts).union(_served(facts)).union(_spent(facts))
    rows = rows.filter(rows.customer_id.notnull())
    found = rows.group_by("period", "customer_id").agg(
        net_eur=rows.net_eur.sum().fill_null(0.0),
        goods_eur=rows.goods_eur.sum().fill_null(0.0),
        contacts=rows.contacts.sum().fill_null(0.0),
        goods_known=rows.goods_eur.count() > 0,
        uncosted=rows.uncosted.any().fill_null(False),
        unpriced=rows.no_rate.any().fill_null(False),
    )
    buyers = _buyers(facts)
    found = found.left_join(buyers, [found.period == buyers.in_period, found.customer_id == buyers.buyer])
    no_customer = found.buyer.isnull()
    found = found.mutate(no_customer=no_customer, no_rate=found.unpriced & ~no_customer)
    return found.drop("unpriced", "in_period", "buyer")


def _buyers(facts: Facts) -> ir.Table:
    """Who bought in the 365 days that end with a period: found by the last day on which they did."""
    days, periods = days_of_buying(facts), periods_table()
    rows = days.join(
        periods,
        [
            days.day < periods.end_day,
            days.later.isnull() | (days.later >= periods.end_day),
            days.day >= periods.end_day - ibis.interval(days=ACTIVE_DAYS),
        ],
    )
    return rows.select(in_period=rows.period, buyer=rows.customer_id)


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

"""`service_costs`: one row per cost of a month, per contact that a person answered, and per case that a person solved.

Costs are those of whole months; a period that takes in a part of a month bears the costs of its days.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.activity import as_of_local, days_between
from mittari.measure.relations.base import NO_RATE, Facts, Source, days_table, true
from mittari.measure.relations.cash import with_rate
from mittari.measure.relations.contacts import phone, written

SERVICE = ("service_staff", "service_tools", "service_other")
LEFT_OUT = {"not_service": "no cost of service", NO_RATE: "no exchange rate at most 7 days old"}
COST, CONTACT, SOLVED = "cost", "contact", "solved"


def service_costs(facts: Facts) -> Mapping[str, Source]:
    """`what` a row is, and `cost_eur` of the costs; costs cannot be split, so neither can this relation."""
    rows = _costs(facts).union(answered_contacts(facts).drop("customer_id")).union(_solved(facts))
    rows = rows.mutate(counted_at=rows.counted_local, eligible=~rows.not_service)
    tables = ("cost_entries", "conversations", "calls")
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, customer=None, periodic=True)}


def month_costs(facts: Facts) -> ir.Table:
    """Cost entries by period: `cost_eur` is the part of the month's cost that falls on the period's days."""
    raw = facts.table("cost_entries")
    begins = (raw.period + "-01").cast("date")
    rows = raw.mutate(month_on=begins, month_days=days_between(begins, begins + ibis.interval(months=1)))
    rows = with_rate(facts, rows.filter(rows.month_on.cast("timestamp") <= as_of_local()), rows.month_on)
    days = days_table().rename(of_period="period")
    within = [days.day >= rows.month_on, days.day < rows.month_on + ibis.interval(months=1)]
    rows = rows.join(days, within)
    names = ("of_period", "period", "cost_center", "category", "currency", "customer_id")
    rows = rows.group_by(*names, "amount", "month_days", "rate").agg(days=rows.count(), day=rows.day.min())
    entry = [rows[name].fill_null("") for name in names[1:]]
    return rows.select(
        "customer_id",
        "category",
        "day",
        period=rows.of_period,
        key=ibis.literal(" ").join(entry),
        cost_eur=rows.amount.cast("float64") * rows.days / rows.month_days / rows.rate,
    )


def answered_contacts(facts: Facts) -> ir.Table:
    """Inbound contacts that a person answered, by the period in which they began: what a bot did has its own cost."""
    contacts = written(facts).select("key", "customer_id", "opened_local", "incoming", "answered")
    contacts = contacts.union(phone(facts).select("key", "customer_id", "opened_local", "incoming", "answered"))
    contacts = contacts.filter(contacts.incoming & contacts.answered)
    return _in_periods(contacts.mutate(counted_local=contacts.opened_local), CONTACT, "customer_id")


def _solved(facts: Facts) -> ir.Table:
    cases = written(facts)
    by_bot = true(cases.resolved_by == "bot")
    cases = cases.filter(cases.eligible & cases.solved & ~by_bot)
    return _in_periods(cases.mutate(counted_local=cases.solved_last_local), SOLVED)


def _costs(facts: Facts) -> ir.Table:
    rows = month_costs(facts)
    not_service = ~rows.category.isin(SERVICE)
    return rows.select(
        "period",
        "key",
        counted_local=rows.day.cast("timestamp"),
        what=ibis.literal(COST),
        cost_eur=rows.cost_eur,
        not_service=not_service,
        no_rate=~not_service & rows.cost_eur.isnull(),
    )


def _in_periods(rows: ir.Table, what: str, *more: str) -> ir.Table:
    days = days_table().rename(call_day="day")
    rows = rows.join(days, rows.counted_local.date() == days.call_day)
    return rows.select(
        "period",
        "key",
        "counted_local",
        *more,
        what=ibis.literal(what),
        cost_eur=ibis.null("float64"),
        not_service=ibis.literal(False),
        no_rate=ibis.literal(False),
    )

"""`contract_spans` and `customer_periods`: when customers came, stayed and left (KPIs 52 to 59)."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.activity import (
    ACTIVE_DAYS,
    as_of_local,
    contract_intervals,
    days_between,
    islands,
    order_intervals,
    subscriptions,
)
from mittari.measure.relations.base import Facts, Source, periods_table, rate_days_table, true
from mittari.measure.relations.orders import days_of_buying

GRACE_DAYS = 30
NOT_THEIR_WILL = ("company", "closure")
NO_RATE = {"no_rate": "no exchange rate at most 7 days old"}


def contract_spans(facts: Facts, *, grace_days: int = GRACE_DAYS) -> Mapping[str, Source]:
    """One row per time a customer was with us: interruptions of at most `grace_days` days do not end it."""
    spans = islands(contract_intervals(facts), grace_days)
    spans = spans.filter(spans.end_on.notnull())
    last = subscriptions(facts)
    not_their_will = true(last.end_reason.isin(NOT_THEIR_WILL))
    last = last.select(
        "mrr", "currency", last_customer=last.customer_id, last_end=last.end_on, involuntary=not_their_will
    )
    rows = spans.join(last, [spans.customer_id == last.last_customer, spans.end_on == last.last_end])
    rates = rate_days_table().rename(rate_currency="currency", rate_day="day")
    rows = rows.left_join(rates, [rows.currency == rates.rate_currency, rows.end_on == rates.rate_day])
    rows = rows.mutate(rate=_rate(facts, rows))
    rows = rows.mutate(mrr_eur=rows.mrr / rows.rate)
    # a customer who leaves several contracts on one day leaves once, with their sum
    rows = rows.group_by("customer_id", "start_on", "end_on").agg(
        mrr_eur=rows.mrr_eur.sum(),
        no_rate=rows.rate.isnull().any(),
        contracts=rows.count(),
        involuntary=rows.involuntary.all(),
    )
    rows = rows.mutate(
        key=rows.customer_id,
        left_at=rows.end_on.cast("timestamp"),
        left_local=rows.end_on.cast("timestamp"),
        left=ibis.literal(True),  # who left needs no exchange rate; what they paid does
        eligible=~rows.no_rate,
        may_return=(rows.end_on + ibis.interval(days=grace_days)).cast("timestamp") > as_of_local(),
    )
    return {"written": Source(rows=rows, tables=("subscriptions",), key="key", left_out=NO_RATE)}


def buying_spans(facts: Facts, *, grace_days: int = GRACE_DAYS) -> Mapping[str, Source]:  # noqa: ARG001
    """The same without contracts: who has not ordered for 365 days left on the last of them (G19)."""
    days = days_of_buying(facts)
    rows = days.mutate(left_on=days.day + ibis.interval(days=ACTIVE_DAYS))
    over = (rows.left_on + ibis.interval(days=1)).cast("timestamp") <= as_of_local()
    rows = rows.filter(over & (rows.later.isnull() | (rows.later > rows.left_on)))
    rows = rows.mutate(
        key=rows.customer_id,
        left_at=rows.left_on.cast("timestamp"),
        left_local=rows.left_on.cast("timestamp"),
        left=ibis.literal(True),
        involuntary=ibis.literal(False),
        may_return=ibis.literal(False),
    )
    return {"written": Source(rows=rows, tables=("orders",), key="key")}


def first_purchases(facts: Facts) -> Mapping[str, Source]:
    """One row per customer: the local day of the first valid order or contract ever."""
    contracts = subscriptions(facts)
    days = days_of_buying(facts)
    firsts = days.filter(days.earlier.isnull())
    starts = contracts.select("customer_id", day=contracts.start_on).union(firsts.select("customer_id", "day"))
    starts = starts.filter(starts.customer_id.notnull())
    rows = starts.group_by("customer_id").agg(first_on=starts.day.min())
    rows = rows.mutate(
        key=rows.customer_id,
        came_at=rows.first_on.cast("timestamp"),
        came_local=rows.first_on.cast("timestamp"),
        eligible=ibis.literal(True),
    )
    return {"written": Source(rows=rows, tables=("orders", "subscriptions"), key="key")}


def customer_periods(facts: Facts, *, grace_days: int = GRACE_DAYS) -> Mapping[str, Source]:
    """One row per period and customer active at its opening by contract, with the revenue of both ends.

    Money is at the opening rate on both sides (constant currency, SPEC 4.4).
    """
    rows = _spans_of_periods(facts, grace_days)
    value = rows.mrr / rows.rate
    opened = (rows.start_on <= rows.first_day) & (rows.end_on.isnull() | (rows.end_on > rows.first_day))
    closed = (rows.start_on <= rows.end_day) & (rows.end_on.isnull() | (rows.end_on > rows.end_day))
    people = rows.group_by("period", "customer_id", "first_day", "end_day").agg(
        opening=value.sum(where=opened),
        closing=value.sum(where=closed),
        at_opening=opened.any(),
        at_closing=closed.any(),
        last_end=rows.end_on.max(where=rows.end_on <= rows.end_day),
        no_rate=(opened & rows.rate.isnull()).any(),
    )
    people = people.filter(people.at_opening)
    returns = _returns(rows)
    people = people.left_join(returns, [people.period == returns.of_period, people.customer_id == returns.of_customer])
    returned = ~people.at_closing & true(days_between(people.last_end, people.returns_on) <= grace_days)
    people = people.mutate(
        kept=people.at_closing | returned,
        opening_eur=people.opening,
        closing_eur=returned.ifelse(people.returning, people.at_closing.ifelse(people.closing.fill_null(0.0), 0.0)),
    )
    return {"written": _people(people, ("subscriptions",), grace_days)}


def _returns(rows: ir.Table) -> ir.Table:
    """The first day after a period on which a customer signed, and the revenue of all they signed that day."""
    later = rows.filter(rows.start_on > rows.end_day)
    days = later.group_by("period", "customer_id", "start_on").agg(revenue=(later.mrr / later.rate).sum())
    return days.group_by(of_period=days.period, of_customer=days.customer_id).agg(
        returns_on=days.start_on.min(), returning=days.revenue.argmin(days.start_on)
    )


def _people(people: ir.Table, tables: tuple[str, ...], grace_days: int) -> Source:
    rows = people.mutate(
        key=people.customer_id,
        opened_at=people.first_day.cast("timestamp"),
        opened_local=people.first_day.cast("timestamp"),
        eligible=ibis.literal(True),  # staying needs no exchange rate; what is kept of revenue does
        may_return=(people.end_day + ibis.interval(days=grace_days)).cast("timestamp") > as_of_local(),
    )
    return Source(rows=rows, tables=tables, key="key", left_out=NO_RATE, periodic=True, alone=True)


def _spans_of_periods(facts: Facts, grace_days: int) -> ir.Table:
    """Each contract version beside each period it touches, or follows within the grace, with the opening rate."""
    rows = subscriptions(facts)
    rows = rows.filter(rows.customer_id.notnull())
    periods = periods_table()
    rows = rows.join(
        periods,
        [
            rows.start_on <= periods.end_day + ibis.interval(days=grace_days),
            rows.end_on.isnull() | (rows.end_on >= periods.first_day),
        ],
    )
    rates = rate_days_table().rename(rate_currency="currency", rate_day="day")
    rows = rows.left_join(rates, [rows.currency == rates.rate_currency, rows.first_day == rates.rate_day])
    return rows.mutate(rate=_rate(facts, rows))


def _rate(facts: Facts, rows: ir.Table) -> ir.Value:
    return (rows.currency == facts.currency).ifelse(1.0, rows.rate)


def customer_periods_by_orders(facts: Facts, *, grace_days: int = GRACE_DAYS) -> Mapping[str, Source]:  # noqa: ARG001
    """The same without contracts: active is who ordered in the 365 days before (G19); there is no recurring revenue.

    No interruption is forgiven beyond those days: `grace_days` is for contracts.
    """
    active = islands(order_intervals(facts), 0)
    periods = periods_table()
    rows = active.join(periods, [active.start_on <= periods.end_day, active.end_on > periods.first_day])
    people = rows.group_by("period", "customer_id", "first_day", "end_day").agg(
        at_opening=(rows.start_on <= rows.first_day).any(),
        kept=((rows.start_on <= rows.end_day) & (rows.end_on > rows.end_day)).any(),
    )
    people = people.filter(people.at_opening).mutate(
        opening_eur=ibis.null("float64"), closing_eur=ibis.null("float64"), no_rate=ibis.literal(False)
    )
    return {"written": _people(people, ("orders",), 0)}

"""`market_lines`: own valid order lines and the size of the market that somebody else has measured, by period."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import NO_RATE, Facts, Source, days_table, periods_table
from mittari.measure.relations.cash import with_rate
from mittari.measure.relations.orders import LEFT_OUT, order_lines_eur

OWN, MARKET = "own", "market"


def market_lines(facts: Facts, *, market: str = "") -> Mapping[str, Source]:
    """`market` names the one market meant; empty: all that are measured for the very period, added up."""
    rows = _own(facts).union(_markets(facts, market))
    rows = rows.mutate(
        counted_at=rows.day.cast("timestamp"),
        counted_local=rows.day.cast("timestamp"),
        eligible=~(rows.not_valid | rows.no_rate),
    )
    tables = ("benchmarks", "orders")
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, customer=None, periodic=True)}


def _own(facts: Facts) -> ir.Table:
    lines = order_lines_eur(facts)["written"].rows
    days = days_table().rename(call_day="day")
    rows = lines.join(days, lines.ordered_local.date() == days.call_day)
    return rows.select(
        "period",
        "key",
        "not_valid",
        NO_RATE,
        day=rows.call_day,
        what=ibis.literal(OWN),
        own_eur=rows.net_eur,
        market_eur=ibis.null("float64"),
        error=ibis.null("float64"),
    )


def _markets(facts: Facts, market: str) -> ir.Table:
    """Figures for exactly the period; of several sources of one market their mean, and the error weighed by size."""
    raw = facts.table("benchmarks")
    rows = raw.filter((raw.kind == "market_size") & ((raw.entity == market) if market else ibis.literal(True)))
    rows = _spans(rows.rename(of_period="period"))
    periods = periods_table()
    rows = rows.join(periods, [rows.begins_on == periods.first_day, rows.ends_on == periods.end_day])
    # a figure without a currency is in the reporting one, if it is not in pieces or tonnes
    rows = rows.mutate(currency=ibis.coalesce(rows.currency, rows.unit, ibis.literal(facts.currency)))
    rows = with_rate(facts, rows, rows.first_day)
    sources = rows.rate.count().over(ibis.window(group_by=[rows.period, rows.entity]))
    rows = rows.mutate(market_eur=rows.value / rows.rate / sources)
    whole = rows.market_eur.sum().over(ibis.window(group_by=rows.period))
    return rows.select(
        "period",
        key=rows.entity + ibis.literal(" ") + rows.source.fill_null(""),
        not_valid=ibis.literal(False),
        no_rate=rows.rate.isnull(),
        day=rows.first_day,
        what=ibis.literal(MARKET),
        own_eur=ibis.null("float64"),
        market_eur=rows.market_eur,
        error=rows.error_pct.fill_null(0.0) / 100.0 * rows.market_eur / whole,
    )


def _spans(rows: ir.Table) -> ir.Table:
    """The first day of the year, quarter or month that a figure is for, and the day after its last one."""
    text = rows.of_period
    quarter, month = text.re_search(r"^[1-9]\d{3}-Q[1-4]$"), text.re_search(r"^[1-9]\d{3}-(0[1-9]|1[0-2])$")
    whole_year = text.re_search(r"^[1-9]\d{3}$")
    # only what is a number is cast to one: some engines have no cast that yields null instead of failing
    of_quarter = (quarter.ifelse(text.substr(6, 1), ibis.null("string")).cast("int32") * 3 - 2).cast("string")
    first_month = ibis.cases(
        (quarter, of_quarter.lpad(2, "0")), (month, text.substr(5, 2)), (whole_year, ibis.literal("01"))
    )
    begins = (text.substr(0, 4) + "-" + first_month + "-01").cast("date")
    months = ibis.cases((quarter, 3), (month, 1), else_=12)
    rows = rows.mutate(begins_on=begins, months=months)
    return rows.mutate(ends_on=(rows.begins_on + rows.months.as_interval("M")).cast("date"))

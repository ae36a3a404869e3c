"""`cash_lines_eur`: one row per line of the bank account or cash ledger, in the reporting currency."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.activity import as_of_local
from mittari.measure.relations.base import NO_RATE, Facts, Source, rate_days_table

LEFT_OUT = {"not_operating": "investing or financing", NO_RATE: "no exchange rate at most 7 days old"}


def cash_lines_eur(facts: Facts) -> Mapping[str, Source]:
    raw = facts.table("cash_entries")
    rows = raw.filter(raw.booked_on.cast("timestamp") <= as_of_local())
    rows = with_rate(facts, rows, rows.booked_on)
    rows = rows.mutate(
        key=rows.entry_id,
        booked_at=rows.booked_on.cast("timestamp"),
        booked_local=rows.booked_on.cast("timestamp"),
        not_operating=rows.activity != "operating",
        no_rate=(rows.activity == "operating") & rows.rate.isnull(),
        amount_eur=rows.amount.cast("float64") / rows.rate,
    )
    rows = rows.mutate(eligible=~rows.not_operating & ~rows.no_rate)
    columns = {name: name for name in dimensions.CASH}
    return {"written": Source(rows=rows, tables=("cash_entries",), key="key", left_out=LEFT_OUT, dimensions=columns)}


def with_rate(facts: Facts, rows: ir.Table, day: ir.Value, name: str = "rate") -> ir.Table:
    """The rows with a column `name`: units of their currency per unit of the reporting one on the day, or null."""
    rows = rows.mutate(rate_on=day)
    rates = rate_days_table().rename(rate_currency="currency", rate_day="day", rate_found="rate")
    rows = rows.left_join(rates, [rows.currency == rates.rate_currency, rows.rate_on == rates.rate_day])
    rate = (rows.currency == facts.currency).ifelse(ibis.literal(1.0), rows.rate_found)
    rows = rows.mutate(**{name: rate})
    return rows.drop("rate_on", "rate_currency", "rate_day", "rate_found")

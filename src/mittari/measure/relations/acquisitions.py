"""`acquisitions`: one row per customer won in a period, and what brought them."""

from collections.abc import Mapping

from mittari.measure.relations.base import Facts, Source, as_of, flag, periods_table

LEFT_OUT = {"test": "a test"}


def acquisitions(facts: Facts) -> Mapping[str, Source]:
    """The period is found by its instants: the local clock of the acquisition is not kept."""
    raw = facts.table("customers")
    rows = raw.filter(raw.acquired_at <= as_of())
    periods = periods_table()
    rows = rows.join(periods, [rows.acquired_at >= periods.p0, rows.acquired_at < periods.p1])
    channel = rows.acquisition_channel.fill_null("unknown")
    rows = rows.mutate(
        key=rows.customer_id,
        won_at=rows.acquired_at,
        won_local=rows.first_day.cast("timestamp"),
        test=flag(rows.is_test),
        eligible=~flag(rows.is_test),
        recommended=(channel == "referral") | rows.referred_by.notnull(),
        source_known=(channel != "unknown") | rows.referred_by.notnull(),
    )
    return {"written": Source(rows=rows, tables=("customers",), key="key", left_out=LEFT_OUT, periodic=True)}

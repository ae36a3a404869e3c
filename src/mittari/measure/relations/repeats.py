"""Which contacts are repeats: the customer comes back for the same thing (KPI 20).

A contact repeats an earlier one of the same customer and reason (a missing reason matches any) that had ended at most 7
days before, or was still open and then at most 30 days old.
"""

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, instant, seconds, true

DAY_S = 86_400.0
WITHIN_DAYS, OPEN_FOR_DAYS = 7, 30
WITHIN_S, OPEN_FOR_S = WITHIN_DAYS * DAY_S, OPEN_FOR_DAYS * DAY_S
CLOCKS = ("opened_at", "solved_first_at", "solved_last_at", "reopened_first_at", "reopened_at", "abandoned_at")


def is_repeat(facts: Facts, rows: ir.Table, written: ir.Table, phone: ir.Table) -> ir.BooleanValue:
    """Whether each of `rows` in the span of the call repeats an earlier contact on any channel."""
    earlier = _earlier(facts, written, phone)
    later = rows.filter(rows.incoming & rows.customer_id.notnull())
    later = later.filter(
        (later.opened_local >= instant("span_start_local")) & (later.opened_local < instant("span_end_local"))
    ).select("key", "customer_id", "reason_code", "opened_at")
    same_reason = (
        later.reason_code.isnull() | earlier.old_reason_code.isnull() | (later.reason_code == earlier.old_reason_code)
    )
    ended = _ended(earlier, later.opened_at)
    recent = true(seconds(ended, later.opened_at) <= WITHIN_S)
    still_open = ended.isnull() & (seconds(earlier.old_opened_at, later.opened_at) <= OPEN_FOR_S)
    repeats = later.semi_join(
        earlier,
        [
            later.customer_id == earlier.old_customer_id,
            earlier.old_opened_at < later.opened_at,
            same_reason & (recent | still_open),
        ],
    )
    return rows.key.isin(repeats.key)


def _earlier(facts: Facts, written: ir.Table, phone: ir.Table) -> ir.Table:
    """The contacts that others can repeat: those that ended, or were open, late enough for the span of the call."""
    columns = [*CLOCKS, "customer_id", "reason_code", "incoming", "short"]
    earlier = written.select(*columns)
    if facts.has("calls"):
        earlier = earlier.union(phone.select(*columns))
    earlier = earlier.filter(earlier.incoming & ~earlier.short & earlier.customer_id.notnull())
    last = ibis.greatest(
        earlier.opened_at + ibis.interval(days=OPEN_FOR_DAYS - WITHIN_DAYS),
        *[ibis.coalesce(earlier[name], earlier.opened_at) for name in CLOCKS if name != "opened_at"],
    )
    # a day more than the week: the span begins on a local clock
    earlier = earlier.filter(last >= instant("span_start_local") - ibis.interval(days=WITHIN_DAYS + 1))
    return earlier.drop("incoming", "short").rename(lambda name: f"old_{name}")


def _ended(earlier: ir.Table, at: ir.TimestampValue) -> ir.TimestampValue:
    """When the earlier contact had ended, seen at the later one: a solve not reopened since, or its abandonment."""

    def stands(solve: ir.TimestampValue, reopened: ir.TimestampValue) -> ir.BooleanValue:
        return true(solve <= at) & ~(true(reopened >= solve) & true(reopened <= at))

    none = ibis.null("timestamp")
    last, first, left = earlier.old_solved_last_at, earlier.old_solved_first_at, earlier.old_abandoned_at
    return ibis.coalesce(
        stands(last, earlier.old_reopened_at).ifelse(last, none),
        stands(first, earlier.old_reopened_first_at).ifelse(first, none),
        (left <= at).ifelse(left, none),
    )

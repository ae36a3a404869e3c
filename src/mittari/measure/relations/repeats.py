"""Which contacts are repeats: the customer comes back for the same thing (KPI 20).

A contact repeats an earlier one of the same customer and reason (a missing reason matches any) that had ended at most 7
days before, or was still open and then at most 30 days old.
"""

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, seconds, true

DAY_S = 86_400.0
WITHIN_S = 7 * DAY_S
OPEN_FOR_S = 30 * DAY_S


def is_repeat(facts: Facts, rows: ir.Table, written: ir.Table, phone: ir.Table) -> ir.BooleanValue:
    """Whether each of `rows` repeats an earlier contact on any channel."""
    columns = [
        "customer_id",
        "reason_code",
        "opened_at",
        "solved_first_at",
        "solved_last_at",
        "reopened_first_at",
        "reopened_at",
        "abandoned_at",
        "incoming",
        "short",
    ]
    earlier = written.select(*columns)
    if facts.has("calls"):
        earlier = earlier.union(phone.select(*columns))
    earlier = earlier.filter(earlier.incoming & ~earlier.short & earlier.customer_id.notnull()).drop(
        "incoming", "short"
    )
    earlier = earlier.rename({f"earlier_{name}": name for name in earlier.columns})
    later = rows.filter(rows.incoming & rows.customer_id.notnull()).select(
        "key", "customer_id", "reason_code", "opened_at"
    )
    pairs = later.join(
        earlier,
        [
            later.customer_id == earlier.earlier_customer_id,
            earlier.earlier_opened_at < later.opened_at,
        ],
    )
    same = (
        pairs.reason_code.isnull()
        | pairs.earlier_reason_code.isnull()
        | (pairs.reason_code == pairs.earlier_reason_code)
    )
    ended = _ended(pairs)
    recent = true(seconds(ended, pairs.opened_at) <= WITHIN_S)
    still_open = ended.isnull() & (seconds(pairs.earlier_opened_at, pairs.opened_at) <= OPEN_FOR_S)
    repeats = pairs.filter(same & (recent | still_open)).select("key").distinct()
    return rows.key.isin(repeats.key)


def _ended(pairs: ir.Table) -> ir.TimestampValue:
    """When the earlier contact had ended, seen at the later one: a solve not reopened since, or its abandonment."""
    at = pairs.opened_at
    last, first, left = pairs.earlier_solved_last_at, pairs.earlier_solved_first_at, pairs.earlier_abandoned_at

    def stands(solve: ir.TimestampValue, reopened: ir.TimestampValue) -> ir.BooleanValue:
        return true(solve <= at) & ~(true(reopened >= solve) & true(reopened <= at))

    none = ibis.null("timestamp")
    return ibis.coalesce(
        stands(last, pairs.earlier_reopened_at).ifelse(last, none),
        stands(first, pairs.earlier_reopened_first_at).ifelse(first, none),
        (left <= at).ifelse(left, none),
    )

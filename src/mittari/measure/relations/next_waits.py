"""`next_waits`: one row per wait after the first answer (KPI 04). It belongs to who ended it (G25)."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, seconds, seen, true
from mittari.measure.relations.contacts import LEFT_OUT, written

THANKS_S = 86_400.0


def next_waits(facts: Facts) -> Mapping[str, Source]:
    columns = {name: name for name in (*dimensions.NEXT_WAITS, *facts.dimensions("conversations"))}
    return {
        "written": Source(
            rows=later_waits(facts),
            tables=("messages", "conversations"),
            key="key",
            left_out=LEFT_OUT,
            dimensions=columns,
        )
    }


def later_waits(facts: Facts) -> ir.Table:
    """Waits begun by `as_of`. Without an answer within a day, in a conversation that is solved, it was a thank-you."""
    raw = facts.table("messages")
    raw = raw.filter(raw.replied_at.notnull() & (raw.sent_at <= as_of()))
    replied_at = seen(raw.replied_at)
    waits = raw.select(
        "root_id",
        "reply_due_at",
        "reply_decided_local",
        wait_key=raw.message_id,
        later_started_at=raw.sent_at,
        later_started_local=raw.wait_started_local,
        replied_at=replied_at,
        later_wait_s=seconds(raw.sent_at, replied_at),
        replied_by=raw.replied_by,
    )
    cases = written(facts)
    rows = waits.join(cases.drop("agent_id"), waits.root_id == cases.key)
    age_s = seconds(rows.later_started_at, as_of())
    rows = rows.mutate(
        conversation_id=rows.key,
        key=rows.wait_key,
        agent_id=rows.replied_at.notnull().ifelse(rows.replied_by, ibis.null("string")),
        replied=rows.replied_at.notnull(),
        left=rows.replied_at.isnull() & true(rows.abandoned_at >= rows.later_started_at),
        thanks=rows.replied_at.isnull() & rows.solved & (age_s >= THANKS_S),
    )
    return rows.mutate(unanswered=rows.incoming & ~rows.replied & ~rows.thanks)

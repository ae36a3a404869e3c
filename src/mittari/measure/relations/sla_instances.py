"""`sla_instances`: one row per time promised by a service-level policy: first answers, later answers, solves (KPI 11).

Each belongs to the instant at which it was decided: when it was fulfilled, or when it fell due, whichever came first.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, true
from mittari.measure.relations.contacts import LEFT_OUT, written
from mittari.measure.relations.next_waits import later_waits

REASONS = {
    **LEFT_OUT,
    "unneeded": "no answer was needed: a bot handled it alone, or it was a thank-you",
    "cancelled": "cancelled: the customer left before it was due",
    "active": "still running",
}
KEPT = """
    key conversation_id metric decided_at decided_local met eligible incoming unneeded cancelled active
    spam test merged deleted phone_ticket outbound customer_id
    channel priority team_id agent_id first_responder_id reason_code
""".split()  # noqa: SIM905 - thirty quoted words are harder to read


def sla_instances(facts: Facts) -> Mapping[str, Source]:
    own = facts.dimensions("conversations")
    rows = ibis.union(*(part.select(*KEPT, *own) for part in (_answers(facts), _solves(facts), _replies(facts))))
    columns = {name: name for name in (*dimensions.SLA_INSTANCES, *own)}
    tables = ("conversations", "messages", "sla_targets", "business_calendars")
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=REASONS, dimensions=columns)}


def _answers(facts: Facts) -> ir.Table:
    rows = written(facts, "answer_due_at", "answer_decided_local")
    rows = rows.mutate(
        due_at=rows.answer_due_at, fulfilled_at=rows.answered_at, decided_local=rows.answer_decided_local
    )
    return _decided(rows, "first_response", rows.bot_only)


def _solves(facts: Facts) -> ir.Table:
    """Up to the last solve, if it stands: what was reopened is not solved."""
    rows = written(facts, "solve_due_at", "solve_due_local")
    fulfilled_at = rows.solved.ifelse(rows.solved_last_at, ibis.null("timestamp"))
    rows = rows.mutate(due_at=rows.solve_due_at, fulfilled_at=fulfilled_at)
    in_time = true(rows.fulfilled_at <= rows.due_at)
    rows = rows.mutate(decided_local=in_time.ifelse(rows.solved_last_local, rows.solve_due_local))
    return _decided(rows, "resolution", ibis.literal(False))


def _replies(facts: Facts) -> ir.Table:
    rows = later_waits(facts)
    rows = rows.mutate(
        message=rows.key,
        key=rows.conversation_id,
        due_at=rows.reply_due_at,
        fulfilled_at=rows.replied_at,
        decided_local=rows.reply_decided_local,
    )
    decided = _decided(rows, "next_response", rows.thanks)
    return decided.mutate(key=decided.key + " " + rows.message)


def _decided(rows: ir.Table, metric: str, unneeded: ir.BooleanValue) -> ir.Table:
    """What became of each promise: met, breached, cancelled or still running."""
    rows = rows.mutate(
        unneeded=unneeded,
        metric=ibis.literal(metric),
        conversation_id=rows.key,
        key=rows.key + " " + metric,
        decided_at=ibis.least(rows.fulfilled_at, rows.due_at),
        met=true(rows.fulfilled_at <= rows.due_at),
    )
    return rows.mutate(
        active=rows.decided_at > as_of(),
        # also who was answered in time and then left: nobody knows whether the answer was one
        cancelled=true(rows.abandoned_at < rows.due_at),
    )

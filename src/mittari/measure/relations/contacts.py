"""`contacts`: one row per written conversation (merged ones under their root) and per queue entry of a call.

Rules G5 to G13 and G25 are settled here. Both sources have the same columns, so a KPI is written once: by default it
counts written conversations, `channel = phone` reads the calls, and an output of scope ALL adds the two.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.facts.limits import SHORT_CALL_S, SHORT_WRITTEN_S
from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, flag, seconds, seen, true

LEFT_OUT = {
    "spam": "spam",
    "test": "a test",
    "merged": "merged into another conversation",
    "deleted": "deleted",
    "phone_ticket": "phone conversation: its call is counted instead",
    "outbound": "outbound: we contacted the customer",
}
COLUMNS = tuple(
    """
    key customer_id case_id channel direction opened_at opened_local wait_started_at wait_started_local answered_at
    abandoned_at solved_first_at solved_last_at solved_last_local ended_at ended_local eligible incoming short handled
    answered abandoned solved bot_only offered needs_answer no_reply_needed is_complaint resolved_by outcome wait_s
    first_wait_s business_wait_s handle_s spam test merged deleted phone_ticket outbound agent_id first_responder_id
    team_id reason_code priority queue_id reopened_first_at reopened_at is_repeat
    solved_first_local reopen_is_trivial escalated_at escalation_level lead_at lead_status complaint_outcome
    """.split()  # noqa: SIM905 - forty quoted words are harder to read
)


def contacts(facts: Facts) -> Mapping[str, Source]:
    """Contacts by the agent who solved them; calls by the agent who took them."""
    return {
        "written": contact_source(facts, "conversations", with_ages(written(facts))),
        "phone": contact_source(facts, "calls", with_ages(phone(facts))),
    }


def contact_source(facts: Facts, table: str, rows: ir.Table, *more_tables: str) -> Source:
    """A source of contacts with the dimensions all of them have."""
    columns = {name: name for name in (*dimensions.CONTACTS, *facts.dimensions(table))}
    return Source(rows=rows, tables=(table, *more_tables), key="key", left_out=LEFT_OUT, dimensions=columns)


def with_ages(rows: ir.Table) -> ir.Table:
    return rows.mutate(
        age_s=seconds(rows.opened_at, as_of()),
        solve_s=seconds(rows.opened_at, rows.solved_last_at),
        first_solve_s=seconds(rows.opened_at, rows.solved_first_at),
        since_solve_s=seconds(rows.solved_first_at, as_of()),
        # where only the last reopening is known it stands for the first
        reopen_after_s=seconds(rows.solved_first_at, ibis.coalesce(rows.reopened_first_at, rows.reopened_at)),
        escalate_s=seconds(rows.opened_at, rows.escalated_at),
        lead_s=seconds(rows.opened_at, rows.lead_at),
    )


def written(facts: Facts, *more: str) -> ir.Table:
    """Every conversation known at `as_of`, with its clocks as they stood then, and `more` columns of the facts."""
    raw = facts.table("conversations")
    raw = raw.filter(raw.created_at <= as_of())
    rows = raw.mutate(
        key=raw.conversation_id,
        direction=raw.direction.fill_null("in"),
        wait_started_at=seen(raw.wait_started_at),
        handoff_at=seen(raw.handoff_at),
        answered_at=seen(raw.answered_at),
        abandoned_at=seen(raw.abandoned_at),
        solved_first_at=seen(raw.solved_first_at),
        # where the last solve had not happened yet the first one stands in, unless a reopening had cancelled it (G3)
        solved_last_at=ibis.coalesce(seen(raw.solved_last_at), seen(raw.solved_first_at)),
        solved_last_local=true(raw.solved_last_at <= as_of()).ifelse(raw.solved_last_local, raw.solved_first_local),
        reopened_first_at=seen(raw.reopened_at),
        reopened_at=ibis.coalesce(seen(raw.reopened_latest_at), seen(raw.reopened_at)),
        first_responder_id=raw.answered_by,
        business_wait_s=raw.answer_business_s,
        queue_id=ibis.null("string"),
        outcome=ibis.null("string"),
        ended_at=ibis.null("timestamp"),
        ended_local=ibis.null("timestamp"),
        handle_s=ibis.null("float64"),
        spam=flag(raw.is_spam),
        test=flag(raw.is_test),
        merged=raw.merged_into.notnull(),
        deleted=seen(raw.deleted_at).notnull(),
        phone_ticket=(raw.channel == "phone") & ibis.literal(facts.has("calls")),
        is_complaint=flag(raw.is_complaint),
        no_reply_needed=flag(raw.no_reply_needed),
        reopen_is_trivial=flag(raw.reopen_is_trivial),
        escalated_at=seen(raw.escalated_at),
        lead_at=seen(raw.lead_at),
    )
    return _written_states(rows).select(*COLUMNS, *more, *facts.dimensions("conversations"))


def _written_states(rows: ir.Table) -> ir.Table:
    rows = rows.mutate(
        outbound=rows.direction == "out",
        eligible=~(rows.spam | rows.test | rows.merged | rows.deleted | rows.phone_ticket),
        answered=rows.answered_at.notnull(),
        bot_only=flag(rows.bot_first) & rows.handoff_at.isnull() & rows.answered_at.isnull(),
        abandoned=rows.abandoned_at.notnull() & ~true(rows.answered_at <= rows.abandoned_at),
        solved=rows.solved_last_at.notnull() & ~true(rows.reopened_at >= rows.solved_last_at),
        wait_s=seconds(rows.wait_started_at, rows.answered_at),
        first_wait_s=seconds(rows.opened_at, rows.answered_at),
    )
    rows = rows.mutate(
        incoming=rows.eligible & ~rows.outbound,
        short=rows.abandoned & true(seconds(rows.wait_started_at, rows.abandoned_at) <= SHORT_WRITTEN_S),
        handled=rows.answered | (rows.solved & true(rows.resolved_by == "bot")),
        offered=ibis.literal(True),
        is_repeat=true(rows.repeat_until > as_of()),
    )
    return rows.mutate(needs_answer=~rows.bot_only & ~rows.short & ~rows.no_reply_needed)


UNKNOWN_OF_CALLS = {
    **dict.fromkeys(("escalated_at", "lead_at", "reopened_first_at", "reopened_at"), "timestamp"),
    **dict.fromkeys(("escalation_level", "lead_status", "complaint_outcome", "team_id", "priority"), "string"),
    "business_wait_s": "float64",
}
"""Columns of contacts that nobody records of a call, with their types."""

NEVER_OF_CALLS = (
    "spam",
    "merged",
    "deleted",
    "phone_ticket",
    "bot_only",
    "no_reply_needed",
    "is_complaint",
    "reopen_is_trivial",
)
"""Marks that only a written conversation can have."""


def phone(facts: Facts, *more: str) -> ir.Table:
    """Every queue entry known at `as_of`. An accepted callback, overflow, voicemail or closed line is no offer."""
    raw = facts.table("calls")
    raw = raw.filter(raw.queued_at <= as_of())
    answered = raw.outcome == "answered"
    ended = true(raw.ended_at <= as_of())
    solved = answered & ended
    rows = raw.mutate(
        **{name: ibis.null(kind) for name, kind in UNKNOWN_OF_CALLS.items()},
        **{name: ibis.literal(False) for name in NEVER_OF_CALLS},
        key=raw.call_id,
        channel=ibis.literal("phone"),
        direction=raw.direction.fill_null("in"),
        opened_at=raw.queued_at,
        opened_local=raw.queued_local,
        wait_started_at=raw.queued_at,
        wait_started_local=raw.queued_local,
        answered=answered,
        answered_at=answered.ifelse(raw.queued_at + raw.wait_s.cast("int64").as_interval("s"), ibis.null("timestamp")),
        abandoned=raw.outcome == "abandoned",
        abandoned_at=(raw.outcome == "abandoned").ifelse(raw.ended_at, ibis.null("timestamp")),
        ended_at=seen(raw.ended_at),
        ended_local=ended.ifelse(raw.ended_local, ibis.null("timestamp")),
        solved=solved,
        solved_first_at=solved.ifelse(raw.ended_at, ibis.null("timestamp")),
        solved_last_at=solved.ifelse(raw.ended_at, ibis.null("timestamp")),
        solved_last_local=solved.ifelse(raw.ended_local, ibis.null("timestamp")),
        solved_first_local=solved.ifelse(raw.ended_local, ibis.null("timestamp")),
        handled=answered,
        test=flag(raw.is_test),
        wait_s=raw.wait_s,
        first_wait_s=raw.wait_s,
        # a part that nobody measured is unknown, not zero
        handle_s=raw.talk_s + raw.hold_s + raw.acw_s,
        first_responder_id=raw.agent_id,
        resolved_by=ibis.literal("agent"),
        is_repeat=true(raw.repeat_until > as_of()),
    )
    rows = rows.mutate(
        outbound=rows.direction == "out",
        eligible=~rows.test,
        short=rows.abandoned & (rows.wait_s <= SHORT_CALL_S),
    )
    rows = rows.mutate(
        incoming=rows.eligible & ~rows.outbound,
        offered=rows.answered | rows.abandoned,
        needs_answer=rows.answered | (rows.abandoned & ~rows.short),
    )
    return rows.select(*COLUMNS, *more, *facts.dimensions("calls"))

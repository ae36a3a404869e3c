"""`open_cases`: one row per period and conversation that is open when it ends, or was solved in the 28 days before.

Where status events are known the state is read from them; else a case is solved between its first solve and a
reopening, and from its last solve on.
"""

from collections.abc import Mapping
from dataclasses import replace

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, as_of, periods_table, true
from mittari.measure.relations.contacts import contact_source, written

SOLVED = ("solved", "closed")
WAITING = ("pending", "on_hold")
FLOW_DAYS = 28


def open_cases(facts: Facts) -> Mapping[str, Source]:
    rows = written(facts)
    rows = rows.filter(rows.eligible)
    periods = periods_table()
    rows = rows.join(periods, rows.opened_at < periods.p1)
    states = _states(facts, periods)
    rows = rows.left_join(states, [rows.key == states.of_conversation, rows.period == states.of_period])
    instant = rows.p1
    by_columns = (true(rows.solved_first_at <= instant) & ~true(rows.reopened_first_at <= instant)) | (
        rows.solved & (rows.solved_last_at <= instant)
    )
    solved_then = rows.state.isnull().ifelse(by_columns, rows.state.isin(SOLVED))
    left = rows.abandoned_at < instant
    since = instant - ibis.interval(days=FLOW_DAYS)
    rows = rows.mutate(
        open=rows.incoming & ~solved_then & ~true(left),
        pending=rows.incoming & ~solved_then & ~true(left) & rows.state.isin(WAITING).fill_null(False),
        solved_recently=rows.solved & (rows.solved_last_at >= since) & (rows.solved_last_at < instant),
    )
    rows = rows.filter(rows.open | rows.solved_recently)
    source = contact_source(facts, "conversations", rows, "status_events")
    return {"written": replace(source, periodic=True)}


def _states(facts: Facts, periods: ir.Table) -> ir.Table:
    """The status of each conversation with a history, at the end of each period."""
    events = facts.table("status_events")
    events = events.filter((events.kind == "status") & (events.at <= as_of()))
    states = events.join(periods, events.at <= periods.p1)
    return states.group_by(of_conversation=states.conversation_id, of_period=states.period).agg(
        state=states.value.argmax(states.at)
    )

"""`open_cases`: one row per period and conversation that is open when it ends, or was solved in the 28 days before.

Where status events are known the state is read from them; else a case is solved between its first solve and a
reopening, and from its last solve on.
"""

from collections.abc import Mapping
from dataclasses import replace

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, as_of, periods_table, seconds, true
from mittari.measure.relations.contacts import contact_source, written

SOLVED = ("solved", "closed")
WAITING = ("pending", "on_hold")
FLOW_DAYS = 28


def open_cases(facts: Facts) -> Mapping[str, Source]:
    rows = written(facts)
    rows = rows.filter(rows.eligible)
    with_history = facts.table("status_events")
    with_history = with_history.filter((with_history.kind == "status") & (with_history.at <= as_of()))
    rows = rows.mutate(has_history=rows.key.isin(with_history.conversation_id))
    rows = rows.mutate(matters_until=_matters_until(rows))
    periods = periods_table()
    rows = rows.join(periods, [rows.opened_at < periods.p1, rows.matters_until >= periods.p1])
    rows = rows.mutate(
        solved_by_columns=_solved_by_columns(rows, rows.p1),
        left=true(rows.abandoned_at < rows.p1),
        solved_recently=rows.solved
        & true((rows.solved_last_at >= rows.p1 - ibis.interval(days=FLOW_DAYS)) & (rows.solved_last_at < rows.p1)),
    )
    # what the columns say is closed need not be looked up, unless there is a history that may say otherwise
    rows = rows.filter(rows.has_history | rows.solved_recently | ~(rows.solved_by_columns | rows.left))
    states = _states(facts, periods)
    rows = rows.left_join(states, [rows.key == states.of_conversation, rows.period == states.of_period])
    closed = rows.left | rows.state.isnull().ifelse(rows.solved_by_columns, rows.state.isin(SOLVED))
    rows = rows.mutate(
        open=rows.incoming & ~closed,
        # a period that is not over ends, for whoever looks at it, now
        open_for_s=seconds(rows.opened_at, ibis.least(rows.p1, as_of())),
    )
    rows = rows.mutate(pending=rows.open & rows.state.isin(WAITING).fill_null(False))
    rows = rows.filter(rows.open | rows.solved_recently)
    source = contact_source(facts, "conversations", rows, "status_events")
    return {"written": replace(source, periodic=True)}


def _matters_until(rows: ir.Table) -> ir.TimestampValue:
    """The last instant at which a case can be open, or solved recently; a history may say anything at any time."""
    never = ibis.timestamp("9999-12-31")
    done = rows.solved.ifelse(rows.solved_last_at + ibis.interval(days=FLOW_DAYS), rows.abandoned_at)
    return rows.has_history.ifelse(never, done.fill_null(never))


def _solved_by_columns(rows: ir.Table, instant: ir.TimestampValue) -> ir.BooleanValue:
    """Solved at the instant: after the first solve and before a reopening, or after a last solve that stands."""
    return (true(rows.solved_first_at <= instant) & ~true(rows.reopened_first_at <= instant)) | (
        rows.solved & true(rows.solved_last_at <= instant)
    )


def _states(facts: Facts, periods: ir.Table) -> ir.Table:
    """The status of each conversation with a history, at the end of each period."""
    events = facts.table("status_events")
    events = events.filter((events.kind == "status") & (events.at <= as_of()))
    states = events.join(periods, events.at <= periods.p1)
    return states.group_by(of_conversation=states.conversation_id, of_period=states.period).agg(
        state=states.value.argmax(states.at)
    )

"""`agent_days`: one row per agent and local day, with the recorded seconds and the cases the agent solved that day."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.activity import as_of_local
from mittari.measure.relations.base import Facts, Source, as_of, true
from mittari.measure.relations.contacts import written

REOPENED_DAYS = 7
LEFT_OUT = {"no_hours": "no working time recorded for that agent and day"}


def agent_days(facts: Facts, *, solves: bool = False) -> Mapping[str, Source]:
    """Working time by day; with `solves` the solves beside it, also of days without recorded time (they are left out).

    Only who asks for the solves reads the conversations.
    """
    rows = _hours(facts)
    if solves:
        every = rows.union(_solves(facts))
        rows = every.group_by("agent_id", "day").agg(
            **{name: every[name].sum() for name in ("paid_s", "handling_s", "idle_s", "solved", "solved_lately")}
        )
    rows = rows.mutate(
        key=rows.agent_id.fill_null("") + " " + rows.day.cast("string"),
        worked_at=rows.day.cast("timestamp"),
        worked_local=rows.day.cast("timestamp"),
        no_hours=rows.paid_s.isnull(),
        eligible=rows.paid_s.notnull(),
        logged_in_s=rows.handling_s + rows.idle_s,
    )
    tables = ("work_time", "conversations") if solves else ("work_time",)
    columns = {name: name for name in dimensions.AGENT_DAYS}
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, dimensions=columns)}


def _hours(facts: Facts) -> ir.Table:
    """The days begun by `as_of`."""
    raw = facts.table("work_time")
    raw = raw.filter(raw.date <= as_of_local().date())
    return raw.select(
        "agent_id",
        "paid_s",
        "handling_s",
        "idle_s",
        day=raw.date,
        solved=ibis.literal(0, "int64"),
        solved_lately=ibis.literal(0, "int64"),
    )


def _solves(facts: Facts) -> ir.Table:
    """The last solve of each case by a person, unless it was reopened within a week; whether that may yet happen."""
    rows = written(facts)
    week = ibis.interval(days=REOPENED_DAYS)
    rows = rows.filter(
        rows.eligible
        & rows.solved_last_at.notnull()
        & ~true(rows.resolved_by == "bot")
        & ~_within_a_week(rows, rows.reopened_at)
        & ~_within_a_week(rows, rows.reopened_first_at)
    )
    none = ibis.null("float64")
    return rows.select(
        "agent_id",
        paid_s=none,
        handling_s=none,
        idle_s=none,
        day=rows.solved_last_local.date(),
        solved=ibis.literal(1, "int64"),
        solved_lately=(rows.solved_last_at + week > as_of()).ifelse(1, 0).cast("int64"),
    )


def _within_a_week(rows: ir.Table, reopened: ir.Value) -> ir.BooleanValue:
    week = ibis.interval(days=REOPENED_DAYS)
    return true((reopened >= rows.solved_last_at) & (reopened <= rows.solved_last_at + week))

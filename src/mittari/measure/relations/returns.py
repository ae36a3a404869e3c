"""Contacts and whether their customer came back: who is solved for good is known only by looking ahead.

A customer comes back with a contact on any channel for the same reason (a missing reason matches any) within 7 days
after the solve. Finding it is a join of the contacts of the span with all that follow, so these relations are apart
from `contacts`, and only what can matter to the span of the call is joined.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, flag, instant, near_span, seconds, week, weeks_after
from mittari.measure.relations.contacts import contact_source, phone, with_ages, written

RETURN_DAYS = 7
REACH_DAYS = 38
"""How long after the span first contacts can matter: 30 days to solve (who takes longer has failed), 7 to return."""


def first_contacts(facts: Facts) -> Mapping[str, Source]:
    """Every contact, whether its customer came back after its first solve; `is_repeat` tells the first ones apart."""
    later = _later_contacts(facts, REACH_DAYS)
    letters, calls = (with_ages(rows) for rows in (written(facts), phone(facts)))
    return {
        "written": contact_source(facts, "conversations", _followed(letters, letters.solved_first_at, later), "calls"),
        "phone": contact_source(facts, "calls", _followed(calls, calls.solved_first_at, later), "conversations"),
    }


def bot_contacts(facts: Facts) -> Mapping[str, Source]:
    """Conversations that a bot began, and whether the customer came back after the solve that stands."""
    rows = written(facts, "bot_first", "handoff_at")
    rows = with_ages(rows.filter(flag(rows.bot_first)))
    by_bot = rows.incoming & rows.bot_only & rows.solved & (rows.resolved_by == "bot").fill_null(False)
    solved_at = by_bot.ifelse(rows.solved_last_at, ibis.null("timestamp"))
    rows = _followed(rows.mutate(by_bot=by_bot), solved_at, _later_contacts(facts))
    return {"written": contact_source(facts, "conversations", rows, "calls")}


def _later_contacts(facts: Facts, reach_days: int | None = None) -> ir.Table:
    """When and for what customers got in touch from the beginning of the span on; who left at once did not."""
    every = []
    for rows in (written(facts), phone(facts)):
        begun = rows.opened_local >= instant("span_start_local")
        near = begun if reach_days is None else near_span(rows.opened_local, reach_days)
        rows = rows.filter(rows.incoming & ~rows.short & rows.customer_id.notnull() & near)
        every.append(rows.select(who=rows.customer_id, what=rows.reason_code, again_at=rows.opened_at))
    return ibis.union(*every)


def _followed(rows: ir.Table, solved_at: ir.Value, later: ir.Table) -> ir.Table:
    """The rows with `followed`: the customer came back at most 7 days after the solve."""
    rows = rows.mutate(holds_from=solved_at)
    solved = rows.filter(rows.holds_from.notnull() & near_span(rows.opened_local))
    solved = solved.select("key", "customer_id", "reason_code", "holds_from", week=weeks_after(solved.holds_from))
    later = later.mutate(week=week(later.again_at))
    again = solved.join(
        later,
        [
            solved.customer_id == later.who,
            solved.week == later.week,
            later.again_at > solved.holds_from,
            later.again_at <= solved.holds_from + ibis.interval(days=RETURN_DAYS),
            solved.reason_code.isnull() | later.what.isnull() | (solved.reason_code == later.what),
        ],
    )
    return rows.mutate(
        followed=rows.key.isin(again.key),
        since_held_s=seconds(rows.holds_from, instant("as_of")),
    )

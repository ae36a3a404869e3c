"""Contacts and whether their customer came back: who is solved for good is known only by looking ahead.

A customer comes back with a contact on any channel for the same reason (a missing reason matches any) within 7 days
after the solve. Finding it is a join of the contacts of the span with all that follow, so these relations are apart
from `contacts`, and only what can matter to the span of the call is joined.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, flag, instant, seconds, week, weeks_after
from mittari.measure.relations.contacts import contact_source, phone, with_ages, written

RETURN_DAYS = 7
SOLVE_DAYS = 30
DAY_S = 86_400


def first_contacts(facts: Facts) -> Mapping[str, Source]:
    """Every contact, whether its customer came back after its first solve; `is_repeat` tells the first ones apart."""
    later = _later_contacts(facts)
    return {
        "written": contact_source(facts, "conversations", _followed(_first(written(facts)), later), "calls"),
        "phone": contact_source(facts, "calls", _followed(_first(phone(facts)), later), "conversations"),
    }


def _first(rows: ir.Table) -> ir.Table:
    rows = with_ages(rows)
    # whoever is solved later than that has failed, whether or not the customer comes back
    in_time = rows.incoming & rows.handled & (rows.first_solve_s <= SOLVE_DAYS * DAY_S)
    return rows.mutate(holds_from=in_time.ifelse(rows.solved_first_at, ibis.null("timestamp")))


def bot_contacts(facts: Facts) -> Mapping[str, Source]:
    """Conversations that a bot began, and whether the customer came back after the solve that stands."""
    rows = written(facts, "bot_first", "handoff_at")
    rows = with_ages(rows.filter(flag(rows.bot_first)))
    by_bot = rows.incoming & rows.bot_only & rows.solved & (rows.resolved_by == "bot").fill_null(False)
    rows = rows.mutate(
        by_bot=by_bot,
        holds_from=by_bot.ifelse(rows.solved_last_at, ibis.null("timestamp")),
    )
    return {"written": contact_source(facts, "conversations", _followed(rows, _later_contacts(facts)), "calls")}


def _later_contacts(facts: Facts) -> ir.Table:
    """When and for what customers got in touch, as far as the span of the call reaches; who left at once did not."""
    reach = ibis.interval(days=SOLVE_DAYS + RETURN_DAYS + 1)
    every = []
    for rows in (written(facts), phone(facts)):
        local = rows.opened_local
        near = (local >= instant("span_start_local")) & (local < instant("span_end_local") + reach)
        rows = rows.filter(rows.incoming & ~rows.short & rows.customer_id.notnull() & near)
        every.append(rows.select(who=rows.customer_id, what=rows.reason_code, again_at=rows.opened_at))
    return ibis.union(*every)


def _followed(rows: ir.Table, later: ir.Table) -> ir.Table:
    """The rows with `followed`: the customer came back at most 7 days after `holds_from`."""
    inside = (rows.opened_local >= instant("span_start_local")) & (rows.opened_local < instant("span_end_local"))
    solved = rows.filter(rows.holds_from.notnull() & inside)
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

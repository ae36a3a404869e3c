"""`waits`: one row per first wait of a customer, written or on the phone.

A written wait starts at the hand-off when a bot began (G9) and belongs to the first responder (G25); `waiting_time`
counts from the first message, the bot included.
"""

from collections.abc import Mapping

from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, as_of, seconds
from mittari.measure.relations.contacts import contact_source, phone, written


def waits(facts: Facts) -> Mapping[str, Source]:
    return {
        "written": contact_source(facts, "conversations", _first_waits(facts)),
        "phone": contact_source(facts, "calls", _calls(facts)),
    }


def _first_waits(facts: Facts) -> ir.Table:
    rows = written(facts)
    opens_wait = rows.incoming & ~rows.bot_only & ~rows.no_reply_needed
    still_waiting = seconds(rows.opened_at, as_of())
    until_left = rows.abandoned.ifelse(seconds(rows.opened_at, rows.abandoned_at), still_waiting)
    return rows.mutate(
        opens_wait=opens_wait,
        open_wait=opens_wait & ~rows.answered & ~rows.abandoned,
        waited_s=rows.answered.ifelse(rows.first_wait_s, until_left),
    )


def _calls(facts: Facts) -> ir.Table:
    rows = phone(facts)
    return rows.mutate(
        opens_wait=rows.incoming & (rows.answered | rows.abandoned),
        open_wait=rows.incoming & ~rows.answered & (rows.outcome == "answered"),
        waited_s=rows.first_wait_s,
    )

"""`chats`: one row per conversation in a chat or a messenger, when its customer left and when its last word fell."""

from collections.abc import Mapping

from mittari.measure.relations.base import Facts, Source, flag, seconds, seen, true
from mittari.measure.relations.contacts import contact_source, written

LIVE = ("chat", "messaging")
WRITTEN_LATER = ("email", "form")


def chats(facts: Facts) -> Mapping[str, Source]:
    every = written(facts, "silent_abandon", "spoke_last_at", "spoke_last_local")
    letters = every.filter(every.channel.isin(WRITTEN_LATER) & every.eligible & every.answered)
    answered_cases = letters.filter(letters.case_id.notnull()).case_id
    rows = every.filter(every.channel.isin(LIVE))
    rows = rows.mutate(
        is_chat=rows.channel == "chat",
        needed=rows.incoming & ~rows.bot_only & ~rows.no_reply_needed,
        # who leaves a form when nobody is there, and is answered by e-mail, has not been left alone (G10)
        left_alone=rows.abandoned & ~true(rows.case_id.isin(answered_cases)),
        left_after_s=seconds(rows.wait_started_at, rows.abandoned_at),
        # silence is noticed by the answer that nobody replies to (G13)
        silent=flag(rows.silent_abandon) & rows.answered,
        spoke_last_at=seen(rows.spoke_last_at),
    )
    rows = rows.mutate(lasted_s=seconds(rows.opened_at, rows.spoke_last_at))
    return {"written": contact_source(facts, "conversations", rows)}

"""How much contact came in, and how much agent time it takes."""

from typing import Any

from mittari.measure.kpi import COUNT, INTERNAL_PROCESS, LEAD, NEITHER, OBJECTIVE, SECONDS, kpi
from mittari.measure.outputs import ALL, PHONE, Count, Mean


@kpi(
    number=1,
    title="Conversations",
    unit=COUNT,
    better=NEITHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("count", "contacts", "short"),
    tables=("conversations", "calls"),
    board=9,
    asks="How much contact came in?",
    counted="Written conversations that customers began, merged ones once under their root. Output contacts adds inbound calls.",
    left_out="Spam, tests, merged and deleted conversations, those we began, phone tickets whose calls are loaded.",
    beware="It is context, never a goal by itself: fewer contacts can mean fewer problems or a hidden phone number.",
)
def conversation_count(contacts: Any) -> dict[str, Any]:
    return {
        "count": Count(of=contacts.incoming, at=contacts.opened_at),
        "contacts": Count(of=contacts.incoming, at=contacts.opened_at, scope=ALL),
        "short": Count(of=contacts.incoming & contacts.short, at=contacts.opened_at),
    }


@kpi(
    number=14,
    title="Average handle time",
    unit=SECONDS,
    better=NEITHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("mean",),
    tables=("calls",),
    board=14,
    asks="How much agent time does a contact take?",
    counted="Talk, hold and after-call work of answered inbound calls, on the day the after-call work ended.",
    left_out="Queue and ring time; calls where one of the three parts was not measured are counted as without an answer.",
    beware="Shorter is not better by itself: read it beside whether problems are solved at the first contact.",
)
def average_handle_time(contacts: Any) -> dict[str, Any]:
    answered = contacts.incoming & contacts.answered
    return {
        "mean": Mean(
            value=contacts.handle_s,
            of=answered & contacts.handle_s.notnull(),
            at=contacts.ended_at,
            missing=answered & contacts.handle_s.isnull(),
            scope=PHONE,
            left_out={"not answered": ~contacts.answered},
        )
    }

"""Whether problems get solved, how fast, how often customers come back, and what is still open."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import (
    COUNT,
    DAYS,
    HIGHER,
    INTERNAL_PROCESS,
    LAG,
    LEAD,
    LOWER,
    OBJECTIVE,
    SECONDS,
    SHARE,
    SOLVES,
    UNRECORDED_SOLVES,
    VALUE_ATTRIBUTES,
    kpi,
)
from mittari.measure.outputs import Count, Mean, Proportion, Quantile, Stock

HOUR_S = 3600
OLD_S = 7 * 86_400


@kpi(
    number=15,
    title="Resolution time",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="hist",
    outputs=("median", "mean", "first_median"),
    tables=("conversations",),
    overwritten=(SOLVES,),
    board=11,
    asks="How long until the problem is solved?",
    counted="From the beginning to the last solve, of conversations people solved in the period.",
    left_out="Unsolved conversations, those reopened and not solved again, those a bot solved.",
    beware="What is never solved is not in it: read it beside the resolution rate and the open conversations.",
)
def resolution_time(contacts: Any, *, solved_by: str = "people") -> dict[str, Any]:
    """From the beginning to the last solve; `solved_by=anyone` counts what a bot solved as well."""
    if solved_by not in ("people", "anyone"):
        raise UserError(f"solved_by is people or anyone, found {solved_by!r}")
    solved = contacts.incoming & contacts.solved
    if solved_by == "people":
        # who solved it is often not recorded: only what a bot is known to have solved is left out
        solved = solved & ~(contacts.resolved_by == "bot").fill_null(False)
    facts: dict[str, Any] = {
        "of": solved,
        "at": contacts.solved_last_at,
        "left_out": {
            "reopened and not solved again": ~contacts.solved,
            "solved by a bot": contacts.resolved_by == "bot",
        },
    }
    return {
        "median": Quantile(value=contacts.solve_s, q=0.5, **facts),
        "mean": Mean(value=contacts.solve_s, **facts),
        "first_median": Quantile(value=contacts.first_solve_s, q=0.5, **facts),
    }


@kpi(
    number=16,
    title="Solved cases",
    unit=COUNT,
    better=HIGHER,
    perspective=INTERNAL_PROCESS,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("count", "human", "bot"),
    tables=("conversations",),
    overwritten=(SOLVES,),
    board=12,
    asks="How many problems did we solve?",
    counted="Conversations whose last solve lies in the period and still stands, those we began included.",
    left_out="Spam, tests, merged and deleted conversations, those reopened and not solved again.",
    beware="A case solved again later moves to the later period when it is computed anew.",
)
def solved_count(contacts: Any) -> dict[str, Any]:
    solved = contacts.eligible & contacts.solved
    by_bot = (contacts.resolved_by == "bot").fill_null(False)
    facts: dict[str, Any] = {
        "at": contacts.solved_last_at,
        "left_out": {"reopened and not solved again": ~contacts.solved},
    }
    return {
        "count": Count(of=solved, **facts),
        "human": Count(of=solved & ~by_bot, **facts),
        "bot": Count(of=solved & by_bot, **facts),
    }


@kpi(
    number=17,
    title="Resolution rate",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share",),
    tables=("conversations",),
    overwritten=(SOLVES,),
    target=0.90,
    board=13,
    asks="What share of incoming problems get solved in time?",
    counted="Conversations solved within the given hours (168) and still solved, of all that customers began.",
    left_out="Customers who left within 10 seconds. Unanswered conversations count as unsolved.",
    beware="It stays provisional until the hours are over for the last conversation of the period.",
)
def resolution_rate(contacts: Any, *, within_hours: float = 168) -> dict[str, Any]:
    began = contacts.incoming & ~contacts.short
    in_time = contacts.solved & (contacts.solve_s <= within_hours * HOUR_S).fill_null(False)
    return {
        "share": Proportion(
            hit=in_time,
            of=began,
            at=contacts.opened_at,
            immature=began & ~contacts.solved & (contacts.age_s < within_hours * HOUR_S),
            left_out={"left at once": contacts.short},
        )
    }


@kpi(
    number=20,
    title="Repeat contact rate",
    unit=SHARE,
    better=LOWER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share",),
    tables=("conversations", "calls"),
    board=15,
    asks="What share of the load is customers coming back for the same thing?",
    counted="Contacts whose customer had an earlier one for the same reason that ended at most 7 days before or was still open.",
    left_out="Customers who left at once. Unidentified customers count among all contacts only.",
    beware="A missing reason matches any reason, so sparse reason codes raise the rate.",
)
def repeat_contact_rate(contacts: Any) -> dict[str, Any]:
    return {
        "share": Proportion(
            hit=contacts.is_repeat,
            of=contacts.incoming & contacts.offered & ~contacts.short,
            at=contacts.opened_at,
            left_out={"left at once": contacts.short, "not offered to an agent": ~contacts.offered},
        )
    }


@kpi(
    number=22,
    title="Open conversations",
    unit=COUNT,
    better=LOWER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="open_cases",
    block="none",
    merge="level",
    outputs=("count", "pending", "days_of_work"),
    units={"days_of_work": DAYS},
    tables=("conversations", "status_events"),
    overwritten=(UNRECORDED_SOLVES,),
    board=16,
    asks="How many problems are open now?",
    counted="Conversations customers began that are not solved and not abandoned at the end of the period; waiting ones included.",
    left_out="Spam, tests, merged and deleted conversations, those we began.",
    beware="Days of work divides by the daily solves of the 28 days before: a quiet month makes the same backlog look longer.",
)
def open_conversation_count(cases: Any) -> dict[str, Any]:
    return {
        "count": Stock(of=cases.open, at=None),
        "pending": Stock(of=cases.pending, among=cases.open, at=None),
        "days_of_work": Stock(of=cases.open, flow=cases.solved_recently, flow_days=28, at=None),
    }


@kpi(
    number=23,
    title="Age of open conversations",
    unit=SECONDS,
    better=LOWER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="open_cases",
    block="none",
    merge="level",
    outputs=("median", "max", "over_7d"),
    units={"over_7d": SHARE},
    tables=("conversations", "status_events"),
    overwritten=(UNRECORDED_SOLVES,),
    board=53,
    asks="How long have the open problems been waiting?",
    counted="Time from the beginning to the end of the period, of the conversations that are open then; nights included.",
    left_out="Spam, tests, merged and deleted conversations, those we began. One reopened keeps its first beginning.",
    beware="The median falls when many new conversations come in: look at the oldest one too, none should be over 30 days.",
)
def open_conversation_age(cases: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"at": None, "left_out": {"not open at the end of the period": ~cases.open}}
    return {
        "median": Stock(of=cases.open, value=cases.open_for_s, q=0.5, **facts),
        "max": Stock(of=cases.open, value=cases.open_for_s, q=1.0, **facts),
        "over_7d": Stock(of=cases.open & (cases.open_for_s > OLD_S), among=cases.open, share=True, **facts),
    }

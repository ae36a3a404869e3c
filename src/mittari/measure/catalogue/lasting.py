"""Whether what was solved stays solved: for good, at the first contact, by a bot."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import (
    FIRST_REOPENING,
    HIGHER,
    INTERNAL_PROCESS,
    LAG,
    LEAD,
    LOWER,
    OBJECTIVE,
    SHARE,
    SOLVES,
    VALUE_ATTRIBUTES,
    kpi,
)
from mittari.measure.outputs import Proportion

WEEK_S = 7 * 86_400
MONTH_S = 30 * 86_400
METHODS = {
    "no_repeat_7d": "first_contacts",
    "one_touch": "replied_contacts",
    "first_response_closed": "replied_contacts",
    "closed_once_one_teammate": "contacts",
}
"""How first contact resolution may be told -> the relation that tells it."""


@kpi(
    number=21,
    title="Reopen rate",
    unit=SHARE,
    better=LOWER,
    perspective=INTERNAL_PROCESS,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share",),
    tables=("conversations",),
    overwritten=(FIRST_REOPENING,),
    requires=("conversations.reopened_latest_at",),
    target=0.05,
    board=51,
    asks="Do our solutions hold?",
    counted="Conversations reopened at most 7 days after their first solve, of all first solved in the period.",
    left_out="Spam, tests, merged and deleted conversations. A customer who only says thanks reopens nothing.",
    beware="A customer who begins a new conversation instead reopens nothing: read it beside the repeat contact rate.",
)
def reopen_rate(contacts: Any) -> dict[str, Any]:
    solved = contacts.eligible & contacts.solved_first_at.notnull()
    in_time = contacts.reopen_after_s <= WEEK_S
    return {
        "share": Proportion(
            hit=solved & in_time.fill_null(False) & ~contacts.reopen_is_trivial,
            of=solved,
            at=contacts.solved_first_at,
            immature=solved & (contacts.since_solve_s < WEEK_S),
            left_out={"not solved by then": contacts.solved_first_at.isnull()},
        )
    }


@kpi(
    number=24,
    title="Bot resolution rate",
    unit=SHARE,
    better=HIGHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="bot_contacts",
    block="day",
    merge="add",
    outputs=("share",),
    tables=("conversations", "calls"),
    overwritten=(SOLVES,),
    guard=("repeat_contact_rate", "csat"),
    board=54,
    asks="What share of conversations that begin with a bot end solved without a person?",
    counted="Conversations a bot solved alone whose customer did not come back within 7 days, of all a bot began in the period.",
    left_out="Spam, tests, merged and deleted conversations, those we began, those that began with a person.",
    beware="A customer who gives up looks solved until the next contact: read it beside the satisfaction with the bot.",
)
def bot_resolution_rate(contacts: Any) -> dict[str, Any]:
    undecided = contacts.bot_only & (contacts.since_held_s.fill_null(contacts.age_s) < WEEK_S)
    return {
        "share": Proportion(
            hit=contacts.by_bot & ~contacts.followed,
            of=contacts.incoming,
            at=contacts.opened_at,
            immature=contacts.incoming & undecided,
        )
    }


@kpi(
    number=18,
    title="First contact resolution",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="first_contacts",
    relation_by={"fcr_method": METHODS},
    block="day",
    merge="add",
    outputs=("share",),
    tables=("conversations", "calls"),
    overwritten=(FIRST_REOPENING,),
    target=0.70,
    board=48,
    asks="How often is one contact enough?",
    counted="First contacts solved within 30 days, not reopened and not followed by another contact within 7, of all handled.",
    left_out="Repeats (the first contact failed already), contacts nobody handled, customers who are not known.",
    beware="Operational: nobody asked the customer. Who gives up or goes elsewhere looks solved.",
)
def first_contact_resolution_rate(
    contacts: Any, *, fcr_method: str = "no_repeat_7d", fcr_of: str = "first_contacts"
) -> dict[str, Any]:
    """`fcr_of=solved` takes the share of contacts that are solved, as other products do: the unsolved lower nothing."""
    if fcr_of not in ("first_contacts", "solved"):
        raise UserError(f"fcr_of is first_contacts or solved, found {fcr_of!r}")
    first = contacts.incoming & contacts.handled & ~contacts.is_repeat & contacts.customer_id.notnull()
    hit, unknown = solved_at_once(contacts, fcr_method)
    waiting = (contacts.since_solve_s < WEEK_S).fill_null(contacts.age_s < MONTH_S)
    undecided: Any = first & waiting
    decided = first & ~waiting
    in_time = (contacts.first_solve_s <= MONTH_S).fill_null(False)
    left_out = {"not handled": ~contacts.handled}
    if fcr_of == "solved":
        decided = in_time = contacts.incoming & contacts.solved
        undecided = None
        left_out = {"not solved": ~contacts.solved}
    else:
        left_out = {
            "repeats an earlier contact": contacts.is_repeat,
            **left_out,
            "customer not known": contacts.customer_id.isnull(),
        }
    return {
        "share": Proportion(
            hit=hit & in_time,
            of=decided if unknown is None else decided & ~unknown,
            at=contacts.opened_at,
            missing=None if unknown is None else decided & unknown,
            censored=undecided,
            immature=undecided,
            left_out=left_out,
        )
    }


def solved_at_once(contacts: Any, method: str) -> tuple[Any, Any]:
    """What a method calls solved at the first contact, the solve itself aside, and where it cannot tell (None: never)."""
    reopened = (contacts.reopen_after_s <= WEEK_S).fill_null(False) & ~contacts.reopen_is_trivial
    if method == "no_repeat_7d":
        return ~reopened & ~contacts.followed, None
    if method == "one_touch":
        return contacts.replies <= 1, contacts.replies.isnull()
    if method == "first_response_closed":
        return ~reopened & (contacts.replies_until_solve <= 1), contacts.replies.isnull()
    if method == "closed_once_one_teammate":
        once, who = contacts.reopen_after_s.isnull(), contacts.first_responder_id
        return once & (who == contacts.agent_id).fill_null(False), who.isnull() | contacts.agent_id.isnull()
    raise UserError(f"fcr_method is one of {', '.join(METHODS)}, found {method!r}")

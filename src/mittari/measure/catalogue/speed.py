"""How long customers wait, in writing and on the phone, and whether they are answered at all."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import COUNT, HIGHER, LEAD, LOWER, OBJECTIVE, SECONDS, SHARE, VALUE_ATTRIBUTES, kpi
from mittari.measure.outputs import ALL, PHONE, Count, KaplanMeier, Mean, Proportion, Quantile

UNANSWERED_MATURES_S = 7 * 86_400
HANDOFF, CREATED = "handoff", "created"
CALENDAR, BUSINESS = "calendar", "business"


@kpi(
    number=3,
    title="First response time",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="waits",
    block="day",
    merge="hist",
    outputs=("median", "p90", "mean", "business_median"),
    tables=("conversations",),
    guard=("resolution_rate", "csat"),
    board=5,
    asks="How fast does a person first answer?",
    counted="Written conversations that customers began and a person answered, from the moment the wait for a person began.",
    left_out="Conversations a bot handled alone, posts that need no reply. Unanswered waits are counted as censored.",
    beware="Only answered waits stand in it: who is never answered shows in the response rate and in waiting time.",
)
def first_response_time(waits: Any, *, frt_start: str = "handoff", frt_clock: str = "calendar") -> dict[str, Any]:
    """The wait for a person; `frt_start=created` counts the time with the bot as well, by the day of its beginning."""
    wait_s, began = _first_wait(waits, frt_start, frt_clock)
    answered = waits.opens_wait & waits.answered
    facts: dict[str, Any] = {
        "of": answered & wait_s.notnull() if frt_clock == BUSINESS else answered,
        "at": began,
        "censored": waits.opens_wait & ~waits.answered,
        "immature": waits.open_wait,
        "left_out": {
            "a bot handled it alone": waits.bot_only,
            "needs no reply": waits.no_reply_needed,
            "not answered (censored)": ~waits.answered,
        },
    }
    return {
        "median": Quantile(value=wait_s, q=0.5, **facts),
        "p90": Quantile(value=wait_s, q=0.9, **facts),
        "mean": Mean(value=wait_s, **facts),
        "business_median": Quantile(
            value=waits.business_wait_s, q=0.5, **{**facts, "of": answered & waits.business_wait_s.notnull()}
        ),
    }


def _first_wait(waits: Any, start: str, clock: str) -> tuple[Any, Any]:
    """The seconds waited and the instant at which the wait began."""
    if start not in (HANDOFF, CREATED):
        raise UserError(f"frt_start is {HANDOFF} or {CREATED}, found {start!r}")
    if clock not in (CALENDAR, BUSINESS):
        raise UserError(f"frt_clock is {CALENDAR} or {BUSINESS}, found {clock!r}")
    if clock == BUSINESS and start == CREATED:
        raise UserError("business hours are known from the hand-off on", hint=f"Leave out frt_start={CREATED}.")
    if start == CREATED:
        return waits.first_wait_s, waits.opened_at
    return waits.business_wait_s if clock == BUSINESS else waits.wait_s, waits.wait_started_at


@kpi(
    number=5,
    title="Average speed of answer",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="waits",
    block="day",
    merge="add",
    outputs=("mean", "median"),
    tables=("calls",),
    guard=("call_abandonment_rate",),
    target=20.0,
    board=6,
    asks="How long do answered callers wait?",
    counted="Waiting seconds of answered inbound calls, from entering the queue, ringing included.",
    left_out="Abandoned calls, accepted callbacks, overflow, voicemail and calls outside opening hours.",
    beware="Who hangs up is not in it: read it beside the abandonment rate and the service level.",
)
def average_speed_of_answer(waits: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "value": waits.wait_s,
        "of": waits.incoming & waits.answered,
        "at": waits.wait_started_at,
        "scope": PHONE,
        "left_out": {"not answered": ~waits.answered},
    }
    return {"mean": Mean(**facts), "median": Quantile(q=0.5, **facts)}


@kpi(
    number=6,
    title="Service level",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="waits",
    block="day",
    merge="add",
    outputs=("share",),
    tables=("calls",),
    guard=("call_abandonment_rate",),
    target=0.80,
    board=3,
    asks="What share of callers got through within T seconds?",
    counted="Inbound calls answered within T seconds, of those answered or abandoned after more than a few seconds.",
    left_out="Short abandons (5 s or less), accepted callbacks, overflow, voicemail and calls outside opening hours.",
    beware="80 % in 20 s is a telephone system's default, not a demand of customers: set T from their own patience.",
)
def service_level(
    waits: Any, *, within: float = 20, short: float = 5, sl_method: str = "short_excluded"
) -> dict[str, Any]:
    answered, left = waits.incoming & waits.answered, waits.incoming & waits.abandoned
    lost = {
        "short_excluded": left & (waits.wait_s > short),
        "all_offered": left,
        "after_threshold": left & (waits.wait_s > within),
        "answered_only": left & (waits.wait_s < 0),
    }
    if sl_method not in lost:
        raise UserError(f"sl_method is one of {', '.join(lost)}, found {sl_method!r}")
    return {
        "share": Proportion(
            hit=answered & (waits.wait_s <= within),
            of=answered | lost[sl_method],
            at=waits.wait_started_at,
            scope=PHONE,
            left_out={"abandoned at once": waits.abandoned, "not offered to an agent": ~waits.answered},
        )
    }


@kpi(
    number=7,
    title="Waiting time",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="waits",
    block="none",
    merge="none",
    outputs=("median", "p90", "contacts"),
    tables=("conversations", "calls"),
    board=7,
    asks="How long must a customer expect to wait, counting those who gave up and those still waiting?",
    counted="Kaplan-Meier quantiles of the time from the first message to a person's answer, time with a bot included.",
    left_out="Conversations a bot handled alone, posts that need no reply.",
    beware="Impatient customers leave first, so leaving is not independent of waiting; waits are taken as independent.",
)
def waiting_time(waits: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "time": waits.waited_s,
        "event": waits.answered,
        "of": waits.opens_wait,
        "at": waits.opened_at,
        "immature": waits.open_wait,
        "left_out": {"a bot handled it alone": waits.bot_only, "needs no reply": waits.no_reply_needed},
    }
    return {
        "median": KaplanMeier(q=0.5, **facts),
        "p90": KaplanMeier(q=0.9, **facts),
        "contacts": KaplanMeier(q=0.5, scope=ALL, **facts),
    }


@kpi(
    number=8,
    title="Call abandonment rate",
    unit=SHARE,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="waits",
    block="day",
    merge="add",
    outputs=("share", "count"),
    units={"count": COUNT},
    tables=("calls",),
    guard=("service_level",),
    target=0.05,
    board=8,
    asks="What share of callers hung up before an answer?",
    counted="Inbound calls abandoned after more than 5 seconds, of those and the answered ones.",
    left_out="Short abandons, accepted callbacks (they are promises), overflow, voicemail, calls outside opening hours.",
    beware="A caller who tries again and gets through is still counted as having left once.",
)
def call_abandonment_rate(waits: Any, *, short: float = 5) -> dict[str, Any]:
    left = waits.incoming & waits.abandoned & (waits.wait_s > short)
    left_out = {"abandoned at once": waits.abandoned, "not offered to an agent": ~waits.answered}
    return {
        "share": Proportion(
            hit=left,
            of=left | (waits.incoming & waits.answered),
            at=waits.wait_started_at,
            scope=PHONE,
            left_out=left_out,
        ),
        "count": Count(
            of=left, at=waits.wait_started_at, scope=PHONE, left_out={"answered": waits.answered, **left_out}
        ),
    }


@kpi(
    number=10,
    title="Response rate",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share", "contacts"),
    tables=("conversations", "calls"),
    target=1.0,
    board=10,
    asks="Does everyone who needs an answer get one?",
    counted="Conversations a person answered, of all that customers began and that needed a person.",
    left_out="Conversations a bot handled alone, customers who left within 10 seconds, posts that need no reply.",
    beware="It stays provisional while unanswered conversations are younger than 7 days.",
)
def response_rate(contacts: Any) -> dict[str, Any]:
    needed = contacts.incoming & contacts.needs_answer
    facts: dict[str, Any] = {
        "hit": contacts.answered,
        "of": needed,
        "at": contacts.opened_at,
        "immature": needed & ~contacts.answered & ~contacts.abandoned & (contacts.age_s < UNANSWERED_MATURES_S),
        "left_out": {
            "a bot handled it alone": contacts.bot_only,
            "left at once": contacts.short,
            "needs no reply": contacts.no_reply_needed,
            "not offered to an agent": ~contacts.needs_answer,
        },
    }
    return {"share": Proportion(**facts), "contacts": Proportion(scope=ALL, **facts)}

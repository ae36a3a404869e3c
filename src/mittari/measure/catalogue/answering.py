"""Whether customers are answered again and in time, and how long they wait for us in total."""

from typing import Any

from mittari.measure.kpi import (
    HIGHER,
    LAG,
    LEAD,
    LOWER,
    OBJECTIVE,
    SECONDS,
    SHARE,
    SOLVES,
    VALUE_ATTRIBUTES,
    kpi,
)
from mittari.measure.outputs import Mean, Proportion, Quantile


@kpi(
    number=4,
    title="Next response time",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="next_waits",
    block="conversation",
    merge="hist",
    outputs=("median", "p90"),
    tables=("messages", "conversations"),
    board=34,
    asks="How fast are later messages of customers answered?",
    counted="Waits after the first answer: from a customer's first unanswered message to the next public message of a person.",
    left_out="A thank-you in a solved conversation, unanswered for a day. Unanswered waits are counted as censored.",
    beware="Bots, automatic replies and private notes end no wait. A long conversation has many waits.",
)
def next_response_time(waits: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "value": waits.later_wait_s,
        "of": waits.incoming & waits.replied,
        "at": waits.later_started_at,
        "censored": waits.unanswered,
        "immature": waits.unanswered & ~waits.left,
        "left_out": {"a thank-you that needed no reply": waits.thanks},
    }
    return {"median": Quantile(q=0.5, **facts), "p90": Quantile(q=0.9, **facts)}


@kpi(
    number=11,
    title="SLA attainment",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="sla_instances",
    block="conversation",
    merge="add",
    outputs=("share",),
    tables=("conversations", "messages", "sla_targets", "business_calendars"),
    overwritten=(SOLVES,),
    requires=("sla_targets",),
    target=0.90,
    board=41,
    asks="What share of the times promised in the policy were met?",
    counted="Times met, of those met or missed, in the period in which that was decided: at the answer, or when it fell due.",
    left_out="Times still running, customers who left before theirs was due, spam and merged conversations.",
    beware="It says nothing of how late the late ones were. On a business clock only opening hours pass.",
)
def sla_attainment_rate(promised: Any) -> dict[str, Any]:
    decided = promised.incoming & ~promised.unneeded & ~promised.cancelled & ~promised.active
    return {"share": Proportion(hit=promised.met, of=decided, at=promised.decided_at)}


@kpi(
    number=12,
    title="Requester wait time",
    unit=SECONDS,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LAG,
    kind=OBJECTIVE,
    relation="status_spans",
    block="day",
    merge="hist",
    outputs=("median", "mean"),
    tables=("conversations", "status_events"),
    overwritten=(SOLVES,),
    requires=("status_events",),
    board=42,
    asks="How long in total did the customer wait for us?",
    counted="Time in the states new, open and on hold up to the last solve, of conversations solved in the period.",
    left_out="Time in which we waited for the customer, and after a solve. Conversations without a record of their states.",
    beware="It is only as good as the states agents set: pending set too early hides a wait.",
)
def requester_wait_time(spans: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "value": spans.requester_wait_s,
        "of": spans.incoming & spans.solved & ~spans.without_history,
        "at": spans.solved_last_at,
        "left_out": {"reopened and not solved again": ~spans.solved},
    }
    return {"median": Quantile(q=0.5, **facts), "mean": Mean(**facts)}

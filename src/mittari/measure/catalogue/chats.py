"""How chats go: whether customers leave before a person answers, and how long one takes."""

from typing import Any

from mittari.measure.kpi import (
    COUNT,
    INTERNAL_PROCESS,
    LEAD,
    LOWER,
    NEITHER,
    OBJECTIVE,
    SECONDS,
    SHARE,
    VALUE_ATTRIBUTES,
    kpi,
)
from mittari.measure.outputs import Count, Mean, Proportion, Quantile


@kpi(
    number=9,
    title="Abandoned chats",
    unit=SHARE,
    better=LOWER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="chats",
    block="day",
    merge="add",
    outputs=("share", "count", "silent"),
    units={"count": COUNT},
    tables=("conversations",),
    requires=("conversations.abandoned_at",),
    target=0.05,
    board=39,
    asks="How many chat customers leave before a person answers?",
    counted="Chats and messages abandoned after more than 10 seconds of waiting, of those that needed a person.",
    left_out="Who left sooner, what a bot handled alone. A chat whose matter was answered by e-mail is not abandoned.",
    beware="Most customers leave without a word: output silent shows those who had gone when the answer came, where known.",
)
def chat_abandonment_rate(chats: Any, *, short: float = 10) -> dict[str, Any]:
    at_once = chats.abandoned & (chats.left_after_s <= short).fill_null(False)
    needed = chats.needed & ~at_once
    left = needed & chats.left_alone
    left_out = {"a bot handled it alone": chats.bot_only, "left at once": at_once}
    facts: dict[str, Any] = {"of": needed, "at": chats.wait_started_at, "left_out": left_out}
    return {
        "share": Proportion(hit=left, **facts),
        "count": Count(of=left, at=chats.wait_started_at, left_out={**left_out, "not abandoned": ~left}),
        "silent": Proportion(hit=chats.silent, **facts),
    }


@kpi(
    number=13,
    title="Average chat duration",
    unit=SECONDS,
    better=NEITHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="chats",
    block="day",
    merge="add",
    outputs=("mean", "median"),
    tables=("conversations",),
    guard=("first_contact_resolution_rate",),
    board=43,
    asks="How long does a chat take the customer?",
    counted="From the first to the last word of chats that a person answered, on the day of the last word.",
    left_out="Chats the customer abandoned, chats a bot handled alone, messengers; the idle time until a chat is closed.",
    beware="Shorter is not better by itself: read it beside whether problems are solved at the first contact.",
)
def conversation_duration(chats: Any) -> dict[str, Any]:
    talked = chats.incoming & chats.is_chat & chats.answered & ~chats.abandoned
    facts: dict[str, Any] = {
        "value": chats.lasted_s,
        "of": talked & chats.lasted_s.notnull(),
        "at": chats.spoke_last_at,
        "left_out": {"not a chat": ~chats.is_chat, "abandoned": chats.abandoned, "no person answered": ~chats.answered},
    }
    return {"mean": Mean(**facts), "median": Quantile(q=0.5, **facts)}

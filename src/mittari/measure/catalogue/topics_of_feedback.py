"""What customers' comments are about, and whether something is done about it."""

from typing import Any

from mittari.measure.kpi import (
    HIGHER,
    INTERNAL_PROCESS,
    LEAD,
    NEITHER,
    OBJECTIVE,
    RELATIONSHIP,
    SHARE,
    SUBJECTIVE,
    kpi,
)
from mittari.measure.outputs import Change, Proportion

ASKED_FOR_COMMENTS = ("csat", "nps", "ces")


@kpi(
    number=48,
    title="Share of comments about a topic",
    unit=SHARE,
    better=NEITHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="texts",
    relation_takes=("topic",),
    block="person",
    merge="add",
    outputs=("share", "change"),
    tables=("responses", "text_topics"),
    requires=("text_topics",),
    board=78,
    asks="What do customers write about, and is it changing?",
    counted="Comments about the topic, of all comments to questions of satisfaction, recommendation and effort. Without a topic: comments about any.",
    left_out="Tests, repeated presses, comments edited within 24 hours, answers without a comment, comments to other questions.",
    beware="A comment can have several topics, so the shares of topics do not add up to 100 %. Who finds topics in another way begins a new series.",
)
def feedback_topic_share(texts: Any, *, topic: str = "", compare: str = "") -> dict[str, Any]:
    asked = texts.kind.isin(ASKED_FOR_COMMENTS)
    share = Proportion(
        hit=texts.has_topic,
        of=texts.eligible & asked,
        at=texts.responded_at,
        left_out={"a comment to another question": ~asked},
    )
    return {"share": share, "change": Change(base=share, against=compare or "previous", at=texts.responded_at)}


@kpi(
    number=79,
    title="Feedback leading to action",
    unit=SHARE,
    better=HIGHER,
    perspective=RELATIONSHIP,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="topics",
    block="conversation",
    merge="none",
    outputs=("share",),
    tables=("responses", "text_topics", "feedback_actions"),
    target=0.5,
    final_after=90,
    board=109,
    asks="Is feedback used?",
    counted="Topics about which a cause was mended by 90 days after the period, of those mentioned at least 5 times in it. Of safety and legal one mention is enough.",
    left_out="Topics mentioned less often; mentions in tests and by employees; follow-ups of single customers; what was mended before the period.",
    beware="It says that something was done, not that it helped: see whether the topic is mentioned less afterwards.",
)
def feedback_action_rate(topics: Any, *, least: int = 5) -> dict[str, Any]:
    enough = topics.urgent | (topics.mentions >= least)
    return {
        "share": Proportion(
            hit=topics.acted,
            of=enough,
            at=topics.opened_at,
            immature=enough & topics.undecided,
            left_out={"mentioned too seldom": ~enough},
        )
    }

"""What customers get in touch about."""

from typing import Any

from mittari.measure.kpi import COUNT, INTERNAL_PROCESS, LEAD, NEITHER, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Count, Proportion


@kpi(
    number=2,
    title="Conversations by tag",
    unit=COUNT,
    better=NEITHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="tagged_contacts",
    relation_takes=("tag",),
    split_by={"tag": "tag_pairs"},
    block="day",
    merge="add",
    outputs=("count", "share", "untagged"),
    units={"share": SHARE, "untagged": SHARE},
    tables=("conversations", "conversation_tags"),
    requires=("conversation_tags",),
    board=32,
    asks="What do customers contact us about?",
    counted="Conversations customers began in the period that have the tag asked for; without one, that have any tag.",
    left_out="Spam, tests, merged and deleted conversations, those we began. Tags of merged ones count under their root.",
    beware="A conversation can have several tags, so shares need not add up to 100 %. Keep the untagged under 10 %.",
)
def tag_conversation_count(contacts: Any, *, tag: str = "") -> dict[str, Any]:
    facts: dict[str, Any] = {"at": contacts.opened_at}
    without = {"has not the tag": ~contacts.has_tag}
    return {
        "count": Count(of=contacts.incoming & contacts.has_tag, left_out=without, **facts),
        "share": Proportion(hit=contacts.has_tag, of=contacts.incoming, **facts),
        "untagged": Proportion(hit=contacts.untagged, of=contacts.incoming, **facts),
    }

"""What service brings in: leads, sales and the revenue that followed a conversation."""

from typing import Any

from mittari.measure.kpi import COUNT, FINANCIAL, HIGHER, LAG, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Count, Proportion

WEEK_S = 7 * 86_400


@kpi(
    number=63,
    title="Conversations leading to a lead",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share", "count"),
    units={"count": COUNT},
    tables=("conversations",),
    board=93,
    asks="How many service conversations become leads for sales?",
    counted="Conversations that became a lead within 7 days, of those customers began in the period and we handled.",
    left_out="Spam, tests, merged and deleted conversations, those we began, those nobody handled.",
    beware="A conversation counts once however many leads came of it. Complaints stay in the base.",
)
def lead_conversion_rate(contacts: Any) -> dict[str, Any]:
    handled = contacts.incoming & contacts.handled
    lead = handled & ((contacts.lead_s >= 0) & (contacts.lead_s <= WEEK_S)).fill_null(False)
    facts: dict[str, Any] = {
        "at": contacts.opened_at,
        "immature": handled & (contacts.age_s < WEEK_S),
        "left_out": {"not handled": ~contacts.handled, "no lead within 7 days": ~lead},
    }
    return {"share": Proportion(hit=lead, of=handled, **facts), "count": Count(of=lead, **facts)}

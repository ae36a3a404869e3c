"""How many customers complain, and how many complaints go to a higher place."""

from typing import Any

from mittari.measure.kpi import (
    CORE_OUTCOME,
    COUNT,
    LAG,
    LOWER,
    OBJECTIVE,
    PER_1000,
    RELATIONSHIP,
    SHARE,
    SOLVES,
    kpi,
)
from mittari.measure.outputs import Count, Proportion

EIGHT_WEEKS = 56
DAY_S = 86_400
NO_COMPLAINT = "no complaint"


@kpi(
    number=26,
    title="Complaints per 1,000 customers",
    unit=PER_1000,
    better=LOWER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="complaints",
    block="day",
    merge="ids",
    outputs=("rate", "count", "upheld", "closed_3_days", "closed_8_weeks"),
    units={"count": COUNT, "upheld": SHARE, "closed_3_days": SHARE, "closed_8_weeks": SHARE},
    tables=("conversations", "subscriptions", "orders"),
    overwritten=(SOLVES,),
    overwritten_in=("closed_3_days", "closed_8_weeks"),
    requires=("conversations.is_complaint",),
    board=56,
    asks="Are there unusually many complaints for our size?",
    counted="Complaints begun in the period for every 1,000 customers active on an average day of it. Outputs: how many "
    "were upheld of those decided, and closed by the end of the third business day (closed_3_days) or in 8 weeks.",
    left_out="Spam, tests, merged and deleted ones; a second complaint of a customer about the same matter in the period.",
    beware="Few complaints can mean that complaining is hard. Without contracts, who ordered in 365 days is active.",
)
def complaints_per_1000_customers(complaints: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"of": complaints.incoming, "at": complaints.opened_at}
    return {
        "rate": Count(exposure="average_active", per=1000.0, **facts),
        "count": Count(**facts),
        "upheld": _upheld(complaints),
        "closed_3_days": Proportion(
            hit=complaints.closed_in_three_days,
            of=complaints.incoming & complaints.third_day_over.notnull(),
            missing=complaints.incoming & complaints.third_day_over.isnull(),
            immature=complaints.incoming & ~complaints.closed_in_three_days & ~complaints.third_day_over,
            at=complaints.opened_at,
        ),
        "closed_8_weeks": Proportion(
            hit=(complaints.solved & (complaints.solve_s <= EIGHT_WEEKS * DAY_S)).fill_null(False),
            immature=complaints.incoming & ~complaints.solved & (complaints.age_s < EIGHT_WEEKS * DAY_S),
            **facts,
        ),
    }


def _upheld(complaints: Any) -> Proportion:
    """Of the complaints that were decided, those found justified, in part or wholly."""
    decided = complaints.complaint_outcome.notnull()
    return Proportion(
        hit=complaints.complaint_outcome.isin(["upheld", "partly_upheld"]),
        of=complaints.incoming & decided,
        missing=complaints.incoming & ~decided,
        at=complaints.opened_at,
        left_out={"not decided, or not recorded": ~decided},
    )


@kpi(
    number=27,
    title="Complaint escalation rate",
    unit=SHARE,
    better=LOWER,
    perspective=RELATIONSHIP,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    block="day",
    merge="add",
    outputs=("share", "external"),
    tables=("conversations",),
    requires=("conversations.is_complaint", "conversations.escalated_at"),
    target=0.05,
    final_after=EIGHT_WEEKS,
    board=57,
    asks="How many complaints go to a higher place?",
    counted="Complaints taken to a manager, or out of house to an ombudsman, board or authority, of all begun in the period.",
    left_out="Spam, tests, merged and deleted conversations. Passing a case to a specialist is no escalation.",
    beware="It stays provisional for 8 weeks, the time a complaint may take. External ones are the costly part.",
)
def complaint_escalation_rate(contacts: Any) -> dict[str, Any]:
    complaint = contacts.incoming & contacts.is_complaint
    facts: dict[str, Any] = {
        "of": complaint,
        "at": contacts.opened_at,
        "immature": complaint & (contacts.age_s < EIGHT_WEEKS * DAY_S),
        "left_out": {NO_COMPLAINT: ~contacts.is_complaint},
    }
    escalated = contacts.escalated_at.notnull()
    external = escalated & (contacts.escalation_level == "external").fill_null(False)
    return {"share": Proportion(hit=escalated, **facts), "external": Proportion(hit=external, **facts)}

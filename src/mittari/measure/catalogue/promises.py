"""Promises kept, and complaints that grow faster than the customer base."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, HIGHER, LAG, LEAD, LOWER, OBJECTIVE, SECONDS, SHARE, VALUE_ATTRIBUTES, kpi
from mittari.measure.outputs import Count, Growth, Proportion, Quantile


@kpi(
    number=25,
    title="Promise-keeping rate",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="promise_outcomes",
    block="person",
    merge="add",
    outputs=("share", "lateness_median"),
    units={"lateness_median": SECONDS},
    tables=("promises",),
    target=0.95,
    board=4,
    asks="Do we do what we said, when we said?",
    counted="Promises kept by the time first promised, of those due in the period.",
    left_out="Promises customers cancelled or moved. A promise we moved counts as broken, its replacement not at all.",
    beware="Only recorded promises count: a promise nobody wrote down is neither kept nor broken.",
)
def promise_keeping_rate(promises: Any) -> dict[str, Any]:
    counted = promises.eligible & promises.due
    kept = promises.in_time & ~promises.given_up & ~promises.moved_by_company
    late = counted & ~promises.given_up & ~promises.moved_by_company & promises.kept_at.notnull() & ~promises.in_time
    not_due = promises.eligible & ~promises.due
    left_out = {"not due yet (censored)": ~promises.due}
    return {
        "share": Proportion(
            hit=kept, of=counted, at=promises.due_at, censored=not_due, immature=not_due, left_out=left_out
        ),
        "lateness_median": Quantile(
            value=promises.late_s,
            q=0.5,
            of=late,
            at=promises.due_at,
            censored=not_due,
            immature=not_due,
            left_out={**left_out, "kept in time, or never": ~late},
        ),
    }


@kpi(
    number=28,
    title="Complaint growth beyond customer growth",
    unit=SHARE,
    better=LOWER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="complaints",
    block="day",
    merge="add",
    outputs=("growth", "gap"),
    tables=("conversations", "subscriptions", "orders"),
    requires=("conversations.is_complaint",),
    target=0.0,
    board=20,
    asks="Do complaints rise without the customer base rising?",
    counted="Complaints per average active customer in the period over the same a year before, less 1.",
    left_out="A second complaint of a customer about the same matter in the period, spam, outbound.",
    beware="A new complaint form or another rule for what a complaint is starts a new series: record it as a change.",
)
def complaint_growth_gap(complaints: Any, *, compare: str = "") -> dict[str, Any]:
    complaint = Count(of=complaints.incoming, at=complaints.opened_at, exposure="average_active")
    against = compare or "last_year"
    return {
        "growth": Growth(base=complaint, against=against, at=complaints.opened_at),
        "gap": Growth(base=complaint, against=against, at=complaints.opened_at, gap=True),
    }

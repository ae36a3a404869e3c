"""The people who serve: what they get done, how busy they are, and whether they stay."""

from typing import Any

from mittari.measure.kpi import (
    BAND,
    CASES_PER_HOUR,
    HIGHER,
    INTERNAL_PROCESS,
    LAG,
    LEAD,
    LEARNING,
    LOWER,
    OBJECTIVE,
    SHARE,
    SOLVES,
    kpi,
)
from mittari.measure.outputs import UNIT_INTERVAL, Count, Proportion, Ratio

HOUR_S = 3600


@kpi(
    number=71,
    title="Cases per agent hour",
    unit=CASES_PER_HOUR,
    better=HIGHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="agent_days",
    relation_with={"solves": True},
    block="agent",
    merge="add",
    outputs=("per_hour", "per_paid_hour"),
    tables=("work_time", "conversations"),
    overwritten=(SOLVES,),
    requires=("conversations",),
    guard=("reopen_rate",),
    board=101,
    asks="How much gets solved per hour of work?",
    counted="Cases whose last solve lies in the period, by the agent who solved them, over hours handling contacts or free for one.",
    left_out="Cases reopened within 7 days, those a bot solved, and days for which no working time is recorded.",
    beware="Hard cases take longer: never compare agents by it, and read it beside the reopen rate.",
)
def cases_per_agent_hour(days: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "top": days.solved,
        "of": days.eligible,
        "at": days.worked_at,
        "immature": days.eligible & (days.solved_lately > 0),
    }
    return {
        "per_hour": Ratio(bottom=days.logged_in_s / HOUR_S, **facts),
        "per_paid_hour": Ratio(bottom=days.paid_s / HOUR_S, **facts),
    }


@kpi(
    number=72,
    title="Occupancy",
    unit=SHARE,
    better=BAND,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="agent_days",
    block="agent",
    merge="add",
    outputs=("ratio",),
    tables=("work_time",),
    guard=("employee_turnover_rate",),
    board=102,
    asks="How busy are agents who are logged in?",
    counted="Time handling contacts, of the time handling them or free for the next one.",
    left_out="Breaks, training and meetings. Chats side by side count once, by the clock on the wall.",
    beware="Staffing and arrivals set it, not the agent. 75 to 85 % is what planners aim at, less in small teams.",
)
def occupancy_rate(days: Any) -> dict[str, Any]:
    return {
        "ratio": Ratio(
            top=days.handling_s, bottom=days.logged_in_s, of=days.eligible, at=days.worked_at, domain=UNIT_INTERVAL
        )
    }


@kpi(
    number=73,
    title="Utilisation",
    unit=SHARE,
    better=BAND,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="agent_days",
    block="agent",
    merge="add",
    outputs=("ratio",),
    tables=("work_time",),
    board=103,
    asks="How much paid time is spent serving or ready to serve?",
    counted="Time handling contacts or free for the next one, of the time paid for.",
    left_out="Paid leave, which the working time does not hold.",
    beware="Training and meetings lower it, and are not wasted. Times occupancy it is handling time over paid time.",
)
def utilization_rate(days: Any) -> dict[str, Any]:
    return {"ratio": Ratio(top=days.logged_in_s, bottom=days.paid_s, of=days.eligible, at=days.worked_at)}


@kpi(
    number=74,
    title="Employee turnover",
    unit=SHARE,
    better=LOWER,
    perspective=LEARNING,
    timing=LAG,
    kind=OBJECTIVE,
    relation="separations",
    block="person",
    merge="add",
    outputs=("rate", "annualised", "voluntary"),
    tables=("employees",),
    board=104,
    asks="How fast do people leave?",
    counted="Employments whose last day lies in the period, over the average number of employees on its days.",
    left_out="Moves inside the company and the end of an agreed term. Somebody on leave is still employed.",
    beware="The yearly rate of a single month swings widely in a small team: look at the interval.",
)
def employee_turnover_rate(employments: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"at": employments.left_at, "exposure": "headcount"}
    chosen = (employments.leave_type == "voluntary").fill_null(False)
    return {
        "rate": Count(of=employments.eligible, **facts),
        "annualised": Count(of=employments.eligible, yearly=True, **facts),
        "voluntary": Count(of=employments.eligible & chosen, left_out={"not by their own choice": ~chosen}, **facts),
    }


@kpi(
    number=75,
    title="Employee retention",
    unit=SHARE,
    better=HIGHER,
    perspective=LEARNING,
    timing=LAG,
    kind=OBJECTIVE,
    relation="staff_periods",
    block="person",
    merge="ids",
    outputs=("share",),
    tables=("employees",),
    board=105,
    asks="Do the people we had stay?",
    counted="Persons employed on the first and on the last day of the period, of those employed on the first.",
    left_out="Persons hired in the period: they are on neither side, so it is not 1 less the turnover.",
    beware="Whoever moves to another company of the group or whose term ends counts as gone.",
)
def employee_retention_rate(staff: Any) -> dict[str, Any]:
    return {"share": Proportion(hit=staff.kept, of=staff.eligible, at=staff.opened_at)}

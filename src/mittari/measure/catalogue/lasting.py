"""Whether what was solved stays solved: for good, at the first contact, by a bot."""

from typing import Any

from mittari.measure.kpi import INTERNAL_PROCESS, LAG, LOWER, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Proportion

WEEK_S = 7 * 86_400


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

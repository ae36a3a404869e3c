"""What brings customers, what they are worth, and whether they earn money after being served."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, HIGHER, LAG, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Proportion


@kpi(
    number=60,
    title="New customers from referral",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="acquisitions",
    block="person",
    merge="add",
    outputs=("share",),
    tables=("customers",),
    board=90,
    asks="Do recommendations bring customers?",
    counted="Customers won in the period by a referral or with a customer who recommended us, of those whose source is known.",
    left_out="Test customers; customers of an unknown source are counted apart.",
    beware="What customers say brought them and what a code tells are different sources: do not change between them.",
)
def referral_share(customers: Any) -> dict[str, Any]:
    return {
        "share": Proportion(
            hit=customers.recommended,
            of=customers.eligible & customers.source_known,
            at=customers.won_at,
            missing=customers.eligible & ~customers.source_known,
        )
    }

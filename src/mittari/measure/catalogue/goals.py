"""Whether the goals that were set for the measures are met."""

from typing import Any

from mittari.measure.kpi import HIGHER, INTERNAL_PROCESS, LAG, OBJECTIVE, SHARE, kpi
from mittari.measure.needed import TARGETS
from mittari.measure.outputs import Model


@kpi(
    number=78,
    title="Target attainment",
    unit=SHARE,
    better=HIGHER,
    perspective=INTERNAL_PROCESS,
    timing=LAG,
    kind=OBJECTIVE,
    relation="goals",
    needs=TARGETS,
    block="none",
    merge="none",
    outputs=("share", "proven"),
    tables=("targets",),
    target=1.0,
    board=108,
    asks="Are strategic and operational goals met from the customer's view?",
    counted="KPIs that reach their target, of those with a target whose number is final. "
    "Output proven asks that the whole interval lies on the good side.",
    left_out="KPIs that are not final yet, have no data or may not be shown; targets of single slices.",
    beware="Every KPI weighs the same. Easy targets are met easily: look at which are missed.",
)
def target_attainment_rate(goals: Any) -> dict[str, Any]:
    return {
        "share": Model(rule="quotient", of=goals.eligible, at=None, sums={"k": goals.met.ifelse(1.0, 0.0)}),
        "proven": Model(rule="quotient", of=goals.eligible, at=None, sums={"k": goals.proven.ifelse(1.0, 0.0)}),
    }

"""The daily table that others published about the same calls, as a KPI of one's own.

It counts by other rules than Mittari's KPIs do, on purpose: every row of a day stands in every mean, calls nobody
answered with a service time of 0, calls put through at once with a queue time of 0, and the phantoms too. So it is
built on a relation of its own, one row per call of the file. `docs/custom-kpi.md` walks through this file.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mittari.measure.kpi import COUNT, LEAD, NEITHER, OBJECTIVE, SECONDS, SHARE, VALUE_ATTRIBUTES, kpi, relation
from mittari.measure.outputs import Count, Mean, Proportion, Quantile

if TYPE_CHECKING:
    from mittari.measure.relations import Facts, Source


@relation
def every_call(facts: "Facts") -> "Mapping[str, Source]":
    """One row per call of the file, phantoms included, with the times as the file has them.

    A negative time in the voice response unit, a fault of the log, counts as 0.
    """
    from mittari.measure.relations import Source  # with it comes Ibis, which a command that asks nothing does not need
    from mittari.measure.relations.base import as_of

    calls = facts.table("calls")
    calls = calls.filter(calls.queued_at <= as_of())
    rows = calls.mutate(
        key=calls.call_id,
        menu_s=calls.dim_vru_s.cast("float64").clip(lower=0.0),
        service_s=calls.dim_service_s.cast("float64"),
        hung_up=calls.dim_outcome == "HANG",
    )
    return {"calls": Source(rows=rows, tables=("calls",), key="key", dimensions={"dim_type": "dim_type"})}


@kpi(
    number=1001,
    title="Calls of the bank, day by day",
    unit=SECONDS,
    better=NEITHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="every_call",
    block="day",
    merge="add",
    outputs=(
        "service_mean",
        "service_median",
        "menu_mean",
        "menu_median",
        "queue_mean",
        "queue_median",
        "calls",
        "hung_up",
        "hung_up_share",
        "not_hung_up_share",
    ),
    units={"calls": COUNT, "hung_up": COUNT, "hung_up_share": SHARE, "not_hung_up_share": SHARE},
    tables=("calls",),
    asks="What would the published daily table say?",
    counted="Every row of the day: answered, hung up, put through at once, phantoms.",
    left_out="Nothing.",
    beware="Times of 0 stand in the means: for the handle time of answered calls ask average_handle_time.",
)
def technion_daily(calls: Any) -> dict[str, Any]:
    every: dict[str, Any] = {"of": calls.call_id.notnull(), "at": calls.queued_at}
    return {
        "service_mean": Mean(value=calls.service_s, **every),
        "service_median": Quantile(value=calls.service_s, q=0.5, **every),
        "menu_mean": Mean(value=calls.menu_s, **every),
        "menu_median": Quantile(value=calls.menu_s, q=0.5, **every),
        "queue_mean": Mean(value=calls.wait_s, **every),
        "queue_median": Quantile(value=calls.wait_s, q=0.5, **every),
        "calls": Count(**every),
        "hung_up": Count(of=calls.hung_up, at=calls.queued_at),
        "hung_up_share": Proportion(hit=calls.hung_up, **every),
        "not_hung_up_share": Proportion(hit=~calls.hung_up, **every),
    }

"""`goals`: one row per period and KPI with a target, with what the KPI came to there (KPI 78).

The numbers come with the call: they are records of other KPIs, measured before (`measure/needed.py`).
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, periods_table, results_table, true

LEFT_OUT = {
    "unknown": "no KPI of this name is known",
    "several": "asked on several scales, which are never one number",
    "unsettled": "not final yet",
    "empty": "no data, or too few people to be shown",
}
SHOWN = ("value", "ci_low", "ci_high", "target", "target_high", "direction", "status")


def goals(facts: Facts) -> Mapping[str, Source]:
    """`met` where the value lies on the good side of the target, `proven` where the whole interval does."""
    targets, results = _targets(facts), results_table()
    results = results.rename(of_period="period")
    rows = targets.left_join(results, [targets.period == results.of_period, targets.kpi_id == results.name])
    direction = ibis.coalesce(rows.direction, rows.better)
    rows = rows.mutate(
        key=rows.kpi_id,
        direction=direction,
        unknown=rows.status.isnull(),
        several=true(rows.records > 1),
        unsettled=true(rows.status == "provisional"),
        empty=true(rows.status.isin(["no_data", "suppressed"])),
    )
    rows = rows.mutate(
        eligible=true(rows.status == "final") & ~rows.several,
        met=_good(rows, rows.value, rows.value),
        proven=_good(rows, rows.ci_low, rows.ci_high),
    )
    shown = {name: name for name in SHOWN}
    source = Source(
        rows=rows, tables=("targets",), key="key", left_out=LEFT_OUT, dimensions=shown, customer=None, periodic=True
    )
    return {"written": source}


def _targets(facts: Facts) -> ir.Table:
    """The newest target of each KPI as a whole that holds on some day of the period."""
    raw, periods = facts.table("targets"), periods_table()
    raw = raw.filter(raw.slice.fill_null("") == "")
    since = raw.valid_from.fill_null(ibis.date("0001-01-01"))
    raw = raw.select(
        "kpi_id", "direction", since=since, target=raw.value, target_high=raw.value_high.fill_null(raw.value)
    )
    rows = raw.join(periods, raw.since < periods.end_day)
    newest = ibis.window(group_by=[rows.period, rows.kpi_id], order_by=[rows.since.desc()])
    rows = rows.mutate(newer=ibis.row_number().over(newest))
    return rows.filter(rows.newer == 0).drop("newer")


def _good(rows: ir.Table, low: ir.Value, high: ir.Value) -> ir.BooleanValue:
    """Whether all from `low` to `high` lies on the good side; a bound that is not known lies nowhere."""
    above, below = true(low >= rows.target), true(high <= rows.target)
    inside = above & true(high <= rows.target_high)
    return ibis.cases((rows.direction == "down", below), (rows.direction == "band", inside), else_=above)

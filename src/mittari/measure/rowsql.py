"""The rows behind one number: a statement per source that names each row, whether it counts, and if not why."""

from collections.abc import Mapping
from typing import Any

import ibis
from ibis.expr import types as ir

from mittari.measure import outputs as family
from mittari.measure.compile import block_of, chosen_sources
from mittari.measure.exposures import exposure_rows
from mittari.measure.groups import block_key, dimension, local_clock, rows_in_span, with_period
from mittari.measure.kpi import Definition
from mittari.measure.recipe import EXPOSURE, Request, RowQuery
from mittari.measure.relations import Facts, Source
from mittari.measure.relations.base import true
from mittari.measure.shelf import Shelf, to_sql

NO_ANSWER, UNDECIDED, OUTSIDE = (
    "no answer to this question (n_na)",
    "outcome not known (censored)",
    "not counted by this KPI",
)


def row_queries(
    facts: Facts, request: Request, definition: Definition, output: str, params: Mapping[str, Any], shelf: Shelf
) -> tuple[RowQuery, ...]:
    """Statements whose rows have: period, key, at, block, included, reason, x, y and the dimensions."""
    sources = shelf.sources(definition, params)
    first = definition.build(next(iter(sources.values())).rows, **params)[output]
    queries = []
    for name in chosen_sources((getattr(first, "base", None) or first).scope, request.channels, sources):
        declared = definition.build(sources[name].rows, **params)[output]
        spec = getattr(declared, "base", None) or declared
        queries.append(
            RowQuery(
                name,
                shelf.complete(to_sql(_rows(facts, request, definition, sources[name], spec))),
                sources[name].tables,
            )
        )
    exposure = getattr(getattr(first, "base", None) or first, "exposure", None)
    if exposure is not None:
        queries.append(RowQuery(EXPOSURE, *exposure_rows(facts, request)))
    return tuple(queries)


def _rows(facts: Facts, request: Request, definition: Definition, source: Source, spec: Any) -> ir.Table:
    clock = "period" if spec.at is None else spec.at.get_name()
    rows = rows_in_span(facts, source, clock, request)
    rows = with_period(source, rows, clock)
    at = rows.p1 if spec.at is None else rows[local_clock(clock)]
    x, y = sums_of(spec)
    counted = _counted(spec)
    bound = {
        name: rows.bind(value)[0]
        for name, value in {"included": true(counted), "reason": _reason(source, spec), "x": x, "y": y}.items()
        if value is not None
    }
    names = {name: dimension(source, rows, name) for name in source.dimensions}
    customer = (
        {} if source.customer is None or source.customer not in rows.columns else {"customer_id": rows[source.customer]}
    )
    return rows.select(
        "period",
        key=rows[source.key].cast("string"),
        at=at,
        **_block(request, definition, rows, spec, clock),
        included=bound["included"],
        reason=bound["included"].ifelse(ibis.null("string"), bound["reason"]),
        x=bound["x"].cast("float64"),
        y=bound.get("y", ibis.literal(1.0)).cast("float64"),
        **customer,
        **names,
    )


def _block(request: Request, definition: Definition, rows: ir.Table, spec: Any, clock: str) -> dict[str, ir.Value]:
    if spec.at is None:
        return {"block": ibis.null("string")}
    if block_of(definition) == family.PERSON:
        return {"block": block_key(rows, family.PERSON, False, clock)["block"]}
    keys = block_key(rows, family.DAY, request.half_hours, clock)
    day = keys["day"].cast("string")
    return {"block": day + " " + keys["half_hour"].cast("string") if "half_hour" in keys else day}


def _counted(spec: Any) -> Any:
    if isinstance(spec, family.Stock):
        among = spec.of if spec.among is None else spec.among
        return among if spec.flow is None else among | spec.flow
    return spec.of


def sums_of(spec: Any) -> tuple[Any, Any]:
    """What a counted row adds above (x) and below (y) the line; for waits the time and whether it ended."""
    one, none = ibis.literal(1.0), ibis.literal(0.0)
    match spec:
        case family.Proportion():
            return true(spec.hit).ifelse(one, none), None
        case family.NetShare():
            return true(spec.up).ifelse(one, true(spec.down).ifelse(ibis.literal(-1.0), none)), None
        case family.Ratio():
            return spec.top, spec.bottom
        case family.KaplanMeier():
            return spec.time, true(spec.event).ifelse(one, none)
        case family.Stock():
            flow = none if spec.flow is None else true(spec.flow).ifelse(one, none)
            return true(spec.of).ifelse(one, none), flow
        case family.Count():
            return one, None
        case _:
            return spec.value, None


def _reason(source: Source, spec: Any) -> Any:
    """The first reason that applies: eligibility of the row, then rows counted beside, then the KPI's own reasons."""
    reasons = [
        (true(source.rows[column]), text) for column, text in source.left_out.items() if column in source.rows.columns
    ]
    if spec.missing is not None:
        reasons.append((true(spec.missing), NO_ANSWER))
    if spec.censored is not None:
        reasons.append((true(spec.censored), UNDECIDED))
    reasons += [(true(condition), text) for text, condition in spec.left_out.items()]
    return ibis.cases(*reasons, else_=OUTSIDE) if reasons else ibis.literal(OUTSIDE)

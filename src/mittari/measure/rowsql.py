"""The rows behind one number: a statement per source that names each row, whether it counts, and if not why."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ibis
from ibis.expr import types as ir

from mittari.measure import outputs as family
from mittari.measure.compile import block_of
from mittari.measure.exposures import exposure_rows
from mittari.measure.groups import block_key, dimension, local_clock, rows_in_span, with_period
from mittari.measure.kpi import Definition
from mittari.measure.plan import chosen_sources
from mittari.measure.recipe import EXPOSURE, OTHER, ROWS, Request, RowQuery
from mittari.measure.relations import Facts, Source
from mittari.measure.relations.base import true
from mittari.measure.shelf import Shelf, to_sql

NO_ANSWER, UNDECIDED, OUTSIDE = (
    "not answered, or not recorded (n_na)",
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
        spec, other = getattr(declared, "base", None) or declared, getattr(declared, "other", None)
        for part, each in ((name, spec), (name + OTHER, other)):
            if each is not None:
                rows = _exploded(facts, request, definition, sources[name], each)
                queries.append(RowQuery(part, shelf.complete(to_sql(rows, facts.engine)), sources[name].tables))
    spec = getattr(first, "base", None) or first
    named = [getattr(spec, "exposure", None), getattr(spec, "population", None)]
    exposures = [RowQuery(EXPOSURE, *exposure_rows(facts, request, each)) for each in named if isinstance(each, str)]
    return (*queries, *exposures)


def _exploded(facts: Facts, request: Request, definition: Definition, source: Source, spec: Any) -> ir.Table:
    """The rows; of a model each once for every sum that it adds to, whose name stands as the block."""
    if not isinstance(spec, family.Model):
        return _rows(facts, request, definition, source, spec)
    counted = spec.of if spec.rows is None else spec.of & spec.rows
    sums = {**spec.sums, ROWS: true(counted).ifelse(ibis.literal(1.0), ibis.null("float64"))}
    parts = []
    for name, value in sums.items():
        rows = _rows(facts, request, definition, source, spec, name, value)
        adds = rows.included & (rows.x != 0)
        parts.append(rows.filter(adds | ~rows.included if name == ROWS else adds))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _rows(
    facts: Facts,
    request: Request,
    definition: Definition,
    source: Source,
    spec: Any,
    sum_name: str = "",
    summed: Any = None,
) -> ir.Table:
    clock = "period" if spec.at is None else spec.at.get_name()
    rows = rows_in_span(facts, source, clock, request)
    rows = with_period(source, rows, clock)
    at = rows.p1 if spec.at is None else rows[local_clock(clock)]
    x, y = sums_of(spec) if summed is None else (summed, None)
    counted = _counted(spec)
    bound = {
        name: rows.bind(value)[0]
        for name, value in {"included": true(counted), "reason": _reason(source, spec), "x": x, "y": y}.items()
        if value is not None
    }
    names = {name: _told(source, rows, name) for name in source.dimensions}
    customer = (
        {} if source.customer is None or source.customer not in rows.columns else {"customer_id": rows[source.customer]}
    )
    return rows.select(
        "period",
        key=rows[source.key].cast("string"),
        at=at,
        **({"block": ibis.literal(sum_name)} if sum_name else _block(request, definition, rows, spec, clock)),
        included=bound["included"],
        reason=bound["included"].ifelse(ibis.null("string"), bound["reason"]),
        x=bound["x"].cast("float64"),
        y=bound.get("y", ibis.literal(1.0)).cast("float64"),
        **customer,
        **names,
    )


def _told(source: Source, rows: ir.Table, name: str) -> ir.Value:
    """A dimension as rows tell it; numbers stay numbers, since engines write them differently."""
    column = rows[source.dimensions[name]]
    return column if column.type().is_floating() else dimension(source, rows, name)


def _block(request: Request, definition: Definition, rows: ir.Table, spec: Any, clock: str) -> dict[str, ir.Value]:
    if block_of(definition) in family.KEYED:
        return block_key(rows, block_of(definition), False, clock)
    if spec.at is None:
        return {"block": ibis.null("string")}
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
    weight = getattr(spec, "weight", None)
    if weight is not None:
        x, _ = sums_of(replace(spec, weight=None))
        return x * weight, weight
    match spec:
        case family.Proportion():
            return true(spec.hit).ifelse(one, none), None
        case family.NetShare():
            return true(spec.up).ifelse(one, true(spec.down).ifelse(ibis.literal(-1.0), none)), None
        case family.Ratio():
            return spec.top, spec.bottom
        case family.KaplanMeier():
            return spec.time, true(spec.event).ifelse(one, none)
        case family.Stock() if spec.value is not None:
            return spec.value, None
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

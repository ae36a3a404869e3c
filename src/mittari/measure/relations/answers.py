"""`answers`: one row per answer to a survey question, after G14 to G17.

Of several answers of one person to the same survey about the same contact, an edit within 24 hours replaces the one
before it. `latest` further keeps, for the answers of the relationship, the last scored one of each person in a period.
"""

from collections.abc import Mapping
from dataclasses import replace

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations import scales
from mittari.measure.relations.base import (
    Facts,
    Source,
    as_of,
    days_table,
    flag,
    periods_table,
    seconds,
    seen,
    true,
)

EDIT_S = 86_400.0
LEFT_OUT = {
    "test": "a test",
    "repeat_press": "a repeated press of the same button",
    "superseded": "edited by the same person within 24 hours",
}
DEFAULT_SCALES = {"nps": (0, 10), "enps": (0, 10), "ces": (1, 7), "resolved": (0, 1)}
USUAL_SCALE = (1, 5)
OF_AN_EXPERIENCE = (
    "csat",
    "ces",
    "resolved",
    "quality_service",
    "quality_product",
    "expectation",
    "expected",
    "repurchase",
    "wtp",
)


def answers(facts: Facts, *, kind: str | None = None) -> Mapping[str, Source]:
    """Answers to the questions of one kind (None: of all kinds)."""
    return {"written": _source(facts, scored(facts, kind).mutate(earlier_answer=ibis.literal(False)))}


def latest(facts: Facts, *, kind: str | None = None) -> Mapping[str, Source]:
    """Answers with their period, and whether each is its person's last scored one of that kind in the period (G15)."""
    rows = scored(facts, kind)
    days, periods = days_table(), periods_table()
    ends = days.join(periods, days.period == periods.period).select(
        "period", of_day=days.day, end_at=periods.end_day.cast("timestamp")
    )
    rows = rows.join(ends, rows.responded_local.date() == ends.of_day)
    counts = rows.eligible & rows.score.notnull() & ~rows.transactional
    again = true((rows.rescored_at <= as_of()) & (rows.rescored_local < rows.end_at))
    return {"written": replace(_source(facts, rows.mutate(earlier_answer=counts & again)), alone=True)}


def _source(facts: Facts, rows: ir.Table) -> Source:
    columns = {name: name for name in (*dimensions.ANSWERS, *facts.dimensions("responses"))}
    return Source(rows=rows, tables=("responses",), key="key", left_out=LEFT_OUT, dimensions=columns)


def scored(facts: Facts, kind: str | None = None) -> ir.Table:
    """Every answer known at `as_of` with its scale and whether it is eligible."""
    raw = facts.table("responses")
    raw = raw.filter(raw.responded_at <= as_of())
    if kind is not None:
        raw = raw.filter(raw.kind == kind)
    low, high = _scale_bounds(raw, kind)
    rows = raw.mutate(
        key=raw.response_id,
        customer_id=raw.customer_id,
        test=flag(raw.is_test),
        repeat_press=flag(raw.is_repeat_press),
        transactional=_about_a_contact(raw, kind),
        scale_low=low,
        scale_high=high,
        scale=scales.number(low, high),
        score=(raw.answered.fill_null(1) == 1).ifelse(raw.score, ibis.null("float64")),
    )
    edited = true(seconds(rows.responded_at, seen(rows.edited_at)) <= EDIT_S)
    rows = rows.mutate(superseded=rows.transactional & edited)
    return rows.mutate(
        eligible=~(rows.test | rows.repeat_press | rows.superseded),
        top_box=true(rows.score >= _top_box(rows)),
        bottom_box=true(rows.score <= rows.scale_low + 1),
        agrees=true(rows.score >= _agreeing(rows)),
        about_an_experience=rows.kind.isin(OF_AN_EXPERIENCE) | ((rows.kind == "nps") & rows.transactional),
        delay_s=seconds(rows.touch_at, rows.responded_at),
    )


def _about_a_contact(raw: ir.Table, kind: str | None) -> ir.BooleanValue:
    """NPS says by itself which kind it is. Where the kind of all rows is known, only its own columns are read."""
    says_so = true(raw.nps_kind == "transactional")
    names_one = raw.conversation_id.notnull() | raw.order_id.notnull() | raw.touchpoint_id.notnull()
    if kind is None:
        return (raw.kind == "nps").ifelse(says_so, names_one)
    return says_so if kind == "nps" else names_one


def _scale_bounds(raw: ir.Table, kind: str | None) -> tuple[ir.Value, ir.Value]:
    """Lowest and highest score, of the question's usual scale where the answer does not say."""
    if kind is not None:
        usual = [ibis.literal(bound) for bound in DEFAULT_SCALES.get(kind, USUAL_SCALE)]
    else:
        usual = [
            ibis.cases(*[(raw.kind == name, bounds[n]) for name, bounds in DEFAULT_SCALES.items()], else_=other)
            for n, other in enumerate(USUAL_SCALE)
        ]
    low, high = (bound.cast("float64") for bound in usual)
    return ibis.coalesce(raw.scale_min, low), ibis.coalesce(raw.scale_max, high)


def _agreeing(rows: ir.Table) -> ir.Value:
    """The lowest score that agrees with a statement: 5 of 7, on other scales the lowest satisfied one (G17)."""
    points = rows.scale_high - rows.scale_low + 1
    return (points == 7).ifelse(rows.scale_high - 2, _top_box(rows))


def _top_box(rows: ir.Table) -> ir.Value:
    """The lowest satisfied score (G17): 4 of 5, 6 of 7, 9 of 10, 3 of 4; the top point of shorter scales."""
    points = rows.scale_high - rows.scale_low + 1
    return rows.scale_high - (points >= 4).ifelse(1, 0)

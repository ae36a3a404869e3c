"""`answers`: one row per answer to a survey question, after G14 to G17.

Of several answers of one person to the same survey about the same contact, an edit within 24 hours replaces the one
before it. `latest` further keeps, for the answers of the relationship, the last scored one of each person in a period.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, days_table, flag, seconds, seen, true

EDIT_S = 86_400.0
LEFT_OUT = {
    "test": "a test",
    "repeat_press": "a repeated press of the same button",
    "superseded": "edited by the same person within 24 hours",
}
DEFAULT_SCALES = {"nps": (0, 10), "enps": (0, 10), "ces": (1, 7), "resolved": (0, 1)}


def answers(facts: Facts, *, kind: str | None = None) -> Mapping[str, Source]:
    """Answers to the questions of one kind (None: of all kinds)."""
    return {"written": _source(facts, scored(facts, kind).mutate(earlier_answer=ibis.literal(False)))}


def latest(facts: Facts, *, kind: str | None = None) -> Mapping[str, Source]:
    """Answers with their period, and whether each is its person's last scored one of that kind in the period (G15)."""
    rows = scored(facts, kind)
    days = days_table()
    rows = rows.join(days, rows.responded_local.date() == days.day)
    order = [rows.responded_at.desc(), rows.key.desc()]
    counts = rows.eligible & rows.score.notnull() & rows.person_id.notnull() & ~rows.transactional
    window = ibis.window(group_by=[rows.period, rows.kind, rows.person_id, counts], order_by=order)
    rows = rows.mutate(earlier_answer=counts & (ibis.row_number().over(window) > 0))
    return {"written": _source(facts, rows, periodic=True)}


def _source(facts: Facts, rows: ir.Table, periodic: bool = False) -> Source:
    columns = {name: name for name in (*dimensions.ANSWERS, *facts.dimensions("responses"))}
    return Source(rows=rows, tables=("responses",), key="key", left_out=LEFT_OUT, dimensions=columns, periodic=periodic)


def scored(facts: Facts, kind: str | None = None) -> ir.Table:
    """Every answer known at `as_of` with its scale and whether it is eligible."""
    raw = facts.table("responses")
    raw = raw.filter(raw.responded_at <= as_of())
    if kind is not None:
        raw = raw.filter(raw.kind == kind)
    low, high = _scale_bounds(raw)
    about = ibis.coalesce(raw.conversation_id, raw.order_id, raw.touchpoint_id)
    rows = raw.mutate(
        key=raw.response_id,
        customer_id=raw.customer_id,
        test=flag(raw.is_test),
        repeat_press=flag(raw.is_repeat_press),
        about=about,
        transactional=(raw.kind == "nps").ifelse(true(raw.nps_kind == "transactional"), about.notnull()),
        scale_low=low,
        scale_high=high,
        scale=low.cast("int64").cast("string") + "-" + high.cast("int64").cast("string"),
        score=(raw.answered.fill_null(1) == 1).ifelse(raw.score, ibis.null("float64")),
    )
    edited = true(seconds(rows.responded_at, seen(rows.edited_at)) <= EDIT_S)
    rows = rows.mutate(superseded=rows.transactional & edited)
    return rows.mutate(
        eligible=~(rows.test | rows.repeat_press | rows.superseded),
        top_box=true(rows.score >= _top_box(rows)),
        bottom_box=true(rows.score <= rows.scale_low + 1),
    )


def _scale_bounds(raw: ir.Table) -> tuple[ir.Value, ir.Value]:
    low = ibis.cases(*[(raw.kind == kind, bounds[0]) for kind, bounds in DEFAULT_SCALES.items()], else_=1)
    high = ibis.cases(*[(raw.kind == kind, bounds[1]) for kind, bounds in DEFAULT_SCALES.items()], else_=5)
    return ibis.coalesce(raw.scale_min, low.cast("float64")), ibis.coalesce(raw.scale_max, high.cast("float64"))


def _top_box(rows: ir.Table) -> ir.Value:
    """The lowest satisfied score (G17): 4 of 5, 6 of 7, 9 of 10, 3 of 4; the top point of shorter scales."""
    points = rows.scale_high - rows.scale_low + 1
    return rows.scale_high - (points >= 4).ifelse(1, 0)

"""`person_scores`: one row per person and survey round, the round being the period of the call.

Of each question a person answers in the period the latest score counts (G15); their scores, carried to 0 to 100, make
one mean. `expectation_gaps` sets what a person experienced against what the same person expected.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.answers import LEFT_OUT, scored
from mittari.measure.relations.base import Facts, Source, as_of, days_table, instant, periods_table, true
from mittari.measure.weighing import ALIKE

ENOUGH_ITEMS = 0.5
"""The share of the questions put to a person that must be answered for their mean to count."""
PERCEIVED, EXPECTED = "expectation", "expected"
COMPARED = (-2.0, 2.0)
"""The scale of the single question "compared with what you expected": it says the gap by itself."""
MARKS = tuple(LEFT_OUT)
ROUND = ("period", "who", *MARKS)


def person_scores(
    facts: Facts, *, kind: str, item: str = "", by_order: bool = False, weights: str = ALIKE
) -> Mapping[str, Source]:
    """The mean of each person's answers to one kind of question, or to one `item` of it.

    With `by_order` every question about every order stands for itself: one answer per product and order.
    """
    rows = _answers(facts, [kind])
    if item:
        rows = rows.filter(rows.item == item)
    rows = rows.mutate(of_100=100.0 * (rows.score - rows.scale_low) / (rows.scale_high - rows.scale_low))
    grain = (*ROUND, "item", "order_id") if by_order else (*ROUND, "item")
    each = rows.group_by(*grain).agg(**_kept(facts, rows, grain, weights), of_100=_latest(rows, rows.of_100))
    if by_order:
        people = each.mutate(asked=1, answered=each.of_100.notnull().ifelse(1, 0))
    else:
        people = each.group_by(*ROUND).agg(
            **_kept(facts, each, ROUND, weights),
            asked=each.count(),
            answered=each.of_100.count(),
            of_100=each.of_100.mean(),
        )
    enough = people.answered >= people.asked * ENOUGH_ITEMS
    return {"written": _source(facts, people.mutate(score=people.of_100, enough=enough), alone=not by_order)}


def expectation_gaps(facts: Facts, *, weights: str = ALIKE) -> Mapping[str, Source]:
    """What each person perceived less what they expected, on average over the questions that have both on one scale."""
    rows = _answers(facts, [PERCEIVED, EXPECTED])
    grain = (*ROUND, "item", "scale_low", "scale_high", "scale")
    each = rows.group_by(*grain).agg(
        **_kept(facts, rows, grain, weights),
        perceived=_latest(rows, rows.score, rows.kind == PERCEIVED),
        expected=_latest(rows, rows.score, rows.kind == EXPECTED),
    )
    says_so = (each.scale_low == COMPARED[0]) & (each.scale_high == COMPARED[1])
    each = each.mutate(gap=each.perceived - says_so.ifelse(0.0, each.expected))
    people = each.group_by(*ROUND, "scale").agg(**_kept(facts, each, (*ROUND, "scale"), weights), gap=each.gap.mean())
    return {"written": _source(facts, people, alone=True)}


def _answers(facts: Facts, kinds: list[str]) -> ir.Table:
    """Answers of these kinds in the periods of the call, with `who` gave them.

    Who is not known is recognised by the invitation, which brings all answers of one form together. Scores that the
    load knows to be followed by another one in the period are dropped here: fewer rows are grouped, and of two answers
    given at one instant the one that stands is certain.
    """
    rows = scored(facts, kinds[0] if len(kinds) == 1 else None)
    rows = rows.filter(
        rows.kind.isin(kinds)
        & (rows.responded_local >= instant("span_start_local"))
        & (rows.responded_local < instant("span_end_local"))
    )
    days, periods = days_table(), periods_table()
    ends = days.join(periods, days.period == periods.period).select(
        "period", of_day=days.day, end_at=periods.end_day.cast("timestamp")
    )
    rows = rows.join(ends, rows.responded_local.date() == ends.of_day)
    again = true((rows.rescored_at <= as_of()) & (rows.rescored_local < rows.end_at))
    rows = rows.filter(~again)
    return rows.mutate(who=ibis.coalesce("p" + rows.person_id, "i" + rows.invite_id, "r" + rows.response_id))


def _latest(rows: ir.Table, value: ir.Value, where: ir.BooleanValue | None = None) -> ir.Value:
    """The last of the values that are there."""
    there = value.notnull()
    return value.argmax(rows.responded_at, where=there if where is None else there & where)


def _kept(facts: Facts, rows: ir.Table, grain: tuple[str, ...], weights: str) -> dict[str, ir.Value]:
    """What a row of answers taken together keeps: its clock, a key, who it is, and the last known of each dimension.

    Its weight too, where that is asked for: a person counts by the latest that is known.
    """
    weight = () if weights == ALIKE else ("weight",)
    names = (*dimensions.ANSWERS, *facts.dimensions("responses"), "person_id", "customer_id", *weight)
    return {
        "response_id": rows.response_id.min(),
        "responded_at": rows.responded_at.max(),
        "responded_local": rows.responded_local.max(),
        **{name: _latest(rows, rows[name]) for name in names if name not in grain},
    }


def _source(facts: Facts, people: ir.Table, *, alone: bool) -> Source:
    rows = people.mutate(key=people.response_id, eligible=~(people.test | people.repeat_press | people.superseded))
    columns = {name: name for name in (*dimensions.ANSWERS, *facts.dimensions("responses"))}
    return Source(rows=rows, tables=("responses",), key="key", left_out=LEFT_OUT, dimensions=columns, alone=alone)

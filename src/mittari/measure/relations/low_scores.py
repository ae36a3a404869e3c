"""`low_scores`: one row per bad answer, with what was done about it and how its person scored afterwards.

Bad are NPS 0 to 6, the two lowest boxes of CSAT and CES 1 to 3. An answer that a person contacted is followed up; a
machine's thank-you is no contact (G8).
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.answers import LEFT_OUT, scored
from mittari.measure.relations.base import Facts, Source, as_of, flag, periods_table, seconds, seen, true

KINDS = ("nps", "csat", "ces")
DETRACTOR, HARD = 6, 3
HOUR_S, DAY_S = 3_600.0, 86_400.0


def low_scores(facts: Facts, *, within_days: int = 90) -> Mapping[str, Source]:
    """With the last score that the same person gave to the same question within so many days."""
    low = _low(facts)
    again = _scored_again(low, _scores(facts), within_days)
    rows = low.left_join(again, low.key == again.of_answer)
    rows = rows.mutate(
        followed_up=rows.contacted_at.notnull(),
        scored_again=rows.better_again.notnull(),
        recovered=true(rows.better_again),
        mature=seconds(rows.responded_at, as_of()) >= within_days * DAY_S,
    )
    return {"written": _source(facts, rows)}


def reactions(facts: Facts, *, within_hours: int = 48) -> Mapping[str, Source]:
    """Bad answers in the period in which the time to react to them is over."""
    rows = _low(facts)
    rows = rows.mutate(due_at=rows.responded_at + ibis.interval(hours=within_hours))
    people = facts.table("customers")
    consent = people.filter(flag(people.contact_consent)).select(consenting=people.customer_id)
    rows = rows.left_join(consent, rows.customer_id == consent.consenting)
    periods = periods_table()
    rows = rows.join(periods, [rows.due_at >= periods.p0, rows.due_at < periods.p1])
    rows = rows.mutate(
        due_local=rows.responded_local + ibis.interval(hours=within_hours),
        may_contact=rows.consenting.notnull(),
        is_due=rows.due_at <= as_of(),
        reacted=true(seconds(rows.responded_at, rows.contacted_at) <= within_hours * HOUR_S),
    )
    return {"written": _source(facts, rows, periodic=True)}


def _source(facts: Facts, rows: ir.Table, periodic: bool = False) -> Source:
    columns = {name: name for name in (*dimensions.ANSWERS, *facts.dimensions("responses"))}
    tables = ("responses", "feedback_actions")
    return Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, dimensions=columns, periodic=periodic)


def _scores(facts: Facts) -> ir.Table:
    """Scored answers of the kinds that can be bad, with whether they are."""
    rows = scored(facts)
    rows = rows.filter(rows.eligible & rows.kind.isin(KINDS) & rows.score.notnull())
    is_low = ibis.cases(
        (rows.kind == "nps", rows.score <= DETRACTOR), (rows.kind == "ces", rows.score <= HARD), else_=rows.bottom_box
    )
    return rows.mutate(is_low=is_low)


def _low(facts: Facts) -> ir.Table:
    rows = _scores(facts)
    rows = rows.filter(rows.is_low)
    actions = facts.table("feedback_actions")
    actions = actions.mutate(first_contact_at=seen(actions.first_contact_at))
    actions = actions.filter((actions.kind == "contact") & ~flag(actions.is_auto) & actions.first_contact_at.notnull())
    contacts = actions.group_by(of_response=actions.response_id).agg(contacted_at=actions.first_contact_at.min())
    return rows.left_join(contacts, rows.key == contacts.of_response)


def _scored_again(low: ir.Table, scores: ir.Table, within_days: int) -> ir.Table:
    """Whether the last answer in the time after a bad one is better: of_answer, better_again."""
    before = low.select("kind", "person_id", of_answer=low.key, low_at=low.responded_at)
    after = scores.select("is_low", "key", later_kind="kind", later_person="person_id", later_at="responded_at")
    pairs = before.join(after, [before.person_id == after.later_person, before.kind == after.later_kind])
    waited = seconds(pairs.low_at, pairs.later_at)
    pairs = pairs.filter((waited > 0) & (waited <= within_days * DAY_S))
    order = ibis.window(group_by=pairs.of_answer, order_by=[pairs.later_at.desc(), pairs.key.desc()])
    pairs = pairs.mutate(place=ibis.row_number().over(order))
    return pairs.filter(pairs.place == 0).select("of_answer", better_again=~pairs.is_low)

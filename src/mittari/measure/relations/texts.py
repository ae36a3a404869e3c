"""`texts`: one row per comment of a customer. `topics`: one row per topic of a period, and what was done about it.

What a comment says was read at load (`responses.text_lang`, `text_tone`).
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.answers import LEFT_OUT, scored
from mittari.measure.relations.base import Facts, Source, as_of, days_table, periods_table, true

STAFF_KINDS = ("enps", "esat")
"""What employees say about their employer is no feedback of customers."""
URGENT_TOPICS = ("safety", "legal")
"""One mention of these calls for action."""
ABOUT_OTHERS = "competitor"
"""The item of texts about other brands."""
ACTION_DAYS = 90


def customer_answers(facts: Facts) -> ir.Table:
    rows = scored(facts)
    return rows.filter(rows.kind.notin(STAFF_KINDS))


def texts(facts: Facts, *, topic: str = "") -> Mapping[str, Source]:
    """Comments of customers; `has_topic` says whether one is about the topic, or about any where none is named."""
    rows = customer_answers(facts)
    rows = rows.filter(rows.text_lang.notnull())
    tagged = facts.table("text_topics")
    tagged = tagged.filter(tagged.topic == topic) if topic else tagged
    tagged = tagged.select(tagged_response=tagged.response_id).distinct()
    rows = rows.left_join(tagged, rows.response_id == tagged.tagged_response)
    rows = rows.mutate(
        has_topic=rows.tagged_response.notnull(),
        about_others=true((rows.kind == "brand_words") & (rows.item == ABOUT_OTHERS)),
        lang=spoken(rows),
    )
    columns = {name: name for name in (*dimensions.TEXTS, *facts.dimensions("responses"))}
    tables = ("responses", "text_topics", "brand_terms")
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, dimensions=columns)}


def spoken(rows: ir.Table) -> ir.Value:
    """The language read, Nynorsk under Norwegian Bokmål."""
    return (rows.text_lang == "nn").ifelse("nb", rows.text_lang)


def topics(facts: Facts) -> Mapping[str, Source]:
    """Topics of each period with how often they were mentioned and whether a cause was mended in time (KPI 79).

    In time is from the beginning of the period to 90 days after its end: what was mended before cannot be an answer.
    """
    tagged, answers, days = facts.table("text_topics"), customer_answers(facts), days_table()
    answers = answers.filter(answers.eligible).select(answered="response_id", day=answers.responded_local.date())
    rows = tagged.join(answers, tagged.response_id == answers.answered)
    rows = rows.join(days.rename(call_day="day"), rows.day == days.rename(call_day="day").call_day)
    rows = rows.group_by("period", "topic").agg(mentions=rows.count())
    periods = periods_table().select(ended="period", p0="p0", p1="p1")
    rows = rows.join(periods, rows.period == periods.ended)
    rows = rows.mutate(due_at=rows.p1 + ibis.interval(days=ACTION_DAYS))
    acted = _mended(facts, rows)
    rows = rows.left_join(acted, [rows.period == acted.acted_period, rows.topic == acted.acted_topic])
    rows = rows.mutate(
        key=rows.topic,
        opened_at=rows.p0,
        opened_local=rows.p0,
        urgent=rows.topic.lower().isin(URGENT_TOPICS),
        acted=rows.acted_topic.notnull(),
        undecided=rows.acted_topic.isnull() & (as_of() < rows.due_at),
        eligible=ibis.literal(True),
    )
    source = Source(
        rows=rows, tables=("responses", "text_topics", "feedback_actions"), key="key", customer=None, periodic=True
    )
    return {"written": source}


def _mended(facts: Facts, rows: ir.Table) -> ir.Table:
    """The topics of each period about which an improvement was closed in time."""
    actions = facts.table("feedback_actions")
    fixes = actions.filter((actions.kind == "fix") & true(actions.closed_at <= as_of()))
    fixes = fixes.select("closed_at", about=fixes.topic)
    met = rows.join(fixes, [rows.topic == fixes.about, fixes.closed_at >= rows.p0, fixes.closed_at <= rows.due_at])
    return met.select(acted_period=met.period, acted_topic=met.topic).distinct()

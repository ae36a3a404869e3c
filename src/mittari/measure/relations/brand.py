"""`brand_texts`: what customers answer when asked for words about a brand, ours (item `us`) or another (`competitor`).

A row is a text, or one attribute that it mentions, in one tone and negated or not: one relation for shares of texts and
of mentions. Attributes were found at load (`text_attributes`). Of several texts of one person about the same brand the
latest of the period stands.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.answers import LEFT_OUT, scored
from mittari.measure.relations.base import Facts, Source, days_table, flag, true
from mittari.measure.relations.texts import ABOUT_OTHERS, spoken

ABOUT_US = "us"


def brand_texts(facts: Facts, *, attribute: str = "") -> Mapping[str, Source]:
    """`says` marks texts, and `named` mentions, of the attribute; without one, of those that are expected."""
    texts = _texts(facts)
    mentions = _mentions(facts, attribute)
    saying = mentions.filter(mentions.named & ~mentions.negated).select(saying="said_by").distinct()
    nothing = {"attribute": "string", "expected": "boolean", "negated": "boolean", "named": "boolean"}
    whole = texts.left_join(saying, texts.response_id == saying.saying)
    whole = whole.mutate(
        key=whole.response_id,
        is_text=ibis.literal(True),
        says=whole.saying.notnull(),
        polarity=ibis.null("int64"),
        again=ibis.literal(False),
        **{name: ibis.null(kind) for name, kind in nothing.items()},
    ).drop("saying")
    parts = texts.join(mentions, texts.response_id == mentions.said_by).drop("said_by")
    parts = parts.mutate(
        key=parts.response_id + "/" + parts.attribute + parts.negated.ifelse("/not/", "/") + parts.polarity.cast(str),
        is_text=ibis.literal(False),
        says=ibis.literal(False),
    )
    columns = {name: name for name in (*dimensions.BRAND_TEXTS, *facts.dimensions("responses"))}
    left_out = {**LEFT_OUT, "earlier": "an earlier text of the same person"}
    source = Source(
        rows=whole.union(parts.select(whole.columns)),
        tables=("responses", "brand_terms"),
        key="key",
        left_out=left_out,
        dimensions=columns,
    )
    return {"written": source}


def _texts(facts: Facts) -> ir.Table:
    """The texts of each period: `readable` ones hold a word, in a language in which words of the brand are known."""
    rows = scored(facts, "brand_words")
    rows = rows.filter(rows.text_lang.notnull())
    days = days_table()
    rows = rows.join(days, rows.responded_local.date() == days.day)
    readable, unread = true(rows.text_read == 1), rows.text_read.isnull()
    stands = rows.eligible & readable & rows.person_id.notnull()
    window = ibis.window(
        group_by=[rows.period, rows.item, stands, rows.person_id],
        order_by=[rows.responded_at.desc(), rows.response_id.desc()],
    )
    earlier = stands & (ibis.row_number().over(window) > 0)
    return rows.mutate(
        readable=readable,
        unread=unread,
        earlier=earlier,
        counts=rows.eligible & readable & ~earlier,
        ours=true(rows.item == ABOUT_US),
        theirs=true(rows.item == ABOUT_OTHERS),
        lang=spoken(rows),
    ).drop("text")


def _mentions(facts: Facts, attribute: str) -> ir.Table:
    """Mentions with `again` for those that differ from another of the same text in their tone only."""
    rows = facts.table("text_attributes")
    expected, negated = flag(rows.expected), flag(rows.negated)
    rows = rows.select(
        "attribute",
        "polarity",
        said_by=rows.response_id,
        expected=expected,
        negated=negated,
        named=(rows.attribute == attribute) if attribute else expected,
    )
    window = ibis.window(group_by=[rows.said_by, rows.attribute, rows.negated], order_by=rows.polarity)
    return rows.mutate(again=ibis.row_number().over(window) > 0)

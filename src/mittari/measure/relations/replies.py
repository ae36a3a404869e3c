"""`replied_contacts`: one row per contact, with how often a person answered (G8), in all and until the first solve."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, as_of, flag, near_span, true
from mittari.measure.relations.contacts import contact_source, phone, with_ages, written


def replied_contacts(facts: Facts) -> Mapping[str, Source]:
    """What was said on the phone is not written down: a call counts as one answer."""
    letters = with_ages(written(facts))
    found = _answers(facts, letters)
    letters = letters.left_join(found, letters.key == found.of_conversation)
    one = ibis.literal(1).cast("int64")
    calls = with_ages(phone(facts)).mutate(replies=one, replies_until_solve=one)
    return {
        "written": contact_source(facts, "conversations", letters, "messages"),
        "phone": contact_source(facts, "calls", calls),
    }


def _answers(facts: Facts, letters: ir.Table) -> ir.Table:
    """By conversation of the span; those of which no message is known have no row."""
    near = letters.filter(near_span(letters.opened_local)).select("key", "solved_first_at")
    merged = facts.table("conversations")
    merged = merged.filter(merged.merged_into.notnull()).select(child=merged.conversation_id, root=merged.root_id)
    said = facts.table("messages")
    said = said.filter(said.sent_at <= as_of())
    said = said.left_join(merged, said.conversation_id == merged.child)
    said = said.mutate(
        of_conversation=said.root.fill_null(said.conversation_id),
        by_person=(said.author_type == "agent") & (said.is_public.fill_null(1) == 1) & ~flag(said.is_auto),
    )
    said = said.join(near, said.of_conversation == near.key)
    return said.group_by("of_conversation").agg(
        replies=said.count(where=said.by_person),
        replies_until_solve=said.count(where=said.by_person & true(said.sent_at <= said.solved_first_at)),
    )

"""`tagged_contacts`: one row per written conversation, whether it has any tag and whether it has the one asked for.

`tag_pairs` has one for each tag beside it, for numbers that are split by tag.
"""

from collections.abc import Mapping
from dataclasses import replace

from ibis.expr import types as ir

from mittari.measure.dimensions import TAG
from mittari.measure.relations.base import Facts, Source, as_of, flag, near_span, seen, true
from mittari.measure.relations.contacts import contact_source, with_ages, written


def tagged_contacts(facts: Facts, *, tag: str = "") -> Mapping[str, Source]:
    """Case and outer blanks of a tag do not matter. Without a tag to ask for, any of them will do."""
    rows, tags = with_ages(written(facts)), _tags_of_roots(facts)
    wanted = tag.strip().lower()
    asked = tags.name.notnull() if not wanted else tags.name == wanted
    found = tags.group_by("of_conversation").agg(asked=asked.any())
    rows = rows.left_join(found, rows.key == found.of_conversation)
    rows = rows.mutate(has_tag=true(rows.asked), untagged=rows.of_conversation.isnull())
    return {"written": contact_source(facts, "conversations", rows, "conversation_tags")}


def tag_pairs(facts: Facts, *, tag: str = "") -> Mapping[str, Source]:
    """Every conversation of the span beside every tag that one of them has: the base of each tag is all of them."""
    rows, tags = with_ages(written(facts)), _tags_of_roots(facts)
    rows = rows.filter(near_span(rows.opened_local))
    wanted = tag.strip().lower()
    if wanted:
        tags = tags.filter(tags.name == wanted)
    pairs = tags.filter(tags.name.notnull()).distinct()
    incoming = rows.filter(rows.incoming)
    names = pairs.filter(pairs.of_conversation.isin(incoming.key)).select(**{TAG: pairs.name}).distinct()
    tagged = pairs.select(tagged_key="of_conversation", tagged_name="name")
    every = rows.cross_join(names)
    every = every.left_join(tagged, [every.key == tagged.tagged_key, every[TAG] == tagged.tagged_name])
    any_tag = _tags_of_roots(facts)
    every = every.mutate(has_tag=every.tagged_key.notnull(), untagged=~true(every.key.isin(any_tag.of_conversation)))
    source = contact_source(facts, "conversations", every, "conversation_tags")
    return {"written": replace(source, dimensions={**source.dimensions, TAG: TAG})}


def _tags_of_roots(facts: Facts) -> ir.Table:
    """Every tag put on by `as_of`, under the end of the chain of merged conversations (G6)."""
    raw = facts.table("conversation_tags")
    raw = raw.filter(raw.tagged_at.isnull() | (raw.tagged_at <= as_of()))
    merged = facts.table("conversations")
    merged = merged.filter(merged.merged_into.notnull())
    # spam and tests enter nothing, not even by their tags
    counts = (merged.created_at <= as_of()) & ~flag(merged.is_spam) & ~flag(merged.is_test)
    merged = merged.select(
        child=merged.conversation_id, root=merged.root_id, counts=counts & seen(merged.deleted_at).isnull()
    )
    tags = raw.left_join(merged, raw.conversation_id == merged.child)
    tags = tags.filter(tags.child.isnull() | true(tags.counts))
    return tags.select(of_conversation=tags.root.fill_null(tags.conversation_id), name=tags.tag.strip().lower())

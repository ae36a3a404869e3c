"""`status_spans`: one row per conversation, its states summed up to how long the customer waited for us.

The sums are kept for the first and for the last solve, so that they are exact for any `as_of`.
"""

from collections.abc import Mapping
from dataclasses import replace

from mittari.measure.relations.base import Facts, Source, true
from mittari.measure.relations.contacts import contact_source, written


def status_spans(facts: Facts) -> Mapping[str, Source]:
    rows = written(facts, "requester_wait_s", "first_requester_wait_s")
    at_first = true(rows.solved_last_at == rows.solved_first_at)
    rows = rows.mutate(
        requester_wait_s=at_first.ifelse(rows.first_requester_wait_s, rows.requester_wait_s),
    )
    rows = rows.mutate(without_history=rows.requester_wait_s.isnull())
    source = contact_source(facts, "conversations", rows, "status_events")
    return {"written": replace(source, left_out={**source.left_out, "without_history": "no record of its states"})}

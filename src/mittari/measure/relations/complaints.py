"""`complaints`: one row per complaint, a second one of the same customer about the same matter in the period marked."""

from collections.abc import Mapping
from dataclasses import replace

import ibis

from mittari.measure.relations.activity import as_of_local
from mittari.measure.relations.base import Facts, Source, days_table, true
from mittari.measure.relations.contacts import LEFT_OUT, contact_source, with_ages, written


def complaints(facts: Facts) -> Mapping[str, Source]:
    rows = with_ages(written(facts, "third_day_ends_local"))
    rows = rows.filter(rows.is_complaint)
    days = days_table()
    rows = rows.join(days, rows.opened_local.date() == days.day)
    # an unknown customer or matter cannot be recognised again: each stays its own
    known = rows.incoming & rows.customer_id.notnull() & rows.reason_code.notnull()
    window = ibis.window(
        group_by=[rows.period, known, rows.customer_id, rows.reason_code], order_by=[rows.opened_at, rows.key]
    )
    rows = rows.mutate(same_matter=known & (ibis.row_number().over(window) > 0))
    rows = rows.mutate(
        incoming=rows.incoming & ~rows.same_matter,
        third_day_over=rows.third_day_ends_local <= as_of_local(),
        closed_in_three_days=true(rows.solved & (rows.solved_last_local < rows.third_day_ends_local)),
    )
    source = contact_source(facts, "conversations", rows)
    return {
        "written": replace(
            source,
            periodic=False,
            left_out={**LEFT_OUT, "same_matter": "the same matter of the same customer in the period"},
        )
    }

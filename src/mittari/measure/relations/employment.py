"""Employments: who worked here from which local day to which (KPIs 74 and 75)."""

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.activity import as_of_local
from mittari.measure.relations.base import Facts

NEVER = ibis.date("9999-12-31")


def employments(facts: Facts) -> ir.Table:
    """Employments begun by `as_of`; `stop` is the day after the last one, and a later end is not known yet."""
    raw = facts.table("employees")
    today = as_of_local().date()
    raw = raw.filter(raw.start_on <= today)
    left = (raw.last_day_on <= today).fill_null(False)
    return raw.mutate(
        last_day_on=left.ifelse(raw.last_day_on, ibis.null("date")),
        stop=left.ifelse(raw.last_day_on + ibis.interval(days=1), NEVER),
    )

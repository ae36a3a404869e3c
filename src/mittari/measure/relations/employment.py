"""Employments: who worked here from which local day to which (KPIs 74 and 75)."""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure import dimensions
from mittari.measure.relations.activity import as_of_local
from mittari.measure.relations.base import Facts, Source, periods_table

MOVES = ("transfer", "end_of_term")
"""Ends of an employment that are no separation: the person moved inside the company, or the term agreed on was over."""

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


def separations(facts: Facts) -> Mapping[str, Source]:
    """One row per employment that has ended; its last day, which is still worked, puts it into a period."""
    rows = employments(facts)
    rows = rows.mutate(
        key=rows.employee_id + " " + rows.start_on.cast("string"),
        person_id=rows.employee_id,
        left_at=rows.last_day_on.cast("timestamp"),
        left_local=rows.last_day_on.cast("timestamp"),
        moved=rows.leave_type.isin(MOVES).fill_null(False),
    )
    return {
        "written": _source(rows.mutate(eligible=~rows.moved), {"moved": "moved inside the company, or a term ended"})
    }


def staff_periods(facts: Facts) -> Mapping[str, Source]:
    """One row per period and person employed on its first day, in the team of that day; kept: also on its last day."""
    rows = employments(facts)
    periods = periods_table()
    rows = rows.join(periods, [rows.start_on < periods.end_day, rows.stop > periods.first_day])
    at_opening = rows.start_on <= rows.first_day
    dims = {name: rows[name].max(where=at_opening) for name in dimensions.EMPLOYEES}
    people = rows.group_by("period", "employee_id", "first_day").agg(
        at_opening=at_opening.any(), kept=(rows.stop >= rows.end_day).any(), **dims
    )
    people = people.mutate(
        key=people.employee_id,
        person_id=people.employee_id,
        opened_at=people.first_day.cast("timestamp"),
        opened_local=people.first_day.cast("timestamp"),
        hired=~people.at_opening,
        eligible=people.at_opening,
    )
    return {"written": _source(people, {"hired": "hired in the period"}, periodic=True)}


def _source(rows: ir.Table, left_out: Mapping[str, str], periodic: bool = False) -> Source:
    columns = {name: name for name in dimensions.EMPLOYEES}
    return Source(rows=rows, tables=("employees",), key="key", left_out=left_out, dimensions=columns, periodic=periodic)

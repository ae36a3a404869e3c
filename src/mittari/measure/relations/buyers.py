"""`buyers`: one row per period and customer with a valid order in the local days that end with the period.

A customer is found in a period by the last day on which they bought before its end; the day they bought before that one
tells whether they came back. So each day of buying speaks for an unbroken run of periods, and without slices it is
enough to count where such runs begin and end.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.measure.relations.base import Facts, Source, instant, periods_table, places_table
from mittari.measure.relations.orders import days_of_buying

BEYOND = 1_000_000
"""A place after all periods."""


def buyers(facts: Facts, *, window_days: int = 365) -> Mapping[str, Source]:
    """`days` is 1, or 2 for a customer who bought on two or more days of the window."""
    days = days_of_buying(facts)
    source = Source(
        rows=_people(days, window_days),
        tables=("orders",),
        key="key",
        periodic=True,
        alone=True,
        totals=_totals(days, window_days),
    )
    return {"written": source}


def _people(days: ir.Table, window_days: int) -> ir.Table:
    periods = periods_table()
    window = ibis.interval(days=window_days)
    rows = days.join(
        periods,
        [
            days.day < periods.end_day,
            days.later.isnull() | (days.later >= periods.end_day),
            days.day >= periods.end_day - window,
        ],
    )
    again = (rows.earlier >= rows.end_day - window).fill_null(False)
    rows = rows.mutate(key=rows.customer_id, days=again.ifelse(2, 1).cast("int32"))
    return _with_clock(rows.select("period", "key", "customer_id", "first_day", "days"))


def _totals(days: ir.Table, window_days: int) -> ir.Table:
    """How many customers of each kind a period has: the same rows, counted."""
    window = ibis.interval(days=window_days)
    never = ibis.date("9999-12-31")
    runs = days.mutate(
        last=ibis.least(days.later.fill_null(never), days.day + window),
        last_again=ibis.least(days.later.fill_null(never), ibis.coalesce(days.earlier + window, days.day)),
    )
    placed = _placed(_placed(_placed(runs, "day"), "last"), "last_again")
    counts = placed.group_by("day_place", "last_place", "last_again_place").agg(multiplicity=placed.count())
    periods = periods_table()
    turn = ibis.row_number().over(ibis.window(order_by=periods.end_day))
    periods = periods.mutate(turn=turn)
    rows = counts.join(periods, [counts.day_place <= periods.turn, periods.turn < counts.last_place])
    again = rows.turn < rows.last_again_place
    rows = rows.mutate(days=again.ifelse(2, 1).cast("int32"))
    return _with_clock(rows.select("period", "first_day", "days", "multiplicity"))


def _placed(rows: ir.Table, column: str) -> ir.Table:
    """The rows with how many periods have ended by the day of the column."""
    places = places_table().rename({f"{column}_looked_up": "day", f"{column}_found": "place"})
    rows = rows.left_join(places, rows[column] == places[f"{column}_looked_up"])
    before = rows[column].cast("timestamp") < instant("first_end_local")
    place = ibis.coalesce(rows[f"{column}_found"], before.ifelse(0, BEYOND).cast("int32"))
    return rows.mutate(**{f"{column}_place": place}).drop(f"{column}_looked_up", f"{column}_found")


def _with_clock(rows: ir.Table) -> ir.Table:
    opened = rows.first_day.cast("timestamp")
    return rows.mutate(opened_at=opened, opened_local=opened, eligible=ibis.literal(True))

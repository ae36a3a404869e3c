"""`lines_against`: one row per order line, beside what its product realised of its target price in an earlier period.

With the realised share r of a product now (1) and before (0), and R of all products, what changed is taken apart:
R1 - R0 = sum of target1 * (r1 - r0) (price, at today's volumes) + sum of target1 * (r0 - R0) (mix), over the sum of
target1. A product that was not sold before has no earlier price: all of its part is mix.
"""

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from mittari.errors import UserError
from mittari.measure import dimensions
from mittari.measure.relations.activity import days_between
from mittari.measure.relations.base import Facts, Source, days_table, periods_table
from mittari.measure.relations.orders import LEFT_OUT, order_lines_eur

NO_PRODUCT = ""
EARLIER = ("last_year", "previous")


def lines_against(facts: Facts, *, compare: str = "last_year") -> Mapping[str, Source]:
    """`price_eur` and `mix_eur` of each line; without any line of the earlier period neither is known."""
    if compare not in EARLIER:
        raise UserError(f"compare is {' or '.join(EARLIER)}, found {compare!r}")
    lines = order_lines_eur(facts)["written"].rows
    lines = lines.mutate(sold=lines.product.fill_null(NO_PRODUCT))
    days = days_table()
    rows = lines.join(days, lines.ordered_local.date() == days.day)
    before = _before(lines, compare)
    by_product = before.group_by("of_period", "of_product").agg(share=_share(before))
    in_all = before.group_by("in_period").agg(whole=_share(before))
    rows = rows.left_join(by_product, [rows.period == by_product.of_period, rows.sold == by_product.of_product])
    rows = rows.left_join(in_all, rows.period == in_all.in_period)
    price = (rows.pocket_eur - rows.target_eur * rows.share).fill_null(0.0)
    rows = rows.mutate(
        price_eur=price,
        mix_eur=rows.pocket_eur - rows.target_eur * rows.whole - price,
        nothing_before=rows.whole.isnull(),
    )
    columns = {name: name for name in (*dimensions.ORDERS, *facts.dimensions("orders"))}
    return {"written": Source(rows=rows, tables=("orders",), key="key", left_out=LEFT_OUT, dimensions=columns)}


def _before(lines: ir.Table, compare: str) -> ir.Table:
    """The priced lines of the period before each of the call: as many days before it, or the same days a year ago."""
    periods = periods_table()
    if compare == "last_year":
        back = ibis.interval(years=1)
        begins, ends = periods.first_day - back, periods.end_day - back
    else:
        days = days_between(periods.first_day, periods.end_day)
        begins, ends = periods.first_day - days.as_interval("D"), periods.first_day
    periods = periods.select("period", begins=begins.cast("timestamp"), ends=ends.cast("timestamp"))
    priced = lines.filter(lines.eligible & lines.target_amount.notnull())
    found = priced.join(periods, [priced.ordered_local >= periods.begins, priced.ordered_local < periods.ends])
    return found.select(
        "pocket_eur", "target_eur", of_period=found.period, in_period=found.period, of_product=found.sold
    )


def _share(rows: ir.Table) -> ir.Value:
    return rows.pocket_eur.sum() / rows.target_eur.sum().nullif(0.0)

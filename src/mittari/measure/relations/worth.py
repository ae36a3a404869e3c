"""`customer_worth`: one row per period and customer there at its opening: whether they stayed, what they earned."""

from collections.abc import Mapping
from dataclasses import replace

import ibis

from mittari.measure.relations.base import Facts, Source
from mittari.measure.relations.customers import GRACE_DAYS, customer_periods, customer_periods_by_orders
from mittari.measure.relations.margins import people

BY_ORDERS = "orders"


def customer_worth(facts: Facts, *, basis: str = "contracts", grace_days: int = GRACE_DAYS) -> Mapping[str, Source]:
    """`margin_eur` of the orders whose cost is known, and `costed`: how many customers have one."""
    found = customer_periods_by_orders if basis == BY_ORDERS else customer_periods
    source = found(facts, grace_days=grace_days)["written"]
    earned = people(facts)
    earned = earned.select(
        of_period=earned.period,
        of_customer=earned.customer_id,
        earned_eur=earned.net_eur - earned.goods_eur,
        costed=(earned.goods_known & ~earned.uncosted & ~earned.no_rate).ifelse(1.0, 0.0),
    )
    rows = source.rows
    rows = rows.left_join(earned, [rows.period == earned.of_period, rows.customer_id == earned.of_customer])
    costed = rows.costed.fill_null(0.0)
    margin = (costed > 0).ifelse(rows.earned_eur, 0.0)
    rows = rows.mutate(
        costed=costed,
        margin_eur=margin,
        margin_squared=margin * margin,
        stayed=rows.kept.ifelse(1.0, 0.0),
        days=(rows.end_day.delta(rows.first_day, unit="day")).cast("float64"),
    ).drop("of_period", "of_customer", "earned_eur")
    return {"written": replace(source, rows=rows, tables=(*source.tables, "orders"), left_out={})}


def customer_worth_given(
    facts: Facts, *, basis: str = "contracts", grace_days: int = GRACE_DAYS
) -> Mapping[str, Source]:
    """No rows: the call says what a customer earns and how many stay."""
    source = customer_worth(facts, basis=basis, grace_days=grace_days)["written"]
    return {"written": replace(source, rows=source.rows.filter(ibis.literal(False)))}

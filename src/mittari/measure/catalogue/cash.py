"""Whether the business brings in money, how revenue grows, its share of the market, and what a contact costs."""

from typing import Any

from mittari.measure.kpi import (
    CORE_OUTCOME,
    FINANCIAL,
    HIGHER,
    LAG,
    LOWER,
    MONEY,
    OBJECTIVE,
    SHARE,
    SOLVES,
    kpi,
)
from mittari.measure.outputs import REALS, EuroSum, Growth, Model


@kpi(
    number=69,
    title="Operating cash flow",
    unit=MONEY,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="cash_lines_eur",
    block="day",
    merge="add",
    outputs=("sum",),
    tables=("cash_entries",),
    target=0.0,
    board=99,
    asks="Does the business bring in cash?",
    counted="Money in less money out of the lines marked operating, booked in the period.",
    left_out="Investing and financing; lines in a currency without an exchange rate at most 7 days old.",
    beware="Payment terms, taxes and the season move it more than service does. Value added tax that passes through is in it.",
)
def operating_cash_flow(lines: Any) -> dict[str, Any]:
    return {"sum": EuroSum(value=lines.amount_eur, of=lines.eligible, at=lines.booked_at, domain=REALS)}


@kpi(
    number=68,
    title="Revenue growth",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="revenue_lines",
    relation_takes=("compare",),
    block="day",
    merge="add",
    outputs=("growth",),
    tables=("orders",),
    board=98,
    asks="Is demand growing?",
    counted="Invoiced amounts less refunds of valid orders, over those of the same period a year before, minus one; both at one exchange rate.",
    left_out="Cancelled and refunded orders; orders in a currency without an exchange rate at most 7 days old.",
    beware="A month with more working days grows by itself, and a company bought is no demand. Both periods must be loaded.",
)
def revenue_growth_rate(lines: Any, *, compare: str = "last_year") -> dict[str, Any]:
    now, before = lines.rate_now.notnull(), lines.rate_before.notnull()
    revenue = EuroSum(value=lines.net_now, of=lines.valid & now, at=lines.ordered_at)
    earlier = EuroSum(value=lines.net_before, of=lines.valid & before, at=lines.ordered_at)
    return {"growth": Growth(base=revenue, other=earlier, at=lines.ordered_at, against=compare)}


@kpi(
    number=70,
    title="Cost per contact",
    unit=MONEY,
    better=LOWER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="service_costs",
    block="none",
    merge="none",
    outputs=("per_contact", "per_solved"),
    tables=("cost_entries", "conversations", "calls"),
    overwritten=(SOLVES,),
    overwritten_in=("per_solved",),
    guard=("first_contact_resolution_rate",),
    board=100,
    asks="What does one contact cost?",
    counted="Costs of service (staff, tools, other) over inbound contacts that a person answered; or over cases that a person solved.",
    left_out="Costs of goods and other costs; contacts that a bot dealt with alone. It cannot be split: costs are not known by channel.",
    beware="Costs are kept by month: a shorter period bears a part of its month by days. It falls when needless contacts rise.",
)
def cost_per_contact(rows: Any) -> dict[str, Any]:
    cost = rows.what == "cost"
    return {"per_contact": _unit_cost(rows, cost, "contact"), "per_solved": _unit_cost(rows, cost, "solved")}


def _unit_cost(rows: Any, cost: Any, what: str) -> Model:
    counted = rows.what == what
    return Model(
        rule="unit_cost",
        sums={"cost": rows.cost_eur},
        of=(cost & rows.eligible & ~rows.no_rate) | counted,
        rows=counted,
        at=rows.counted_at,
        left_out={"counted by the other output": ~cost & ~counted},
    )


@kpi(
    number=51,
    title="Market share",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="market_lines",
    relation_takes=("market",),
    block="none",
    merge="none",
    outputs=("share",),
    tables=("benchmarks", "orders"),
    board=81,
    asks="How much of the market is ours?",
    counted="Invoiced amounts less refunds of valid orders, over the size of the market for the same period.",
    left_out="Cancelled and refunded orders. A market figure for another period, a year for a month, is not used.",
    beware="The interval is the error that the publisher of the market figure states. Both must mean the same market and products.",
)
def market_share(rows: Any, *, market: str = "") -> dict[str, Any]:
    own = rows.what == "own"
    return {
        "share": Model(
            rule="external_share",
            sums={"own": rows.own_eur, "market": rows.market_eur, "error": rows.error},
            of=rows.eligible,
            rows=own,
            at=rows.counted_at,
        )
    }

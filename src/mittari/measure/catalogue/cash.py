"""Whether the business brings in money, how revenue grows, its share of the market, and what a contact costs."""

from typing import Any

from mittari.measure.kpi import FINANCIAL, HIGHER, LAG, MONEY, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import REALS, EuroSum, Growth


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
    relation="order_lines_eur",
    block="day",
    merge="add",
    outputs=("growth",),
    tables=("orders",),
    board=98,
    asks="Is demand growing?",
    counted="Invoiced amounts less refunds of valid orders, over those of the same period a year before, minus one.",
    left_out="Cancelled and refunded orders; orders in a currency without an exchange rate at most 7 days old.",
    beware="A month with more working days grows by itself, and a company bought is no demand. Both periods must be loaded.",
)
def revenue_growth_rate(lines: Any, *, compare: str = "last_year") -> dict[str, Any]:
    revenue = EuroSum(value=lines.net_eur, of=lines.eligible, at=lines.ordered_at)
    return {"growth": Growth(base=revenue, at=lines.ordered_at, against=compare)}

"""Whether customers stay, what leavers paid, who comes back to buy and who is new."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, CUSTOMERS, FINANCIAL, HIGHER, LAG, LOWER, MONEY, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import UNIT_INTERVAL, Count, EuroSum, Proportion, Ratio


@kpi(
    number=52,
    title="Customer retention",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="customer_periods",
    relation_takes=("grace_days",),
    relation_by={"basis": {"orders": "customer_periods_by_orders"}},
    block="person",
    merge="ids",
    outputs=("share",),
    tables=("subscriptions", "orders"),
    board=17,
    asks="Do customers stay?",
    counted="Customers active at the beginning and at the end of the period, of those active at the beginning.",
    left_out="Customers won in the period. An interruption of at most 30 days is no loss.",
    beware="It stays provisional for 30 days: a customer may still come back. Without contracts, who ordered in 365 days is active.",
)
def customer_retention_rate(customers: Any, *, grace_days: int = 30, basis: str = "auto") -> dict[str, Any]:
    return {
        "share": Proportion(
            hit=customers.kept,
            of=customers.eligible,
            at=customers.opened_at,
            immature=customers.eligible & customers.may_return,
        )
    }


@kpi(
    number=55,
    title="Value of lost customers",
    unit=MONEY,
    better=LOWER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contract_spans",
    relation_takes=("grace_days",),
    block="day",
    merge="add",
    outputs=("mrr", "yearly"),
    tables=("subscriptions",),
    board=21,
    asks="What did the leavers pay us?",
    counted="Monthly recurring revenue on the last active day of customers whose contracts ended in the period.",
    left_out="Customers who came back within 30 days; downgrades (they are in gross revenue retention).",
    beware="It stays provisional while a leaver may still come back within 30 days.",
)
def churned_revenue(spans: Any, *, grace_days: int = 30) -> dict[str, Any]:
    facts: dict[str, Any] = {"of": spans.eligible, "at": spans.left_at, "immature": spans.may_return}
    return {"mrr": EuroSum(value=spans.mrr_eur, **facts), "yearly": EuroSum(value=spans.mrr_eur * 12, **facts)}


@kpi(
    number=56,
    title="Gross revenue retention",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="customer_periods",
    relation_takes=("grace_days",),
    block="person",
    merge="ids",
    outputs=("ratio",),
    tables=("subscriptions",),
    board=22,
    asks="How much starting revenue is kept before upsell?",
    counted="Per customer active at the beginning the smaller of opening and closing monthly revenue, over the opening revenue.",
    left_out="New customers, and growth of a customer beyond its opening revenue. Currencies stand at the opening rate.",
    beware="It cannot exceed 100 %: growth never hides losses in it.",
)
def gross_revenue_retention(customers: Any, *, grace_days: int = 30) -> dict[str, Any]:
    kept = (customers.closing_eur < customers.opening_eur).ifelse(customers.closing_eur, customers.opening_eur)
    return {
        "ratio": Ratio(
            top=kept,
            bottom=customers.opening_eur,
            of=customers.eligible & ~customers.no_rate,
            at=customers.opened_at,
            domain=UNIT_INTERVAL,
            immature=customers.eligible & customers.may_return,
        )
    }


@kpi(
    number=58,
    title="Repeat purchase rate",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="buyers",
    relation_takes=("window_days",),
    block="person",
    merge="ids",
    outputs=("share",),
    tables=("orders",),
    board=18,
    asks="Do buyers come back?",
    counted="Customers with valid orders on two or more local days in the 365 days that end with the period, of those with any.",
    left_out="Cancelled orders and orders wholly given back; several orders on one day are one purchase.",
    beware="Many new customers lower it without anybody having left.",
)
def repeat_purchase_rate(buyers: Any, *, window_days: int = 365) -> dict[str, Any]:
    return {"share": Proportion(hit=buyers.days >= 2, of=buyers.eligible, at=buyers.opened_at)}


@kpi(
    number=59,
    title="New customers",
    unit=CUSTOMERS,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="first_purchases",
    block="person",
    merge="add",
    outputs=("count", "rate"),
    units={"rate": SHARE},
    tables=("orders", "subscriptions"),
    board=23,
    asks="How many customers did we win?",
    counted="Customers whose first valid order or contract ever lies in the period.",
    left_out="Customers who come back after having left.",
    beware="What was before the first loaded file is not known: load the whole history, or old customers look new.",
)
def new_customer_count(customers: Any) -> dict[str, Any]:
    return {
        "count": Count(of=customers.eligible, at=customers.came_at),
        "rate": Count(of=customers.eligible, at=customers.came_at, exposure="active_at_start"),
    }

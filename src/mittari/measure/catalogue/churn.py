"""How fast customers are lost, how many left, and how much of the revenue of those at hand is kept."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, CUSTOMERS, FINANCIAL, HIGHER, LAG, LOWER, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Count, Proportion, Ratio


@kpi(
    number=53,
    title="Customer churn rate",
    unit=SHARE,
    better=LOWER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="customer_periods",
    relation_takes=("grace_days",),
    relation_by={"basis": {"orders": "customer_periods_by_orders"}},
    block="person",
    merge="ids",
    outputs=("share", "annualised"),
    tables=("subscriptions", "orders"),
    board=83,
    asks="How fast do we lose customers?",
    counted="Customers active at the beginning of the period and not at its end, of those active at the beginning.",
    left_out="Customers won in the period. An interruption of at most 30 days is no loss.",
    beware="It stays provisional for 30 days. A monthly share times 12 is no yearly one: output annualised carries it on.",
)
def customer_churn_rate(customers: Any, *, grace_days: int = 30, basis: str = "auto") -> dict[str, Any]:
    facts: dict[str, Any] = {
        "hit": ~customers.kept,
        "of": customers.eligible,
        "at": customers.opened_at,
        "immature": customers.eligible & customers.may_return,
    }
    return {"share": Proportion(**facts), "annualised": Proportion(**facts, yearly=True)}


@kpi(
    number=54,
    title="Lost customers",
    unit=CUSTOMERS,
    better=LOWER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contract_spans",
    relation_takes=("grace_days",),
    relation_by={"basis": {"orders": "buying_spans"}},
    block="person",
    merge="add",
    outputs=("count", "involuntary"),
    tables=("subscriptions", "orders"),
    board=84,
    asks="How many customers left?",
    counted="Customers whose last contract ended in the period. Output involuntary: those whose contracts we ended, or who ceased to exist.",
    left_out="Customers who came back within 30 days; who comes back later is a win-back and stays counted here.",
    beware="Customers won and lost inside the period are among them. Without contracts, who has not ordered for 365 days has left.",
)
def churned_customer_count(spans: Any, *, grace_days: int = 30, basis: str = "auto") -> dict[str, Any]:
    facts: dict[str, Any] = {"at": spans.left_at, "immature": spans.may_return}
    return {
        "count": Count(of=spans.left, **facts),
        "involuntary": Count(
            of=spans.left & spans.involuntary, left_out={"left of their own will": ~spans.involuntary}, **facts
        ),
    }


@kpi(
    number=57,
    title="Net revenue retention",
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
    target=1.0,
    board=87,
    asks="Does the revenue from the customers we had grow?",
    counted="Closing monthly revenue of the customers active at the beginning, over their opening monthly revenue.",
    left_out="New customers. Currencies stand at the opening rate, so that exchange rates do not look like growth.",
    beware="The growth of a few can hide that many leave: read it beside gross revenue retention.",
)
def net_revenue_retention(customers: Any, *, grace_days: int = 30) -> dict[str, Any]:
    return {
        "ratio": Ratio(
            top=customers.closing_eur,
            bottom=customers.opening_eur,
            of=customers.eligible & ~customers.no_rate,
            at=customers.opened_at,
            immature=customers.eligible & customers.may_return,
        )
    }

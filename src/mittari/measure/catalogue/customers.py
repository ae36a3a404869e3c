"""What brings customers, what they are worth, and whether they earn money after being served."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, FINANCIAL, HIGHER, LAG, LEAD, MONEY, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import REALS, Mean, Model, Proportion


@kpi(
    number=60,
    title="New customers from referral",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="acquisitions",
    block="person",
    merge="add",
    outputs=("share",),
    tables=("customers",),
    board=90,
    asks="Do recommendations bring customers?",
    counted="Customers won in the period by a referral or with a customer who recommended us, of those whose source is known.",
    left_out="Test customers; customers of an unknown source are counted apart.",
    beware="What customers say brought them and what a code tells are different sources: do not change between them.",
)
def referral_share(customers: Any) -> dict[str, Any]:
    return {
        "share": Proportion(
            hit=customers.recommended,
            of=customers.eligible & customers.source_known,
            at=customers.won_at,
            missing=customers.eligible & ~customers.source_known,
        )
    }


@kpi(
    number=62,
    title="Customer profitability",
    unit=MONEY,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=OBJECTIVE,
    relation="customer_margins",
    relation_by={"cost_per_contact": {None: "customer_margins_at_cost"}},
    block="person",
    merge="none",
    outputs=("mean", "unprofitable"),
    units={"unprofitable": SHARE},
    tables=("orders", "cost_entries", "conversations", "calls"),
    board=92,
    asks="Do customers earn us money after we have served them?",
    counted="Per customer who bought or was served in the period: invoiced less refunds, cost of goods, and contacts at the cost of one.",
    left_out="Who has not bought for 365 days; fixed overhead. A customer with an order whose cost is not known is counted apart.",
    beware="A contact costs what it cost in the period, or cost_per_contact; nothing where no service costs are loaded. Contracts count as invoiced.",
)
def customer_profitability(customers: Any, *, cost_per_contact: float | None = None) -> dict[str, Any]:
    unit_cost = customers.unit_cost if cost_per_contact is None else cost_per_contact
    earned = customers.contribution_eur - customers.contacts * unit_cost
    facts: dict[str, Any] = {
        "of": customers.eligible & ~customers.uncosted,
        "at": customers.opened_at,
        "missing": customers.eligible & customers.uncosted,
    }
    return {"mean": Mean(value=earned, domain=REALS, **facts), "unprofitable": Proportion(hit=earned < 0, **facts)}


@kpi(
    number=61,
    title="Customer lifetime value",
    unit=MONEY,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="customer_worth_given",
    relation_takes=("basis",),
    relation_by={name: {None: "customer_worth"} for name in ("margin", "retention")},
    block="none",
    merge="none",
    outputs=("value", "five_year"),
    tables=("orders", "subscriptions"),
    hint="give margin and retention, the yearly contribution of a customer and the share who stay a year",
    board=91,
    asks="What is a customer worth from today on?",
    counted="Yearly contribution times the years a customer is likely to stay, later years discounted. Output five_year: the next five years.",
    left_out="What it cost to win the customer. Customers whose orders have no known cost earn nothing here.",
    beware="Without margin and retention both are those of the period, stretched to a year: a short or seasonal one misleads.",
)
def customer_lifetime_value(
    customers: Any,
    *,
    margin: float | None = None,
    margin_se: float = 0.0,
    retention: float | None = None,
    retention_se: float = 0.0,
    discount: float = 0.1,
    basis: str = "auto",
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "of": customers.eligible,
        "at": customers.opened_at,
        "sums": {
            "margin": customers.margin_eur,
            "squares": customers.margin_squared,
            "costed": customers.costed,
            "stayed": customers.stayed,
            "days": customers.days,
        },
        "given": {
            "margin": margin,
            "margin_se": margin_se,
            "retention": retention,
            "retention_se": retention_se,
            "discount": discount,
        },
    }
    return {
        "value": Model(rule="lifetime_value", **facts),
        "five_year": Model(rule="lifetime_value_within", **facts),
    }

"""What service brings in: leads, sales and the revenue that followed a conversation."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import COUNT, FINANCIAL, HIGHER, LAG, MONEY, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Count, EuroSum, Proportion

WEEK_S = 7 * 86_400


def _by_order_date(chosen: str) -> bool:
    if chosen not in ("yes", "no"):
        raise UserError(f"by_order_date is yes or no, found {chosen!r}")
    return chosen == "yes"


@kpi(
    number=63,
    title="Conversations leading to a lead",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="contacts",
    relation_by={"scope": {"sales_tagged": "tagged_contacts"}},
    takes_by={"tagged_contacts": ("tag",)},
    block="day",
    merge="add",
    outputs=("share", "count"),
    units={"count": COUNT},
    tables=("conversations", "conversation_tags"),
    requires=("conversations.lead_at",),
    requires_by={"scope": {"sales_tagged": "conversation_tags"}},
    board=93,
    asks="How many service conversations become leads for sales?",
    counted="Conversations that became a lead within 7 days, of those customers began in the period and we handled.",
    left_out="Spam, tests, merged and deleted conversations, those we began, those nobody handled; leads that sales refused.",
    beware="A conversation counts once however many leads came of it. Complaints stay in the base.",
)
def lead_conversion_rate(contacts: Any, *, scope: str = "all", tag: str = "sales") -> dict[str, Any]:
    """`scope=sales_tagged` takes only conversations with the tag that marks talk of sales, its name given by `tag`."""
    if scope not in ("all", "sales_tagged"):
        raise UserError(f"scope is all or sales_tagged, found {scope!r}")
    handled = contacts.incoming & contacts.handled
    left_out = {"not handled": ~contacts.handled}
    if scope == "sales_tagged":
        handled = handled & contacts.has_tag
        left_out |= {"has not the tag": ~contacts.has_tag}
    refused = (contacts.lead_status == "rejected").fill_null(False)
    in_time = ((contacts.lead_s >= 0) & (contacts.lead_s <= WEEK_S)).fill_null(False)
    lead = handled & in_time & ~refused
    facts: dict[str, Any] = {
        "at": contacts.opened_at,
        "immature": handled & (contacts.age_s < WEEK_S),
        "left_out": {**left_out, "refused by sales": in_time & refused, "no lead within 7 days": ~lead},
    }
    return {"share": Proportion(hit=lead, of=handled, **facts), "count": Count(of=lead, **facts)}


@kpi(
    number=64,
    title="Conversations leading to a sale",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="credited_contacts",
    relation_by={"by_order_date": {"yes": "credited_orders"}},
    block="day",
    merge="add",
    outputs=("share", "count"),
    units={"count": COUNT},
    tables=("conversations", "orders"),
    requires=("orders",),
    guard=("complaints_per_1000_customers",),
    board=94,
    asks="After talking to service, how often does the customer buy?",
    counted="Conversations followed by a valid order within 7 days, of those customers began in the period and we handled.",
    left_out="Orders cancelled or wholly given back, orders from before the conversation. An order is credited once, to the last one.",
    beware="Followed, not caused: many would have bought anyway. Compare with customers who did not get in touch.",
)
def sales_conversion_rate(contacts: Any, *, by_order_date: str = "no") -> dict[str, Any]:
    """`by_order_date=yes` looks from the orders: of those placed in the period, which followed a conversation."""
    if _by_order_date(by_order_date):
        orders = contacts
        counted: dict[str, Any] = {"at": orders.ordered_at}
        return {
            "share": Proportion(hit=orders.is_credited, of=orders.eligible, **counted),
            "count": Count(of=orders.is_credited, **counted),
        }
    handled = contacts.incoming & contacts.handled
    sold = handled & contacts.orders.notnull()
    facts: dict[str, Any] = {
        "at": contacts.opened_at,
        "immature": handled & (contacts.age_s < WEEK_S),
        "left_out": {"not handled": ~contacts.handled, "no order credited": contacts.orders.isnull()},
    }
    return {"share": Proportion(hit=sold, of=handled, **facts), "count": Count(of=sold, **facts)}


@kpi(
    number=65,
    title="Service-attributed revenue",
    unit=MONEY,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="credited_contacts",
    relation_by={"by_order_date": {"yes": "credited_orders"}},
    block="day",
    merge="add",
    outputs=("sum",),
    tables=("conversations", "orders"),
    requires=("orders",),
    board=95,
    asks="How much revenue followed service conversations?",
    counted="What was invoiced, less what was given back, for orders credited to conversations that began in the period.",
    left_out="Orders cancelled or wholly given back, orders in a currency without a rate at most 7 days old.",
    beware="Revenue that followed service, never revenue that service caused.",
)
def service_attributed_revenue(contacts: Any, *, by_order_date: str = "no") -> dict[str, Any]:
    """`by_order_date=yes` counts an order in the period in which it was placed, as the books do."""
    if _by_order_date(by_order_date):
        orders = contacts
        priced = orders.is_credited & orders.eur.notnull()
        return {"sum": EuroSum(value=orders.eur, of=priced, at=orders.ordered_at)}
    handled = contacts.incoming & contacts.handled
    return {
        "sum": EuroSum(
            value=contacts.orders_eur,
            of=handled & contacts.orders_eur.notnull(),
            at=contacts.opened_at,
            immature=handled & (contacts.age_s < WEEK_S),
            left_out={
                "not handled": ~contacts.handled,
                "no order credited": contacts.orders.isnull(),
                "no exchange rate at most 7 days old": contacts.orders_eur.isnull(),
            },
        )
    }

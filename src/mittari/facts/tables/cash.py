"""Money: orders, contracts, cash, costs and exchange rates."""

from mittari.facts.columns import choice, derived, must, star
from mittari.facts.model import Column, Table

orders = Table(
    name="orders",
    grain="one order, or one line of an invoice",
    key=("order_id",),
    when="ordered_at",
    open_prefix="dim_",
    columns=(
        must("order_id", "id", "The order; where rows are invoice lines, the id of the line."),
        must("customer_id", "id", "The buyer."),
        must("ordered_at", "ts", "When it was ordered."),
        choice(
            "status",
            ("paid", "open", "cancelled", "refunded"),
            "What became of it; cancelled and refunded orders are never valid.",
            null_is="paid",
        ),
        must("currency", "text", "Currency of the amounts, three letters of ISO 4217: EUR, NOK.", code="currency"),
        Column("list_amount", "money", "What it costs by the price list."),
        Column("target_amount", "money", "What it was meant to sell for."),
        must("invoice_amount", "money", "What was invoiced."),
        Column("off_invoice_amount", "money", "Rebates, bonuses and freight given away outside the invoice."),
        Column("refund_amount", "money", "What was paid back.", null_is=0),
        Column("product", "text", "The product or product group."),
        Column("cost_amount", "money", "What it cost to supply."),
        Column("source_conversation_id", "id", "The conversation that led to the order."),
        Column("channel", "text", "Where it was bought."),
        derived("ordered_local", "ts", "ordered_at on the local wall clock."),
        derived(
            "eur_rate",
            "float",
            "Rate of the local order day, at most seven days older; empty where there is none.",
            "units of the row's currency per unit of the reporting currency",
        ),
        derived("bought_before_on", "date", "On the first valid line of a day: when its customer bought before that."),
        derived("bought_next_on", "date", "On the first valid line of a day: when its customer bought next."),
        derived("bought_next_at", "ts", "The instant of that next buying; the year 9999 when there was none."),
    ),
)

subscriptions = Table(
    name="subscriptions",
    grain="one contract at one price: a new price closes a row and opens the next",
    key=("subscription_id", "started_at"),
    when="started_at",
    spans=(("started_at", "ended_at"),),
    columns=(
        must("subscription_id", "id", "The contract, or this version of it.", numbered=True),
        must("customer_id", "id", "The customer."),
        must("started_at", "ts_or_date", "When this price began to run; a date means its local midnight."),
        star("ended_at", "ts_or_date", "When it ceased to run, itself not included; empty while it runs."),
        must("mrr", "money", "Revenue per month."),
        must("currency", "text", "Currency of the amount, three letters of ISO 4217.", code="currency"),
        choice("end_reason", ("voluntary", "payment", "company", "closure"), "Why the contract ended."),
        derived("started_on", "date", "Local day of started_at."),
        derived("ended_on", "date", "Local day of ended_at."),
    ),
)

cash_entries = Table(
    name="cash_entries",
    grain="one line of a bank account or cash ledger",
    key=("entry_id",),
    when="booked_on",
    columns=(
        must("entry_id", "id", "The line.", numbered=True),
        must("booked_on", "date", "The day it was booked."),
        must("activity", "enum", "The kind of cash flow.", values=("operating", "investing", "financing")),
        choice(
            "category",
            (
                "customer_receipt",
                "refund",
                "compensation",
                "payroll",
                "supplier",
                "tax",
                "interest",
                "capex",
                "loan",
                "other",
            ),
            "What the money was for.",
        ),
        must("amount", "money", "The amount: money in is positive, money out negative."),
        must("currency", "text", "Currency of the amount, three letters of ISO 4217.", code="currency"),
        Column("customer_id", "id", "The customer who paid or was paid."),
    ),
)

cost_entries = Table(
    name="cost_entries",
    grain="one cost of one month",
    key=("period", "cost_center", "category", "currency", "customer_id"),
    when="period",
    columns=(
        must("period", "month", "The month the cost belongs to, whenever it was paid."),
        Column("cost_center", "text", "The cost centre."),
        must(
            "category",
            "enum",
            "What the cost is.",
            values=("service_staff", "service_tools", "service_other", "cogs", "other"),
        ),
        must("amount", "money", "The cost; a positive amount is spent."),
        must("currency", "text", "Currency of the amount, three letters of ISO 4217.", code="currency"),
        Column("customer_id", "id", "The customer it was spent on, where that is known."),
    ),
)

fx_rates = Table(
    name="fx_rates",
    grain="one exchange rate of one day",
    key=("date", "base", "quote"),
    when="date",
    columns=(
        must("date", "date", "The day of the rate."),
        Column("base", "text", "The currency one unit of which is priced.", code="currency", null_is="EUR"),
        must("quote", "text", "The currency it is priced in.", code="currency"),
        Column(
            "rate",
            "float",
            "The rate.",
            unit="units of the quote per unit of the base",
            starred=True,
            required=True,
            minimum=0,
            above_minimum=True,
        ),
        Column("source", "text", "Who published it."),
    ),
)

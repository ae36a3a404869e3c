"""Orders: list, target, invoice and pocket prices in three currencies, a campaign, refunds and cancellations."""

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Ints, chosen, instants, keys, money
from mittari.simulate.customers import UNITS
from mittari.simulate.profile import CURRENCIES
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.streams import pick

PRODUCTS = ("router", "sensor", "service visit", "spare part", "upgrade", "accessory")
PRICES = np.array([129.0, 64.0, 95.0, 22.0, 180.0, 15.0])  # list prices in EUR
PRODUCT_SHARES = (0.14, 0.19, 0.12, 0.27, 0.08, 0.20)
STATUSES = ("open", "paid", "cancelled", "refunded")
SHOPS = ("web", "phone", "sales")


def orders(scene: Scene, contacts: Rows, midnights: Ints) -> Rows:
    """The month's orders. Prices follow list -> target -> invoice -> pocket, each step a known share below the last."""
    plan, customers = scene.plan, scene.customers
    generator = scene.generator("orders")
    daily = plan.size * plan.profile.orders_per_conversation / (plan.months * 30.4375)
    begin, stop = plan.campaign
    campaign_day = (midnights >= begin) & (midnights < stop)
    b2b = customers.segment == 1
    weights = customers.buying * np.where(customers.active, np.exp(0.10 * customers.satisfaction), 0.02)
    weights = weights * scene.settled_in
    private = float(weights[~b2b].sum() / max(weights.sum(), 1e-9))
    lift = 1.0 + campaign_day * private * (plan.profile.campaign_orders - 1.0)
    counts = generator.poisson(daily * lift)
    count = int(counts.sum())
    at = np.sort(np.repeat(midnights, counts) + generator.integers(7 * 3_600, 22 * 3_600, count))
    customer = pick(generator, weights, count)
    # In campaign time private customers buy more: some orders of others are given to them instead of drawing again.
    inside = (at >= begin) & (at < stop)
    moved = inside & b2b[customer] & (generator.random(count) < _moved(plan.profile.campaign_orders, private))
    customer[moved] = pick(generator, weights * ~b2b, int(moved.sum()))
    rows: Rows = {"at": at, "customer": customer, "inside": inside & ~b2b[customer]}
    _prices(scene, rows, generator)
    _fate(rows, generator)
    _sources(contacts, rows, generator)
    return rows


def _moved(lift: float, private: float) -> float:
    """Share of business orders to hand over so that only private orders rise: 1 - 1 / (1 + private (lift - 1))."""
    return 1.0 - 1.0 / (1.0 + private * (lift - 1.0))


def _prices(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    count = len(rows["at"])
    customers, customer = scene.customers, rows["customer"]
    b2b = customers.segment[customer] == 1
    product = generator.choice(len(PRODUCTS), count, p=PRODUCT_SHARES)
    pieces = np.where(b2b, 1 + generator.poisson(3.0, count), 1 + generator.poisson(0.3, count))
    rows["product"] = product
    rows["list"] = PRICES[product] * pieces * UNITS[customers.country[customer]]
    rows["target"] = np.round(rows["list"] * np.where(b2b, 0.90, 0.97), 2)
    # Given away below target: nothing for many, a negotiated discount for others.
    given = np.where(b2b, generator.beta(1.4, 17.0, count), generator.beta(0.8, 22.0, count))
    given = np.where(generator.random(count) < 0.06, -0.02, given)
    rows["invoice"] = np.round(rows["target"] * (1 - given - rows["inside"] * scene.plan.profile.campaign_discount), 2)
    rebate = np.where(b2b, 0.012, np.where(generator.random(count) < 0.15, 0.03, 0.0))
    rows["off"] = np.round(rows["invoice"] * rebate, 2)
    rows["cost"] = np.round(rows["list"] * 0.52, 2)


def _fate(rows: Rows, generator: np.random.Generator) -> None:
    """Orders are open until paid; few are cancelled, few refunded in part or in full."""
    count = len(rows["at"])
    fate = generator.random(count)
    later = rows["at"] + generator.integers(3_600, 20 * DAY, count)
    rows["paid"] = rows["at"] + generator.integers(600, 14 * DAY, count)
    rows["cancelled"] = np.where(fate < 0.015, rows["at"] + generator.integers(600, 2 * DAY, count), NEVER)
    back = (fate > 0.975) & (rows["cancelled"] == NEVER)
    rows["refunded"] = np.where(back, np.maximum(later, rows["paid"]) + DAY, NEVER)
    rows["refund_share"] = np.where(generator.random(count) < 0.4, 1.0, np.round(generator.uniform(0.1, 0.8, count), 2))
    rows["shop"] = generator.choice(len(SHOPS), count, p=[0.76, 0.10, 0.14])


def _sources(contacts: Rows, rows: Rows, generator: np.random.Generator) -> None:
    """A few orders name the conversation that led to them: one of their customer's, answered before the order."""
    count = len(rows["at"])
    source = np.full(count, -1, dtype=np.int64)
    known = np.flatnonzero((contacts["customer"] >= 0) & (contacts["answered"] < NEVER))
    if len(known) and count:
        by_customer = known[np.lexsort((contacts["answered"][known], contacts["customer"][known]))]
        span = 2**40
        place = contacts["customer"][by_customer].astype(np.int64) * span + contacts["answered"][by_customer]
        last = np.searchsorted(place, rows["customer"] * span + rows["at"]) - 1
        found = by_customer[np.maximum(last, 0)]
        fits = (last >= 0) & (contacts["customer"][found] == rows["customer"])
        fits &= (rows["at"] - contacts["at"][found] < 7 * DAY) & (generator.random(count) < 0.3)
        source = np.where(fits, found, -1)
    rows["source"] = source


def order_block(rows: Rows, month: str, names: Column, country: Ints) -> Block:
    """Orders as rows of their table."""

    def render(which: Ints, known: int) -> Columns:
        customer = rows["customer"][which]
        refunded = rows["refunded"][which] < known
        refund = np.where(refunded, rows["invoice"][which] * rows["refund_share"][which], 0.0)
        code = np.where(rows["paid"][which] < known, 1, 0)
        code = np.where(refunded & (rows["refund_share"][which] >= 1.0), 3, code)
        code = np.where(rows["cancelled"][which] < known, 2, code)
        return {
            "order_id": keys(f"o{month}", which, 7),
            "customer_id": names[customer],
            "ordered_at": instants(rows["at"][which], NEVER),
            "status": chosen(STATUSES, code),
            "currency": chosen(CURRENCIES, country[customer]),
            "list_amount": money(rows["list"][which]),
            "target_amount": rows["target"][which],
            "invoice_amount": rows["invoice"][which],
            "off_invoice_amount": rows["off"][which],
            "refund_amount": money(refund),
            "product": chosen(PRODUCTS, rows["product"][which]),
            "cost_amount": rows["cost"][which],
            "source_conversation_id": keys(f"v{month}", rows["source"][which], 7),
            "channel": chosen(SHOPS, rows["shop"][which]),
        }

    return Block("orders", rows["at"], (rows["paid"], rows["cancelled"], rows["refunded"]), render)

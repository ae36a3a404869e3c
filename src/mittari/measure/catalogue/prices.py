"""How much of the price aimed for is really got, and what discounts cost."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import FINANCIAL, HIGHER, LAG, LOWER, MONEY, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import REALS, EuroSum, Ratio


@kpi(
    number=66,
    title="Realised price against target price",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="order_lines_eur",
    relation_by={"part": {"price": "lines_against", "mix": "lines_against"}},
    takes_by={"lines_against": ("compare",)},
    block="person",
    merge="add",
    outputs=("ratio",),
    tables=("orders",),
    target=0.95,
    board=24,
    asks="How much of the price we aimed for do we really get?",
    counted="Invoiced amounts less rebates and freight given away, over target amounts, of valid orders; returns reduce both sides.",
    left_out="Cancelled, refunded and free orders; orders without a target price are counted apart.",
    beware="A few large customers can carry it: with very unequal customers no interval is given.",
)
def price_realization_rate(lines: Any, *, part: str = "whole", compare: str = "last_year") -> dict[str, Any]:
    """`part=price` and `part=mix` say how much of the change since `compare` is price, and how much other products."""
    if part not in ("whole", "price", "mix"):
        raise UserError(f"part is whole, price or mix, found {part!r}")
    known = lines.eligible & lines.target_amount.notnull()
    facts: dict[str, Any] = {
        "bottom": lines.target_eur,
        "of": known,
        "at": lines.ordered_at,
        "missing": lines.eligible & lines.target_amount.isnull(),
        "left_out": {"no target price": lines.target_amount.isnull()},
    }
    if part == "whole":
        return {"ratio": Ratio(top=lines.pocket_eur, **facts)}
    facts["of"] = known & ~lines.nothing_before
    facts["left_out"] |= {"nothing sold in the earlier period": lines.nothing_before}
    return {"ratio": Ratio(top=lines.price_eur if part == "price" else lines.mix_eur, domain=REALS, **facts)}


@kpi(
    number=67,
    title="Discount leakage",
    unit=MONEY,
    better=LOWER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="order_lines_eur",
    block="day",
    merge="add",
    outputs=("leakage", "premium", "net"),
    tables=("orders",),
    requires=("orders.target_amount",),
    board=97,
    asks="How much money goes to discounts below the target price?",
    counted="Target amount less invoiced amount, rebates and freight given away, of each valid order sold below its target.",
    left_out="Cancelled, refunded and free orders; orders without a target price. Orders above target are output premium.",
    beware="Counted order by order: in the output net, dear orders hide cheap ones. Big buyers may have discounts by contract.",
)
def discount_leakage(lines: Any) -> dict[str, Any]:
    gap = lines.target_eur - lines.pocket_eur
    facts: dict[str, Any] = {
        "of": lines.eligible & lines.target_amount.notnull(),
        "at": lines.ordered_at,
        "left_out": {"no target price": lines.target_amount.isnull()},
    }
    return {
        "leakage": EuroSum(value=(gap > 0).ifelse(gap, 0.0), **facts),
        "premium": EuroSum(value=(gap < 0).ifelse(-gap, 0.0), **facts),
        "net": EuroSum(value=gap, domain=REALS, **facts),
    }

"""How much of the price aimed for is really got."""

from typing import Any

from mittari.measure.kpi import FINANCIAL, HIGHER, LAG, OBJECTIVE, SHARE, kpi
from mittari.measure.outputs import Ratio


@kpi(
    number=66,
    title="Realised price against target price",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LAG,
    kind=OBJECTIVE,
    relation="order_lines_eur",
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
def price_realization_rate(lines: Any) -> dict[str, Any]:
    known = lines.eligible & lines.target_amount.notnull()
    return {
        "ratio": Ratio(
            top=lines.pocket_eur,
            bottom=lines.target_eur,
            of=known,
            at=lines.ordered_at,
            missing=lines.eligible & lines.target_amount.isnull(),
            left_out={"no target price": lines.target_amount.isnull()},
        )
    }

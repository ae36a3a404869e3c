"""How we stand against the alternatives: in recommendation, and in the order in which customers choose."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, HIGHER, LEAD, POINTS, SHARE, SUBJECTIVE, kpi
from mittari.measure.outputs import UNIT_INTERVAL, Mean, Model


@kpi(
    number=49,
    title="NPS relative to competitors",
    neutral_title="Recommendation relative to competitors",
    unit=POINTS,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="brand_ratings",
    relation_takes=("competitor",),
    block="person",
    merge="none",
    outputs=("difference",),
    tables=("competitor_ratings", "benchmarks"),
    target=0.0,
    board=79,
    asks="Are we recommended more than the alternatives?",
    counted="Our net share of recommending answers less that of the best competitor (or the one named by competitor), "
    "in one survey where people rate brands without knowing who asks.",
    left_out="Other competitors; earlier ratings of the same brand by the same person.",
    beware="Never set the score of our own customer list against that of a panel: they ask different people.",
)
def relative_nps(ratings: Any, *, competitor: str = "") -> dict[str, Any]:
    up, down = (ratings.sign > 0).ifelse(1.0, 0.0), (ratings.sign < 0).ifelse(1.0, 0.0)
    both = ratings.rival & ratings.own_sign.notnull()
    own, rival = ratings.own.ifelse(1.0, 0.0), ratings.rival.ifelse(1.0, 0.0)
    return {
        "difference": Model(
            rule="net_shares_apart",
            of=ratings.eligible,
            at=ratings.asked_at,
            sums={
                "k_pos1": own * up,
                "k_neg1": own * down,
                "n1": own,
                "k_pos0": rival * up,
                "k_neg0": rival * down,
                "n0": rival,
                "pairs": both.ifelse(1.0, 0.0),
                "both": both.ifelse(ratings.sign * ratings.own_sign, 0.0),
                "paired1": both.ifelse(ratings.own_sign, 0.0),
                "paired0": both.ifelse(ratings.sign, 0.0),
            },
        )
    }


@kpi(
    number=50,
    title="Wallet allocation",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="brand_ranks",
    block="person",
    merge="none",
    outputs=("mean", "first_choice"),
    tables=("competitor_ratings",),
    board=80,
    asks="When customers also use others, how high do we rank?",
    counted="For each customer the share of spending to be expected from our rank among the brands they use; ties share "
    "their places. Output first_choice is how many rank us first.",
    left_out="People who do not use our brand; earlier ratings of the same brand by the same person.",
    beware="It is for markets where many use several brands: who uses ours alone counts as 100 %. "
    "Wallet Allocation Rule is a registered mark of its owners.",
)
def wallet_allocation_score(people: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"of": people.eligible, "at": people.asked_at, "domain": UNIT_INTERVAL}
    return {"mean": Mean(value=people.share, **facts), "first_choice": Mean(value=people.first, **facts)}

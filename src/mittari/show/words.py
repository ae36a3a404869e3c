"""The words that go with a number: its status, its flags, its change and its target.

Each entry is (short, long): the short one stands on a card, the long one explains it on the KPI's own page.
"""

from collections.abc import Iterable, Iterator, Mapping

from mittari.measure.kpi import BAND, HIGHER, LAG, LEAD, LOWER, NEITHER, OBJECTIVE, SUBJECTIVE

STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    "final": ("final", "Every case of the period has run its course; only late rows would change the number."),
    "provisional": ("provisional", "Some cases of the period are still open or young; the number may move."),
    "no_data": ("no data", "There is nothing to count for this period and slice."),
    "suppressed": ("hidden", "Too few people answered: the number is withheld so that nobody can be recognised."),
}

FLAG_WORDS: Mapping[str, tuple[str, str]] = {
    "low_n": ("few cases", "Too few cases for a verdict: neither ranking nor colour."),
    "approx": ("approximate", "Computed from summaries or with a simplified interval."),
    "few_blocks": ("few groups", "Fewer than eight independent groups: the interval cannot be trusted for a verdict."),
    "unstable": ("unstable", "A few cases decide this value; without them it would be another."),
    "wide": ("wide interval", "The interval is too wide to steer by."),
    "late_rows": ("late rows", "Rows of this period arrived after it had been counted as complete."),
    "as_of_partial": (
        "partial history",
        "Some cases have changed since: how they stood at that moment is not known.",
    ),
    "mixed_scale": ("one scale of several", "The question was asked on several scales; each is counted for itself."),
    "not_reached": ("not reached", "The curve does not come down to the asked share within the period."),
}

MARKS = (
    "Net Promoter, Net Promoter Score and NPS are registered trademarks or service marks of Bain & Company, Inc., "
    "NICE Systems, Inc. (formerly Satmetrix Systems, Inc.) and Fred Reichheld, who have no part in Mittari."
)
"""What stands on pages that carry a name of theirs."""

PARAMETER_WORDS: Mapping[str, str] = {
    "weights": "With weights=given each answer counts by its weight in the file; one without a weight is left out.",
    "scope": "With scope=sales_tagged only conversations with the tag named by tag count, a lead or not.",
    "by_order_date": "With by_order_date=yes the orders placed in the period count, whenever the conversation was.",
    "part": "With part=price or part=mix it tells how much of the change is price and how much other products.",
}
"""Parameters that a reader does not understand from their name."""

HELD_WORDS: Mapping[str, str] = {
    "Proportion": "Holds the truth in about 95 of 100 cases; of thirty groups in 94, of fewer than eight in about 90.",
    "NetShare": "Holds the truth in about 95 of 100 cases; of fewer than eight groups in about 91.",
    "Mean": "Holds the truth in 94 to 95 of 100 cases; of thirty very uneven values in about 90, of few groups in 93.",
    "Ratio": "Holds the truth in about 94 of 100 cases; of thirty very uneven amounts in 89, of few groups in 92.",
    "Quantile": "Holds the truth in 95 to 96 of 100 cases; of fewer than eight groups in about 94.",
    "Count": "Holds the truth in 93 to 97 of 100 cases, less where days differ a lot by chance.",
}
"""By family, as simulated (bench/coverage.py, docs/statistics.md)."""

DRAWN_WORDS = "Likely: the value drawn towards the whole by as much as it may be chance; slices are ranked by it."
DIFFERS_WORDS = "Differs: from all others together, beyond chance, corrected for how many are compared."

UNDECIDED = frozenset({"low_n", "few_blocks"})
"""Flags that forbid ranking, colour and verdict (SPEC G21)."""

RECEIPT_WORDS = (
    *("definition", "parameters", "components", "period", "clock", "counted", "left out", "interval method"),
    *("freshness", "late rows", "path"),
)
"""What the parts of a receipt are called; what stands in them are names and numbers as they are stored."""

BETTER_WORDS: Mapping[str, str] = {
    HIGHER: "Higher is better",
    LOWER: "Lower is better",
    NEITHER: "Context: neither direction is better",
    BAND: "Better inside its band",
}

TIMING_WORDS: Mapping[str, str] = {LEAD: "leading", LAG: "lagging"}
KIND_WORDS: Mapping[str, str] = {SUBJECTIVE: "asked of people", OBJECTIVE: "observed"}

UNIT_WORDS: Mapping[str, str] = {
    "fraction": "share",
    "s": "time",
    "count": "count",
    "points": "points, −100 to 100",
    "score_100": "points, 0 to 100",
    "scale_points": "points of the answer scale",
    "money": "money, excluding VAT",
    "customers": "customers",
    "days": "days",
    "per_1000": "per thousand",
    "score": "score",
    "ratio": "ratio",
    "cases_per_hour": "cases per hour",
}

NEAR_WORDS: Mapping[str, str] = {"near": "near", "off": "off"}
"""What a card has room for, where the target itself stands beside it."""

VERDICT_WORDS: Mapping[str, tuple[str, str]] = {
    "real": ("real", "The interval of the difference does not include zero."),
    "noise": ("noise", "The difference is within what chance alone would do."),
    "cannot_tell": ("cannot tell", "Too little data on one side to call the difference real or noise."),
}

STANDING_WORDS: Mapping[str, str] = {"on": "on target", "near": "near target", "off": "off target"}


def said() -> Iterator[str]:
    """What pages say beside numbers, other than statuses, flags and parameters."""
    for pair in VERDICT_WORDS.values():
        yield from pair
    yield from STANDING_WORDS.values()
    yield from NEAR_WORDS.values()
    for told in (UNIT_WORDS, BETTER_WORDS, TIMING_WORDS, KIND_WORDS, HELD_WORDS):
        yield from told.values()
    yield from (DRAWN_WORDS, DIFFERS_WORDS)
    yield from RECEIPT_WORDS
    yield MARKS


def notices(status: str, flags: Iterable[str]) -> list[tuple[str, str]]:
    """What a reader must know beside the number, short and long, in a fixed order; nothing for a plain final one."""
    marked = set(flags)
    said = [] if status in ("final", "no_data") else [STATUS_WORDS[status]]
    return said + [words for flag, words in FLAG_WORDS.items() if flag in marked]


def humanised(name: str) -> str:
    """An id as words: `first_response_time` becomes "first response time"; what is words already stays as it is."""
    return name if " " in name else name.replace("_", " ").replace(".", " · ")

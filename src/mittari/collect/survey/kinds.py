"""The kinds of questions in words, and what a new survey of a kind begins with."""

from collections.abc import Iterator
from typing import Any

from mittari.collect.survey.model import COMMENT, SCALES, TEXT_KINDS
from mittari.collect.survey.texts import question_texts, ready_items, texts

KIND_WORDS = {
    "csat": "Satisfaction",
    "nps": "Recommendation",
    "ces": "Ease",
    "resolved": "Matter resolved",
    "quality_service": "Quality of service",
    "quality_product": "Quality of products",
    "expectation": "Service received",
    "expected": "Service expected",
    "repurchase": "Buying again",
    "wtp": "Worth a higher price",
    "relationship": "Relationship",
    "image": "Image",
    "brands": "Brands compared",
    "enps": "Recommendation as a workplace",
    "esat": "Satisfaction with work",
    "brand_words": "Words for the brand",
    COMMENT: "Comment",
}
"""What managers read instead of the short names in files."""

FIXED = ("nps", "enps", "resolved", "brands")
"""Kinds that are asked on their own scale only."""

STARTS: dict[str, tuple[dict[str, Any], ...]] = {
    "nps": ({"kind": "nps"}, {"kind": COMMENT}),
    "csat": ({"kind": "csat"}, {"kind": COMMENT}),
    "ces": ({"kind": "ces"}, {"kind": COMMENT}),
    "resolved": ({"kind": "resolved"}, {"kind": "csat"}, {"kind": COMMENT, "about": "csat"}),
    "quality": (
        *({"kind": "quality_service", "item": item} for item in ready_items("quality_service")),
        {"kind": COMMENT},
    ),
}
"""The questions that a new survey of a kind begins with."""
START_WORDS = {
    "csat": "Satisfaction",
    "nps": "Recommendation, 0 to 10",
    "ces": "Ease",
    "resolved": "Matter resolved",
    "quality": "Quality of service",
}
USUAL = "csat"
"""What a new survey asks where nothing is said."""


def ready_text(language: str, kind: str, item: str | None) -> str | None:
    """The text that is shipped for a question; None where there is none."""
    if kind == COMMENT:
        return str(texts(language)["comment"]["text"])
    return question_texts(language, kind, item).get("text")


def kind_words(kind: str, item: str | None = None) -> str:
    """A question in a few words: Quality of service, empathy."""
    words = KIND_WORDS.get(kind, kind)
    return f"{words}, {item.replace('_', ' ')}" if item else words


def table() -> Iterator[str]:
    """The kinds as a table of the manual: `python -m mittari.collect.survey.kinds`."""
    yield "| kind | what it asks | scale | ready text in English |"
    yield "|---|---|---|---|"
    for kind in (*SCALES, *TEXT_KINDS):
        scale = "text" if kind in TEXT_KINDS else "yes, no, not known" if kind == "resolved" else _scale(kind)
        for item in ready_items(kind) or (None,):
            name = f"`{kind}`, item `{item}`" if item else f"`{kind}`"
            yield f"| {name} | {kind_words(kind)} | {scale} | {ready_text('en', kind, item)} |"


def _scale(kind: str) -> str:
    low, high = SCALES[kind]
    return f"{low} to {high}{'' if kind in FIXED else ', may be changed'}"


if __name__ == "__main__":
    print("\n".join(table()))  # noqa: T201  # for the manual

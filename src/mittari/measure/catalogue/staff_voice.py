"""What our own people say: whether they recommend the workplace, are satisfied, and want to serve."""

from typing import Any

from mittari.measure.kpi import HIGHER, LEAD, LEARNING, POINTS, SHARE, SUBJECTIVE, kpi
from mittari.measure.outputs import NetShare, Proportion

FEWEST = 5
"""Fewer answers than these are not shown, nor is a slice when fewer stand outside it (G21)."""


def _counted(answers: Any, asked: Any) -> dict[str, Any]:
    """Of each employee the latest scored answer of the period."""
    return {
        "of": asked & answers.score.notnull() & ~answers.earlier_answer,
        "at": answers.responded_at,
        "missing": asked & answers.score.isnull(),
        "left_out": {
            "an earlier answer of the same person": answers.earlier_answer,
            "another question": ~asked,
        },
    }


@kpi(
    number=76,
    title="Employee Net Promoter Score",
    neutral_title="Employee recommendation score",
    unit=POINTS,
    better=HIGHER,
    perspective=LEARNING,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="latest_answers",
    relation_with={"kind": "enps"},
    block="person",
    merge="ids",
    outputs=("score",),
    tables=("responses",),
    suppress_below=FEWEST,
    board=106,
    asks="Would staff recommend this workplace?",
    counted="The share of 9 and 10 less the share of 0 to 6, times 100. Of each employee the latest scored answer.",
    left_out="Tests and earlier answers of the same person; questions left open are counted apart.",
    beware="Nothing is shown for fewer than 5 people, nor a group when fewer than 5 stand outside it.",
)
def enps(answers: Any) -> dict[str, Any]:
    return {
        "score": NetShare(up=answers.score >= 9, down=answers.score <= 6, **_counted(answers, answers.eligible)),
    }


@kpi(
    number=77,
    title="Employee satisfaction",
    unit=SHARE,
    better=HIGHER,
    perspective=LEARNING,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="latest_answers",
    relation_with={"kind": "esat"},
    block="person",
    merge="ids",
    outputs=("satisfied", "motivated_to_serve"),
    tables=("responses",),
    scales=True,
    suppress_below=FEWEST,
    board=107,
    asks="Are staff satisfied and willing to serve?",
    counted="Of each employee the latest answer to the question satisfied: the share in the satisfied boxes of the scale. "
    "Output motivated_to_serve is the same of the question whether they are motivated to serve customers.",
    left_out="Tests and earlier answers of the same person; questions left open are counted apart.",
    beware="Nothing is shown for fewer than 5 people, nor a group when fewer than 5 stand outside it.",
)
def employee_satisfaction(answers: Any) -> dict[str, Any]:
    return {
        item: Proportion(hit=answers.top_box, **_counted(answers, answers.eligible & (answers.item == item)))
        for item in ("satisfied", "motivated_to_serve")
    }

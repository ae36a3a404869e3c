"""How customers judge the service, the products, the relationship and the brand, and against what they expected."""

from typing import Any

from mittari.measure.kpi import (
    HIGHER,
    IMAGE,
    LEAD,
    RELATIONSHIP,
    SCALE_POINTS,
    SCORE_100,
    SHARE,
    SUBJECTIVE,
    VALUE_ATTRIBUTES,
    kpi,
)
from mittari.measure.outputs import REALS, UP_TO_100, Mean, Proportion
from mittari.measure.weighing import ALIKE, NEEDS_WEIGHTS, weighed

LEFT_OUT = "Tests, repeated presses, earlier answers of the same person; who answered less than half is counted apart."


def _mean_of_people(people: Any, weights: str) -> dict[str, Any]:
    facts = {
        "of": people.eligible & people.enough,
        "at": people.responded_at,
        "missing": people.eligible & ~people.enough,
    }
    return {"mean": Mean(value=people.score, domain=UP_TO_100, **weighed(people, weights, facts))}


@kpi(
    number=34,
    title="Service quality",
    unit=SCORE_100,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="person_scores",
    relation_with={"kind": "quality_service"},
    relation_takes=("item", "weights"),
    block="person",
    merge="ids",
    outputs=("mean",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    board=64,
    asks="How good is the service itself?",
    counted="Each person's mean over reliability, responsiveness, assurance, empathy and tangibles, from 0 to 100. "
    "Parameter item asks for one of them.",
    left_out=LEFT_OUT,
    beware="It is what customers perceived. What they had expected is in the expectation gap.",
)
def service_quality_score(people: Any, *, item: str = "", weights: str = ALIKE) -> dict[str, Any]:
    return _mean_of_people(people, weights)


@kpi(
    number=35,
    title="Product quality",
    unit=SCORE_100,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="person_scores",
    relation_with={"kind": "quality_product", "by_order": True},
    relation_takes=("weights",),
    block="person",
    merge="ids",
    outputs=("mean",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    board=65,
    asks="How good are the products?",
    counted="The mean of the scores customers gave products, from 0 to 100. Of each person one answer per product and order.",
    left_out="Tests, repeated presses, earlier answers about the same product of the same order; "
    "questions left open are counted apart.",
    beware="Read it beside the tags for returns and defects: some of what is broken is never said in a survey.",
)
def product_quality_score(people: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    return _mean_of_people(people, weights)


@kpi(
    number=36,
    title="Expectation gap",
    unit=SCALE_POINTS,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="expectation_gaps",
    relation_takes=("weights",),
    block="person",
    merge="none",
    outputs=("mean", "met_share"),
    units={"met_share": SHARE},
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    target=0.0,
    board=66,
    asks="Do we meet what customers expect?",
    counted="What each person experienced less what they expected, in points of the scale. "
    "Output met_share is the share of those whose experience was at least as good.",
    left_out="Tests, repeated presses, earlier answers of the same person; answers without their pair are counted apart.",
    beware="Who is asked for expectations and experience on one page makes them fit: ask before, or on another page.",
)
def expectation_gap(people: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    paired = people.gap.notnull()
    facts: dict[str, Any] = {
        "of": people.eligible & paired,
        "at": people.responded_at,
        "missing": people.eligible & ~paired,
    }
    facts = weighed(people, weights, facts)
    return {
        "mean": Mean(value=people.gap, domain=REALS, **facts),
        "met_share": Proportion(hit=people.gap >= 0, **facts),
    }


@kpi(
    number=43,
    title="Relationship quality",
    unit=SCORE_100,
    better=HIGHER,
    perspective=RELATIONSHIP,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="person_scores",
    relation_with={"kind": "relationship"},
    relation_takes=("item", "weights"),
    block="person",
    merge="ids",
    outputs=("mean",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    board=73,
    asks="Do customers trust us and feel known by us?",
    counted="Each person's mean over trust, being known and ease of dealing with us, from 0 to 100. "
    "Parameter item asks for one of them.",
    left_out=LEFT_OUT,
    beware="It speaks for those who answered; who has inwardly left seldom does.",
)
def relationship_score(people: Any, *, item: str = "", weights: str = ALIKE) -> dict[str, Any]:
    return _mean_of_people(people, weights)


@kpi(
    number=44,
    title="Brand image",
    unit=SCORE_100,
    better=HIGHER,
    perspective=IMAGE,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="person_scores",
    relation_with={"kind": "image"},
    relation_takes=("item", "weights"),
    block="person",
    merge="ids",
    outputs=("mean",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    board=74,
    asks="What picture do customers have of us?",
    counted="Each person's mean over reputation, modern, responsible and good value, from 0 to 100. "
    "Parameter item asks for one of them.",
    left_out=LEFT_OUT,
    beware="Customers and others see a brand differently: ask and count them apart, by survey or by source.",
)
def brand_image_score(people: Any, *, item: str = "", weights: str = ALIKE) -> dict[str, Any]:
    return _mean_of_people(people, weights)

"""What customers report of their experience: solved at once, easy, worth buying again, worth paying more for."""

from typing import Any

from mittari.measure.kpi import CORE_OUTCOME, FINANCIAL, HIGHER, LEAD, SHARE, SUBJECTIVE, VALUE_ATTRIBUTES, kpi
from mittari.measure.outputs import Mean, Proportion
from mittari.measure.weighing import ALIKE, NEEDS_WEIGHTS, weighed


def _answered(answers: Any, weights: str) -> dict[str, Any]:
    """Scored answers of the period, those left open beside them."""
    facts = {
        "of": answers.eligible & answers.score.notnull(),
        "at": answers.responded_at,
        "missing": answers.eligible & answers.score.isnull(),
    }
    return weighed(answers, weights, facts)


@kpi(
    number=19,
    title="First contact resolution by customers",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "resolved"},
    block="person",
    merge="add",
    outputs=("share",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    target=0.70,
    board=49,
    asks="Does the customer say it was solved at first contact?",
    counted="Customers who answer that their matter was resolved without contacting us again, of those who answer yes or no.",
    left_out="Tests, answers edited within 24 hours; who does not know is counted apart.",
    beware="Asked too early it measures hope: by e-mail, ask a day after the matter was solved.",
)
def first_contact_resolution_rate_survey(answers: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    return {"share": Proportion(hit=answers.top_box, **_answered(answers, weights))}


@kpi(
    number=33,
    title="Customer effort score",
    unit=SHARE,
    better=HIGHER,
    perspective=VALUE_ATTRIBUTES,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "ces"},
    block="person",
    merge="add",
    outputs=("share", "mean"),
    units={"mean": "scale_points"},
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    board=63,
    asks="Was it easy?",
    counted="Customers who agree that we made it easy (5 to 7 of 7; on other scales the satisfied boxes), of all scored answers.",
    left_out="Tests, repeated presses, answers edited within 24 hours; questions left open are counted apart.",
    beware="High is easy here. Answers to the older question, where a low score is good, must be turned round before loading.",
)
def ces(answers: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    return {
        "share": Proportion(hit=answers.agrees, **_answered(answers, weights)),
        "mean": Mean(value=answers.score, **_answered(answers, weights)),
    }


@kpi(
    number=37,
    title="Repurchase intention",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "repurchase"},
    block="person",
    merge="add",
    outputs=("share",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    board=67,
    asks="Will they buy again?",
    counted="Answers in the two highest boxes of their scale (4 and 5 of 5), of all scored answers.",
    left_out="Tests, answers edited within 24 hours; questions left open are counted apart.",
    beware="People promise more than they do: once a year compare it with how many of each box bought again.",
)
def repurchase_intent(answers: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    return {"share": Proportion(hit=answers.top_box, **_answered(answers, weights))}


@kpi(
    number=38,
    title="Willingness to pay",
    unit=SHARE,
    better=HIGHER,
    perspective=FINANCIAL,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "wtp"},
    block="person",
    merge="add",
    outputs=("share",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    board=68,
    asks="Would they stay at a higher price?",
    counted="Customers who would choose us even at a higher price (4 and 5 of 5), of all scored answers.",
    left_out="Tests, answers edited within 24 hours; questions left open are counted apart.",
    beware="The step of the price (such as 5 %) is part of the question: another step is another series.",
)
def willingness_to_pay_share(answers: Any, *, weights: str = ALIKE) -> dict[str, Any]:
    return {"share": Proportion(hit=answers.top_box, **_answered(answers, weights))}

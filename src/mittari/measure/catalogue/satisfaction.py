"""What customers say: satisfaction, its change, and whether they recommend us."""

from typing import Any

from mittari.errors import UserError
from mittari.measure.kpi import CORE_OUTCOME, CUSTOMERS, HIGHER, LAG, LEAD, POINTS, SHARE, SUBJECTIVE, kpi
from mittari.measure.outputs import Change, Mean, Model, NetShare, Proportion
from mittari.measure.weighing import ALIKE, NEEDS_WEIGHTS, weighed


def _csat_answers(answers: Any, csat_kind: str) -> Any:
    if csat_kind not in ("transactional", "overall"):
        raise UserError(f"csat_kind is transactional or overall, found {csat_kind!r}")
    of_kind = answers.transactional if csat_kind == "transactional" else ~answers.transactional
    return answers.eligible & of_kind


@kpi(
    number=29,
    title="Customer satisfaction",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "csat"},
    block="person",
    merge="add",
    outputs=("share", "mean", "bottom2"),
    units={"mean": "scale_points"},
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    board=2,
    asks="What share of customers is satisfied or very satisfied?",
    counted="Answers in the satisfied boxes of their scale (4 and 5 of 5), of all scored answers given in the period.",
    left_out="Tests, repeated presses, answers edited within 24 hours; questions left open are counted apart.",
    beware="It speaks for those who answered. Answers on different scales are never added up.",
)
def csat(answers: Any, *, csat_kind: str = "transactional", weights: str = ALIKE) -> dict[str, Any]:
    asked = _csat_answers(answers, csat_kind)
    facts: dict[str, Any] = {
        "of": asked & answers.score.notnull(),
        "at": answers.responded_at,
        "missing": asked & answers.score.isnull(),
        "left_out": {
            "asked about something else": ~asked,
            "left open": answers.score.isnull(),
        },
    }
    facts = weighed(answers, weights, facts)
    return {
        "share": Proportion(hit=answers.top_box, **facts),
        "mean": Mean(value=answers.score, **facts),
        "bottom2": Proportion(hit=answers.bottom_box, **facts),
    }


@kpi(
    number=30,
    title="Satisfaction improvement",
    unit=SHARE,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LAG,
    kind=SUBJECTIVE,
    relation="answers",
    relation_with={"kind": "csat"},
    block="person",
    merge="add",
    outputs=("change",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    scales=True,
    board=19,
    asks="Is satisfaction better or worse than before, beyond noise?",
    counted="The share of satisfied answers in the period less that of the period before (or the one named by compare).",
    left_out="As for customer satisfaction.",
    beware="Compare the same survey, wording and channels, or the change is one of the question.",
)
def csat_change(
    answers: Any, *, compare: str = "", csat_kind: str = "transactional", weights: str = ALIKE
) -> dict[str, Any]:
    asked = _csat_answers(answers, csat_kind)
    facts = {
        "of": asked & answers.score.notnull(),
        "at": answers.responded_at,
        "missing": asked & answers.score.isnull(),
        "left_out": {"asked about something else": ~asked},
    }
    share = Proportion(hit=answers.top_box, **weighed(answers, weights, facts))
    return {"change": Change(base=share, against=compare or "previous", at=answers.responded_at)}


@kpi(
    number=31,
    title="Net Promoter Score",
    neutral_title="Recommendation score",
    unit=POINTS,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="latest_answers",
    relation_with={"kind": "nps"},
    relation_by={"nps_kind": {"transactional": "answers"}},
    block="person",
    merge="ids",
    outputs=("score",),
    tables=("responses",),
    requires_by=NEEDS_WEIGHTS,
    board=1,
    asks="Do more customers recommend us than warn against us?",
    counted="The share of 9 and 10 less the share of 0 to 6, times 100. Of each person the latest scored answer of the period.",
    left_out="Tests, earlier answers of the same person, the other kind of NPS; questions left open are counted apart.",
    beware="Never average NPS values: add the answers. Net Promoter Score is a trademark of its owners.",
)
def nps(answers: Any, *, nps_kind: str = "relationship", weights: str = ALIKE) -> dict[str, Any]:
    facts = weighed(answers, weights, _nps_answers(answers, nps_kind))
    return {"score": NetShare(up=answers.score >= 9, down=answers.score <= 6, **facts)}


def _nps_answers(answers: Any, nps_kind: str) -> dict[str, Any]:
    """Which answers count: scored ones of that kind, of each person the latest."""
    if nps_kind not in ("relationship", "transactional"):
        raise UserError(f"nps_kind is relationship or transactional, found {nps_kind!r}")
    of_kind = answers.transactional if nps_kind == "transactional" else ~answers.transactional
    asked = answers.eligible & of_kind
    earlier = answers.earlier_answer
    return {
        "of": asked & answers.score.notnull() & ~earlier,
        "at": answers.responded_at,
        "missing": asked & answers.score.isnull(),
        "left_out": {
            "the other kind of NPS": ~of_kind,
            "an earlier answer of the same person": earlier,
            "left open": answers.score.isnull(),
        },
    }


@kpi(
    number=32,
    title="Number of promoters",
    unit=CUSTOMERS,
    better=HIGHER,
    perspective=CORE_OUTCOME,
    timing=LEAD,
    kind=SUBJECTIVE,
    relation="latest_answers",
    relation_with={"kind": "nps"},
    relation_by={"nps_kind": {"transactional": "answers"}},
    block="person",
    merge="ids",
    outputs=("estimated", "observed"),
    tables=("responses", "subscriptions", "orders"),
    requires_by=NEEDS_WEIGHTS,
    board=62,
    asks="How many customers would recommend us?",
    counted="The share of 9 and 10 among the scored answers, times the customers active at the end of the period "
    "(or the number given as active_customers). Output observed is how many said so themselves.",
    left_out="As for the Net Promoter Score; customers who are no longer active at the end of the period.",
    beware="It holds only if those who answered are like those who did not. Compare the segments first.",
)
def promoter_count(
    answers: Any,
    *,
    nps_kind: str = "relationship",
    active_customers: float = 0.0,
    basis: str = "auto",
    weights: str = ALIKE,
) -> dict[str, Any]:
    counted = _nps_answers(answers, nps_kind)
    promoter = answers.score >= 9
    return {
        "estimated": Proportion(
            hit=promoter,
            population=active_customers or "active_at_end",
            **weighed(answers, weights, counted),
        ),
        "observed": Model(rule="total", sums={"k": promoter.ifelse(1.0, 0.0)}, **counted),
    }

"""Answers that count by their weight, where a call asks for it, by hand and again from the rows of the number."""

import math
from typing import Any

import pytest

from measure.by_hand import AS_OF, answer, at, contract, load, made_again, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

GIVEN = {"weights": "given"}
Z = 1.959963984540054


def weighed(number: int, score: float | None, weight: float | None, **more: Any) -> dict[str, Any]:
    """A satisfaction score about a conversation of its own, by default of a customer of its own."""
    row = answer(number, "csat", score or 0.0, conversation_id=f"c{number}", weight=weight, **more)
    return row if score is not None else {**row, "score": None, "answered": 0}


def test_a_share_counts_each_answer_by_its_weight(empty: LocalWorkspace) -> None:
    """Satisfied with weights 3 and 1, not satisfied twice with 1: 4 of 6, worth 6 * 6 / 12 = 3 answers.

    Between persons x - R y is 1, 1/3, -2/3, -2/3: V = 4/3 * 2 / 36 is less than that of three answers, so deff is 1.
    """
    load(empty, "responses", weighed(1, 5, 3), weighed(2, 5, 1), weighed(3, 1, 1), weighed(4, 1, 1))
    record = made_again(empty, "csat", **GIVEN)
    assert (record.value, record.n, record.n_na) == (pytest.approx(4 / 6), 4, 0)
    assert record.components == pytest.approx(
        {"G": 4, "Sx": 2, "Sy": 3, "Sx2": 2.5, "Sy2": 3, "Sxy": 2.5, "deff": 1, "n": 4, "n_eff": 3}
    )
    assert record.se == pytest.approx(math.sqrt(2 / 9 / 3))
    reach = Z * math.sqrt(2 / 3 + Z * Z / 4)
    assert record.ci_low == pytest.approx((2 + Z * Z / 2 - reach) / (3 + Z * Z))
    assert record.ci_high == pytest.approx((2 + Z * Z / 2 + reach) / (3 + Z * Z))
    assert record.definition_version == "1+weights=given"
    assert record.params["weights"] == "given"


def test_weights_are_read_only_where_they_are_asked_for(empty: LocalWorkspace) -> None:
    load(empty, "responses", weighed(1, 5, 3), weighed(2, 5, 1), weighed(3, 1, 1), weighed(4, 1, 1))
    table = empty.kpi("csat", "2025-03", as_of=AS_OF)
    assert (table.one().value, table.one().n) == (0.5, 4)
    assert "n_eff" not in table.one().components
    assert not any('"a' in sql and '"weight" *' in sql for sql in table.receipt().sql)


def test_a_mean_counts_each_answer_by_its_weight(empty: LocalWorkspace) -> None:
    """(3 * 5 + 1 * 4 + 2 * 1) / 6; the blocks give V = 3/2 * (4.5^2 + 0.5^2 + 5^2) / 36."""
    load(empty, "responses", weighed(1, 5, 3), weighed(2, 4, 1), weighed(3, 1, 2))
    record = made_again(empty, "csat.mean", **GIVEN)
    assert (record.value, record.n) == (pytest.approx(3.5), 3)
    assert record.components["n_eff"] == pytest.approx(36 / 14)
    assert record.se == pytest.approx(math.sqrt(1.5 * (4.5**2 + 0.5**2 + 5**2) / 36))


def test_weights_in_another_unit_give_the_same_number(empty: LocalWorkspace) -> None:
    load(empty, "responses", *[weighed(n, score, 7e5 * n) for n, score in enumerate((5, 4, 1, 5, 2), 1)])
    large = made_again(empty, "csat", **GIVEN)
    load(empty, "responses", *[weighed(n, score, n) for n, score in enumerate((5, 4, 1, 5, 2), 1)])
    small = made_again(empty, "csat", **GIVEN)
    assert large.components == pytest.approx(small.components)
    assert (large.ci_low, large.ci_high, large.n) == (pytest.approx(small.ci_low), pytest.approx(small.ci_high), 5)


def test_equal_weights_give_the_unweighted_number(empty: LocalWorkspace) -> None:
    load(empty, "responses", *[weighed(n, 1 + n % 5, 2.5) for n in range(1, 13)])
    alike, given = (empty.kpi("csat", "2025-03", as_of=AS_OF, **asked).one() for asked in ({}, GIVEN))
    for name in ("value", "n", "se", "ci_low", "ci_high", "flags"):
        assert getattr(alike, name) == pytest.approx(getattr(given, name)), name
    assert given.components == pytest.approx({**alike.components, "n": 12, "n_eff": 12})


def test_the_net_share_counts_each_person_by_their_weight(empty: LocalWorkspace) -> None:
    """A promoter of weight 4, a passive of 1 and a detractor of 3: 100 * (4 - 3) / 8, worth 64 / 26 answers.

    Adjusted Wald with k and n scaled by 8 / 26, since the blocks spread less than that many answers would.
    """
    scores = [(1, 10, 4.0), (2, 8, 1.0), (3, 2, 3.0)]
    load(empty, "responses", *[answer(n, "nps", score, weight=w, scale_min=0, scale_max=10) for n, score, w in scores])
    record = made_again(empty, "nps", **GIVEN)
    assert (record.value, record.n) == (12.5, 3)
    n, up, down = 64 / 26, 4 * 8 / 26, 3 * 8 / 26
    spread = 7 / 8 - 1 / 64
    residuals = (4 - 0.5) ** 2 + (1 / 8) ** 2 + (3 + 3 / 8) ** 2
    deff = max(1.0, 1.5 * residuals / 64 / (spread / (n - 1)))
    padded = n / deff + 3
    p, d = (up / deff + 0.75) / padded, (down / deff + 0.75) / padded
    reach = Z * math.sqrt((p + d - (p - d) ** 2) / padded)
    assert record.ci_low == pytest.approx(max(-100.0, 100 * (p - d - reach)))
    assert record.ci_high == pytest.approx(min(100.0, 100 * (p - d + reach)))
    assert record.se == pytest.approx(100 * math.sqrt(spread / n * deff))
    assert (record.components["k_pos"], record.components["n_eff"]) == (pytest.approx(up), pytest.approx(n))


def test_answers_of_one_person_stay_one_block(empty: LocalWorkspace) -> None:
    """k answers twice: blocks (4 of 4) and (0 of 2), whose spread shows in deff."""
    load(
        empty,
        "responses",
        weighed(1, 5, 3, customer_id="k"),
        weighed(2, 5, 1, customer_id="k"),
        weighed(3, 1, 2, customer_id="m"),
    )
    record = made_again(empty, "csat", **GIVEN)
    n = 36 / 14
    between = 2 * ((4 - 8 / 3) ** 2 + (4 / 3) ** 2) / 36
    assert record.components["G"] == 2
    assert record.components["deff"] == pytest.approx(between * (n - 1) / (2 / 9))


@pytest.mark.parametrize("weight", [None, 0.0])
def test_an_answer_without_a_weight_is_counted_apart(empty: LocalWorkspace, weight: float | None) -> None:
    load(empty, "responses", weighed(1, 5, 2), weighed(2, 1, 1), weighed(3, 1, weight), weighed(4, None, 9))
    record = made_again(empty, "csat", **GIVEN)
    assert (record.value, record.n, record.n_na) == (pytest.approx(2 / 3), 2, 2)
    assert value(empty, "csat") == (pytest.approx(1 / 3), 3)


def test_where_no_answer_has_a_weight_there_is_no_data(empty: LocalWorkspace) -> None:
    load(empty, "responses", weighed(1, 5, None), weighed(2, 1, None))
    record = empty.kpi("csat", "2025-03", as_of=AS_OF, **GIVEN).one()
    assert (record.value, record.status) == (None, "no_data")
    assert "needs the column weight of responses" in (record.note or "")
    assert value(empty, "csat") == (0.5, 2)


def test_few_answers_are_told_by_what_they_are_worth(empty: LocalWorkspace) -> None:
    """Thirty answers, one of which weighs as much as all others: 58 * 58 / (29 * 29 + 29) = 3.9 of them."""
    load(
        empty,
        "responses",
        *[weighed(n, 5, 29 if n == 0 else 1) for n in range(30)],
    )
    assert "low_n" in empty.kpi("csat", "2025-03", as_of=AS_OF, **GIVEN).one().flags
    assert "low_n" not in empty.kpi("csat", "2025-03", as_of=AS_OF).one().flags
    assert made_again(empty, "csat", **GIVEN).n == 30


def test_most_persons_being_unknown_days_are_the_blocks_of_weights_too(empty: LocalWorkspace) -> None:
    """Of three answers two are anonymous, one of them on the day of the third: two days, 4 of 4 and 0 of 2.

    Rows decide who is most, not weights: the known one weighs as much as both others.
    """
    load(
        empty,
        "responses",
        weighed(1, 5, 3, responded_at=at(4)),
        weighed(2, 5, 1, customer_id=None, responded_at=at(4, 15)),
        weighed(3, 1, 2, customer_id=None, responded_at=at(5)),
    )
    record = made_again(empty, "csat", **GIVEN)
    assert "approx" in record.flags
    assert (record.components["G"], record.value, record.n) == (2, pytest.approx(2 / 3), 3)
    assert record.components["n_eff"] == pytest.approx(36 / 14)


def test_slices_are_weighed_each_for_itself(empty: LocalWorkspace) -> None:
    load(
        empty,
        "responses",
        weighed(1, 5, 3, channel="chat"),
        weighed(2, 1, 1, channel="chat"),
        weighed(3, 5, 50, channel="email"),
    )
    table = empty.kpi("csat", "2025-03", by="channel", as_of=AS_OF, **GIVEN)
    told = {each.slice["channel"]: (each.value, each.n, each.components["n_eff"]) for each in table}
    assert told == {"chat": (pytest.approx(0.75), 2, pytest.approx(16 / 10)), "email": (1, 1, 1)}


def test_a_change_of_weighted_shares_compares_what_they_are_worth(empty: LocalWorkspace) -> None:
    before = [weighed(n, s, w, responded_at=at(1, 1).replace(month=2, day=n)) for n, s, w in ((5, 5, 1), (6, 1, 3))]
    load(empty, "responses", *before, weighed(1, 5, 3), weighed(2, 1, 1))
    record = made_again(empty, "csat_change", **GIVEN)
    assert (record.value, record.n) == (pytest.approx(0.5), 4)
    assert (record.components["n_eff1"], record.components["n_eff0"]) == (pytest.approx(1.6), pytest.approx(1.6))


def test_a_person_counts_by_their_latest_weight(empty: LocalWorkspace) -> None:
    """k: 100 and 50 of 100, weight 3 at last; m: 0, weight 1."""
    said = [("k", "trust", 5, 1, 3), ("k", "speed", 3, 3, 4), ("m", "trust", 1, 1, 3)]
    load(
        empty,
        "responses",
        *[
            {
                **answer(n, "quality_service", score),
                "customer_id": who,
                "item": item,
                "weight": w,
                "responded_at": at(d),
            }
            for n, (who, item, score, w, d) in enumerate(said)
        ],
    )
    record = made_again(empty, "service_quality_score", **GIVEN)
    assert (record.value, record.n) == (pytest.approx((3 * 75 + 0) / 4), 2)
    assert value(empty, "service_quality_score") == (37.5, 2)


def test_gaps_are_weighed_too(empty: LocalWorkspace) -> None:
    rows = [
        answer(n, kind, score, customer_id=who, item="all", weight=w)
        for n, (who, kind, score, w) in enumerate(
            [("k", "expectation", 5, 3), ("k", "expected", 3, 3), ("m", "expectation", 2, 1), ("m", "expected", 4, 1)]
        )
    ]
    load(empty, "responses", *rows)
    assert made_again(empty, "expectation_gap", **GIVEN).value == 1
    assert made_again(empty, "expectation_gap.met_share", **GIVEN).value == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("name", "kind", "scores", "found"),
    [
        ("first_contact_resolution_rate_survey", "resolved", (1, 0), 0.75),
        ("ces", "ces", (7, 1), 0.75),
        ("ces.mean", "ces", (7, 1), 5.5),
        ("repurchase_intent", "repurchase", (5, 1), 0.75),
        ("willingness_to_pay_share", "wtp", (5, 1), 0.75),
        ("product_quality_score", "quality_product", (5, 1), 75),
        ("relationship_score", "relationship", (5, 1), 75),
        ("brand_image_score", "image", (5, 1), 75),
    ],
)
def test_every_survey_kpi_can_be_weighed(
    empty: LocalWorkspace, name: str, kind: str, scores: tuple[float, float], found: float
) -> None:
    rows = [
        answer(n, kind, score, item="all", weight=w) for n, (score, w) in enumerate(zip(scores, (3, 1), strict=True))
    ]
    load(empty, "responses", *rows)
    assert made_again(empty, name, **GIVEN).value == pytest.approx(found)
    assert value(empty, name) != (found, 2)


def test_the_number_of_promoters_is_a_weighted_share_of_the_customers(empty: LocalWorkspace) -> None:
    load(empty, "subscriptions", *[contract(n, f"k{n}", "2025-01-01") for n in range(8)])
    load(empty, "responses", answer(0, "nps", 10, weight=3), answer(1, "nps", 2, weight=1))
    assert made_again(empty, "promoter_count", **GIVEN).value == pytest.approx(6)
    assert made_again(empty, "promoter_count.observed", **GIVEN).value == 1


def test_weights_are_none_or_given(empty: LocalWorkspace) -> None:
    with pytest.raises(UserError, match="weights is none or given"):
        empty.kpi("csat", "2025-03", weights="yes")

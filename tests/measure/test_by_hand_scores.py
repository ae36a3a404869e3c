"""Rules of answers about quality, expectations and recommendation that no golden record touches, by hand."""

from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import answer, at, contract, load, order, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace


def said(number: int, who: str | None, item: str | None, score: float | None, **more: Any) -> dict[str, Any]:
    """An answer to one question about the service, by default on 3 March."""
    row = {"response_id": f"r{number}", "kind": "quality_service", "item": item, "score": score, "customer_id": who}
    return {**row, "answered": int(score is not None), "responded_at": at(3), **more}


@pytest.mark.parametrize(("answered", "asked", "counted"), [(1, 2, True), (2, 5, False), (1, 3, False), (3, 6, True)])
def test_half_of_the_questions_must_be_answered(
    empty: LocalWorkspace, answered: int, asked: int, counted: bool
) -> None:
    load(empty, "responses", *[said(n, "k", f"i{n}", 5 if n < answered else None) for n in range(asked)])
    record = empty.kpi("service_quality_score", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na) == ((100, 1, 0) if counted else (None, 0, 1))


def test_a_person_who_left_everything_open_is_asked_but_not_counted(empty: LocalWorkspace) -> None:
    load(empty, "responses", said(0, "k", "trust", None), said(1, "m", "trust", 3))
    record = empty.kpi("service_quality_score", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na) == (50, 1, 1)


def test_the_latest_score_of_a_question_counts(empty: LocalWorkspace) -> None:
    """On 4 March k changed their mind, on the 5th they left it open, as April began they scored again."""
    load(
        empty,
        "responses",
        said(0, "k", "trust", 1),
        said(1, "k", "trust", 5, responded_at=at(4)),
        said(2, "k", "trust", None, responded_at=at(5)),
        said(3, "k", "trust", 3, responded_at=datetime(2025, 3, 31, 21)),
    )
    assert value(empty, "service_quality_score") == (100, 1)
    assert value(empty, "service_quality_score", as_of="2025-03-04") == (0, 1)
    assert value(empty, "service_quality_score", "2025-04") == (50, 1)
    both = empty.kpi("service_quality_score", ["2025-03", "2025-04"], as_of="2025-12-01")
    assert [record.value for record in both] == [100, 50]
    assert value(empty, "service_quality_score", "2025-03-01..2025-04-30") == (50, 1)


def test_a_person_is_filed_under_the_channel_they_answered_by_last(empty: LocalWorkspace) -> None:
    """Of trust they spoke on the 3rd and again, about another conversation, on the 9th; of speed on the 5th."""
    load(
        empty,
        "responses",
        said(0, "k", "trust", 5, conversation_id="c0", channel="email", responded_at=at(3)),
        said(1, "k", "speed", 1, conversation_id="c1", channel="chat", responded_at=at(5)),
        said(2, "k", "trust", 5, conversation_id="c2", channel="social", responded_at=at(9)),
    )
    table = empty.kpi("service_quality_score", "2025-03", by="channel", as_of="2025-12-01")
    assert {record.slice["channel"]: record.n for record in table if record.n} == {"social": 1}


@pytest.mark.parametrize("mark", ["is_test", "is_repeat_press"])
def test_an_answer_that_does_not_count_changes_no_mean(empty: LocalWorkspace, mark: str) -> None:
    first, later = said(0, "k", "trust", 5), said(1, "k", "trust", 1, responded_at=at(4), **{mark: 1})
    load(empty, "responses", first, later)
    assert value(empty, "service_quality_score") == (100, 1)
    table = empty.kpi("service_quality_score", "2025-03", as_of="2025-12-01")
    reason = {"is_test": "a test", "is_repeat_press": "a repeated press of the same button"}[mark]
    assert table.receipt().left_out == {reason: 1}


def test_an_edit_after_the_end_of_the_month_takes_the_answer_away(empty: LocalWorkspace) -> None:
    """About one conversation an answer within 24 hours replaces the first, in whichever month it comes."""
    first = said(0, "k", "trust", 5, conversation_id="c", responded_at=at(31, 12))
    load(empty, "responses", first, {**first, "response_id": "e", "responded_at": datetime(2025, 4, 1, 8), "score": 1})
    assert value(empty, "service_quality_score") == (None, 0)
    assert value(empty, "service_quality_score", "2025-04") == (0, 1)


def test_who_is_not_known_is_known_by_the_invitation(empty: LocalWorkspace) -> None:
    """Two answers to one invitation are of one person, two answers without one are of two."""
    load(
        empty,
        "responses",
        said(0, None, "trust", 5, invite_id="i"),
        said(1, None, "ease", 1, invite_id="i"),
        said(2, None, "trust", 5),
        said(3, None, "ease", 5),
    )
    assert value(empty, "service_quality_score") == (pytest.approx(250 / 3), 3)


def test_ids_of_different_things_are_not_one_person(empty: LocalWorkspace) -> None:
    load(
        empty,
        "responses",
        said(0, "7", "trust", 5),
        said(1, None, "trust", 1, invite_id="7"),
        {**said(2, None, "trust", 1), "response_id": "7"},
    )
    assert value(empty, "service_quality_score") == (pytest.approx(100 / 3), 3)


def test_one_question_can_be_asked_for(empty: LocalWorkspace) -> None:
    load(empty, "responses", said(0, "k", "trust", 5), said(1, "k", "ease", 1), said(2, "m", "trust", 4))
    assert value(empty, "service_quality_score") == (62.5, 2)
    assert value(empty, "service_quality_score", item="trust") == (87.5, 2)
    assert value(empty, "service_quality_score", item="ease") == (0, 1)


def test_every_scale_is_carried_to_a_hundred(empty: LocalWorkspace) -> None:
    """3 of 1 to 5 where nothing is said, 7.5 of 0 to 10, 7 of 1 to 7."""
    load(
        empty,
        "responses",
        said(0, "k", "trust", 3, scale_min=None, scale_max=None),
        said(1, "l", "trust", 7.5, scale_min=0, scale_max=10),
        said(2, "m", "trust", 7, scale_min=1, scale_max=7),
    )
    assert value(empty, "service_quality_score") == (75, 3)


def test_an_answer_belongs_to_its_local_month(empty: LocalWorkspace) -> None:
    """March lasts in Helsinki from 22:00 UTC the day before to 21:00 UTC on the 31st, when summer time has come."""
    moments = (datetime(2025, 2, 28, 21, 59, 59), datetime(2025, 2, 28, 22), at(31, 20, 59, 59), at(31, 21))
    load(empty, "responses", *[said(n, f"k{n}", "trust", 5, responded_at=moment) for n, moment in enumerate(moments)])
    assert [value(empty, "service_quality_score", month)[1] for month in ("2025-02", "2025-03", "2025-04")] == [1, 2, 1]


def test_every_product_of_every_order_is_judged_once(empty: LocalWorkspace) -> None:
    about = {"kind": "quality_product", "order_id": "o1"}
    load(
        empty,
        "responses",
        said(0, "k", "kettle", 1, **about),
        said(1, "k", "kettle", 5, **{**about, "responded_at": at(9)}),
        said(2, "k", "toaster", 3, **about),
        said(3, "k", "kettle", 1, **{**about, "order_id": "o2"}),
        said(4, "k", "kettle", None, **{**about, "order_id": "o3"}),
    )
    record = empty.kpi("product_quality_score", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na, record.components["G"]) == (50, 3, 1, 1)


def gap(number: int, who: str, kind: str, score: float | None, item: str = "service", **more: Any) -> dict[str, Any]:
    return said(number, who, item, score, **{"kind": kind, **more})


def test_expectations_are_set_against_what_the_same_person_found(empty: LocalWorkspace) -> None:
    """k: +1 and -2 make -0.5; l: exactly as expected; m has no pair, n only expected, o left it open."""
    load(
        empty,
        "responses",
        gap(0, "k", "expectation", 5),
        gap(1, "k", "expected", 4),
        gap(2, "k", "expectation", 2, "price"),
        gap(3, "k", "expected", 4, "price"),
        gap(4, "l", "expectation", 3),
        gap(5, "l", "expected", 3),
        gap(6, "m", "expectation", 5),
        gap(7, "n", "expected", 5),
        gap(8, "o", "expectation", None),
        gap(9, "o", "expected", 5),
        gap(10, "k", "expectation", 1, "speed"),
    )
    record = empty.kpi("expectation_gap", "2025-03", as_of="2025-12-01").one()
    assert (record.value, record.n, record.n_na) == (-0.25, 2, 3)
    assert value(empty, "expectation_gap.met_share") == (0.5, 2)


def test_the_single_question_says_the_gap_by_itself(empty: LocalWorkspace) -> None:
    scale = {"scale_min": -2, "scale_max": 2}
    load(empty, "responses", gap(0, "k", "expectation", -2, **scale), gap(1, "l", "expectation", 1, **scale))
    assert value(empty, "expectation_gap") == (-0.5, 2)


@pytest.mark.parametrize("scale", [{"scale_min": -2, "scale_max": 3}, {"scale_min": -3, "scale_max": 2}])
def test_no_other_scale_does(empty: LocalWorkspace, scale: dict[str, float]) -> None:
    load(empty, "responses", gap(0, "k", "expectation", 1, **scale))
    assert value(empty, "expectation_gap") == (None, 0)


def test_scales_are_never_set_against_each_other(empty: LocalWorkspace) -> None:
    long = {"scale_min": 1, "scale_max": 7}
    load(
        empty,
        "responses",
        gap(0, "k", "expectation", 5),
        gap(1, "k", "expected", 7, **long),
        gap(2, "l", "expectation", 7, **long),
        gap(3, "l", "expected", 4, **long),
    )
    records = empty.kpi("expectation_gap", "2025-03", as_of="2025-12-01")
    assert [(each.slice, each.value, each.n, each.n_na) for each in records] == [
        ({"scale": "1-5"}, None, 0, 1),
        ({"scale": "1-7"}, 3, 1, 1),
    ]


def test_the_latest_of_both_sides_make_the_gap(empty: LocalWorkspace) -> None:
    load(
        empty,
        "responses",
        gap(0, "k", "expected", 1),
        gap(1, "k", "expected", 3, responded_at=at(4)),
        gap(2, "k", "expectation", 1, responded_at=at(5)),
        gap(3, "k", "expectation", 5, responded_at=at(6)),
        gap(4, "k", "expectation", 1, responded_at=at(7), is_test=1),
    )
    assert value(empty, "expectation_gap") == (2, 1)


def recommending(empty: LocalWorkspace) -> None:
    """Two of five recommend us; one took an earlier 9 back, one left it open, one spoke of a single contact."""
    scores = (9, 10, 8, 6, 0)
    load(
        empty,
        "responses",
        *[answer(n, "nps", score, scale_min=0) for n, score in enumerate(scores)],
        answer(8, "nps", 9, customer_id="k4", responded_at=at(1)),
        {**answer(9, "nps", 0), "score": None, "answered": 0},
        answer(10, "nps", 10, nps_kind="transactional", conversation_id="c"),
    )


def test_promoters_are_a_share_of_those_active_at_the_very_end(empty: LocalWorkspace) -> None:
    """Of five contracts one ended with March, one begins with April, one ended the day after; one begins later."""
    recommending(empty)
    load(
        empty,
        "subscriptions",
        contract(0, "k0", "2024-01-01"),
        contract(1, "k1", "2024-01-01", "2025-04-01"),
        contract(2, "k2", "2025-04-01"),
        contract(3, "k3", "2024-01-01", "2025-04-02"),
        contract(4, "k4", "2025-04-02"),
    )
    assert value(empty, "promoter_count") == (pytest.approx(3 * 2 / 5), 5)
    assert value(empty, "promoter_count", active_customers=1000) == (400, 5)
    assert value(empty, "promoter_count.observed") == (2, 5)
    assert value(empty, "promoter_count.observed", nps_kind="transactional") == (1, 1)
    table = empty.kpi("promoter_count", "2025-03", as_of="2025-12-01")
    assert {row["key"] for row in table.rows() if row["part"] == "exposure" and row["y"]} == {"k0", "k2", "k3"}


def test_buyers_of_the_last_year_are_active_where_there_are_no_contracts(empty: LocalWorkspace) -> None:
    """The order of 31 March counts, and so does that of 1 April of the year before; an older one does not."""
    recommending(empty)
    days = ("2025-03-31", "2024-04-01", "2024-03-31", "2025-04-01T12:00")
    load(empty, "orders", *[order(n, f"k{n}", day) for n, day in enumerate(days)])
    assert value(empty, "promoter_count") == (pytest.approx(2 * 2 / 5), 5)


def test_without_customers_nobody_can_be_estimated(empty: LocalWorkspace) -> None:
    recommending(empty)
    assert value(empty, "promoter_count") == (None, 0)


def test_promoters_are_of_a_kind_of_nps_that_there_is(empty: LocalWorkspace) -> None:
    with pytest.raises(UserError, match="nps_kind"):
        empty.kpi("promoter_count", "2025-03", nps_kind="both")

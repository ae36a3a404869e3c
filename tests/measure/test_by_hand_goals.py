"""How competitors are compared with, and when a target is met, worked out by hand."""

import math
from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import AS_OF, answer, at, load, order, value
from mittari.measure.recompute import recompute
from mittari.measure.student import Z
from mittari.workspace.local import LocalWorkspace


def rating(who: str, brand: str, score: float, **more: Any) -> dict[str, Any]:
    row = {"respondent_id": who, "brand": brand, "is_own": int(brand == "us"), "score": score, "category": "nps"}
    return {**row, "asked_at": at(5), **more}


def rated(empty: LocalWorkspace, *rows: dict[str, Any]) -> None:
    load(empty, "competitor_ratings", *rows)


def test_the_best_competitor_is_the_one_to_beat(empty: LocalWorkspace) -> None:
    """We: one of two recommends (+50). b: of 9, 8, 7 and 6 one recommends and one warns (0); c warns (-100)."""
    ours = [rating("p0", "us", 9), rating("p1", "us", 8)]
    theirs = [rating(f"q{n}", "b", score) for n, score in enumerate((9, 8, 7, 6))]
    rated(empty, *ours, *theirs, rating("q9", "c", 6))
    assert value(empty, "relative_nps") == (50, 6)
    assert value(empty, "relative_nps", competitor="c") == (150, 3)
    assert value(empty, "relative_nps", competitor="d") == (None, 0)
    table = empty.kpi("relative_nps", "2025-03", as_of=AS_OF)
    assert table.receipt().left_out == {"another competitor than the one compared with": 1}
    assert table.receipt().counted == 6


def test_of_equal_competitors_the_better_known_counts(empty: LocalWorkspace) -> None:
    rated(empty, rating("p0", "us", 9), rating("q0", "z", 8), rating("q1", "b", 7), rating("q2", "b", 8))
    assert value(empty, "relative_nps") == (100, 3)


def test_the_latest_rating_of_a_brand_in_the_month_counts(empty: LocalWorkspace) -> None:
    """March ends at 21:00 UTC on the 31st. A rating that only ranks says nothing about recommending."""
    rated(
        empty,
        rating("p0", "us", 0, asked_at=datetime(2025, 2, 28, 22)),
        rating("p0", "us", 9, asked_at=at(31, 20, 59, 59)),
        rating("p0", "us", 1, asked_at=at(31, 21)),
        rating("p1", "us", 1, asked_at=datetime(2025, 2, 28, 21, 59, 59)),
        rating("p2", "us", 1, category="wallet"),
        rating("q0", "b", 8),
    )
    assert value(empty, "relative_nps") == (100, 2)
    assert value(empty, "relative_nps", as_of="2025-03-31T20:59:58Z") == (-100, 2)
    assert value(empty, "relative_nps", as_of="2025-03-05T09:00:00Z") == (-100, 2)
    assert value(empty, "relative_nps", as_of="2025-03-05T08:59:59Z") == (None, 0)


def test_who_rated_both_brands_makes_the_difference_surer(empty: LocalWorkspace) -> None:
    """Four people gave +1, +1, 0, -1 to us and each one step less, at least -1, to b."""
    pairs = ((9, 8), (9, 8), (8, 6), (6, 6))
    rows = [
        rating(f"p{n}", brand, pair[place]) for n, pair in enumerate(pairs) for place, brand in enumerate(("us", "b"))
    ]
    rated(empty, *rows)
    table = empty.kpi("relative_nps", "2025-03", as_of=AS_OF)
    record = table.one()
    differences = (1, 1, 1, 0)
    mean = sum(differences) / 4
    se = 100 * math.sqrt(sum((each - mean) ** 2 for each in differences)) / 4
    assert (record.value, record.se, record.n) == (75, pytest.approx(se), 8)
    assert (record.ci_low, record.ci_high) == (pytest.approx(75 - Z * se), pytest.approx(75 + Z * se))
    assert record.components["pairs"] == 4
    assert recompute(table.receipt().as_dict(), table.rows())["equal"]


def test_some_pairs_count_as_far_as_they_go(empty: LocalWorkspace) -> None:
    """p0 rated both; of p1 and q1 nothing is shared."""
    rated(empty, rating("p0", "us", 9), rating("p0", "b", 9), rating("p1", "us", 8), rating("q1", "b", 8))
    record = empty.kpi("relative_nps", "2025-03", as_of=AS_OF).one()
    apart = 100 * math.sqrt(2 * 0.25 / 2)
    shared = 100**2 * (0.5 * 0.5) / 4
    assert record.se == pytest.approx(math.sqrt(apart**2 - 2 * shared))


def published(entity: str, period: str, **more: Any) -> dict[str, Any]:
    row = {"kind": "competitor_nps", "entity": entity, "period": period, "source": "panel", "value": 0.0}
    return {**row, "n": 10, "k_pos": 6, "k_neg": 1, **more}


@pytest.mark.parametrize(
    ("period", "named", "found"),
    [
        ("2025-03", "2025-03", True),
        ("2025-03-01..2025-03-31", "2025-03", True),
        ("2025-Q1", "2025-Q1", True),
        ("2025", "2025", True),
        ("2025-03", "2025-Q1", False),
        ("2025-02-01..2025-04-30", "2025-Q1", False),
        ("2024-04-01..2025-03-31", "2024", False),
        ("2025-03-01..2025-03-30", "2025-03", False),
    ],
)
def test_published_figures_are_for_exactly_their_period(
    empty: LocalWorkspace, period: str, named: str, found: bool
) -> None:
    rated(empty, rating("p0", "us", 9), rating("p1", "us", 9))
    load(empty, "benchmarks", published("b", named))
    assert value(empty, "relative_nps", period, as_of="2026-06-01") == ((50, 12) if found else (None, 0))


@pytest.mark.parametrize("quarter", ["2025-Q2", "2025-Q3"])
def test_a_figure_published_for_a_quarter_stands_in_for_it(empty: LocalWorkspace, quarter: str) -> None:
    asked = datetime(2025, 3 * int(quarter[-1]) - 1, 5, 9)
    rated(empty, rating("p0", "us", 9, asked_at=asked), rating("p1", "us", 9, asked_at=asked))
    load(empty, "benchmarks", published("b", quarter))
    assert value(empty, "relative_nps", quarter) == (50, 12)


def test_published_figures_stand_in_only_where_nobody_was_asked(empty: LocalWorkspace) -> None:
    load(
        empty,
        "benchmarks",
        published("b", "2025-03"),
        published("c", "2025-03", k_pos=2, k_neg=3),
        published("d", "2025-03", kind="competitor_csat", k_pos=9, k_neg=0),
        published("e", "2025-03", k_pos=None),
        published("f", "2025-03", k_neg=None),
        published("g", "2025-03", n=0, k_pos=0, k_neg=0),
    )
    rated(empty, rating("p0", "us", 9))
    table = empty.kpi("relative_nps", "2025-03", as_of=AS_OF)
    components = table.one().components
    assert (table.one().value, table.one().n) == (50, 11)
    assert (components["k_pos0"], components["k_neg0"], components["Sy0"]) == (6, 1, 10)
    assert recompute(table.receipt().as_dict(), table.rows())["equal"]
    assert value(empty, "relative_nps", competitor="c") == (110, 11)
    rated(empty, rating("q0", "b", 8))
    assert value(empty, "relative_nps") == (100, 2)


def wallet(who: str, *scores: tuple[str, float], **more: Any) -> list[dict[str, Any]]:
    return [rating(who, brand, score, **{"category": "wallet", **more}) for brand, score in scores]


def test_places_are_shared_and_strangers_left_out(empty: LocalWorkspace) -> None:
    """p0: third of three; p1: second and third of three are level; p2 knows us alone; p3 does not know us."""
    rated(
        empty,
        *wallet("p0", ("us", 5), ("b", 6), ("c", 7)),
        *wallet("p1", ("us", 5), ("b", 5), ("c", 7)),
        *wallet("p2", ("us", 1)),
        *wallet("p3", ("b", 9)),
    )
    shares = [(1 - rank / 4) * 2 / 3 for rank in (3, 2.5)]
    assert value(empty, "wallet_allocation_score") == (pytest.approx((sum(shares) + 1) / 3), 3)
    assert value(empty, "wallet_allocation_score.first_choice") == (pytest.approx(1 / 3), 3)
    table = empty.kpi("wallet_allocation_score", "2025-03", as_of=AS_OF)
    assert table.receipt().left_out == {"does not use our brand": 1}


def test_the_first_place_is_shared_by_all_at_the_top(empty: LocalWorkspace) -> None:
    rated(empty, *wallet("p0", ("us", 7), ("b", 7), ("c", 7), ("d", 6)))
    assert value(empty, "wallet_allocation_score") == (pytest.approx((1 - 2 / 5) / 2), 1)
    assert value(empty, "wallet_allocation_score.first_choice") == (pytest.approx(1 / 3), 1)


def test_ranks_are_of_the_latest_ratings_in_the_month(empty: LocalWorkspace) -> None:
    rated(
        empty,
        *wallet("p0", ("us", 1), ("b", 5)),
        *wallet("p0", ("us", 9), asked_at=at(20)),
        *wallet("p0", ("us", 1), ("c", 9), asked_at=datetime(2025, 4, 2)),
        rating("p0", "d", 10),
    )
    assert value(empty, "wallet_allocation_score.first_choice") == (1, 1)
    assert value(empty, "wallet_allocation_score.first_choice", as_of="2025-03-19") == (0, 1)


def target(name: str, goal: float, direction: str | None = "up", **more: Any) -> dict[str, Any]:
    return {"kpi_id": name, "value": goal, "direction": direction, "valid_from": "2025-01-01", **more}


def satisfied(empty: LocalWorkspace, satisfied: int = 6, people: int = 10, first: int = 0, **more: Any) -> None:
    """A CSAT of 0.6 in March, with an interval from 0.31 to 0.83."""
    rows = [answer(first + n, "csat", 5 if n < satisfied else 1, responded_at=at(3)) for n in range(people)]
    load(empty, "responses", *[{**row, "conversation_id": row["customer_id"], **more} for row in rows])


@pytest.mark.parametrize(
    ("goal", "met", "proven"),
    [
        (target("csat", 0.6), 1, 0),
        (target("csat", 0.61), 0, 0),
        (target("csat", 0.3), 1, 1),
        (target("csat", 0.32), 1, 0),
        (target("csat", 0.6, "down"), 1, 0),
        (target("csat", 0.59, "down"), 0, 0),
        (target("csat", 0.84, "down"), 1, 1),
        (target("csat", 0.82, "down"), 1, 0),
        (target("csat", 0.6, "band"), 1, 0),
        (target("csat", 0.6, "band", value_high=0.7), 1, 0),
        (target("csat", 0.5, "band", value_high=0.6), 1, 0),
        (target("csat", 0.61, "band", value_high=0.9), 0, 0),
        (target("csat", 0.1, "band", value_high=0.59), 0, 0),
        (target("csat", 0.3, "band", value_high=0.84), 1, 1),
        (target("csat", 0.32, "band", value_high=0.84), 1, 0),
        (target("csat", 0.3, "band", value_high=0.82), 1, 0),
        (target("csat", 0.61, None), 0, 0),
        (target("csat", 0.61, valid_from=None), 0, 0),
    ],
)
def test_a_value_on_the_target_meets_it(empty: LocalWorkspace, goal: dict[str, Any], met: int, proven: int) -> None:
    """Without a direction the KPI's own holds: more satisfied customers are better."""
    satisfied(empty)
    load(empty, "targets", goal)
    assert value(empty, "target_attainment_rate") == (met, 1)
    assert value(empty, "target_attainment_rate.proven") == (proven, 1)


def test_of_less_is_better_a_lower_value_meets_the_target(empty: LocalWorkspace) -> None:
    """One of two contacts is a repeat; for this KPI less is better, whether or not the target says so."""
    rows = [
        {"conversation_id": f"c{n}", "customer_id": "k", "channel": "email", "created_at": at(3 + n)} for n in range(2)
    ]
    load(empty, "conversations", *[{**row, "reason_code": "bill"} for row in rows])
    load(empty, "targets", target("repeat_contact_rate", 0.6, None), target("conversation_count", 3, None))
    assert value(empty, "target_attainment_rate") == (0.5, 2)


def test_the_target_of_one_channel_is_not_that_of_the_whole(empty: LocalWorkspace) -> None:
    satisfied(empty)
    load(empty, "targets", target("csat", 0.99, valid_from="2025-01-01"))
    load(empty, "targets", target("csat", 0.01, valid_from="2025-03-01", slice="channel=chat"))
    assert value(empty, "target_attainment_rate") == (0, 1)


def test_the_newest_target_of_the_period_holds(empty: LocalWorkspace) -> None:
    """From the last day of March on 0.5 is enough; what holds from April on says nothing about March."""
    satisfied(empty)
    goals = ((0.9, "2025-01-01"), (0.5, "2025-03-31"), (0.95, "2025-04-01"))
    load(empty, "targets", *[target("csat", goal, valid_from=since) for goal, since in goals])
    load(empty, "targets", target("csat", 0.9, valid_from=None))
    assert value(empty, "target_attainment_rate") == (1, 1)
    satisfied(empty, first=10, responded_at=datetime(2025, 4, 3, 9))
    records = empty.kpi("target_attainment_rate", ["2025-04", "2025-03"], as_of=AS_OF)
    assert [record.value for record in records] == [0, 1]


def test_what_has_no_final_number_is_not_judged(empty: LocalWorkspace) -> None:
    satisfied(empty)
    load(
        empty,
        "targets",
        target("csat", 0.5),
        target("csat", 0.9, slice="channel=chat"),
        target("nps", 20),
        target("no_such_kpi", 20),
        target("target_attainment_rate", 1),
    )
    table = empty.kpi("target_attainment_rate", "2025-03", as_of=AS_OF)
    assert (table.one().value, table.one().n, table.one().status) == (1, 1, "final")
    assert table.receipt().left_out == {
        "no KPI of this name is known": 2,
        "no data, or too few people to be shown": 1,
    }
    early = empty.kpi("target_attainment_rate", "2025-03", as_of="2025-03-20")
    assert (early.one().value, early.one().n) == (None, 0)
    assert early.receipt().left_out["not final yet"] == 1


def test_several_scales_are_no_number_to_judge(empty: LocalWorkspace) -> None:
    satisfied(empty)
    satisfied(empty, first=10, scale_min=0, scale_max=10)
    load(empty, "targets", target("csat", 0.5))
    table = empty.kpi("target_attainment_rate", "2025-03", as_of=AS_OF)
    assert table.one().n == 0
    assert table.receipt().left_out == {"asked on several scales, which are never one number": 1}


def test_a_scorecard_tells_the_same_as_the_kpi_alone(empty: LocalWorkspace) -> None:
    satisfied(empty)
    load(empty, "orders", order(0, "k0", "2025-03-03"))
    load(empty, "targets", target("csat", 0.7), target("csat.mean", 3), target("csat.bottom2", 0.5, "down"))
    asked = empty.scorecard("2025-03", as_of=AS_OF, kpis=["target_attainment_rate", "csat"])
    assert [record.value for record in asked] == [pytest.approx(2 / 3), 0.6]
    assert value(empty, "target_attainment_rate") == (pytest.approx(2 / 3), 3)


def test_a_new_answer_changes_what_is_attained(empty: LocalWorkspace) -> None:
    """Results are kept: those made of other KPIs only as long as no table changes."""
    satisfied(empty)
    load(empty, "targets", target("csat", 0.7))
    assert value(empty, "target_attainment_rate") == (0, 1)
    satisfied(empty, 10, first=10)
    assert value(empty, "target_attainment_rate") == (1, 1)

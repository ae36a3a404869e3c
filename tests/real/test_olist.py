"""A marketplace: reviews of orders, and whether parcels came by the day the shop had named."""

from typing import Any

import pytest

from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

ALL_TIME = "2016-09-01..2018-12-31"


def test_top_two_reviews_are_3354_and_1184_of_8225(olist: Workspace, reference: dict[str, Any]) -> None:
    record = olist.kpi("csat", period=ALL_TIME).one()
    assert (record.components["Sx"], record.n) == (3354 + 1184, 8225)
    assert record.value == (3354 + 1184) / 8225
    assert record.value == pytest.approx(reference["olist_sample"]["share_top2_4_5"], abs=1e-6)


def test_a_review_of_several_orders_counts_for_each(olist: Workspace, reference: dict[str, Any]) -> None:
    """34 rows repeat a review's id and 87 orders have several reviews: none is taken for an edit of another."""
    record = olist.kpi("csat.mean", period=ALL_TIME).one()
    assert olist.receipt(record).left_out == {}
    assert record.value == pytest.approx(reference["olist_sample"]["review_score_mean_all_rows"], abs=1e-6)


def test_342_of_5164_parcels_came_after_the_local_day_promised(olist: Workspace) -> None:
    """By instant 414 are late; the promise is a day, and holds until it ends."""
    record = olist.kpi("promise_keeping_rate", period=ALL_TIME, where={"status": "kept"}).one()
    assert (record.n, record.components["Sx"]) == (5164, 5164 - 342)
    assert record.value == (5164 - 342) / 5164


def test_what_never_arrived_is_a_promise_not_kept(olist: Workspace) -> None:
    """The sample holds every undelivered order and 5 % of the delivered ones: its overall rate means nothing."""
    record = olist.kpi("promise_keeping_rate", period=ALL_TIME).one()
    assert (record.n, record.components["Sx"]) == (8135, 5164 - 342)


def test_orders_get_their_person_and_what_was_paid_from_the_other_files(
    olist: Workspace, reference: dict[str, Any]
) -> None:
    assert isinstance(olist, LocalWorkspace)
    found = olist.fetch(
        "SELECT count(*) AS n, count(DISTINCT customer_id) AS people, sum(invoice_amount)::DOUBLE AS paid FROM orders",
        {},
    )
    figures = reference["olist_sample"]
    assert int(found["n"][0]) == figures["orders"] == 8135
    assert int(found["people"][0]) == figures["unique_customers"] == 8016
    assert found["paid"][0] == pytest.approx(figures["payment_sum"], rel=1e-12)


def test_the_people_who_came_back_are_the_blocks_of_the_reviews(olist: Workspace) -> None:
    record = olist.kpi("csat", period=ALL_TIME).one()
    assert record.components["G"] == 8016
    assert record.flags == []


def test_repeat_purchase_follows_another_rule_than_the_reference(olist: Workspace) -> None:
    """The reference counts customers with two orders of all time (73 of 8,016, cancelled ones included).

    The KPI counts valid orders on two days within the 365 days that end with the period.
    """
    record = olist.kpi("repeat_purchase_rate", period=ALL_TIME).one()
    assert isinstance(olist, LocalWorkspace)
    by_hand = olist.fetch(
        "SELECT count(*) AS buyers, count(*) FILTER (days >= 2) AS again FROM (SELECT customer_id, "
        "count(DISTINCT ordered_local::DATE) AS days FROM orders WHERE status <> 'cancelled' AND invoice_amount > 0 "
        "AND ordered_local >= DATE '2019-01-01' - 365 GROUP BY customer_id)",
        {},
    )
    assert (record.components["Sx"], record.n) == (int(by_hand["again"][0]), int(by_hand["buyers"][0]))

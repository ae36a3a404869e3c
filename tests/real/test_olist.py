"""A marketplace: reviews of orders, and whether parcels came by the day the shop had named."""

from typing import Any

import pytest

from mittari.workspace import Workspace

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
    """The sample holds every undelivered order of the full set and 5 % of the delivered: its overall rate means nothing."""
    record = olist.kpi("promise_keeping_rate", period=ALL_TIME).one()
    assert (record.n, record.components["Sx"]) == (8135, 5164 - 342)

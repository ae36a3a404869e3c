"""The airport's survey of 2017: one person a row, an NPS with a coded blank, and satisfaction with the whole."""

from typing import Any

import pytest

from mittari.workspace import Workspace


def test_promoters_passives_and_detractors_are_those_of_the_reference(
    sfo: Workspace, reference: dict[str, Any]
) -> None:
    record = sfo.kpi("nps", period="2017").one()
    promoters, detractors = record.components["k_pos"], record.components["k_neg"]
    assert record.n == 2746
    assert (promoters, record.n - promoters - detractors, detractors) == (1436, 968, 342)
    assert record.value == pytest.approx(100 * (1436 - 342) / 2746, rel=1e-12)
    assert record.value == pytest.approx(reference["sfo_customer_survey"]["2017"]["nps_unweighted"], abs=1e-6)


def test_the_code_of_a_blank_is_no_promoter(sfo: Workspace) -> None:
    """84 rows say 11, one says nothing: forms that came in with this question left open."""
    assert sfo.kpi("nps", period="2017").one().n_na == 85


def test_satisfaction_with_the_airport_as_a_whole_is_that_of_the_reference(
    sfo: Workspace, reference: dict[str, Any]
) -> None:
    figures = reference["sfo_customer_survey"]["2017"]
    share = sfo.kpi("csat", period="2017", csat_kind="overall").one()
    mean = sfo.kpi("csat.mean", period="2017", csat_kind="overall").one()
    assert share.n == mean.n == figures["overall_Q7ALL_n"] == 2688
    assert share.components["Sx"] == 1507 + 699
    assert share.value == pytest.approx(figures["overall_Q7ALL_top2"], abs=1e-6)
    assert mean.value == pytest.approx(figures["overall_Q7ALL_mean"], abs=1e-6)


def test_there_is_one_answer_of_each_person(sfo: Workspace) -> None:
    record = sfo.kpi("nps", period="2017").one()
    assert record.components["G"] == record.n
    assert record.flags == []

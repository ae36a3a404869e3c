"""A month of calls of a bank: the figures of the index beside the data, and the daily table that others published."""

import csv
from pathlib import Path
from typing import Any

import pytest

from mittari.workspace import Workspace

MONTH = "2010-08"

PUBLISHED = {
    "calls": "calls",
    "ser_mean": "service_mean",
    "ser_median": "service_median",
    "vru_mean_neg_as_0": "menu_mean",
    "vru_median": "menu_median",
    "q_mean": "queue_mean",
    "q_median": "queue_median",
    "hang": "hung_up",
    "hang_pct": "hung_up_share",
    "not_hang_pct": "not_hung_up_share",
}
"""Column of the published table -> output of our KPI. `ser_sd` is left out: no family is a standard deviation."""


def test_answered_calls_and_their_mean_wait_are_those_of_the_reference(
    technion: Workspace, reference: dict[str, Any]
) -> None:
    record = technion.kpi("average_speed_of_answer", period=MONTH).one()
    assert record.n == 31402
    assert record.components["Sx"] == 2317703.0
    assert record.value == pytest.approx(
        reference["technion_bank_calls_aug1999"]["asa_seconds_all_agent_calls_incl_zero_wait"], abs=1e-6
    )


def test_the_service_level_without_a_limit_for_short_abandons_is_that_of_the_reference(technion: Workspace) -> None:
    record = technion.kpi("service_level", period=MONTH, within=20, short=0).one()
    assert (record.components["Sx"], record.components["Sy"]) == (15857, 38662)
    assert record.value == 15857 / 38662


def test_queue_abandonment_has_its_numerator_but_another_denominator(
    technion: Workspace, reference: dict[str, Any]
) -> None:
    """The reference divides by the calls that queued (25,652); the KPI by all that were answered or left a queue."""
    record = technion.kpi("call_abandonment_rate", period=MONTH, short=0).one()
    assert record.components["Sx"] == reference["technion_bank_calls_aug1999"]["queued_abandoned"] == 7260
    assert record.components["Sy"] == 31402 + 7260


def test_the_handle_time_is_over_measured_services_and_keeps_the_longest(technion: Workspace) -> None:
    """A call belongs to the day it ended: two of the last evening end after midnight, so the next day is asked too."""
    record = technion.kpi("average_handle_time", period="2010-08-01..2010-09-01").one()
    assert record.n == 31277
    assert record.n_na == 125, "services of 0 seconds were not measured"
    assert record.value == pytest.approx(185.134508, abs=5e-7)
    longest = max(row["x"] for row in technion.rows(record) if row["included"])
    assert longest == 36291


def test_phantoms_stand_in_no_kpi_but_can_be_seen(technion: Workspace, reference: dict[str, Any]) -> None:
    record = technion.kpi("conversation_count", period=MONTH, where={"channel": "phone"}).one()
    assert record.value == reference["technion_bank_calls_aug1999"]["non_phantom"] == 41768
    assert technion.receipt(record).left_out == {"a test": 310}


def test_the_types_of_service_split_the_answered_calls(technion: Workspace, reference: dict[str, Any]) -> None:
    table = technion.kpi("average_handle_time", period="2010-08-01..2010-09-01", by="dim_type")
    expected = reference["technion_bank_calls_aug1999"]["aht_by_type"]
    assert {str(record.slice["dim_type"]): record.n for record in table} == {
        name: figures["n"] for name, figures in expected.items()
    }
    for record in table:
        assert record.value == pytest.approx(expected[str(record.slice["dim_type"])]["mean"], abs=1e-6)


def test_neither_names_nor_the_zero_of_unknown_callers_are_kept(technion: Workspace) -> None:
    rows = technion.rows(technion.kpi("average_speed_of_answer", period="2010-08-01").one())
    agents = {row["agent_id"] for row in rows} - {None}
    assert agents
    assert all(agent.startswith("agent-") for agent in agents)
    assert "0" not in {row["customer_id"] for row in rows}


def test_the_published_daily_table_comes_out_on_all_days_in_all_measures_we_have(
    technion: Workspace, data: Path
) -> None:
    with (data / "technion_bank_calls_aug1999" / "published_daily_metrics_1999-08.csv").open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    days = [row["date"].replace("1999", "2010") for row in published]  # the file of the calls was moved by eleven years
    assert len(days) == 31
    table = technion.scorecard(period=days, kpis=["technion_daily"], outputs="all")
    found = {(record.period, record.output): record.value for record in table}
    for day, row in zip(days, published, strict=True):
        for column, output in PUBLISHED.items():
            value = found[day, output]
            assert value is not None
            scale = 100 if column.endswith("_pct") else 1
            # printed with two decimals, so off by half of the last one at most
            assert value * scale == pytest.approx(float(row[column]), abs=0.005 + 1e-9), f"{column} of {day}"

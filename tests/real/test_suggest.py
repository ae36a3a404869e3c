"""What `--suggest` makes of files that nobody here wrote."""

import tomllib
from pathlib import Path

import pytest

from mittari.load.suggest import FILL_IN, suggest


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("technion_bank_calls_aug1999/calls_august.csv", "calls"),
        ("ibm_telco_churn/Telco-Customer-Churn.csv", "subscriptions"),
        ("sfo_customer_survey/2017_SFO_Customer_Survey.csv", "responses"),
        ("servicenow_incidents/incident_event_log.csv.gz", "conversations"),
        ("olist_sample/olist_orders_dataset.csv", "orders"),
        ("olist_sample/olist_order_reviews_dataset.csv", "responses"),
        ("olist_sample/olist_customers_dataset.csv", "customers"),
    ],
)
def test_the_table_of_every_main_file_is_recognised(data: Path, name: str, table: str) -> None:
    (block,) = tomllib.loads(suggest(data / name))["table"]
    assert block["name"] == table


def test_the_bank_is_understood_but_for_its_phantoms(data: Path) -> None:
    text = suggest(data / "technion_bank_calls_aug1999" / "calls_august.csv")
    columns = tomllib.loads(text)["table"][0]["columns"]
    assert columns["wait_s"] == "q_time"
    assert columns["talk_s"] == "ser_time"
    assert "WHEN 'AGENT' THEN 'answered' WHEN 'HANG' THEN 'abandoned'" in columns["outcome"]["sql"]
    assert f"# {FILL_IN}: what is PHANTOM?" in text


def test_the_log_is_understood_down_to_its_last_events(data: Path) -> None:
    text = suggest(data / "servicenow_incidents" / "incident_event_log.csv.gz")
    content = tomllib.loads(text)
    assert content["source"]["nulls"] == ["?"]
    assert content["source"]["date_formats"] == ["%d/%m/%Y %H:%M"]
    assert content["table"][0]["last_by"] == {"key": ["number"], "order": "sys_mod_count"}
    assert content["table"][0]["columns"]["last_solved_at"] == "resolved_at"


def test_the_code_of_a_blank_on_a_scale_to_ten_is_asked_about(data: Path) -> None:
    text = suggest(data / "sfo_customer_survey" / "2017_SFO_Customer_Survey.csv")
    assert tomllib.loads(text)["table"][0]["columns"]["score"] == "NETPRO"
    assert "no scale goes so far, what is 11?" in text

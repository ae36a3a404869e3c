"""The page of the manual and the empty files that are written from the declarations."""

import csv
from pathlib import Path

import pytest

from mittari.facts import TABLES, Table
from mittari.facts.manual import manual_page
from mittari.facts.template import template_csv

PAGE = Path(__file__).parents[2] / "docs" / "facts.md"

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


def test_the_page_in_docs_is_the_one_the_declarations_give() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == manual_page(), "run `python -m mittari.facts.manual > docs/facts.md`"


@every_table
def test_the_manual_names_every_column_of_a_table_with_its_meaning(table: Table) -> None:
    section = manual_page().split(f"\n## {table.name}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) == len(table.columns)
    for row, column in zip(rows, table, strict=True):
        assert row.count("|") == 4, "a bar inside a cell would break the table"
        assert f"`{column.name}`" in row
        assert column.meaning in row
        assert ("★" in row) == column.starred


def test_the_manual_names_the_kpis_that_need_a_column_when_told() -> None:
    needed = {("calls", "wait_s"): {"waiting_time", "average_speed_of_answer"}}
    page = manual_page(needed)
    assert page.count("Needed by") == 1
    line = next(line for line in page.splitlines() if "`wait_s`" in line)
    assert line.endswith("Needed by `average_speed_of_answer`, `waiting_time`. |")


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("responses", "score", "*Required unless answered is 0.*"),
        ("conversations", "direction", "Empty means in."),
        ("calls", "wait_s", "A negative value is refused."),
        ("fx_rates", "rate", "Above 0."),
        ("business_calendars", "weekday", "From 1 to 7."),
        ("orders", "currency", "An unknown currency is refused."),
        ("subscriptions", "subscription_id", "Without this column the rows are numbered"),
    ],
)
def test_the_manual_states_what_is_demanded_of_a_value(table: str, column: str, rule: str) -> None:
    section = manual_page().split(f"\n## {table}\n")[1]
    assert rule in next(line for line in section.splitlines() if line.startswith("|") and f"`{column}`" in line)


@every_table
def test_a_template_has_every_given_column_once_and_those_of_a_minimal_file_first(table: Table) -> None:
    text = template_csv(table)
    (header,) = csv.reader([text])
    assert text.endswith("\n")
    assert sorted(header) == sorted(column.name for column in table.given)
    assert header[: len(table.starred)] == [column.name for column in table.starred]

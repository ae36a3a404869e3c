"""`--rules`: our numbers beside those by another product's rules, end to end."""

import csv
import json
import re
from pathlib import Path

import pytest

from commands.conftest import Ask

MARCH = ("--period", "2025-03", "--as-of", "2025-04-15T00:00Z")


def test_a_scorecard_stands_beside_that_of_another_product(ask: Ask) -> None:
    done = ask("scorecard", *MARCH, "--rules", "zendesk")
    assert (done.code, done.err) == (0, "")
    told = " ".join(done.out.split())
    assert re.search(r"resolution_time\.median 2025-03 3 h \[.*?\] 9 2 h \[.*?\] 10 -60 min", told)
    assert "their clock starts when the ticket is created" in told
    assert "Not reproduced of Zendesk" in told


def test_where_there_is_nothing_to_compare_the_reason_stands(ask: Ask) -> None:
    told = ask("scorecard", "--period", "2018-01", "--rules", "genesys").out
    assert "service_level.share" in told
    assert "no_data" not in told
    assert "which does not contain all of 2018-01" in told
    assert "there is nothing to compare" in ask("kpi", "service_level", "--period", "2018-01", "--rules", "genesys").out


def test_as_records_ours_comes_before_theirs(ask: Ask) -> None:
    records = json.loads(ask("scorecard", *MARCH, "--rules", "genesys", "--json").out)
    assert [record["kpi_id"] for record in records] == ["service_level"] * 2 + ["call_abandonment_rate"] * 2
    assert [record["params"]["sl_method"] for record in records[:2]] == ["short_excluded", "all_offered"]
    assert records[1]["definition_version"] == "1+sl_method=all_offered"


def test_a_kpi_lists_the_contacts_that_are_counted_otherwise(ask: Ask, tmp_path: Path) -> None:
    done = ask("kpi", "service_level", *MARCH, "--rules", "genesys", "--rows", "--out", str(tmp_path))
    assert done.code == 0
    assert "k07 - no counted there only; here: abandoned at once" in " ".join(done.out.split())
    (path,) = tmp_path.iterdir()
    assert f"Contacts counted otherwise: 1, in {path}" in done.err
    (row,) = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert (row["key"], row["here"], row["there"], row["left_out"]) == ("k07", "", "0.0", "abandoned at once")


def test_house_rules_are_our_own(ask: Ask) -> None:
    assert ask("kpi", "nps", *MARCH, "--rules", "house") == ask("kpi", "nps", *MARCH)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kpi", "nps", "--rules", "genesys"), "the rules of genesys say nothing of their own about nps"),
        (("scorecard", "--rules", "zendsk"), "no rule set is called 'zendsk'"),
        (("kpi", "service_level", "--rules", "genesys", "--set", "within=30"), "--rules brings parameters of its own"),
        (("scorecard", "--as-reported", "--period", "2025-03", "--rules", "genesys"), "for a closed period as a whole"),
        (("kpi", "service_level", "--rules", "genesys", "--rows", "--out", "/nowhere/at/all"), "cannot be written"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(ask: Ask, arguments: tuple[str, ...], said: str) -> None:
    done = ask(*arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") <= 2

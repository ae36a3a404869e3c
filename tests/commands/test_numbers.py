"""`scorecard`, `kpi`, `recompute`, `catalogue` and `doctor`, end to end."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from commands.conftest import Ask
from mittari.measure.kpi import catalogue
from mittari.measure.result import Record

MARCH = ("--period", "2025-03", "--as-of", "2025-04-15T00:00Z")


def test_a_scorecard_names_every_kpi_once(ask: Ask) -> None:
    done = ask("scorecard", *MARCH)
    assert (done.code, done.err) == (0, "")
    names = re.findall(r"\b[a-z0-9_]+\.[a-z0-9_]+", re.sub(r"\d\.\d", "", done.out))
    assert sorted(names) == sorted(f"{each.id}.{each.headline}" for each in catalogue().values())


def test_a_scorecard_as_json_holds_the_records(ask: Ask) -> None:
    records = [Record(**fields) for fields in json.loads(ask("scorecard", *MARCH, "--json").out)]
    assert {record.kpi_id for record in records} == set(catalogue())
    (nps,) = [record for record in records if record.kpi_id == "nps"]
    assert (nps.value, nps.n, nps.n_na, nps.flags) == (25, 8, 1, ["low_n", "wide"])


def test_a_scorecard_as_csv_has_the_fields_of_a_record_as_columns(ask: Ask) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("scorecard", *MARCH, "--csv", "--all").out)))
    assert list(rows[0]) == list(Record.__dataclass_fields__)
    found = {(row["kpi_id"], row["output"]) for row in rows}
    assert found == {(each.id, output) for each in catalogue().values() for output in each.outputs}


def test_a_kpi_is_shown_with_interval_n_and_flags(ask: Ask) -> None:
    assert " ".join(ask("kpi", "nps", *MARCH).out.split()) == "nps.score 2025-03 25 [-29 .. 66] n=8 low_n wide"


def test_a_kpi_is_split_by_a_dimension(ask: Ask) -> None:
    records = json.loads(ask("kpi", "response_rate", *MARCH, "--by", "channel", "--json").out)
    assert [record["slice"]["channel"] for record in records] == sorted(
        record["slice"]["channel"] for record in records
    )
    assert len(records) > 2


def test_a_kpi_is_filtered_and_its_parameter_set(ask: Ask) -> None:
    arguments = ("--where", "channel=email", "--set", "within_hours=24", "--json")
    (record,) = json.loads(ask("kpi", "resolution_rate", *MARCH, *arguments).out)
    assert (record["slice"], record["params"]) == ({"channel": "email"}, {"within_hours": 24})
    assert record["definition_version"] == "1+within_hours=24"


def test_a_receipt_is_printed_below_the_number(ask: Ask) -> None:
    out = ask("kpi", "csat", "--period", "2025-06", "--receipt").out
    for told in ("Customer satisfaction", "2025-05-31T21:00:00Z", "wilson", "left out", "SELECT"):
        assert told in out


@pytest.mark.parametrize("name", ["nps", "csat", "waiting_time", "complaint_growth_gap", "churned_revenue"])
def test_written_rows_are_recomputed_and_found_equal(ask: Ask, tmp_path: Path, name: str) -> None:
    written = ask("kpi", name, *MARCH, "--rows", "--out", str(tmp_path))
    assert written.code == 0
    receipts = sorted(tmp_path.glob("*.receipt.json"))
    assert receipts
    for receipt in receipts:
        done = ask("recompute", str(receipt))
        assert (done.code, done.out.split(":")[0]) == (0, "equal"), done.out


def test_changed_rows_are_found_not_equal(ask: Ask, tmp_path: Path) -> None:
    ask("kpi", "nps", *MARCH, "--rows", "--out", str(tmp_path))
    (rows,), (receipt,) = tmp_path.glob("*.rows.csv"), tmp_path.glob("*.receipt.json")
    rows.write_text(rows.read_text().replace("True", "False", 1))
    done = ask("recompute", str(receipt))
    assert done.code == 2
    assert done.out.startswith("not equal: the receipt says 25.0, its rows give ")


@pytest.mark.parametrize("name", ["first_response_time", "conversation_count", "nps"])
@pytest.mark.parametrize("damage", ["x", "block"])
def test_rows_that_cannot_be_counted_are_not_equal(ask: Ask, tmp_path: Path, name: str, damage: str) -> None:
    ask("kpi", name, *MARCH, "--rows", "--out", str(tmp_path))
    (rows,), (receipt,) = tmp_path.glob("*.rows.csv"), tmp_path.glob("*.receipt.json")
    with rows.open(newline="") as file:
        table = list(csv.DictReader(file))
    counted = [row for row in table if row["included"] == "True"]
    for row in counted[1:] if damage == "block" else counted[:1]:
        row[damage] = "" if damage == "x" else counted[0]["block"]
    with rows.open("w", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    done = ask("recompute", str(receipt))
    assert (done.code, done.out.split(":")[0]) == (2, "not equal"), done.out


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"record": 1, "how": 2, "rows": 3}', '{"record": {}, "how": {}, "rows": "x"}']
)
def test_what_is_no_receipt_is_refused_in_one_line(ask: Ask, tmp_path: Path, text: str) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(text)
    done = ask("recompute", str(file))
    assert (done.code, "this is not a receipt" in done.err) == (2, True)


def test_the_catalogue_lists_and_explains(ask: Ask) -> None:
    assert len(ask("catalogue").out.splitlines()) == len(catalogue())
    assert "Do more customers recommend us" in ask("catalogue", "nps").out
    assert [each["id"] for each in json.loads(ask("catalogue", "--json").out)] == list(catalogue())


def test_doctor_says_what_to_mend(ask: Ask) -> None:
    done = ask("doctor")
    assert done.code == (2 if "MEND" in done.out else 0)
    assert "conversations: " in done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("kpi", "conversation_cuont"), 'Did you mean "conversation_count"?'),
        (("kpi", "conversation_count.cuont"), 'Did you mean "count"?'),
        (("kpi", "nps", "--by", "chanel"), 'Did you mean "channel"?'),
        (("kpi", "nps", "--where", "chanel=chat"), 'Did you mean "channel"?'),
        (("kpi", "nps", "--where", "channel"), "expected NAME=VALUE, found 'channel'"),
        (("kpi", "nps", "--period", "2025-13"), '"2025-13" is no period'),
        (("kpi", "nps", "--period", "2025-03-01T00:00Z"), "nps is counted over a period"),
        (("kpi", "nps", "--as-of", "soon"), "as_of is an instant like"),
        (("kpi", "resolution_rate", "--set", "within_hour=3"), 'Did you mean "within_hours"?'),
        (("kpi", "resolution_rate", "--set", "within_hours=soon"), "found 'soon'"),
        (("kpi", "csat", "--set", "csat_kind=whole"), "csat_kind is transactional or overall, found 'whole'"),
        (("kpi", "service_level", "--set", "sl_method=best"), "sl_method is one of"),
        (("kpi", "csat_change", "--set", "compare=lately"), "is no period"),
        (("kpi", "average_handle_time", "--by", "survey_id"), "cannot be split by survey_id"),
        (("catalogue", "npps"), 'Did you mean "nps"?'),
        (("recompute", "nowhere.json"), "the receipt cannot be read"),
        (("kpi",), "ID[.OUTPUT]"),
        (("kpy", "nps"), "invalid choice"),
    ],
)
def test_a_mistake_is_told_in_one_line(ask: Ask, arguments: tuple[str, ...], told: str) -> None:
    done = ask(*arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1
    assert done.err.startswith("mittari: ")


def test_a_missing_home_says_how_to_make_one(ask: Ask, tmp_path: Path) -> None:
    done = ask("kpi", "nps", at=tmp_path / "none")
    assert done.code == 2
    assert f"mittari --home {tmp_path / 'none'} init" in done.err


def test_an_installation_is_made_filled_and_asked(ask: Ask, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert ask("init", "--timezone", "Europe/Oslo", "--currency", "NOK", at=new).code == 0
    assert "there is a settings file already" in ask("init", at=new).err
    file = tmp_path / "calls.csv"
    file.write_text(
        "call_id,queued_at,wait_s,outcome\n1,2026-03-02T09:00:00Z,10,answered\n2,2026-03-02T10:00:00Z,50,answered\n"
    )
    assert ask("import", str(file), at=new).code == 0
    assert ask("kpi", "average_speed_of_answer", at=new).out.split()[:3] == [
        "average_speed_of_answer.mean",
        "2026-03",
        "30",
    ]
    file.write_text("call_id,queued_at,wait_s,outcome\n3,once,10,answered\n4,2026-03-02T10:00:00Z,50,answered\n")
    refused = ask("import", str(file), at=new)
    assert refused.code == 3
    assert "line 2, queued_at" in refused.out


def test_numbers_that_lack_the_same_table_are_told_together(ask: Ask, tmp_path: Path) -> None:
    ask("init", at=tmp_path / "empty")
    (_, *paragraphs) = ask("scorecard", at=tmp_path / "empty").out.split("no number, ")
    assert len(paragraphs) == len({paragraph.splitlines()[0] for paragraph in paragraphs})
    missing = "needs the table orders, which is empty: import it with `mittari import orders.csv`\n"
    (orders,) = [paragraph for paragraph in paragraphs if paragraph.startswith(missing)]
    assert "repeat_purchase_rate.share" in orders
    assert "nps.score" not in orders


def test_an_empty_installation_names_the_table_each_number_needs(ask: Ask, tmp_path: Path) -> None:
    ask("init", at=tmp_path / "empty")
    records = json.loads(ask("scorecard", "--json", "--all", at=tmp_path / "empty").out)
    assert {record["status"] for record in records} == {"no_data"}
    for record in records:
        assert any(table in record["note"] for table in catalogue()[record["kpi_id"]].tables), record["kpi_id"]
        assert "mittari import" in record["note"]


def test_slices_are_told_beside_each_other(ask: Ask) -> None:
    told = ask("kpi", "resolution_rate", *MARCH, "--by", "channel").out
    assert "drawn to the whole" in told
    assert "too few to tell" in told


def test_medians_have_no_league(ask: Ask) -> None:
    assert "drawn to the whole" not in ask("kpi", "first_response_time", *MARCH, "--by", "channel").out


def test_a_league_adds_nothing_to_the_records(ask: Ask) -> None:
    records = json.loads(ask("kpi", "resolution_rate", *MARCH, "--by", "channel", "--json").out)
    assert len(records) > 1
    assert all(set(record) == set(Record.__dataclass_fields__) for record in records)

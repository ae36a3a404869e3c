"""The interface: determinism, sizes, tables left out, files."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from mittari.facts import TABLES
from mittari.measure.kpi import catalogue
from mittari.simulate import Company
from simulate.rows import Tables, gathered, same, small


def test_the_same_seed_gives_the_same_rows(small_tables: Tables) -> None:
    assert same(small_tables, gathered(small().batches()))


def test_another_seed_gives_other_rows(small_tables: Tables) -> None:
    other = gathered(small(seed=12).batches())
    assert not same(small_tables, other)


def test_leaving_tables_out_changes_no_row_of_the_others(small_tables: Tables) -> None:
    wanted = {"conversations", "responses"}
    few = gathered(small(tables=wanted).batches())
    assert set(few) == wanted
    assert same(few, {table: small_tables[table] for table in wanted})


def test_a_longer_history_begins_with_the_same_customers() -> None:
    short = gathered(small(size=600, tables={"customers"}, customers=80).batches())["customers"]
    longer = small(size=600, end=date(2026, 4, 1), tables={"customers"}, customers=80)
    ids = gathered(longer.batches())["customers"]["customer_id"]
    assert len(ids) > len(short["customer_id"])
    assert list(ids[:80]) == list(short["customer_id"][:80])


def test_a_company_of_a_thousand_rows_works() -> None:
    tables = gathered(Company(seed=3, size=1_000).batches())
    assert 800 < len(tables["conversations"]["conversation_id"]) < 1_200
    assert len(tables["calls"]["call_id"]) > 300
    assert len(tables["responses"]["response_id"]) > 50


@pytest.mark.parametrize("days", [1, 3, 40])
def test_a_company_of_a_few_days_works(days: int) -> None:
    start = date(2026, 1, 30)  # a Friday, so that the first days hold a weekend and a change of month
    company = Company(seed=3, size=200, start=start, end=date.fromordinal(start.toordinal() + days))
    rows = gathered(company.batches())["conversations"]
    assert 100 < len(rows["conversation_id"]) < 320


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Company(start=date(2026, 1, 1), end=date(2025, 1, 1))


def test_size_counts_the_written_conversations(demo_tables: Tables) -> None:
    assert 76_000 < len(demo_tables["conversations"]["conversation_id"]) < 84_000


def test_no_row_lies_outside_the_history(small_tables: Tables) -> None:
    first, last = np.datetime64("2025-09-09T21:00:00"), np.datetime64("2026-02-09T22:00:00")
    created = small_tables["conversations"]["created_at"]
    assert created.min() >= first
    for table in small_tables:
        for column in TABLES[table].given:
            values = small_tables[table].get(column.name)
            if column.type == "ts" and values is not None and column.name != "due_at":
                assert not (values >= last).any(), (table, column.name)


def test_the_zone_moves_the_opening_hours() -> None:
    helsinki, oslo = (
        gathered(small(zone=zone, tables={"calls"}).batches())["calls"]["queued_at"]
        for zone in ("Europe/Helsinki", "Europe/Oslo")
    )
    hours = [(queued - queued.astype("datetime64[D]")).astype("timedelta64[h]") for queued in (helsinki, oslo)]
    assert [int(hour.min().astype(int)) for hour in hours] == [5, 6]  # eight o'clock in summer


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_files_hold_the_rows_of_the_batches(tmp_path: Path, small_tables: Tables, kind: str) -> None:
    paths = small().write(tmp_path / "files", kind)  # type: ignore[arg-type]
    assert set(paths) == set(small_tables)
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == sorted(f"{t}.{kind}" for t in paths)
    read = duckdb.read_csv if kind == "csv" else duckdb.read_parquet
    for table, path in paths.items():
        assert len(read(str(path))) == len(next(iter(small_tables[table].values()))), table
    first = read(str(paths["conversations"])).project("conversation_id, epoch(created_at)").limit(1).fetchall()
    rows = small_tables["conversations"]
    assert first == [(rows["conversation_id"][0], rows["created_at"][0].astype("datetime64[s]").astype(float))]


def test_csv_instants_say_that_they_are_utc(tmp_path: Path) -> None:
    path = small(size=300, tables={"orders"}).write(tmp_path)["orders"]
    row = path.read_text().splitlines()[1].split(",")
    assert datetime.strptime(row[2], "%Y-%m-%dT%H:%M:%S%z").tzname() == "UTC"


def test_targets_name_kpis_of_the_catalogue_and_owners(small_tables: Tables) -> None:
    targets = small_tables["targets"]
    assert set(targets["kpi_id"]) <= set(catalogue())
    assert all(targets["owner"])
    assert all(targets["decision"])


def test_the_demo_leaves_out_the_steps_of_conversations(demo_tables: Tables) -> None:
    few = {table for table, _ in Company.demo(datetime(2026, 11, 24, 9, 30)).batches()}
    assert set(demo_tables) - few == {"messages", "status_events", "conversation_tags"}

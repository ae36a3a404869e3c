"""The simulated rows go through the ordinary loader without a reject, as files and as arrays."""

from datetime import datetime
from pathlib import Path

from mittari.load import load, load_rows
from mittari.settings import Settings
from mittari.store import Warehouse
from simulate.rows import small

NOW = datetime(2026, 2, 10)


def test_files_of_a_simulated_company_load_without_a_reject(tmp_path: Path) -> None:
    small(size=1_000).write(tmp_path / "files")
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        reports = load(warehouse, Settings(), tmp_path / "files", now=NOW)
    assert {report.table: report.rejected for report in reports if report.rejected} == {}
    # What the bot solved, and posts that ask nothing, are never answered by a person: the one true remark.
    remarks = {remark for report in reports for remark in report.warnings}
    assert all("first_response_at" in remark for remark in remarks), remarks
    assert sum(report.inserted for report in reports) > 5_000


def test_a_feed_replaces_rows_that_changed(tmp_path: Path) -> None:
    company = small(size=1_000, tables={"conversations", "customers", "responses"})
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        first = [load_rows(warehouse, Settings(), table, columns, now=NOW) for table, columns in company.batches()]
        feed = company.feed(datetime(2026, 2, 10), datetime(2026, 2, 14))
        second = [load_rows(warehouse, Settings(), table, columns, now=NOW) for table, columns in feed]
    assert [report.rejected for report in first + second] == [0] * len(first + second)
    assert sum(report.inserted for report in second) > 10
    assert sum(report.replaced for report in second if report.table == "conversations") > 10

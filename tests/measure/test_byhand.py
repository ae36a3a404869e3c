"""The hand-written side of the benches is right: on generated facts it gives what the oracles give."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from measure.oracle import ORACLES, ask, define_shared_rules, period_bounds

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import analyst
import scale

FIRST_DAY, END_DAY = date(2024, 1, 1), date(2026, 1, 1)
MONTHS = ("2024-02", "2025-12")
NEWEST_LOAD = "2026-04-01T00:00:00Z"
# Where the plain tables of the oracles hold what the warehouse keeps in another column.
RENAMED = {
    ("subscriptions", "started_at"): "started_on",
    ("subscriptions", "ended_at"): "ended_on",
    ("promises", "due_at"): "if(due_precision = 'date', CAST(due_on AS VARCHAR), CAST(due_at AS VARCHAR))",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scale.make(tmp_path_factory.mktemp("scale"), 6000)


@pytest.fixture(scope="module")
def fused(warehouse: Path) -> analyst.Components:
    with analyst.connect(warehouse) as connection:
        return analyst.fused(connection, FIRST_DAY, END_DAY)


@pytest.fixture(scope="module")
def plain(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The given columns of the warehouse in the plain tables of the oracles."""
    with duckdb.connect() as connection:
        connection.execute((ORACLES / "tables.sql").read_text())
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        connection.execute(f"ATTACH '{warehouse}' AS generated (READ_ONLY)")
        for table in tables:
            source = connection.table(f"generated.{table}")
            columns = [RENAMED.get((table, name), f'"{name}"') for name in connection.table(table).columns]
            source.project(", ".join(columns)).insert_into(table)
        define_shared_rules(connection)
        yield connection


@pytest.mark.parametrize("month", MONTHS)
def test_the_fused_queries_give_what_the_oracles_give(
    plain: duckdb.DuckDBPyConnection, fused: analyst.Components, month: str
) -> None:
    assert len(fused) == 24
    for kpi, by_month in fused.items():
        period = month
        if kpi == "open_conversation_count":
            period = period_bounds(month)[1].isoformat() + "Z"
        expected = ask(plain, kpi, None, {"period": period, "as_of": NEWEST_LOAD})["value"]
        assert expected is not None, kpi
        assert analyst.value(kpi, by_month[date.fromisoformat(f"{month}-01")]) == pytest.approx(expected), kpi


def test_one_query_per_kpi_gives_what_the_fused_queries_give(warehouse: Path, fused: analyst.Components) -> None:
    with analyst.connect(warehouse) as connection:
        apart = analyst.one_by_one(connection, FIRST_DAY, END_DAY)
    for kpi, by_month in apart.items():
        for month, components in by_month.items():
            assert analyst.value(kpi, components) == pytest.approx(analyst.value(kpi, fused[kpi][month])), (kpi, month)
            assert components.get("Sx2") == pytest.approx(fused[kpi][month].get("Sx2")), (kpi, month)


def test_a_generated_warehouse_is_the_same_every_time(warehouse: Path, tmp_path: Path) -> None:
    again = scale.make(tmp_path, 6000)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{warehouse}' AS first (READ_ONLY)")
        connection.execute(f"ATTACH '{again}' AS second (READ_ONLY)")
        for table in ("conversations", "calls", "responses", "orders", "subscriptions", "promises"):
            first, second = connection.table(f"first.{table}"), connection.table(f"second.{table}")
            assert len(first) > 0
            assert len(first.except_(second)) == 0, table

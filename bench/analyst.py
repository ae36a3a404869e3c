"""The hand-written side: what a good analyst would ask the warehouse for, fused or one KPI at a time.

`bench/byhand/fused/*.sql` hold one query per table and clock, `one_by_one/*.sql` one per KPI. Every query returns a row
per local month between `$from` and `$to`: the month, and per KPI a struct of the components of its record.
"""

from datetime import date
from math import ceil, floor, sqrt
from pathlib import Path
from typing import Any

import duckdb
from scipy.stats import binom

QUERIES = Path(__file__).parent / "byhand"
# The KPIs that are more than counts, shares and means of the rows of one pass: `one_by_one` has no query for them.
NEEDS_MORE = (
    "churned_revenue",
    "complaint_growth_gap",
    "customer_retention_rate",
    "first_response_time",
    "gross_revenue_retention",
    "new_customer_count",
    "open_conversation_count",
    "price_realization_rate",
    "repeat_contact_rate",
    "repeat_purchase_rate",
    "resolution_time",
    "waiting_time",
)
Components = dict[str, dict[date, dict[str, Any]]]  # by KPI, then by the first day of the month


def connect(warehouse: Path, memory_limit: str = "8GB") -> duckdb.DuckDBPyConnection:
    """Open a warehouse that nobody else holds, for reading, and prepare it."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{memory_limit}'")
    return prepare(connection)


def prepare(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Define the short hand of `byhand/shared.sql` on a connection whose time zone is UTC."""
    connection.execute((QUERIES / "shared.sql").read_text())
    return connection


def fused(connection: duckdb.DuckDBPyConnection, first_day: date, end_day: date) -> Components:
    """Answer every KPI for the months from `first_day` to before `end_day`, one query per table and clock."""
    answers = _answer(connection, sorted((QUERIES / "fused").glob("*.sql")), first_day, end_day)
    for kpi in ("first_response_time", "resolution_time"):
        _add_bounds(connection, kpi, answers[kpi])
    return answers


def one_by_one(connection: duckdb.DuckDBPyConnection, first_day: date, end_day: date) -> Components:
    """Answer the counts, shares and means with one query per KPI."""
    return _answer(connection, sorted((QUERIES / "one_by_one").glob("*.sql")), first_day, end_day)


def _answer(connection: duckdb.DuckDBPyConnection, files: list[Path], first_day: date, end_day: date) -> Components:
    answers: Components = {}
    for file in files:
        *before, last = [part for part in file.read_text().split(";\n") if part.strip()]
        for statement in before:
            _run(connection, statement, first_day, end_day)
        result = _run(connection, last, first_day, end_day)
        _, *kpis = [column[0] for column in result.description]
        for month, *structs in result.fetchall():
            for kpi, components in zip(kpis, structs, strict=True):
                answers.setdefault(kpi, {})[month] = components
    return answers


def _run(connection: duckdb.DuckDBPyConnection, sql: str, first_day: date, end_day: date) -> duckdb.DuckDBPyConnection:
    bounds = {"from": first_day, "to": end_day}
    return connection.execute(sql, {name: day for name, day in bounds.items() if f"${name}" in sql})


def _add_bounds(connection: duckdb.DuckDBPyConnection, kpi: str, months: dict[date, dict[str, Any]]) -> None:
    """Read the order statistics around the median, further out the more the days differ (SPEC 3, Quantile)."""
    for components in months.values():
        components["rank_low"], components["rank_high"] = _ranks(components["n"], 0.5, components["deff"])
    wanted = [(month, found["rank_low"], found["rank_high"]) for month, found in months.items()]
    rows = connection.execute(
        f"SELECT month, sorted[low], sorted[high] FROM sorted_{kpi} "
        "JOIN (SELECT unnest($months) AS month, unnest($lows) AS low, unnest($highs) AS high) USING (month)",
        dict(zip(("months", "lows", "highs"), map(list, zip(*wanted, strict=True)), strict=True)),
    ).fetchall()
    for month, low, high in rows:
        months[month] |= {"ci_low": low, "ci_high": high}


def _ranks(n: int, q: float, deff: float) -> tuple[int, int]:
    low, high = int(binom.ppf(0.025, n, q)), int(binom.ppf(0.975, n, q)) + 1
    if binom.cdf(low, n, q) <= 0.025:
        low += 1
    if deff > 1 + 1e-9:
        low = floor(n * q - (n * q - low) * sqrt(deff))
        high = ceil(n * q + (high - n * q) * sqrt(deff))
    return low, high


def value(kpi: str, components: dict[str, Any] | None) -> float | None:
    """Work the number out of its components."""
    if components is None:
        return None
    for name in ("value", "k"):
        if name in components:
            return components[name]
    if "Sy" not in components:
        return components["Sx"]
    scale = 100 if kpi == "nps" else 1
    return scale * components["Sx"] / components["Sy"] if components["Sy"] else None

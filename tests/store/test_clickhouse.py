"""Expressions in ClickHouse's SQL say of nulls, edges and letters what they say in the warehouse's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest

from engines import absent
from mittari.store.engines import CHDB, DUCKDB

TABLE = ibis.table(
    {
        "s": "string",
        "a": "timestamp",
        "b": "timestamp",
        "d": "date",
        "f": "float64",
        "i": "int64",
        "m": "decimal(18, 4)",
        "x": "boolean",
    },
    name="odd",
)
ROWS = [
    ("a", "2025-03-30 01:30:00", "2025-03-29 23:00:00.25", "2025-01-31", "2.5", "7", "1.5000", "true"),
    ("Ä\\b'c", "1969-12-31 23:59:58", "2025-01-01", "2024-02-29", "-3.5", "-7", "-2.2500", "false"),
    ("2025-02-30", "9999-12-31", "1850-06-01 12:00:00", "9999-12-31", "0", "0", "0", None),
    ("2025-13-01", "2200-01-01 00:00:00.000001", None, "1850-01-01", "1e9", "9007199254740993", "9.99", "true"),
    (None, None, "2025-01-01", None, None, None, None, None),
]
T = TABLE
BY_DAY = ibis.window(order_by=T.d)
ROW_BY_ROW = {
    "in some": T.s.isin(["a", "b"]),
    "not in some": ~T.s.isin(["a", "b"]),
    "none of some": T.s.notin(["a"]),
    "in a column": T.s.isin(T.filter(T.s.notnull()).s),
    "not in a column": ~T.s.isin(T.filter(T.s == "a").s),
    "seconds": T.a.epoch_seconds().cast("float64"),
    "week": T.a.epoch_seconds() // 604_800,
    "difference of instants": T.b + (T.a - T.b),
    "days between": T.d.delta(ibis.date("2024-12-31"), unit="day"),
    "month before": (T.d - ibis.interval(months=1)).cast("date"),
    "seconds later": T.b + (T.i % 100).as_interval("s"),
    "local day": T.a.date(),
    "hour": T.a.hour(),
    "quarter": T.d.quarter(),
    "greatest": ibis.greatest(T.a, T.b),
    "least": ibis.least(T.a, T.b),
    "never": ibis.coalesce(T.b, ibis.timestamp("9999-12-31")),
    "rounded": T.f.cast("int64"),
    "rounded money": T.m.cast("int64"),
    "money": T.m.cast("float64"),
    "a day in words": T.s.try_cast("date"),
    "a number in words": T.s.try_cast("int32"),
    "small letters": T.s.lower(),
    "first letter": T.s.substr(0, 1),
    "length": T.s.length(),
    "padded": T.s.lpad(3, "0"),
    "together": T.s + " x",
    "number as text": T.f.cast("string"),
    "whole number as text": T.i.cast("string"),
    "day as text": T.d.cast("string"),
    "condition as text": T.x.cast("string"),
    "condition": T.f > 0,
    "either": T.x | (T.f > 0),
    "case": ibis.cases((T.x, "yes"), else_="no"),
    "no divisor": T.f / T.f.nullif(0),
    "before": T.i.lag().over(BY_DAY),
    "after": T.s.lead().over(BY_DAY),
    "place": ibis.row_number().over(ibis.window(order_by=[T.x.desc(), T.f])),
    "so far": T.f.sum().over(ibis.window(order_by=T.d, preceding=None, following=0)),
    "how many": T.s.count().over(ibis.window(group_by=T.x)),
    "pattern": T.s.re_search(r"^\d{4}-\d{2}"),
}
SUMMED = {
    "rows": T.count(where=T.x),
    "no rows": T.count(where=T.f > 1e12),
    "values": T.s.count(),
    "distinct": T.s.nunique(),
    "sum": T.f.sum(where=T.x),
    "sum of none": T.f.sum(where=T.f > 1e12),
    "mean of none": T.f.mean(where=T.f > 1e12),
    "largest of none": T.d.max(where=T.f > 1e12),
    "quantile": T.f.quantile(0.9),
    "quantile of some": T.f.quantile(0.25, where=T.x),
    "latest": T.s.argmax(T.a),
    "latest unknown": T.x.argmax(T.a),
    "first": T.s.argmin(T.a, where=T.f > -1),
    "any": T.x.any(),
    "count less one": T.count() - 9,
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Any]]:
    try:
        from mittari.store.chdb import ChDB
        from mittari.store.chdb_tables import TYPES
    except ModuleNotFoundError:
        absent("chdb is missing: pip install 'mittari[chdb]'")
    folder: Path = tmp_path_factory.mktemp("chdb")
    kinds = ("VARCHAR", "TIMESTAMP", "TIMESTAMP", "DATE", "DOUBLE", "BIGINT", "DECIMAL(18,4)", "BOOLEAN")
    columns = dict(zip(TABLE.columns, kinds, strict=True))
    engine = ChDB(folder / "engine", folder, 2, 2_000_000_000)
    engine.ready()
    with duckdb.connect() as ours:
        ours.execute(f"CREATE TABLE odd ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        ours.executemany("INSERT INTO odd VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ROWS)
        ours.execute(f"COPY odd TO '{folder}/odd.parquet'")
        theirs = ", ".join(f"{name} Nullable({TYPES[kind]})" for name, kind in columns.items())
        engine._first.query(f"CREATE TABLE odd ({theirs}) ENGINE = MergeTree ORDER BY tuple()")
        engine._first.query(f"INSERT INTO odd SELECT * FROM file('{folder}/odd.parquet', Parquet)")
        yield ours, engine
    engine.close()


def answers(both: tuple[duckdb.DuckDBPyConnection, Any], asked: ibis.Table) -> tuple[list[Any], list[Any]]:
    ours, theirs = both
    expected = ours.execute(DUCKDB.written(asked)).fetchnumpy()["answer"]
    found = theirs.fetch(CHDB.written(asked), {})["answer"]
    return sorted(map(repr, expected.tolist())), sorted(map(repr, found.tolist()))


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_a_row_is_answered_alike(both: tuple[duckdb.DuckDBPyConnection, Any], name: str) -> None:
    expected, found = answers(both, T.select(answer=ROW_BY_ROW[name]))
    assert found == expected


@pytest.mark.parametrize("name", SUMMED)
def test_rows_are_summed_alike(both: tuple[duckdb.DuckDBPyConnection, Any], name: str) -> None:
    expected, found = answers(both, T.aggregate(answer=SUMMED[name]))
    assert found == expected

"""Time a load of changed tickets against the bare MERGE of the same rows: `python bench/changes.py HOME --runs 7`.

The home comes from `bench/scale.py`. 1,000 conversations, 800 of the last 14 days of its 24 months and 200 of any day,
are changed in each run: once as Mittari loads them (checked, derived, what they change elsewhere settled, days kept as
sums corrected, durable), and once by one MERGE statement into a copy of the table in the same file. Printed are the
fastest runs and the ratio with its spread; the limit is 5. Afterwards days are counted again from the rows: one that
differs ends the program with 1, like a missed limit. The home is changed: use one made for this.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

import mittari
from kpis import ratios
from mittari.facts import TABLES
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.rolling import compare, make

LIMIT = 5.0
ROWS, RECENT = 1000, 800
LAST_DAYS = "created_at >= TIMESTAMP '2025-12-17' AND created_at < TIMESTAMP '2025-12-31'"
ANY_DAY = "created_at < TIMESTAMP '2025-12-31'"
COPY = "merged_by_hand"


def chosen(connection: duckdb.DuckDBPyConnection, seed: int) -> dict[str, list[Any]]:
    """The tickets of one run by column, with a reason they did not have before."""
    given = [column.name for column in TABLES["conversations"].given]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sampled AS "
        f"SELECT conversation_id FROM (SELECT conversation_id FROM conversations "
        f"WHERE {LAST_DAYS}) USING SAMPLE reservoir({RECENT} ROWS) REPEATABLE ({seed}) UNION "
        f"SELECT conversation_id FROM (SELECT conversation_id FROM conversations WHERE {ANY_DAY}) "
        f"USING SAMPLE reservoir({ROWS - RECENT} ROWS) REPEATABLE ({seed})"
    )
    rows = connection.execute(
        f"SELECT {', '.join(given)} FROM conversations SEMI JOIN sampled USING (conversation_id)"
    ).fetchall()
    columns = dict(zip(given, map(list, zip(*rows, strict=True)), strict=True))
    columns["reason_code"] = [f"changed {seed}"] * len(rows)
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def merge(connection: duckdb.DuckDBPyConnection, columns: dict[str, list[Any]]) -> float:
    """One MERGE of these rows into the copy, with all of the columns that a row has there."""
    connection.register("changed", {"conversation_id": np.array(columns["conversation_id"], dtype=object)})
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT * REPLACE ('changed' AS reason_code) "
        f"FROM {COPY} SEMI JOIN changed USING (conversation_id)"
    )
    began = time.perf_counter()
    connection.execute(
        f"MERGE INTO {COPY} USING staged USING (conversation_id) WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT"
    )
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    workspace = mittari.open(arguments.home)
    if not isinstance(workspace, LocalWorkspace):
        parser.error("a server holds this home: stop it first")
    make.make(workspace)
    connection = workspace.warehouse.connection()
    connection.execute(f"CREATE OR REPLACE TABLE {COPY} AS SELECT * FROM conversations")
    connection.execute("CHECKPOINT")
    loads: list[float] = []
    merges: list[float] = []
    for run in range(arguments.runs + 1):
        columns = chosen(connection, run)
        began = time.perf_counter()
        report = workspace.load_rows("conversations", columns)
        loaded, merged = time.perf_counter() - began, merge(connection, columns)
        if report.replaced != len(columns["conversation_id"]):
            raise SystemExit(f"{report.replaced} rows were replaced, not {len(columns['conversation_id'])}")
        if run:  # the first warms up
            loads.append(loaded)
            merges.append(merged)
    connection.execute(f"DROP TABLE {COPY}")
    rows = connection.execute("SELECT count(*) FROM conversations").fetchall()[0][0]
    print(f"{len(columns['conversation_id']):,} changed tickets into {rows:,}")
    print(f"load, days kept included {min(loads):8.3f} s (slowest {max(loads):.3f} s)")
    print(f"MERGE of the same rows   {min(merges):8.3f} s (slowest {max(merges):.3f} s)")
    ratio, spread = ratios(loads, merges)
    print(f"load / MERGE: {ratio:.2f} (limit {LIMIT:g}; over the runs {spread[0]:.2f} to {spread[2]:.2f})")
    wrong = [each for each in compare.verify(workspace) if each.differing]
    print("\n".join(f"{each.rollup}: {each.differing}" for each in wrong) or "days counted again are equal to the rows")
    return 1 if wrong or ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())

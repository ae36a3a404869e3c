"""The same key more than once in one file: equal rows are one row, different ones are all refused."""

import duckdb

from mittari.load.stage import PROBLEM, RECORD, Stage, exclude
from mittari.store.sql import names


def settle(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Leave each key once in the stage's good rows, and count the copies.

    Which of two different rows with one key is right cannot be known, so neither enters. Hashes of the keys are
    grouped first: they are small, and in a clean file nothing more needs looking at.
    """
    key = [name for name in stage.key if name in stage.columns]
    if not key:
        return
    hashed = f"hash({names(key)})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {hashed} AS h FROM {stage.rows} WHERE {PROBLEM} IS NULL "
        f"GROUP BY h HAVING count(*) > 1"
    )
    if not connection.execute("SELECT 1 FROM repeated LIMIT 1").fetchall():
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE same_key AS SELECT {RECORD}, "
        f"count(*) OVER same AS times, min({RECORD}) OVER same AS first, "
        f"min(content) OVER same <> max(content) OVER same AS differs "
        f"FROM (SELECT {RECORD}, {names(key)}, hash({names(stage.columns)}) AS content FROM {stage.rows} "
        f"WHERE {PROBLEM} IS NULL AND {hashed} IN (SELECT h FROM repeated) {_still_good(stage)}) "
        f"WINDOW same AS (PARTITION BY {names(key)})"
    )
    exclude(
        connection,
        stage,
        f"SELECT {RECORD} FROM same_key WHERE differs",
        key[0],
        "the key stands in the file more than once, with different content",
    )
    copies = f"SELECT {RECORD} FROM same_key WHERE NOT differs AND {RECORD} > first"
    stage.duplicates = len(connection.execute(f"INSERT INTO {stage.excluded} {copies} RETURNING 1").fetchall())
    stage.has_exclusions = stage.has_exclusions or stage.duplicates > 0


def _still_good(stage: Stage) -> str:
    return f"AND {RECORD} NOT IN (SELECT {RECORD} FROM {stage.excluded})" if stage.has_exclusions else ""

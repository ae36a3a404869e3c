"""Make a warehouse of a given size: `python bench/scale.py 200000 /tmp/scale`.

N conversations, N answers, 2N orders, N/5 calls, N/20 promises and N/20 contract versions of N/3 customers over 36
local months, in a home folder that Mittari opens. The rows come from `bench/scale/*.sql`: functions of the row number
alone, columns given and derived filled as the loader would fill them, no opening hours.
"""

import argparse
import re
import time
from pathlib import Path

import duckdb

from mittari.facts import TABLES

STATEMENTS = Path(__file__).parent / "scale"
ORDER = (
    "customers", "conversations", "calls", "responses", "fx_rates", "orders", "subscriptions", "promises", "coverage"
)  # fmt: skip
FIRST_MONTH, MONTHS = "2024-01", 24


def make(home: Path, conversations: int, memory_limit: str = "8GB") -> Path:
    """Write the warehouse of `home` anew and return its path."""
    home.mkdir(parents=True, exist_ok=True)
    warehouse = home / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        create_tables(connection)
        connection.execute(
            re.sub("^CREATE MACRO", "CREATE TEMP MACRO", (STATEMENTS / "shared.sql").read_text(), flags=re.M)
        )
        for table in ORDER:
            fill(connection, table, {"n": conversations, "customers": max(conversations // 3, 10)})
        connection.execute("CHECKPOINT")
    return warehouse


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every fact table, empty."""
    for table in TABLES.values():
        columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table)
        connection.execute(f'CREATE TABLE "{table.name}" ({columns}, loaded_at TIMESTAMP)')


def fill(connection: duckdb.DuckDBPyConnection, table: str, sizes: dict[str, int]) -> None:
    began = time.perf_counter()
    sql = (STATEMENTS / f"{table}.sql").read_text()
    connection.execute(sql, {name: value for name, value in sizes.items() if f"${name}" in sql})
    (rows,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)  # noqa: S608
    print(f"{table:15} {rows:12,} rows {time.perf_counter() - began:8.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conversations", type=int)
    parser.add_argument("home", type=Path)
    parser.add_argument("--memory-limit", default="8GB")
    arguments = parser.parse_args()
    warehouse = make(arguments.home, arguments.conversations, arguments.memory_limit)
    print(f"{warehouse} {warehouse.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()

"""Make a warehouse of a given size: `python bench/scale.py 200000 /tmp/scale`.

N conversations, N answers, 2N orders, N/5 calls, N/20 promises and N/20 contract versions of N/3 customers over 36
local months, in a home folder that Mittari opens. The rows come from `bench/scale/*.sql`: functions of the row number
alone, columns given and derived filled as the loader would fill them, no opening hours.
"""

import argparse
import re
import time
from datetime import datetime
from pathlib import Path

import duckdb

import mittari
from mittari.load.derive import between
from mittari.store.warehouse import Warehouse

STATEMENTS = Path(__file__).parent / "scale"
ORDER = (
    "customers", "conversations", "calls", "responses", "fx_rates", "orders", "subscriptions", "promises", "coverage"
)  # fmt: skip
FIRST_MONTH, MONTHS = "2024-01", 24
NEWEST_LOAD = datetime(2026, 4, 1)
WAREHOUSE = "warehouse.duckdb"


def make(home: Path, conversations: int, memory_limit: str = "8GB") -> Path:
    """Make a new installation in `home`, filled as by one load, and return its warehouse."""
    mittari.create_home(home, timezone="Europe/Helsinki", currency="EUR")
    sizes = {"n": conversations, "customers": max(conversations // 3, 10)}
    with Warehouse.open(home / WAREHOUSE) as warehouse, warehouse.session() as session:
        session.execute("SET preserve_insertion_order = false")
        session.execute(f"SET memory_limit = '{memory_limit}'")
        shared = (STATEMENTS / "shared.sql").read_text()
        session.execute(re.sub("^CREATE MACRO", "CREATE TEMP MACRO", shared, flags=re.MULTILINE))
        for table in ORDER:
            with warehouse.writing(session) as connection:
                fill(connection, table, sizes)
                warehouse.bump(connection, [table], NEWEST_LOAD)
        for found, _, tables in between.SETTLED:
            began = time.perf_counter()
            with warehouse.writing(session) as connection:
                found.settle(connection, "true")
            print(f"{' and '.join(tables):28} settled {time.perf_counter() - began:8.1f} s")
        session.execute("CHECKPOINT")
    return home / WAREHOUSE


def fill(connection: duckdb.DuckDBPyConnection, table: str, sizes: dict[str, int]) -> None:
    began = time.perf_counter()
    sql = (STATEMENTS / f"{table}.sql").read_text()
    connection.execute(sql, {name: value for name, value in sizes.items() if f"${name}" in sql})
    print(f"{table:15} {len(connection.table(table)):12,} rows {time.perf_counter() - began:8.1f} s")


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

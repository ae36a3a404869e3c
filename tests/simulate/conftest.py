"""A small company for quick tests and the demo's company for its numbers, each simulated once."""

from datetime import datetime

import duckdb
import numpy as np
import pytest

from mittari.simulate import Company
from simulate.rows import Tables, gathered, small


@pytest.fixture(scope="session")
def small_tables() -> Tables:
    return gathered(small().batches())


@pytest.fixture(scope="session")
def demo() -> Company:
    return Company.demo(datetime(2026, 11, 24, 9, 30), every_table=True)


@pytest.fixture(scope="session")
def demo_tables(demo: Company) -> Tables:
    return gathered(demo.batches())


@pytest.fixture(scope="session")
def demo_sql(demo_tables: Tables) -> duckdb.DuckDBPyConnection:
    """The demo's rows in a database, for plain SQL."""
    connection = duckdb.connect()
    for table, columns in demo_tables.items():
        days = {
            name: values.astype("datetime64[s]") if values.dtype == np.dtype("datetime64[D]") else values
            for name, values in columns.items()
        }
        connection.register("given", days)
        connection.execute(f'create table "{table}" as from given')
        connection.unregister("given")
    return connection

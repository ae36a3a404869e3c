"""Exchange rates of the days and currencies that a batch of orders needs."""

import duckdb
import numpy as np

from mittari.money import RateTable
from mittari.store.sql import literal


def rate_table(connection: duckdb.DuckDBPyConnection, rows: str, local: str, reporting: str) -> bool:
    """Make the temporary table `day_rates` (currency, day, rate) for the foreign rows; False when none are foreign.

    The rate is in units of the row's currency per unit of the reporting one, at most seven days old, null where there
    is none. There are few pairs of currency and day even in millions of rows, so they are looked up one by one.
    """
    wanted = connection.execute(
        f"SELECT DISTINCT currency, {local}::DATE FROM {rows} "
        f"WHERE currency <> {literal(reporting)} AND {local} IS NOT NULL"
    ).fetchall()
    if not wanted:
        return False
    published = connection.execute("SELECT date, base, quote, rate FROM fx_rates ORDER BY date").fetchall()
    table = RateTable((dict(zip(("date", "base", "quote", "rate"), row, strict=True)) for row in published), reporting)
    currencies = [currency for currency, _ in wanted]
    days = np.array([day for _, day in wanted], dtype="datetime64[D]")
    rates, _ = table.rates(currencies, days)
    found = {"currency": np.array(currencies, dtype=object), "day": days.astype("datetime64[us]"), "rate": rates}
    connection.register("found_rates", found)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE day_rates AS SELECT currency, day::DATE AS day, "
        "CASE WHEN isnan(rate) THEN NULL ELSE rate END AS rate FROM found_rates"
    )
    connection.unregister("found_rates")
    return True

"""`bought_before_on`, `bought_next_on`, `bought_next_at`: the days on which a customer bought, as a chain.

The first valid order line of a customer's local day stands for the day and names the buying day before it and the one
after it. Who bought when, and who came back, is then read off the orders without sorting them. The next day is not
known before its first line is, so its instant stands beside it: the chain stays exact for any `as_of`.
"""

import duckdb

from mittari.load.derive.context import TOUCHED_BUYERS
from mittari.store.schema import CHANGED

NEVER = "TIMESTAMP '9999-12-31'"
VALID = "coalesce(status IN ('paid', 'open'), true) AND coalesce(refund_amount, 0) < invoice_amount"
"""A valid order (G19): paid or open, and less given back than invoiced."""

TOUCHED = f"customer_id IN (SELECT id FROM {TOUCHED_BUYERS})"


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Bring the chain up to date for the customers for whom the condition holds."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE buying AS
        SELECT id, lag(day) OVER days AS before_on, lead(day) OVER days AS next_on,
               coalesce(lead(first_at) OVER days, {NEVER}) AS next_at
        FROM (SELECT customer_id, ordered_local::DATE AS day, min(ordered_at) AS first_at,
                     arg_min(rowid, (ordered_at, rowid)) AS id
              FROM orders WHERE customer_id IS NOT NULL AND {VALID} AND {condition} GROUP BY ALL)
        WINDOW days AS (PARTITION BY customer_id ORDER BY day)
    """)
    connection.execute(
        f"UPDATE orders SET bought_before_on = NULL, bought_next_on = NULL, bought_next_at = NULL, {CHANGED} "
        f"WHERE bought_next_at IS NOT NULL AND {condition} AND rowid NOT IN (SELECT id FROM buying)"
    )
    connection.execute(
        "UPDATE orders "
        f"SET bought_before_on = before_on, bought_next_on = next_on, bought_next_at = next_at, {CHANGED} "
        "FROM buying WHERE orders.rowid = buying.id AND (bought_next_at IS DISTINCT FROM next_at "
        "OR bought_next_on IS DISTINCT FROM next_on OR bought_before_on IS DISTINCT FROM before_on)"
    )
    connection.execute("DROP TABLE buying")

"""`repeat_until`: whether a contact repeats an earlier one of the same customer for the same thing (KPI 20).

A contact repeats an earlier one on any channel, of the same customer and reason (a missing reason matches any), that
had ended at most 7 days before, or was still open and at most 30 days old. What happened after the contact began cannot
change that, but for two things: the earlier one is deleted, or its customer turns out to have left at once. So it is
kept as the instant until which it holds, exact for any `as_of`. To find repeats at every question costs a join of all
contacts with each other; here they are found once, for the customers that a load has touched.
"""

import duckdb

from mittari.facts.limits import SHORT_CALL_S, SHORT_WRITTEN_S
from mittari.load.derive.context import TOUCHED_CUSTOMERS
from mittari.store.schema import CHANGED

WITHIN, OPEN_FOR = "INTERVAL 7 DAY", "INTERVAL 30 DAY"
FOREVER = "TIMESTAMP '9999-12-31'"

WRITTEN = f"""
    SELECT rowid AS id, 'conversations' AS source, customer_id, reason_code, opened_at,
           solved_first_at AS first_solve, solved_last_at AS last_solve,
           reopened_at AS first_reopening, reopened_latest_at AS last_reopening, abandoned_at AS left_at,
           least(coalesce(deleted_at, {FOREVER}), CASE
               WHEN answered_at <= abandoned_at THEN {FOREVER}
               WHEN abandoned_at <= wait_started_at + INTERVAL {SHORT_WRITTEN_S:g} SECOND THEN abandoned_at
               ELSE {FOREVER} END) AS counts_until
    FROM conversations
    WHERE coalesce(direction, 'in') <> 'out' AND coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0
      AND merged_into IS NULL AND NOT (channel = 'phone' AND EXISTS (FROM calls))
"""
"""Counted conversations by customers; one on the phone gives way to its call where calls are loaded."""

PHONE = f"""
    SELECT rowid AS id, 'calls' AS source, customer_id, reason_code, queued_at AS opened_at,
           CASE WHEN outcome = 'answered' THEN ended_at END AS first_solve, first_solve AS last_solve,
           NULL::TIMESTAMP AS first_reopening, NULL::TIMESTAMP AS last_reopening,
           CASE WHEN outcome = 'abandoned' THEN ended_at END AS left_at,
           CASE WHEN outcome = 'abandoned' AND wait_s <= {SHORT_CALL_S:g} THEN NULL ELSE {FOREVER} END AS counts_until
    FROM calls WHERE coalesce(direction, 'in') <> 'out' AND coalesce(is_test, 0) = 0
"""

TOUCHED = f"customer_id IN (SELECT id FROM {TOUCHED_CUSTOMERS})"


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Bring `repeat_until` up to date for the customers for whom the condition holds."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE meetings AS SELECT * FROM ({WRITTEN} UNION ALL {PHONE}) "
        f"WHERE customer_id IS NOT NULL AND {condition}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE repeats AS {_repeats()}")
    for table in ("conversations", "calls"):
        connection.execute(
            f"UPDATE {table} SET repeat_until = NULL, {CHANGED} WHERE repeat_until IS NOT NULL AND {condition} "
            f"AND rowid NOT IN (SELECT id FROM repeats WHERE source = '{table}')"
        )
        connection.execute(
            f"UPDATE {table} SET repeat_until = repeats.until, {CHANGED} FROM repeats "
            f"WHERE repeats.source = '{table}' "
            f"AND {table}.rowid = repeats.id AND repeat_until IS DISTINCT FROM repeats.until"
        )
    connection.execute("DROP TABLE meetings")
    connection.execute("DROP TABLE repeats")


def _repeats() -> str:
    """Source and id of each repeat, with the instant until which it is one."""
    ended = f"CASE WHEN {_stands('last_solve')} THEN old.last_solve WHEN {_stands('first_solve')} THEN old.first_solve "
    ended += "WHEN old.left_at <= now.opened_at THEN old.left_at END"
    return (
        f"SELECT now.source, now.id, max(old.counts_until) AS until FROM meetings AS now JOIN meetings AS old "
        f"ON old.customer_id = now.customer_id AND old.opened_at < now.opened_at AND old.counts_until IS NOT NULL "
        f"AND (old.reason_code = now.reason_code OR old.reason_code IS NULL OR now.reason_code IS NULL) "
        f"AND CASE WHEN ({ended}) IS NULL THEN old.opened_at >= now.opened_at - {OPEN_FOR} "
        f"ELSE ({ended}) >= now.opened_at - {WITHIN} END GROUP BY ALL"
    )


def _stands(solve: str) -> str:
    """Seen at the later contact: the earlier one was solved, and not reopened since."""
    reopened = " OR ".join(f"old.{each}_reopening BETWEEN old.{solve} AND now.opened_at" for each in ("first", "last"))
    return f"old.{solve} <= now.opened_at AND NOT coalesce({reopened}, false)"

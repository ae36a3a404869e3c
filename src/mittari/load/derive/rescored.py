"""`responses.rescored_at`, `rescored_local`: when the same person next scored us as a whole, by the same question.

Of the answers about the relationship only a person's last one in a period counts (G15). The next score is found once,
for the persons a load has touched; whether it lies in the same period is then a comparison, and as an instant it stays
exact for any `as_of`.
"""

import duckdb

from mittari.load.derive.context import TOUCHED_PERSONS
from mittari.store.schema import CHANGED

ABOUT_A_CONTACT = (
    "CASE WHEN kind = 'nps' THEN coalesce(nps_kind = 'transactional', false) "
    "ELSE coalesce(conversation_id, order_id, touchpoint_id) IS NOT NULL END"
)
SCORES = (
    "person_id IS NOT NULL AND responded_at IS NOT NULL AND score IS NOT NULL AND coalesce(answered, 1) = 1 "
    f"AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND NOT ({ABOUT_A_CONTACT})"
)
TOUCHED = f"person_id IN (SELECT id FROM {TOUCHED_PERSONS})"


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Bring both columns up to date for the persons for whom the condition holds."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE rescored AS
        SELECT * FROM (SELECT rowid AS id, lead(responded_at) OVER answers AS next_at,
                              lead(responded_local) OVER answers AS next_local
                       FROM responses WHERE {SCORES} AND {condition}
                       WINDOW answers AS (PARTITION BY kind, item, person_id ORDER BY responded_at, response_id))
        WHERE next_at IS NOT NULL
    """)
    connection.execute(
        f"UPDATE responses SET rescored_at = NULL, rescored_local = NULL, {CHANGED} "
        f"WHERE rescored_at IS NOT NULL AND {condition} AND rowid NOT IN (SELECT id FROM rescored)"
    )
    connection.execute(
        f"UPDATE responses SET rescored_at = next_at, rescored_local = next_local, {CHANGED} FROM rescored "
        "WHERE responses.rowid = rescored.id "
        "AND (rescored_at IS DISTINCT FROM next_at OR rescored_local IS DISTINCT FROM next_local)"
    )
    connection.execute("DROP TABLE rescored")

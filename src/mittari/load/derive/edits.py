"""`responses.edited_at`: when the same person next answered the same question about the same conversation or order.

An answer that is edited within a day is not counted (G15). To find the edits at every question costs a sort of all
answers; here they are found once, for the contacts that a load has touched.
"""

import duckdb

from mittari.load.derive.context import TOUCHED_CONTACTS
from mittari.store.schema import CHANGED

CONTACT = "coalesce(conversation_id, order_id)"
SAME = f"survey_id, kind, item, {CONTACT}, person_id"
CAN_EDIT = (
    f"{CONTACT} IS NOT NULL AND person_id IS NOT NULL AND responded_at IS NOT NULL "
    "AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0"
)
TOUCHED = f"{CONTACT} IN (SELECT id FROM {TOUCHED_CONTACTS})"


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Bring `edited_at` up to date where the condition on an answer's contact holds.

    Only contacts about which somebody answered more than once are sorted.
    """
    candidates = f"FROM responses WHERE {CAN_EDIT} AND {condition}"
    several = f"SELECT hash({SAME}) {candidates} GROUP BY ALL HAVING count(*) > 1"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE edits AS SELECT * FROM (SELECT response_id, lead(responded_at) OVER "
        f"(PARTITION BY {SAME} ORDER BY responded_at, response_id) AS edited_at {candidates} "
        f"AND hash({SAME}) IN ({several})) WHERE edited_at IS NOT NULL"
    )
    connection.execute(
        f"UPDATE responses SET edited_at = NULL, {CHANGED} WHERE edited_at IS NOT NULL AND {condition} "
        f"AND response_id NOT IN (SELECT response_id FROM edits)"
    )
    connection.execute(
        f"UPDATE responses SET edited_at = edits.edited_at, {CHANGED} FROM edits "
        "WHERE responses.response_id = edits.response_id "
        "AND responses.edited_at IS DISTINCT FROM edits.edited_at"
    )

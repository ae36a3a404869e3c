"""`messages.replied_at` and its kin: the later waits of a conversation, and when each was due (KPI 04, 11).

A later wait opens with the first customer message after a human one and ends with the next human one; what merged
conversations said belongs to their root. The first answer ends the first wait, whether a message or the file tells of
it. To find the waits at every question costs a sort of all messages; here they are found once, for the conversations
that a load has touched. Whether a message opens a wait depends on what was before it, so it is exact for any `as_of`.
"""

from datetime import date

import duckdb

from mittari.load.derive.business import calendars_of
from mittari.load.derive.context import TOUCHED_THREADS
from mittari.load.derive.conversations import HUMAN
from mittari.load.derive.dues import make_dues
from mittari.load.zones import Zone
from mittari.settings import Settings
from mittari.store.schema import CHANGED
from mittari.store.sql import literal

NEVER = "TIMESTAMP '9999-12-31'"
ANY_DAY = date(2025, 1, 1)
SPOKEN = "WINDOW spoken AS (PARTITION BY root_id ORDER BY sent_at, by_human, message_id)"
BY_CUSTOMER = "author_type = 'customer' AND coalesce(is_public, 1) = 1"
TOUCHED = (
    f"root_id IN (SELECT id FROM {TOUCHED_THREADS} UNION ALL SELECT root_id FROM conversations "
    f"WHERE conversation_id IN (SELECT id FROM {TOUCHED_THREADS}))"
)
"""The groups of the conversations touched; one that left a group was derived again, and so is noted itself."""

COLUMNS = ("root_id", "wait_started_local", "replied_at", "replied_by", "reply_due_at", "reply_decided_local")


def settle(connection: duckdb.DuckDBPyConnection, condition: str, settings: Settings) -> None:
    """Bring the columns up to date for the conversations for whose root the condition holds."""
    if not connection.execute("SELECT 1 FROM messages LIMIT 1").fetchall():
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE threads AS SELECT c.conversation_id, c.root_id, r.answered_at "
        f"FROM (SELECT conversation_id, root_id FROM conversations WHERE {condition}) AS c "
        "JOIN conversations AS r ON r.conversation_id = c.root_id"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE later_waits AS {_waits()}")
    _dues(connection, settings)
    zone = Zone(settings.timezone, many=True)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE replies AS SELECT * EXCLUDE (sent_at, reply_decided_at), "
        f"{zone.to_local('sent_at')} AS wait_started_local, {zone.to_local('reply_decided_at')} AS reply_decided_local "
        "FROM (SELECT w.*, d.due_at AS reply_due_at, "
        "CASE WHEN d.due_at IS NOT NULL THEN least(replied_at, d.due_at) END AS reply_decided_at "
        "FROM later_waits AS w LEFT JOIN dues AS d USING (id))"
    )
    _write(connection)
    for table in ("threads", "later_waits", "replies", "dues"):
        connection.execute(f"DROP TABLE {table}")


def _waits() -> str:
    """The messages that open a later wait. A customer who writes at the instant of an answer wrote before it.

    Of those who speak several times in a row the first message counts, so speakers take turns, and the next turn ends
    the wait.
    """
    words = (
        f"SELECT t.root_id, t.answered_at, m.sent_at, m.message_id, m.author_id, m.rowid AS id, 0 AS by_human "
        f"FROM messages AS m JOIN threads AS t USING (conversation_id) WHERE {BY_CUSTOMER} "
        f"AND t.answered_at IS NOT NULL UNION ALL "
        f"SELECT t.root_id, t.answered_at, m.sent_at, m.message_id, m.author_id, m.rowid, 1 "
        f"FROM messages AS m JOIN threads AS t USING (conversation_id) WHERE {HUMAN} AND t.answered_at IS NOT NULL "
        f"UNION ALL SELECT root_id, answered_at, answered_at, '', NULL, NULL, 1 FROM threads "
        f"WHERE conversation_id = root_id AND answered_at IS NOT NULL"
    )
    turns = f"SELECT * FROM ({words}) {SPOKEN} QUALIFY by_human IS DISTINCT FROM lag(by_human) OVER spoken"
    return (
        f"SELECT id, root_id, sent_at, replied_at, replied_by FROM (SELECT *, "
        f"coalesce(lead(sent_at) OVER spoken, {NEVER}) AS replied_at, lead(author_id) OVER spoken AS replied_by "
        f"FROM ({turns}) {SPOKEN}) WHERE by_human = 0 AND sent_at > answered_at"
    )


def _dues(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make `dues` for the later waits: the policy is that of the conversation, frozen when it began."""
    if not connection.execute("SELECT 1 FROM sla_targets LIMIT 1").fetchall():
        connection.execute("CREATE OR REPLACE TEMP TABLE dues (id BIGINT, due_at TIMESTAMP)")
        return
    _, default = calendars_of(connection, settings, ANY_DAY, ANY_DAY)
    make_dues(
        connection,
        settings,
        "SELECT w.id, 'next_response' AS metric, c.channel, c.priority, c.opened_local::DATE AS day, "
        f"coalesce(c.calendar_id, {literal(default)}) AS calendar, w.sent_at AS started_at "
        "FROM later_waits AS w JOIN conversations AS c ON c.conversation_id = w.root_id",
    )


def _write(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"UPDATE messages SET {', '.join(f'{name} = NULL' for name in COLUMNS)}, {CHANGED} "
        "WHERE replied_at IS NOT NULL AND conversation_id IN (SELECT conversation_id FROM threads) "
        "AND rowid NOT IN (SELECT id FROM replies)"
    )
    values = ", ".join(f"{name} = r.{name}" for name in COLUMNS)
    changed = " OR ".join(f"m.{name} IS DISTINCT FROM r.{name}" for name in COLUMNS)
    connection.execute(
        f"UPDATE messages AS m SET {values}, {CHANGED} FROM replies AS r WHERE m.rowid = r.id AND ({changed})"
    )

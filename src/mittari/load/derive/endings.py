"""`responses.agent_id`, `team_id`, `channel` where a file left them empty: as they were when the contact ended (G25).

They are filled once and then kept: whoever gets the conversation afterwards gets no score with it. A contact ended at
its last solve at or before the answer; one that had not been solved is seen at the answer. What the changes of a
conversation tell of that instant goes first, then who solved it by the change of its status, then the conversation as
it is when it is met here; a value of which only a later change is known stays empty. Where there is no such
conversation its call is asked.
"""

import duckdb

from mittari.load.derive.context import TOUCHED_ENDINGS
from mittari.store.schema import CHANGED

DEPENDS_ON = ("responses", "conversations", "calls", "status_events")
TOUCHED = f"conversation_id IN (SELECT id FROM {TOUCHED_ENDINGS})"
LATEST = "TIMESTAMP '9999-12-31'"
DONE = "('solved', 'closed')"
COLUMNS = ("agent_id", "team_id", "channel")


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> bool:
    """Fill what is empty in the answers for which the condition holds; whether anything was filled."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE unfrozen AS
        SELECT rowid AS id, conversation_id, coalesce(responded_at, received_at, sent_at, {LATEST}) AS answered_at
        FROM responses WHERE (agent_id IS NULL OR team_id IS NULL OR channel IS NULL)
        AND conversation_id IS NOT NULL AND {condition}
    """)
    if not connection.execute("SELECT 1 FROM unfrozen LIMIT 1").fetchall():
        return False
    connection.execute(f"CREATE OR REPLACE TEMP TABLE history AS {_history()}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE endings AS {_of_conversations()} UNION ALL BY NAME {_of_calls()}")
    values = ", ".join(f"{name} = coalesce(responses.{name}, e.{name})" for name in COLUMNS)
    news = " OR ".join(f"(responses.{name} IS NULL AND e.{name} IS NOT NULL)" for name in COLUMNS)
    filled = connection.execute(
        f"UPDATE responses SET {values}, {CHANGED} FROM endings AS e WHERE responses.rowid = e.id "
        f"AND responses.rowid IN (SELECT id FROM endings) AND ({news})"
    ).fetchall()[0][0]
    for table in ("unfrozen", "history", "endings"):
        connection.execute(f"DROP TABLE {table}")
    return bool(filled)


def _of_conversations() -> str:
    """Agent, team and channel of each answer's conversation at its end; of the phone, the call knows the rest."""
    return f"""
        WITH ends AS ({_ends()}),
        changes AS (
            SELECT e.id, e.ended_at, h.* FROM ends AS e JOIN history AS h USING (conversation_id)
        ),
        told AS (SELECT id, {_last("assign", "value")} AS assigned, {_last("team", "value")} AS moved,
            {_last("solve", "agent_id")} AS solver,
            coalesce(bool_or(kind = 'assign'), false) AS reassigned,
            coalesce(bool_or(kind = 'team'), false) AS removed
            FROM changes GROUP BY id),
        phone AS ({_of_calls(others=False)})
        SELECT e.id,
            coalesce(t.assigned, t.solver, CASE WHEN NOT coalesce(t.reassigned, false) THEN e.agent_id END,
                p.agent_id) AS agent_id,
            coalesce(t.moved, CASE WHEN NOT coalesce(t.removed, false) THEN e.team_id END) AS team_id, e.channel
        FROM ends AS e LEFT JOIN told AS t USING (id) LEFT JOIN phone AS p USING (id)
    """


def _history() -> str:
    """The changes of the conversations that answers are about; a change into a solved state is one of kind `solve`."""
    return f"""
        SELECT conversation_id, "at", value, agent_id, place, CASE WHEN kind = 'status' AND value IN {DONE}
            AND coalesce(before NOT IN {DONE}, true) THEN 'solve' ELSE kind END AS kind
        FROM (SELECT conversation_id, "at", agent_id, kind, rowid AS place,
                CASE WHEN kind = 'status' THEN lower(value) ELSE value END AS value,
                lag(lower(value)) OVER (PARTITION BY conversation_id, kind ORDER BY "at", rowid) AS before
            FROM status_events WHERE kind IN ('status', 'assign', 'team')
            AND conversation_id IN (SELECT conversation_id FROM unfrozen))
    """


def _ends() -> str:
    """Each answer whose conversation is known, with the instant at which the contact ended."""
    solves = ("c.solved_first_at", "c.solved_last_at", "s.solved_at")
    latest = ", ".join(f"CASE WHEN {solve} <= u.answered_at THEN {solve} END" for solve in solves)
    return f"""
        SELECT u.id, u.conversation_id, c.agent_id, c.team_id, c.channel,
            coalesce(greatest({latest}), u.answered_at) AS ended_at
        FROM unfrozen AS u JOIN conversations AS c USING (conversation_id)
        LEFT JOIN (SELECT u.id, max(h."at") AS solved_at FROM unfrozen AS u JOIN history AS h
            ON h.conversation_id = u.conversation_id AND h."at" <= u.answered_at
            WHERE h.kind = 'solve' GROUP BY u.id) AS s USING (id)
    """


def _last(kind: str, column: str) -> str:
    """SQL for a value of the last change of a kind at or before the end, as far as it holds one."""
    stood = f"kind = '{kind}' AND \"at\" <= ended_at AND {column} IS NOT NULL"
    return f'arg_max({column}, ("at", place)) FILTER ({stood})'


def _of_calls(others: bool = True) -> str:
    """The agent of the last call of each answer's contact that had begun by the answer; with `others`, of those alone
    whose contact is no conversation. A call is named by its conversation or by itself."""
    alone = "WHERE u.conversation_id NOT IN (SELECT conversation_id FROM conversations)" if others else ""
    return f"""
        SELECT u.id, arg_max(k.agent_id, (k.queued_at, k.call_id)) AS agent_id, NULL::VARCHAR AS team_id,
            'phone' AS channel
        FROM unfrozen AS u JOIN (
            SELECT conversation_id AS contact, agent_id, queued_at, call_id FROM calls
            WHERE conversation_id IN (SELECT conversation_id FROM unfrozen)
            UNION SELECT call_id, agent_id, queued_at, call_id FROM calls
            WHERE call_id IN (SELECT conversation_id FROM unfrozen)
        ) AS k ON k.contact = u.conversation_id AND k.queued_at <= u.answered_at {alone} GROUP BY u.id
    """

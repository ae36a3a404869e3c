"""The derived columns of conversations: merge groups, waits, answers, solves, open time (G4, G6, G8, G9, G11)."""

from datetime import timedelta

import duckdb

from mittari.load.derive.business import calendar_days, open_until
from mittari.load.derive.complaints import third_days
from mittari.load.derive.context import Entering
from mittari.load.derive.dues import make_dues
from mittari.load.derive.links import links_of, resolve
from mittari.settings import Settings
from mittari.store.sql import literal

HUMAN = "author_type = 'agent' AND coalesce(is_public, 1) = 1 AND coalesce(is_auto, 0) = 0"
"""What counts as an answer (G8): no bot, no automatic reply, no private note."""

SPOKEN = "author_type IN ('customer', 'agent') AND coalesce(is_public, 1) = 1"
DONE = "('solved', 'closed')"
OURS = "('new', 'open', 'on_hold')"
"""States in which the customer waits for us; in `pending` we wait for the customer."""


def conversation_rows(entering: Entering) -> str:
    """The rows with every derived column. A value the file gives is never overwritten; derived ones stand beside it."""
    connection, rows = entering.connection, entering.rows
    _groups(connection, rows)
    _messages(connection, rows)
    _status_events(connection, rows)
    width, default = _calendar(connection, rows, entering.settings)
    _requester_waits(connection, rows)
    _dues(entering, default)
    third_days(entering, _opened(rows), default)
    local = ", ".join(
        f"{entering.zone.to_local(instant)} AS {name}"
        for instant, name in (
            ("opened_at", "opened_local"),
            ("wait_started_at", "wait_started_local"),
            ("solved_first_at", "solved_first_local"),
            ("solved_last_at", "solved_last_local"),
            ("spoke_last_at", "spoke_last_local"),
            ("answer_decided_at", "answer_decided_local"),
            ("solve_due_at", "solve_due_local"),
        )
    )
    return (
        f"SELECT r.* EXCLUDE (calendar, answer_decided_at), {local}, "
        f"{_open_seconds('r.wait_started_at', 'd1', 'r.answered_at', 'd2', width)} AS answer_business_s, "
        f"{_open_seconds('r.opened_at', 'd3', 'r.solved_last_at', 'd4', width)} AS solve_business_s, "
        "NULL::TIMESTAMP AS repeat_until "
        f"FROM (SELECT i.*, coalesce(calendar_id, {literal(default)}) AS calendar, answer_due_at, solve_due_at, "
        "CASE WHEN answer_due_at IS NOT NULL THEN least(answered_at, answer_due_at) END AS answer_decided_at, "
        "requester_wait_s, first_requester_wait_s, third_day_ends_local "
        f"FROM ({_instants(rows)}) AS i LEFT JOIN case_dues USING (conversation_id) "
        "LEFT JOIN requester_waits USING (conversation_id) LEFT JOIN third_days USING (conversation_id)) AS r "
        + " ".join(
            f"LEFT JOIN calendar_days AS {days} ON {days}.calendar_id = r.calendar AND {days}.day = r.{instant}::DATE"
            for days, instant in (
                ("d1", "wait_started_at"),
                ("d2", "answered_at"),
                ("d3", "opened_at"),
                ("d4", "solved_last_at"),
            )
        )
    )


def _instants(rows: str) -> str:
    """The instants of the life of a conversation, each as given, else as the tables beside it tell."""
    own_reopening = "coalesce(o.reopened_last_at, o.reopened_at, s.reopened_at)"
    return (
        f"SELECT o.*, "
        f"coalesce(first_response_at, m.sent_at) AS answered_at, "
        f"coalesce(first_responder_id, CASE WHEN first_response_at IS NULL OR first_response_at = m.sent_at "
        f"THEN m.author_id END) AS answered_by, "
        f"coalesce(last_message_at, t.sent_at) AS spoke_last_at, "
        f"coalesce(first_solved_at, s.first_at, CASE WHEN {own_reopening} IS NULL AND coalesce(reopen_count, 0) = 0 "
        f"THEN last_solved_at END) AS solved_first_at, "
        f"coalesce(last_solved_at, s.last_at) AS solved_last_at, "
        f"{own_reopening} AS reopened_latest_at "
        f"FROM (SELECT * EXCLUDE (replaces) FROM ({_opened(rows)})) AS o "
        f"LEFT JOIN first_answers AS m USING (conversation_id) "
        f"LEFT JOIN last_words AS t USING (conversation_id) "
        f"LEFT JOIN solves AS s USING (conversation_id)"
    )


def _opened(rows: str) -> str:
    """Root, opening and start of the wait. A merged child keeps its own beginning and is not counted anyway."""
    return (
        f"SELECT *, coalesce(wait_start_at, CASE WHEN bot_first = 1 THEN handoff_at END, opened_at) AS wait_started_at "
        f"FROM (SELECT w.*, coalesce(g.root_id, w.conversation_id) AS root_id, "
        f"least(w.created_at, CASE WHEN w.merged_into IS NULL THEN e.created_at END) AS opened_at "
        f"FROM {rows} AS w LEFT JOIN roots AS g ON g.conversation_id = w.conversation_id "
        f"LEFT JOIN group_openings AS e ON e.root_id = w.conversation_id AND e.customer_id = w.customer_id)"
    )


REAL = "coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0"
"""Spam and tests enter nothing (G5), so a merged one does not move the beginning of its root either."""


def _groups(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make `roots` and `group_openings`: the earliest merged child of each root and customer (G6)."""
    resolve(connection, links_of(rows))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE group_openings AS SELECT g.root_id, c.customer_id, "
        f"min(c.created_at) AS created_at "
        f"FROM roots AS g JOIN (SELECT conversation_id, customer_id, created_at FROM {rows} WHERE {REAL} UNION ALL "
        f"SELECT conversation_id, customer_id, created_at FROM conversations AS old "
        f"WHERE merged_into IS NOT NULL AND {REAL} AND NOT EXISTS "
        f"(SELECT 1 FROM {rows} AS new WHERE new.conversation_id = old.conversation_id)) AS c "
        f"ON c.conversation_id = g.conversation_id GROUP BY ALL"
        if _any(connection, "roots")
        else "CREATE OR REPLACE TEMP TABLE group_openings (root_id VARCHAR, customer_id VARCHAR, created_at TIMESTAMP)"
    )


def _messages(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make `first_answers` and `last_words`; messages of merged children belong to their root (G6)."""
    if not _any(connection, "messages"):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE first_answers (conversation_id VARCHAR, sent_at TIMESTAMP, author_id VARCHAR)"
        )
        connection.execute("CREATE OR REPLACE TEMP TABLE last_words (conversation_id VARCHAR, sent_at TIMESTAMP)")
        return
    of_root = (
        "(SELECT coalesce(g.root_id, m.conversation_id) AS conversation_id, m.message_id, m.sent_at, m.author_type, "
        "m.author_id, m.is_public, m.is_auto FROM messages AS m LEFT JOIN roots AS g USING (conversation_id))"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE first_answers AS SELECT m.conversation_id, min(m.sent_at) AS sent_at, "
        f"arg_min(m.author_id, (m.sent_at, m.message_id)) AS author_id FROM {of_root} AS m "
        f"JOIN ({_opened(rows)}) AS w USING (conversation_id) WHERE {HUMAN} AND m.sent_at >= w.wait_started_at "
        f"GROUP BY m.conversation_id"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE last_words AS SELECT conversation_id, max(sent_at) AS sent_at FROM {of_root} "
        f"WHERE {SPOKEN} AND conversation_id IN (SELECT conversation_id FROM {rows}) GROUP BY conversation_id"
    )


def _status_events(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make `solves`: changes into solved or closed from a state that is neither, and the last change out of them."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE states "
        '(conversation_id VARCHAR, "at" TIMESTAMP, value VARCHAR, before VARCHAR, until TIMESTAMP)'
    )
    if not _any(connection, "status_events"):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE solves "
            "(conversation_id VARCHAR, first_at TIMESTAMP, last_at TIMESTAMP, reopened_at TIMESTAMP)"
        )
        return
    connection.execute(
        'INSERT INTO states SELECT conversation_id, "at", lower(value), lag(lower(value)) OVER changes, '
        f'lead("at") OVER changes FROM status_events '
        f"WHERE kind = 'status' AND conversation_id IN (SELECT conversation_id FROM {rows}) "
        'WINDOW changes AS (PARTITION BY conversation_id ORDER BY "at", rowid)'
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE solves AS SELECT conversation_id, "
        f'min("at") FILTER (value IN {DONE}) AS first_at, '
        f'max("at") FILTER (value IN {DONE} AND coalesce(before NOT IN {DONE}, true)) AS last_at, '
        f'max("at") FILTER (value NOT IN {DONE} AND before IN {DONE}) AS reopened_at '
        f"FROM states GROUP BY conversation_id"
    )


def _requester_waits(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make `requester_waits`: seconds until each solve in a state in which we were to act (KPI 12)."""
    if not _any(connection, "states"):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE requester_waits "
            "(conversation_id VARCHAR, requester_wait_s DOUBLE, first_requester_wait_s DOUBLE)"
        )
        return
    waited = ", ".join(
        f"sum(CASE WHEN s.value IN {OURS} THEN greatest(epoch_us(least(s.until, i.{solve})) - epoch_us(s.at), 0) "
        f"ELSE 0 END) FILTER (s.at <= i.{solve}) / 1000000.0::DOUBLE AS {name}"
        for solve, name in (("solved_last_at", "requester_wait_s"), ("solved_first_at", "first_requester_wait_s"))
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE requester_waits AS SELECT conversation_id, {waited} "
        f"FROM states AS s JOIN ({_instants(rows)}) AS i USING (conversation_id) GROUP BY conversation_id"
    )


def _dues(entering: Entering, default: str) -> None:
    """Make `case_dues`: by when the first answer and the solve are promised (KPI 11)."""
    connection = entering.connection
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE case_dues "
        "(conversation_id VARCHAR, answer_due_at TIMESTAMP, solve_due_at TIMESTAMP)"
    )
    if not _any(connection, "sla_targets"):
        return
    cases = (
        f"SELECT conversation_id AS id, channel, priority, {entering.zone.to_local('opened_at')}::DATE AS day, "
        f"coalesce(calendar_id, {literal(default)}) AS calendar, opened_at, wait_started_at "
        f"FROM ({_opened(entering.rows)})"
    )
    parts = (("first_response", "wait_started_at"), ("resolution", "opened_at"))
    things = " UNION ALL ".join(
        f"SELECT id, '{metric}' AS metric, channel, priority, day, calendar, {start} AS started_at FROM cases"
        for metric, start in parts
    )
    waiting = "SELECT conversation_id AS id, \"at\" AS began_at, until AS ended_at FROM states WHERE value = 'pending'"
    pauses = waiting if _any(connection, "states") else ""
    make_dues(connection, entering.settings, f"WITH cases AS ({cases}) {things}", pauses)
    connection.execute(
        "INSERT INTO case_dues SELECT id, max(due_at) FILTER (metric = 'first_response'), "
        "max(due_at) FILTER (metric = 'resolution') FROM dues GROUP BY id"
    )


def _calendar(connection: duckdb.DuckDBPyConnection, rows: str, settings: Settings) -> tuple[int, str]:
    """Make `calendar_days` over the days that the rows span."""
    first, last = connection.execute(
        f"SELECT min(least(opened_at, wait_started_at, answered_at, solved_last_at)), "
        f"max(greatest(opened_at, wait_started_at, answered_at, solved_last_at)) FROM ({_instants(rows)})"
    ).fetchall()[0]
    day = timedelta(days=1)
    return calendar_days(connection, settings, first.date() - day, last.date() + day)


def _open_seconds(start: str, start_days: str, end: str, end_days: str, width: int) -> str:
    """SQL for the open seconds in [start, end); null where either is missing or the end lies before the start."""
    passed = f"({open_until(end, end_days, width)}) - ({open_until(start, start_days, width)})"
    return f"CASE WHEN {end} >= {start} THEN ({passed}) / 1000000.0::DOUBLE END"


def _any(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())

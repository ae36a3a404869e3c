"""The derived columns of each table, as queries over rows about to enter it."""

from collections.abc import Callable

import duckdb

from mittari.facts import Table
from mittari.load.derive.context import Context, Entering
from mittari.load.derive.conversations import conversation_rows
from mittari.load.derive.rates import rate_table
from mittari.load.zones import MANY, Zone
from mittari.store.sql import literal

Derivation = Callable[[Entering], str]


def derived(connection: duckdb.DuckDBPyConnection, table: Table, rows: str, context: Context) -> str:
    """A query that yields the rows with every derived column; helping tables are made first where they are needed.

    `rows` is a relation with every given column, `loaded_at` and a column `replaces`.
    """
    derivation = DERIVATIONS.get(table.name)
    if derivation is None:
        return f"SELECT * EXCLUDE (replaces) FROM {rows}"
    count = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
    zone = Zone(context.settings.timezone, many=count >= MANY)
    return derivation(Entering(connection, rows, context.settings, zone))


def _calls(entering: Entering) -> str:
    handled = "coalesce(talk_s, 0) + coalesce(hold_s, 0) + coalesce(acw_s, 0)"
    lasted = f"wait_s + CASE WHEN outcome = 'answered' THEN {handled} ELSE 0 END"
    ended = f"queued_at + to_microseconds(round(({lasted}) * 1000000)::BIGINT)"
    return (
        f"SELECT *, {entering.zone.to_local('queued_at')} AS queued_local, "
        f"{entering.zone.to_local('ended_at')} AS ended_local, NULL::TIMESTAMP AS repeat_until "
        f"FROM (SELECT * EXCLUDE (replaces), {ended} AS ended_at FROM {entering.rows})"
    )


def _survey_invites(entering: Entering) -> str:
    return f"SELECT * EXCLUDE (replaces), {entering.zone.to_local('sent_at')} AS sent_local FROM {entering.rows}"


def _responses(entering: Entering) -> str:
    return (
        f"SELECT * EXCLUDE (replaces), {entering.zone.to_local('responded_at')} AS responded_local, "
        f"coalesce(customer_id, employee_id) AS person_id, NULL::TIMESTAMP AS edited_at, "
        f"NULL::TIMESTAMP AS rescored_at, NULL::TIMESTAMP AS rescored_local, NULL::VARCHAR AS text_lang, "
        f"NULL::BIGINT AS text_tone, NULL::BIGINT AS text_read FROM {entering.rows}"
    )


def _orders(entering: Entering) -> str:
    reporting = entering.settings.currency
    local = (
        f"SELECT * EXCLUDE (replaces), {entering.zone.to_local('ordered_at')} AS ordered_local, "
        "NULL::DATE AS bought_before_on, NULL::DATE AS bought_next_on, NULL::TIMESTAMP AS bought_next_at "
        f"FROM {entering.rows}"
    )
    own = f"WHEN o.currency = {literal(reporting)} THEN 1.0::DOUBLE"
    if not rate_table(entering.connection, f"({local})", "ordered_local", reporting):
        return f"SELECT o.*, CASE {own} END AS eur_rate FROM ({local}) AS o"
    return (
        f"SELECT o.*, CASE {own} ELSE r.rate END AS eur_rate FROM ({local}) AS o "
        f"LEFT JOIN day_rates AS r ON r.currency = o.currency AND r.day = o.ordered_local::DATE"
    )


def _subscriptions(entering: Entering) -> str:
    return (
        f"SELECT * EXCLUDE (replaces), CAST({entering.zone.to_local('started_at')} AS DATE) AS started_on, "
        f"CAST({entering.zone.to_local('ended_at')} AS DATE) AS ended_on FROM {entering.rows}"
    )


def _promises(entering: Entering) -> str:
    """A day is kept as the instant of its local midnight; its deadline is the next one, 23 to 25 hours later."""
    return (
        f"SELECT * EXCLUDE (midnight), CASE WHEN due_precision = 'date' THEN {entering.zone.to_utc('midnight')} "
        f"ELSE due_at END AS deadline_at FROM (SELECT *, (due_on + 1)::TIMESTAMP AS midnight FROM "
        f"(SELECT * EXCLUDE (replaces), CAST({entering.zone.to_local('due_at')} AS DATE) AS due_on "
        f"FROM {entering.rows}))"
    )


DERIVATIONS: dict[str, Derivation] = {
    "conversations": conversation_rows,
    "calls": _calls,
    "survey_invites": _survey_invites,
    "responses": _responses,
    "orders": _orders,
    "subscriptions": _subscriptions,
    "promises": _promises,
}

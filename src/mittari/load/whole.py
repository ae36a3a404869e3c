"""What can only be judged with all rows of a table in sight: merge cycles, calendars, contracts between rows."""

from datetime import date

import duckdb

from mittari.facts import Table
from mittari.load.derive import DERIVATIONS, Context
from mittari.load.derive.business import calendars_of
from mittari.load.derive.context import TOUCHED
from mittari.load.derive.links import links_of, resolve
from mittari.load.merge import given_columns, replace
from mittari.load.stage import RECORD, Stage, exclude, leaves_out
from mittari.store.sql import identifier, names

DERIVED_WITH = "derived with"
RULES = 6
"""Raised when a derivation changes, so that the next load computes the columns of older rows anew."""


def refuse_cycles(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Refuse the rows of conversations merged in a circle. Without them the chains that led there end where they do."""
    if "merged_into" not in stage.columns:
        return
    told = stage.good
    if "merged_into" in stage.left_out:  # such a row leaves the link as it is
        told = f"(SELECT * FROM {stage.good} WHERE NOT {identifier(leaves_out('merged_into'))})"
    cycle = resolve(connection, links_of(told))
    if cycle is not None:
        exclude(
            connection,
            stage,
            f"SELECT {RECORD} FROM {stage.rows} WHERE conversation_id IN ({cycle}) AND merged_into IS NOT NULL",
            "merged_into",
            "merged in a circle",
        )


def require_open_calendars(connection: duckdb.DuckDBPyConnection, context: Context) -> None:
    """Raise `UserError` when a loaded calendar is never open or contradicts itself."""
    calendars_of(connection, context.settings, date(2025, 1, 1), date(2025, 1, 2))


def derive_again(connection: duckdb.DuckDBPyConnection, table: Table, context: Context) -> int:
    """Compute the derived columns of rows anew that the load altered from afar; returns how many.

    For a stale table these are all rows; of conversations, the merge groups of those touched.
    """
    if table.name in context.stale:
        condition = "true"
    elif table.name == "conversations" and connection.execute(f"SELECT 1 FROM {TOUCHED} LIMIT 1").fetchall():
        condition = _GROUPS_TOUCHED
    else:
        return 0
    columns = names(given_columns(connection, table))
    # in two steps: to find the rows few columns are read, and of the others only the rows found
    if condition != "true":
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE again_ids AS SELECT rowid AS id FROM {identifier(table.name)} "
            f"WHERE {condition}"
        )
        condition = "rowid IN (SELECT id FROM again_ids)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE again AS SELECT {columns}, loaded_at, true AS replaces "
        f"FROM {identifier(table.name)} WHERE {condition}"
    )
    count = int(connection.execute("SELECT count(*) FROM again").fetchall()[0][0])
    if count:
        replace(connection, table, "again", context)
        context.note(connection, table.name, "again")
    return count


def notice_other_settings(connection: duckdb.DuckDBPyConnection, context: Context) -> None:
    """Mark every derived table as stale when its columns were computed under other settings, or by older rules.

    Days that were read as local midnights keep their instants: of them only the file knows what was meant.
    """
    settings = context.settings
    chosen = (settings.timezone, settings.currency, settings.default_calendar, settings.hours, settings.holidays)
    now = f"{RULES}: {chosen}"
    before = connection.execute("SELECT value FROM meta WHERE key = ?", [DERIVED_WITH]).fetchall()
    if before == [(now,)]:
        return
    if before:
        context.stale.update(DERIVATIONS)
    connection.execute("DELETE FROM meta WHERE key = ?", [DERIVED_WITH])
    connection.execute("INSERT INTO meta VALUES (?, ?)", [DERIVED_WITH, now])


_GROUPS_TOUCHED = f"""
    conversation_id IN (SELECT conversation_id FROM {TOUCHED})
    OR root_id IN (SELECT conversation_id FROM {TOUCHED})
    OR root_id IN (SELECT root_id FROM conversations WHERE conversation_id IN (SELECT conversation_id FROM {TOUCHED}))
"""
"""The conversations touched, what was merged into them, and the whole groups they belong to."""

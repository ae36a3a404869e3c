"""Rows of a stage into their table: new ones added, changed ones in place of their old selves, others left alone."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from mittari.facts import Table
from mittari.load.derive import Context, comments, derived
from mittari.load.stage import Stage, leaves_out
from mittari.store import schema
from mittari.store.sql import identifier

LOADED_AT = "loaded_at"


@dataclass(frozen=True)
class Merged:
    """`news` is the temporary relation of the rows that entered the table, with all given columns."""

    inserted: int
    replaced: int
    unchanged: int
    news: str
    was_empty: bool = False


def merge(
    connection: duckdb.DuckDBPyConnection, stage: Stage, context: Context, now: datetime, keeps_first: bool = False
) -> Merged:
    """Bring the good rows of the stage into the table, with their derived columns.

    With `keeps_first` a row whose key is known changes nothing.

    A column that the file or the row does not bring keeps, in a replaced row, what it held, and so does a frozen one
    that the file leaves empty. The table has no key index: changed
    rows are found by joining, and are deleted and inserted again, which costs less than an index at every load.
    """
    table = stage.table
    _add_own_dimensions(connection, stage)
    kept = given_columns(connection, table)
    if not connection.execute(f"SELECT 1 FROM {identifier(table.name)} LIMIT 1").fetchall():
        return _into_empty(connection, stage, kept, context, now)
    news = f"news_{stage.number}"
    connection.execute(f"CREATE TEMP TABLE {news} AS {_news(stage, kept, now, keeps_first)}")
    good = _count(connection, stage.good)
    replaced = _count(connection, f"{news} WHERE replaces")
    inserted = _count(connection, news) - replaced
    context.about_to_replace(connection, table, news)
    if replaced:
        replace(connection, table, news, context)
    elif inserted:
        insert(connection, table, news, context)
    return Merged(inserted, replaced, good - inserted - replaced, news)


def replace(connection: duckdb.DuckDBPyConnection, table: Table, rows: str, context: Context) -> None:
    """Insert rows, those that replace others in their place; what was read of comments that are gone stays."""
    if table.name == "responses":
        comments.keep_gone(connection, rows)
    same = " AND ".join(_same_key(table, "old", "new"))
    connection.execute(f"DELETE FROM {identifier(table.name)} AS old USING {rows} AS new WHERE new.replaces AND {same}")
    insert(connection, table, rows, context)
    if table.name == "responses":
        comments.give_back_gone(connection)


def insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: str, context: Context) -> None:
    """Insert rows that have every given column and `loaded_at`, with their derived columns."""
    connection.execute(
        f"INSERT INTO {identifier(table.name)} BY NAME "
        f"SELECT *, {schema.VERSION} AS changed_in FROM ({derived(connection, table, rows, context)})"
    )


def given_columns(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """The columns of the table in the warehouse that are not derived, with their SQL types, the user's own included."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT internal "
        "AND database_name = current_database() ORDER BY column_index",
        [table.name],
    ).fetchall()
    skipped = {column.name for column in table.derived} | {*schema.NOTED}
    return {name: kind for name, kind in rows if name not in skipped}


def _into_empty(
    connection: duckdb.DuckDBPyConnection, stage: Stage, kept: dict[str, str], context: Context, now: datetime
) -> Merged:
    """Nothing can clash: the stage is read straight into the table."""
    news = f"news_{stage.number}"
    good = _count(connection, stage.good)
    columns = ", ".join(
        identifier(name) if name in stage.columns else f"NULL::{kind} AS {identifier(name)}"
        for name, kind in kept.items()
    )
    connection.execute(
        f"CREATE TEMP VIEW {news} AS SELECT {columns}, TIMESTAMP '{now}' AS {LOADED_AT}, false AS replaces "
        f"FROM {stage.good}"
    )
    if good:
        insert(connection, stage.table, news, context)
    return Merged(good, 0, 0, news, was_empty=True)


def _news(stage: Stage, kept: dict[str, str], now: datetime, keeps_first: bool) -> str:
    """The rows of the stage that the table does not hold yet in just this form."""
    table = stage.table
    columns = ", ".join(f"{_held(stage, name)} AS {identifier(name)}" for name in kept)
    compared = [name for name in stage.columns if name not in table.key]
    changed = " OR ".join(f"{_held(stage, name)} IS DISTINCT FROM old.{identifier(name)}" for name in compared)
    replaces = "false" if keeps_first or not changed else changed
    same = " AND ".join(_same_key(table, "old", "new", stage))
    return (
        f"SELECT {columns}, TIMESTAMP '{now}' AS {LOADED_AT}, old.{LOADED_AT} IS NOT NULL AS replaces "
        f"FROM {stage.good} AS new LEFT JOIN {identifier(table.name)} AS old ON {same} "
        f"WHERE old.{LOADED_AT} IS NULL OR {replaces}"
    )


def _held(stage: Stage, name: str) -> str:
    """SQL for what a row holds in a column after the merge."""
    column = identifier(name)
    if name not in stage.columns:
        return f"old.{column}"
    if name in stage.table and stage.table[name].frozen:
        return f"coalesce(new.{column}, old.{column})"
    if name in stage.left_out:
        return f"CASE WHEN new.{identifier(leaves_out(name))} THEN old.{column} ELSE new.{column} END"
    return f"new.{column}"


def _same_key(table: Table, old: str, new: str, stage: Stage | None = None) -> list[str]:
    """Conditions for equal keys; an empty part of a key equals another empty part."""
    conditions = []
    for name in table.key:
        column = identifier(name)
        if stage is not None and name not in stage.columns:
            conditions.append(f"{old}.{column} IS NULL")
        elif table[name].required:
            conditions.append(f"{old}.{column} = {new}.{column}")
        else:
            conditions.append(f"{old}.{column} IS NOT DISTINCT FROM {new}.{column}")
    return conditions


def _add_own_dimensions(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    present = schema.present(connection)[stage.table.name]
    for name in stage.columns:
        if name not in present and stage.table.is_own_dimension(name):
            schema.add_column(connection, stage.table.name, name, "VARCHAR")


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])

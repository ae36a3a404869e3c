"""Days kept as sums: what every number of the additive kind needs of each local day, as plain rows.

A rollup keeps the cells of one query: the sums of a local day by the values of a few dimensions, as components and
never as results. Rows are only added: what changes is added once more with its difference, and whoever reads sums them
up. `rollup_days` says which days of which rollup are complete; any other day is counted from the facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from mittari.store.schema import VERSION
from mittari.store.sql import identifier, literal, names

DAYS = "rollup_days"
EFFECTS = "rollup_effects"
CELLS, LATER, WHOLE = "rolled_cells", "rolled_later", "rolled_whole"
CHANGED, BEFORE = "rolled_changed", "rolled_before"
PREFIX = "rollup_"
LN_1_01 = 0.009950330853168083
BUCKET = (
    "CASE WHEN value <= 0 OR (value <= 100 AND value = floor(value)) THEN value "
    f"ELSE exp((floor(ln(value) / {LN_1_01}) + 0.5) * {LN_1_01}) END"
)
"""A value as kept: whole numbers up to 100 as they are, others as the middle of a bucket 1 % wide (0.5 % off)."""
TOLERANCE = 1e-9
AMONG = "list_contains(?::INTEGER[], (day - DATE '1970-01-01')::INTEGER)"
MANY_A_CELL = 1.25


@dataclass(frozen=True)
class Rollup:
    """How one query is kept. Its cells have the columns `day`, `slices`, `value` where `of_values`, and `sums`.

    `table` is the fact table it reads. Each of `sets` names the slices that are kept together; the others are summed
    away. `counted` is the sum that says how many rows a cell stands for.
    """

    name: str
    table: str
    slices: tuple[str, ...]
    sums: tuple[str, ...]
    of_values: bool
    sets: tuple[tuple[str, ...], ...]
    counted: str

    @property
    def keys(self) -> tuple[str, ...]:
        return ("day", *self.slices, *(("value",) if self.of_values else ()))

    def set_for(self, wanted: Iterable[str]) -> int | None:
        """The first set that has all the slices wanted."""
        needed = set(wanted)
        return next((number for number, kept in enumerate(self.sets) if needed <= set(kept)), None)


def create(connection: duckdb.DuckDBPyConnection, rollups: Iterable[Rollup]) -> None:
    """Make the tables that are missing and drop those of other definitions, with what is known of their days."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {DAYS} (name VARCHAR NOT NULL, day DATE NOT NULL)")
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {EFFECTS} (kpi_id VARCHAR, output VARCHAR, scale VARCHAR, of_day DATE, "
        "component VARCHAR, amount DOUBLE)"
    )
    kept = list(rollups)
    for name in sorted(set(present(connection)) - {each.name for each in kept}):
        connection.execute(f"DROP TABLE {identifier(name)}")
        connection.execute(f"DELETE FROM {DAYS} WHERE name = ?", [name])
    for each in kept:
        columns = ", ".join(
            [
                "set_number TINYINT",
                "day DATE",
                *(f"{identifier(name)} VARCHAR" for name in each.slices),
                *(["value DOUBLE"] if each.of_values else []),
                *(f"{identifier(name)} DOUBLE" for name in each.sums),
            ]
        )
        connection.execute(f"CREATE TABLE IF NOT EXISTS {identifier(each.name)} ({columns})")


def present(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the rollups there are."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary "
        f"AND starts_with(table_name, {literal(PREFIX)}) AND table_name NOT IN ('{DAYS}', '{EFFECTS}') ORDER BY 1"
    ).fetchall()
    return [str(name) for (name,) in rows]


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all rollups."""
    for name in [*present(connection), DAYS, EFFECTS]:
        connection.execute(f"DROP TABLE IF EXISTS {identifier(name)}")


def complete_days(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Rollup -> its complete days in order, as days since 1970."""
    if not connection.execute(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{DAYS}'").fetchall():
        return {}
    rows = connection.execute(f"SELECT name, list(day - DATE '1970-01-01' ORDER BY day) FROM {DAYS} GROUP BY name")
    return dict(rows.fetchall())


def largest(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> int:
    """About how many rows the largest of the tables holds."""
    listed = ", ".join(map(literal, tables))
    sql = f"SELECT coalesce(max(estimated_size), 0) FROM duckdb_tables() WHERE table_name IN ({listed})"
    return int(connection.execute(sql).fetchall()[0][0])


def beginning(connection: duckdb.DuckDBPyConnection, table: str, when: str) -> tuple[datetime | None, int]:
    """The first instant of a table by its column `when`, and how many rows it has."""
    found = connection.execute(f"SELECT min({identifier(when)}), count(*) FROM {identifier(table)}").fetchall()[0]
    return found[0], int(found[1])


Effect = tuple[str, str, str | None, str, float]
"""KPI, output, scale, component and its amount."""


def keep_effects(connection: duckdb.DuckDBPyConnection, effects: Iterable[Effect], of_day: str) -> None:
    """Keep the block sums that outputs have now, in place of the older ones."""
    connection.execute(f"DELETE FROM {EFFECTS}")
    rows = [(kpi_id, output, scale, of_day, name, amount) for kpi_id, output, scale, name, amount in effects]
    if rows:
        connection.executemany(f"INSERT INTO {EFFECTS} VALUES (?, ?, ?, ?, ?, ?)", rows)


def effects(connection: duckdb.DuckDBPyConnection) -> list[Effect]:
    """The block sums kept."""
    return connection.execute(f"SELECT kpi_id, output, scale, component, amount FROM {EFFECTS} ORDER BY ALL").fetchall()


def gather(connection: duckdb.DuckDBPyConnection, rollup: Rollup, sql: str, into: str = CELLS) -> None:
    """The cells of a statement as a temporary table, by all slices, values in their buckets."""
    value = [f"{BUCKET} AS value"] if rollup.of_values else []
    columns = ", ".join(["day", names(rollup.slices), *value] if rollup.slices else ["day", *value])
    sums = ", ".join(f"sum({identifier(name)})::DOUBLE AS {identifier(name)}" for name in rollup.sums)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {columns}, {sums} FROM ({sql}) "
        "WHERE day IS NOT NULL GROUP BY ALL"
    )


def differing_days(connection: duckdb.DuckDBPyConnection, rollup: Rollup) -> list[int]:
    """The days, since 1970, in which the gathered cells differ from those gathered as `LATER`, but for rounding."""
    keys = names(rollup.keys)
    added = ", ".join(f"{identifier(name)}" for name in rollup.sums)
    taken = ", ".join(f"-{identifier(name)} AS {identifier(name)}" for name in rollup.sums)
    off = " OR ".join(
        f"abs(sum({identifier(name)})) > {TOLERANCE} * (1 + sum(abs({identifier(name)})))" for name in rollup.sums
    )
    rows = connection.execute(
        f"SELECT DISTINCT day - DATE '1970-01-01' FROM (SELECT {keys} FROM (SELECT {keys}, {added} FROM {CELLS} "
        f"UNION ALL SELECT {keys}, {taken} FROM {LATER}) GROUP BY ALL HAVING {off}) ORDER BY 1"
    ).fetchall()
    return [int(day) for (day,) in rows]


def version_made(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The version of the data that the load under way makes; None where the transaction is no load."""
    version = connection.execute(f"SELECT {VERSION}").fetchall()[0][0]
    return None if version is None else int(version)


def note_changed(connection: duckdb.DuckDBPyConnection, table: str, version: int) -> int:
    """Keep the rows that this load has changed in a temporary table, and return how many they are."""
    rows = f"SELECT * FROM {identifier(table)} WHERE changed_in = {version}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {CHANGED} AS {rows}")
    return int(connection.execute(f"SELECT count(*) FROM {CHANGED}").fetchall()[0][0])


def note_before(
    connection: duckdb.DuckDBPyConnection, outside: duckdb.DuckDBPyConnection, table: str, key: Iterable[str]
) -> None:
    """Keep, outside the transaction, the rows that the changed ones were: as everybody else still sees them."""
    columns = list(key)
    outside.register("rolled_keys", connection.execute(f"SELECT {names(columns)} FROM {CHANGED}").fetchnumpy())
    same = " AND ".join(f"old.{identifier(name)} IS NOT DISTINCT FROM new.{identifier(name)}" for name in columns)
    # in two steps: to find the rows their keys are read, and of the other columns only the rows found
    outside.execute(
        f"CREATE OR REPLACE TEMP TABLE rolled_ids AS SELECT old.rowid AS id FROM {identifier(table)} AS old "
        f"SEMI JOIN rolled_keys AS new ON {same}"
    )
    rows = f"SELECT * FROM {identifier(table)} WHERE rowid IN (SELECT id FROM rolled_ids)"
    outside.execute(f"CREATE OR REPLACE TEMP TABLE {BEFORE} AS {rows}")
    outside.unregister("rolled_keys")


def of_rows(sql: str, table: str, rows: str) -> str:
    """The statement over `rows` in place of the fact table it reads; it begins with a WITH clause."""
    return f"WITH {identifier(table)} AS (SELECT * FROM {rows}), " + sql.removeprefix("WITH ")


def kept_cells(rollup: Rollup, number: int, first: date, last: date) -> str:
    """The statement for the cells of one set from `first` to `last` as they are kept."""
    return (
        f"SELECT * FROM {identifier(rollup.name)} WHERE set_number = {number} "
        f"AND day BETWEEN DATE '{first}' AND DATE '{last}'"
    )


def carry(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, rollup: Rollup) -> None:
    """Bring the gathered cells from one connection to another, whose transaction does not see the same."""
    frame = source.execute(f"SELECT * REPLACE (day::VARCHAR AS day) FROM {CELLS}").fetchnumpy()
    target.register("carried_cells", frame)
    columns = ", ".join(
        [
            "day::DATE AS day",
            *(f"{identifier(name)}::VARCHAR AS {identifier(name)}" for name in rollup.slices),
            *(["value"] if rollup.of_values else []),
            *(identifier(name) for name in rollup.sums),
        ]
    )
    target.execute(f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT {columns} FROM carried_cells")
    target.unregister("carried_cells")


def add(connection: duckdb.DuckDBPyConnection, rollup: Rollup, sign: int = 1, but: Iterable[int] = ()) -> None:
    """Add the gathered cells to the rollup, or take them away (`sign` -1), but for those of some days (since 1970)."""
    where = _but(but)
    sums = ", ".join(f"{sign} * sum({identifier(name)}) AS {identifier(name)}" for name in rollup.sums)
    for number, kept in enumerate(rollup.sets):
        keys = ", ".join(["day", *map(identifier, kept), *(["value"] if rollup.of_values else [])])
        connection.execute(
            f"INSERT INTO {identifier(rollup.name)} BY NAME "
            f"SELECT {number} AS set_number, {keys}, {sums} FROM {CELLS} {where} GROUP BY ALL"
        )


def correct(connection: duckdb.DuckDBPyConnection, rollup: Rollup, sign: int) -> None:
    """Add the gathered cells to the days that are complete, or take them away from them."""
    connection.execute(
        f"DELETE FROM {CELLS} WHERE day NOT IN (SELECT day FROM {DAYS} WHERE name = {literal(rollup.name)})"
    )
    add(connection, rollup, sign)


def corrected_days(connection: duckdb.DuckDBPyConnection, rollup: Rollup) -> list[int]:
    """The days, since 1970, of which a cell has been added to since its rows were last put together."""
    keys = ", ".join(map(identifier, rollup.keys))
    rows = connection.execute(
        f"SELECT DISTINCT day - DATE '1970-01-01' FROM (SELECT day FROM {identifier(rollup.name)} "
        f"WHERE set_number = 0 GROUP BY {keys} HAVING count(*) > 1) ORDER BY 1"
    ).fetchall()
    return [int(day) for (day,) in rows]


def _but(days: Iterable[int]) -> str:
    listed = ", ".join(str(int(day)) for day in days)
    return f"WHERE (day - DATE '1970-01-01') NOT IN ({listed})" if listed else ""


def complete(connection: duckdb.DuckDBPyConnection, rollup: Rollup, first: str, last: str, but: Iterable[int]) -> None:
    """Note the days from `first` to `last` (ISO) as complete, but for some (days since 1970)."""
    left_out = [int(day) for day in but]
    connection.execute(
        f"INSERT INTO {DAYS} SELECT ?, day::DATE FROM generate_series(?::DATE, ?::DATE, INTERVAL 1 DAY) AS days(day) "
        "WHERE NOT list_contains(?::INTEGER[], (day::DATE - DATE '1970-01-01')::INTEGER)",
        [rollup.name, first, last, left_out],
    )


def forget_days(connection: duckdb.DuckDBPyConnection, rollup: Rollup, days: Iterable[int]) -> None:
    """Count some days (since 1970) from the facts until they are made again.

    Their cells stay until then: whoever is reading by what was complete before finds what stood there before.
    """
    connection.execute(f"DELETE FROM {DAYS} WHERE name = ? AND {AMONG}", [rollup.name, [int(day) for day in days]])


def clear_days(connection: duckdb.DuckDBPyConnection, rollup: Rollup, days: Iterable[int]) -> None:
    """Take away the cells of some days (since 1970), which are about to be made."""
    connection.execute(f"DELETE FROM {identifier(rollup.name)} WHERE {AMONG}", [[int(day) for day in days]])


def compact(connection: duckdb.DuckDBPyConnection, rollup: Rollup) -> None:
    """Put one row in place of those that were added to a cell one after the other, once they are many.

    Cells of no row vanish.
    """
    keys = ", ".join(["set_number", *map(identifier, rollup.keys)])
    name = identifier(rollup.name)
    rows, cells = connection.execute(f"SELECT count(*), count(DISTINCT hash({keys})) FROM {name}").fetchall()[0]
    if rows <= MANY_A_CELL * cells:
        return
    sums = ", ".join(f"sum({identifier(each)}) AS {identifier(each)}" for each in rollup.sums)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT {keys}, {sums} FROM {name} GROUP BY ALL "
        f"HAVING sum({identifier(rollup.counted)}) > 0.5"
    )
    connection.execute(f"DELETE FROM {name}")
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {CELLS} ORDER BY set_number, day")


def reading(rollup: Rollup, columns: Mapping[str, str], where: Mapping[str, str]) -> str:
    """The statement that reads days from `first_day` up to `end_day` (its parameters) by `columns`: slice -> its name.

    `where` maps slices to the names of the parameters they must equal.
    """
    number = rollup.set_for([*columns, *where])
    if number is None:
        raise ValueError(f"{rollup.name} does not keep {', '.join([*columns, *where])} together")
    keys = ", ".join(
        [
            "day",
            *(f"{identifier(name)} AS {alias}" for name, alias in columns.items()),
            *(["value"] if rollup.of_values else []),
        ]
    )
    sums = ", ".join(f"sum({identifier(name)}) AS {identifier(name)}" for name in rollup.sums)
    chosen = "".join(f" AND {identifier(name)} = ${parameter}" for name, parameter in where.items())
    return (
        f"SELECT {keys}, {sums} FROM {identifier(rollup.name)} WHERE set_number = {number} "
        f"AND day >= $first_day::DATE AND day < $end_day::DATE{chosen} GROUP BY ALL "
        f"HAVING sum({identifier(rollup.counted)}) > 0.5"
    )

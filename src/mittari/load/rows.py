"""Rows that are in memory already, as a source like a file."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from mittari.errors import UserError
from mittari.facts import Table
from mittari.load.headers import require
from mittari.load.source import Source
from mittari.load.stage import Feed, leaves_out
from mittari.store.sql import identifier

Columns = Mapping[str, Any]
"""Rows in memory: by column name a list or a numpy array, all of one length."""

LeftOut = Mapping[str, Sequence[bool]]
"""By column name, of each row whether it does not bring the column."""


def rows_as_source(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Columns,
    number: int = 0,
    left_out: LeftOut | None = None,
) -> tuple[Source, dict[str, Feed]]:
    """The columns as a source, named as in the table. All must be of the table and of the same length.

    `number` tells the sources of one load apart. `left_out` says of columns which rows do not bring them.
    """
    unknown = [name for name in columns if not table.is_own_dimension(name) and not _is_given(table, name)]
    if unknown:
        raise UserError(
            f"{table.name} has no column {unknown[0]}", hint=f"It has {', '.join(c.name for c in table.given)}."
        )
    require(table, columns, columns, None)
    numbered = [column.name for column in table.given if column.numbered and column.name not in columns]
    if numbered:
        raise UserError(f"rows in memory have no file to be numbered by: {numbered[0]} is needed")
    arrays = {name: _as_array(values) for name, values in columns.items()}
    arrays |= {leaves_out(name): np.array(rows, dtype=bool) for name, rows in (left_out or {}).items()}
    if len({array.shape for array in arrays.values()}) > 1:
        raise UserError(f"the columns of {table.name} differ in length")
    connection.register("rows_given", arrays)
    held = f"rows_in_memory_{number}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {held} AS SELECT * FROM rows_given")
    connection.unregister("rows_given")
    kinds = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {held}").fetchall()}
    feeds = {name: Feed(identifier(name), kinds[name]) for name in columns}
    relation = f'(SELECT *, rowid AS "row number" FROM {held})'
    return Source("", None, kinds, relation, '"row number"'), feeds


def _is_given(table: Table, name: str) -> bool:
    return name in table and not table[name].derived


def _as_array(values: Any) -> "np.ndarray[tuple[int], np.dtype[np.generic]]":
    """The values as DuckDB reads them without losing a null: numbers and instants as they are, the rest as texts."""
    if isinstance(values, list) and any(isinstance(value, str) for value in values):
        return np.array([None if value is None or value != value else _text(value) for value in values], dtype=object)
    array = np.asarray(values)
    if array.dtype.kind in "iufbM":
        return array.astype("datetime64[us]") if array.dtype.kind == "M" else array
    texts = [None if value is None or value != value else _text(value) for value in values]
    return np.array(texts, dtype=object)


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool | np.bool_) else str(value)

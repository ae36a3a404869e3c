"""Simulated rows as files: one CSV or Parquet file per table, written month by month."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from mittari.simulate.columns import Column, Columns

Format = Literal["csv", "parquet"]


def write_tables(batches: Iterable[tuple[str, Columns]], folder: Path, kind: Format) -> dict[str, Path]:
    """Write batches to `folder/<table>.<kind>`; the path of each table written.

    CSV files have instants in ISO 8601 with a Z. Memory stays at one batch: DuckDB writes a part per batch, and the
    parts are joined at the end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[Path]] = {}
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(dir=folder) as temporary:
        for table, columns in batches:
            known = parts.setdefault(table, [])
            part = Path(temporary) / f"{table}-{len(known):04d}.{kind}"
            known.append(part)
            _write_part(connection, columns, part, kind, header=len(known) == 1)
        return {table: _join(connection, known, folder / f"{table}.{kind}", kind) for table, known in parts.items()}


def _write_part(
    connection: duckdb.DuckDBPyConnection, columns: Columns, part: Path, kind: Format, *, header: bool
) -> None:
    connection.register("part", {name: _readable(values) for name, values in columns.items()})
    selected = ", ".join(_expression(name, values, kind) for name, values in columns.items())
    options = f"format csv, header {str(header).lower()}" if kind == "csv" else "format parquet"
    # The names come from our own tables and the path from a temporary folder: nothing of it is foreign input.
    connection.execute(f"copy (select {selected} from part) to {_quoted(part)} ({options})")  # noqa: S608
    connection.unregister("part")


def _join(connection: duckdb.DuckDBPyConnection, parts: list[Path], target: Path, kind: Format) -> Path:
    if kind == "csv":
        with target.open("wb") as whole:
            for part in parts:
                with part.open("rb") as piece:
                    shutil.copyfileobj(piece, whole, 1 << 20)
        return target
    names = ", ".join(_quoted(part) for part in parts)
    connection.execute(f"copy (from read_parquet([{names}])) to {_quoted(target)} (format parquet)")
    return target


def _readable(values: Column) -> Column:
    """DuckDB reads days only as instants."""
    return values.astype("datetime64[s]") if values.dtype == np.dtype("datetime64[D]") else values


def _expression(name: str, values: Column, kind: Format) -> str:
    """The SQL that gives a column its type, also where a whole batch of it is empty."""
    column = f'"{name}"'
    if values.dtype == np.dtype("datetime64[D]"):
        return f"{column}::date as {column}"
    if values.dtype.kind == "M":
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {column}" if kind == "csv" else column
    if values.dtype == object:
        first = next((value for value in values if value is not None), None)
        return f"{column}::{'bigint' if isinstance(first, int) else 'varchar'} as {column}"
    if values.dtype.kind == "f":
        return f"case when isnan({column}) then null else {column} end as {column}"
    return column


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"

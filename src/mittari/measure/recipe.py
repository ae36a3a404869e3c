"""A plan once it is compiled: SQL with its columns, and for each output how its numbers come out of them.

Recipes are plain data. They are kept in the home folder (`plans/`), so that a command that asks the same question of
other periods runs without the compiler.
"""

from dataclasses import dataclass

import msgspec

CELLS, BLOCKS, VALUES, WAITS, STOCK, EXPOSURE = "cells", "blocks", "values", "waits", "stock", "exposure"
OTHER = ":other"
"""Ends the name of the part of a row query that brings the second group of a contrast."""
EXPOSED_AS = {"average_active": "x", "active_at_start": "y", "active_at_end": "y", "headcount": "x"}
"""Exposure -> the column of its exported rows that adds up to it."""
ROWS = "rows"
"""The sum of a model that n is."""
COUNTED = "counted_rows"
"""The column of days to be kept that tells how many rows a cell stands for: one without any is no cell."""


class Query(msgspec.Struct, frozen=True):
    """One statement. `keys` are its grouping columns in order, the rest are named by the parts that use them."""

    kind: str
    sql: str
    keys: tuple[str, ...]
    relation: str
    source: str
    tables: tuple[str, ...]
    clock: str


class Part(msgspec.Struct, frozen=True):
    """What one output reads of one query: role (x, y, n, missing, ...) -> column."""

    query: int
    columns: dict[str, str]


class Recipe(msgspec.Struct, frozen=True):
    """How one output is made: its family, what the family needs to know, and the parts that bring the sums.

    For a comparison `family` is Change, Growth or Contrast and `base` the family compared; else both are the same.
    A Contrast reads its second group of rows from the parts `others`, a Growth its earlier period where that is counted
    otherwise.
    """

    kpi_id: str
    output: str
    family: str
    base: str
    block: str
    parts: tuple[Part, ...]
    fallback: tuple[Part, ...] = ()
    q: float | None = None
    domain: str = "positive"
    exposure: str | None = None
    against: str | None = None
    gap: bool = False
    flow_days: int = 0
    per: float = 1.0
    yearly: bool = False
    share: bool = False
    population: float | str | None = None
    others: tuple[Part, ...] = ()
    weighted: bool = False
    rule: str = ""
    given: dict[str, float | str | None] = {}
    scope: str = "main"


class Plan(msgspec.Struct, frozen=True):
    """Queries and recipes for a set of outputs and one shape of slices."""

    queries: tuple[Query, ...]
    recipes: tuple[Recipe, ...]
    slices: tuple[str, ...]


class RowQuery(msgspec.Struct, frozen=True):
    """A statement for the rows behind a number. `part` is the source whose rows it brings, or `exposure`."""

    part: str
    sql: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """What is asked: outputs, and the dimensions to filter and to split by.

    `channels` says which sources are read (written, phone, all, split), `basis` how active customers are known
    (contracts, orders), `half_hours` that the periods are too short for day blocks. `rolled` asks for days to be kept:
    rows of no period, that say how many rows they stand for.
    """

    outputs: tuple[tuple[str, str], ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    channels: str = "written"
    basis: str = "contracts"
    half_hours: bool = False
    rolled: bool = False

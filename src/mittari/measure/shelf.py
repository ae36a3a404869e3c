"""Relations by name: each is compiled once, and stands in the queries that read it as `WITH name AS (...)`.

To the expressions of a KPI a relation is then a plain table, so that a new slice or another set of outputs compiles
only its own few lines; and who reads the SQL of a receipt finds the relation under its name.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ibis
import msgspec
from ibis.expr import operations

from mittari.measure.kpi import OWN_RELATIONS, Definition
from mittari.measure.relations import RELATIONS, Facts, Source

if TYPE_CHECKING:
    from mittari.store.engines import Engine

ONLY = "written"


class NamedTotals(msgspec.Struct, frozen=True):
    """The rows of a source counted, where nothing is split: their statement and columns."""

    name: str
    sql: str
    columns: dict[str, str]


class NamedSource(msgspec.Struct, frozen=True):
    """One source of a relation as it is kept: its statement, and the columns it has with their types."""

    name: str
    sql: str
    columns: dict[str, str]
    tables: tuple[str, ...]
    key: str
    left_out: dict[str, str]
    dimensions: dict[str, str]
    customer: str | None
    periodic: bool
    alone: bool
    totals: NamedTotals | None = None

    def source(self) -> Source:
        return Source(
            rows=ibis.table(self.columns, name=self.name),
            totals=None if self.totals is None else ibis.table(self.totals.columns, name=self.totals.name),
            tables=self.tables,
            key=self.key,
            left_out=self.left_out,
            dimensions=self.dimensions,
            customer=self.customer,
            periodic=self.periodic,
            alone=self.alone,
        )


Keep = Callable[[str, Callable[[], dict[str, NamedSource]]], dict[str, NamedSource]]
"""Finds what was kept under a text, or makes and keeps it."""


class Shelf:
    """The relations that one compilation takes, from those kept or compiled now."""

    def __init__(self, facts: Facts, keep: Keep) -> None:
        self._facts, self._keep = facts, keep
        self._sources: dict[str, Mapping[str, Source]] = {}
        self._statements: dict[str, str] = {}

    def sources(self, definition: Definition, params: Mapping[str, Any]) -> Mapping[str, Source]:
        """The sources of the KPI's relation; the same relation with the same parameters is the same table."""
        relation, own = definition.relation_for(params), definition.relation_parameters(params)
        identity = repr((relation, sorted(own.items())))
        if identity not in self._sources:
            kept = self._keep(identity, lambda: self._compiled(relation, own))
            self._statements |= {each.name: each.sql for each in kept.values()}
            self._statements |= {each.totals.name: each.totals.sql for each in kept.values() if each.totals}
            self._sources[identity] = {name: each.source() for name, each in kept.items()}
        return self._sources[identity]

    def _compiled(self, relation: str, own: Mapping[str, Any]) -> dict[str, NamedSource]:
        build = RELATIONS[relation] if relation in RELATIONS else OWN_RELATIONS[relation]
        made = build(self._facts, **own)
        suffix = "_" + hashlib.sha256(repr(sorted(own.items())).encode()).hexdigest()[:6] if own else ""
        return {
            name: _named(
                f"{relation}{suffix}" if name == ONLY and len(made) == 1 else f"{relation}_{name}{suffix}",
                source,
                self._facts.engine,
            )
            for name, source in made.items()
        }

    def complete(self, sql: str) -> str:
        """The statement with the relations it reads before it. Not materialized: only the columns read are computed."""
        read = [name for name in self._statements if re.search(rf'"{name}"', sql)]
        if not read:
            return sql
        inlined = self._facts.engine.inlined
        before = ", ".join(f'"{name}" AS {inlined}({self._statements[name]})' for name in read)
        return f"WITH {before} SELECT * FROM ({sql}) AS counted"  # noqa: S608 - compiled from declarations


def _named(name: str, source: Source, engine: "Engine") -> NamedSource:
    return NamedSource(
        name=name,
        sql=to_sql(source.rows, engine),
        columns=columns_of(source.rows),
        tables=source.tables,
        key=source.key,
        left_out=dict(source.left_out),
        dimensions=dict(source.dimensions),
        customer=source.customer,
        periodic=source.periodic,
        alone=source.alone,
        totals=None
        if source.totals is None
        else NamedTotals(f"{name}_totals", to_sql(source.totals, engine), columns_of(source.totals)),
    )


def columns_of(rows: ibis.Table) -> dict[str, str]:
    return {column: str(kind) for column, kind in rows.schema().items()}


DIVISIONS = (operations.Divide, operations.FloorDivide, operations.Modulus)


def _null_at_zero(node: Any, rewritten: dict[str, Any] | None) -> Any:
    """The operation; a division by zero as null, where one would stop the whole query."""
    parts = dict(zip(node.__argnames__, node.__args__, strict=True)) | (rewritten or {})
    if isinstance(node, DIVISIONS) and not isinstance(parts["right"], operations.Literal):
        divisor = parts["right"]
        parts["right"] = operations.NullIf(divisor, operations.Literal(0, dtype=divisor.dtype))
        return node.__recreate__(parts)
    return node.__recreate__(rewritten) if rewritten else node


COMMON = re.compile(r'("t\d+") AS \(SELECT')


def to_sql(statement: ibis.Table, engine: "Engine") -> str:
    """The statement; parts it reads twice are not materialized, which would compute all of their columns."""
    if engine.fails_at_zero:
        statement = statement.op().replace(_null_at_zero).to_expr()
    return COMMON.sub(rf"\1 AS {engine.inlined}(SELECT", engine.written(statement))

"""The sums and counts that families need of a relation's rows, each asked for once however many outputs share it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
from ibis.expr import types as ir

from mittari.measure import outputs as family
from mittari.measure.relations.base import NO_RATE, UNPRICED, Source

COUNT, SUM, QUANTILE = "count", "sum", "quantile"
WEIGHT = "multiplicity"
"""The column of rows that stand for several equal ones."""


@dataclass(frozen=True)
class Term:
    """How many rows meet `where`, or the sum or the `q` quantile of `value` over them."""

    mode: str
    where: Any
    value: Any = None
    q: float | None = None


def side_terms(spec: Any) -> dict[str, Term]:
    """Rows counted beside the number: without an answer, undecided, still able to change."""
    sides = {"missing": spec.missing, "censored": spec.censored, "immature": spec.immature}
    return {role: Term(COUNT, where) for role, where in sides.items() if where is not None}


def unpriced_term(spec: Any, source: Source) -> dict[str, Term]:
    """Rows that a sum of money leaves out because no exchange rate is known: they stand in n_rejected (SPEC 4.4)."""
    of_money = isinstance(spec, (family.EuroSum, family.Ratio, family.Mean, family.Model))
    if of_money and UNPRICED in source.rows.columns:
        return {"unpriced": Term(SUM, source.rows[UNPRICED].notnull(), source.rows[UNPRICED])}
    return {"unpriced": Term(COUNT, source.rows[NO_RATE])} if of_money and NO_RATE in source.left_out else {}


def row_terms(spec: Any) -> dict[str, Term]:
    """Role -> term of the families that are sums over rows."""
    if getattr(spec, "weight", None) is not None:
        return weighed_terms(spec)
    if isinstance(spec, family.Proportion):
        return {"x": Term(COUNT, spec.of & spec.hit), "y": Term(COUNT, spec.of)}
    if isinstance(spec, family.NetShare):
        return {
            "positive": Term(COUNT, spec.of & spec.up),
            "negative": Term(COUNT, spec.of & spec.down),
            "y": Term(COUNT, spec.of),
        }
    if isinstance(spec, family.Mean):
        return {"x": Term(SUM, spec.of, spec.value), "y": Term(COUNT, spec.of)}
    if isinstance(spec, family.Ratio):
        return {"x": Term(SUM, spec.of, spec.top), "y": Term(SUM, spec.of, spec.bottom), "n": Term(COUNT, spec.of)}
    if isinstance(spec, family.EuroSum):
        return {"x": Term(SUM, spec.of, spec.value), "n": Term(COUNT, spec.of)}
    if isinstance(spec, family.Count):
        return {"x": Term(COUNT, spec.of)}
    if isinstance(spec, family.Model):
        sums = {name: Term(SUM, spec.of, value) for name, value in spec.sums.items()}
        return {**sums, "rows": Term(COUNT, spec.of if spec.rows is None else spec.of & spec.rows)}
    if isinstance(spec, family.Stock) and spec.value is not None:
        return {"x": Term(QUANTILE, spec.of, spec.value, spec.q), "n": Term(COUNT, spec.of)}
    if isinstance(spec, family.Stock):
        flow = {} if spec.flow is None else {"flow": Term(COUNT, spec.flow)}
        return {"x": Term(COUNT, spec.of), "n": Term(COUNT, spec.of if spec.among is None else spec.among), **flow}
    raise TypeError(f"{type(spec).__name__} is not a sum over rows")


def weighed_terms(spec: Any) -> dict[str, Term]:
    """The same of rows that count by their weight, with the squares that say how many rows they are worth."""
    weight = spec.weight
    sums = {"y": Term(SUM, spec.of, weight), "squares": Term(SUM, spec.of, weight * weight), "n": Term(COUNT, spec.of)}
    if isinstance(spec, family.NetShare):
        ups = {"positive": Term(SUM, spec.of & spec.up, weight), "negative": Term(SUM, spec.of & spec.down, weight)}
        return {**ups, **sums}
    if isinstance(spec, family.Mean):
        return {"x": Term(SUM, spec.of, spec.value * weight), **sums}
    return {"x": Term(SUM, spec.of & spec.hit, weight), **sums}


class Aggregates:
    """Terms of several outputs over the same rows, without repetition, and the columns they become."""

    def __init__(self) -> None:
        self._columns: dict[tuple[Any, ...], str] = {}
        self._terms: dict[str, Term] = {}

    def add(self, term: Term) -> str:
        identity = (term.mode, term.where.op(), None if term.value is None else term.value.op(), term.q)
        if identity not in self._columns:
            name = f"a{len(self._columns)}"
            self._columns[identity] = name
            self._terms[name] = term
        return self._columns[identity]

    def over(self, rows: ir.Table) -> dict[str, Any]:
        """One aggregate a term, for a GROUP BY over the rows."""
        return {name: self._aggregate(rows, term) for name, term in self._terms.items()}

    @staticmethod
    def _aggregate(rows: ir.Table, term: Term) -> Any:
        # the expressions were written over the relation: bound to the rows derived from it, they find its columns there
        (where,) = rows.bind(term.where)
        if term.mode == COUNT:
            return rows.count(where=where) if WEIGHT not in rows.columns else rows[WEIGHT].sum(where=where).fill_null(0)
        (value,) = rows.bind(term.value)
        if term.mode == QUANTILE:
            return value.cast("float64").quantile(term.q, where=where)
        return value.cast("float64").sum(where=where).fill_null(0.0)

    def as_columns(self, rows: ir.Table) -> dict[str, Any]:
        """The same terms of single rows, where every row is a block of its own."""
        columns = {}
        for name, term in self._terms.items():
            (where,) = rows.bind(term.where)
            value = ibis.literal(1.0) if term.mode == COUNT else rows.bind(term.value)[0].cast("float64")
            columns[name] = where.ifelse(value, ibis.literal(0.0)).fill_null(0.0)
        return columns


def block_sums(blocks: ir.Table, pairs: Mapping[str, tuple[str, str]], plain: set[str]) -> dict[str, Any]:
    """Sums over blocks: for each (x, y) pair G, Sx, Sy, Sx2, Sy2, Sxy; for the plain columns their sum."""
    each = blocks[WEIGHT].cast("float64") if WEIGHT in blocks.columns else ibis.literal(1.0)
    sums: dict[str, Any] = {name: (blocks[name] * each).sum().cast("float64") for name in sorted(plain)}
    for prefix, (top, bottom) in pairs.items():
        x, y = block_value(blocks, top), blocks[bottom].cast("float64")
        sums |= {
            f"{prefix}_G": (blocks[bottom] != 0).ifelse(each, ibis.literal(0.0)).sum(),
            f"{prefix}_Sx": (x * each).sum(),
            f"{prefix}_Sy": (y * each).sum(),
            f"{prefix}_Sx2": (x * x * each).sum(),
            f"{prefix}_Sy2": (y * y * each).sum(),
            f"{prefix}_Sxy": (x * y * each).sum(),
        }
    return sums


def block_value(blocks: ir.Table, top: str) -> Any:
    """The x of a block: a column, or the difference of two (`positive-negative`, for net shares)."""
    if "-" not in top:
        return blocks[top].cast("float64")
    positive, negative = top.split("-")
    return blocks[positive].cast("float64") - blocks[negative].cast("float64")

"""ClickHouse's SQL, where Ibis's own compiler for it would say something else than the other engines say.

Written by Ibis alone, statements compile and run, and some numbers are silently wrong: quantiles and distinct counts
are approximate, `x IN (...)` of an unknown x is false, instants end in 2106 and lose fractions, letters are bytes.
"""

from typing import Any

import sqlglot
from ibis.backends.sql.compilers.clickhouse import ClickHouseCompiler
from ibis.backends.sql.datatypes import ClickHouseType
from ibis.backends.sql.dialects import ClickHouse
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr import types as ir
from sqlglot import expressions as sge

INSTANT, DAY = "DateTime64(6, 'UTC')", "Date32"
MICROSECONDS = 1_000_000
SIGNED = "toInt64"
COUNTED = (ops.Count, ops.CountStar, ops.CountDistinct, ops.RowNumber, ops.MinRank, ops.DenseRank)


class Types(ClickHouseType):  # type: ignore[misc]  # Ibis ships no types
    """Instants to the microsecond and days of all years; the types Ibis takes reach from 1970 to 2106 or 2149."""

    @classmethod
    def from_ibis(cls, dtype: dt.DataType) -> Any:
        if not (dtype.is_timestamp() or dtype.is_date()):
            return super().from_ibis(dtype)
        kind = sge.DataType.build(INSTANT if dtype.is_timestamp() else DAY, dialect=ClickHouse)
        kind.set("nullable", dtype.nullable)
        return kind


class Compiler(ClickHouseCompiler):  # type: ignore[misc]
    """Each `visit_*` takes an operation of Ibis, its arguments being compiled already."""

    __slots__ = ()

    type_mapper = Types
    SIMPLE_OPS = {  # noqa: RUF012 - Ibis reads it when the class is made
        ops.Date: "toDate32",
        ops.Lowercase: "lowerUTF8",
        ops.Uppercase: "upperUTF8",
        ops.StringLength: "lengthUTF8",
    }

    def _signed(self, value: Any) -> Any:
        """Counts come without a sign, and have no common type with numbers that have one."""
        return self.f[SIGNED](value)

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self._signed(super().visit_CountStar(op, arg=arg, where=where))

    def visit_Count(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self._signed(self.agg.count(arg, where=where))

    def visit_CountDistinct(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self._signed(self.agg.uniqExact(arg, where=where))

    def visit_WindowFunction(self, op: Any, *, func: Any, **rest: Any) -> Any:
        if not isinstance(op.func, COUNTED):
            return super().visit_WindowFunction(op, func=func, **rest)
        bare = func.expressions[0] if func.name == SIGNED else func  # the sign goes around the whole window
        return self._signed(super().visit_WindowFunction(op, func=bare, **rest))

    def visit_Quantile(self, op: Any, *, arg: Any, quantile: Any, where: Any) -> Any:
        return self._visit_quantile("quantileExactInclusive", arg, quantile, where)

    def visit_LagLead(self, op: Any, *, arg: Any, offset: Any, default: Any) -> Any:
        """Within a frame that is told they are called so; beyond its ends stands a null only where one can."""
        return super().visit_LagLead(op, arg=self.f.toNullable(arg), offset=offset, default=default)

    visit_Lag = visit_Lead = visit_LagLead

    def visit_ExtractEpochSeconds(self, op: Any, *, arg: Any) -> Any:
        return self.f.toUnixTimestamp64Micro(arg) / MICROSECONDS

    def visit_TimestampDiff(self, op: Any, *, left: Any, right: Any) -> Any:
        """As an interval: a difference of instants is a decimal number there, which cannot be added to an instant."""
        return self.f.toIntervalMicrosecond(self.f.toUnixTimestamp64Micro(left) - self.f.toUnixTimestamp64Micro(right))

    def visit_InValues(self, op: Any, *, value: Any, options: Any) -> Any:
        return self._known(value, super().visit_InValues(op, value=value, options=options))

    def visit_InSubquery(self, op: Any, *, rel: Any, needle: Any) -> Any:
        return self._known(needle, super().visit_InSubquery(op, rel=rel, needle=needle))

    def _known(self, value: Any, answer: Any) -> Any:
        """Whether an unknown value is among others is unknown; ClickHouse says no."""
        return self.if_(self.f.isNull(value), self.cast(sge.null(), dt.boolean), answer)

    def visit_Cast(self, op: Any, *, arg: Any, to: dt.DataType) -> Any:
        """Numbers are rounded to whole ones, not cut off; as text a fractional number shows that it is one: 1.0."""
        kind = op.arg.dtype
        if to.is_integer() and (kind.is_floating() or kind.is_decimal()):
            arg = self.f.round(arg)
        text = super().visit_Cast(op, arg=arg, to=to)
        if to.is_string() and kind.is_floating():
            return self.if_(self.f.match(text, "^-?[0-9]+$"), self.f.concat(text, ".0"), text)
        return text

    def visit_TryCast(self, op: Any, *, arg: Any, to: dt.DataType) -> Any:
        """A text that is no day of the calendar gives none, where ClickHouse gives another day."""
        tried = super().visit_TryCast(op, arg=arg, to=to)
        if not to.is_date():
            return tried
        return self.if_(self.cast(tried, dt.string).eq(arg), tried, self.cast(sge.null(), to))

    def visit_Substring(self, op: Any, *, arg: Any, start: Any, length: Any) -> Any:
        """`start` counts letters from 0."""
        return self.f.anon.substringUTF8(arg, start + 1, *([] if length is None else [length]))

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: dt.DataType) -> Any:
        if dtype.is_date():
            return self.f.toDate32(value.isoformat())
        if dtype.is_timestamp():
            return self.f.toDateTime64(value.isoformat(sep=" "), 6, "UTC")
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)


COMPILER = Compiler()


def to_sql(statement: ir.Table) -> str:
    """The statement in ClickHouse's SQL. Conditions come out of it as Bool: there comparisons are numbers of a byte."""
    written = COMPILER.to_sqlglot(statement.unbind())
    conditions = [name for name, kind in statement.schema().items() if kind.is_boolean()]
    if conditions:
        columns = [sqlglot.column(name, quoted=True) for name in conditions]
        told = [sge.cast(column, "Nullable(Bool)", dialect=ClickHouse).as_(column.this) for column in columns]
        written = sqlglot.select(sge.Star(replace=told)).from_(written.subquery("told"))
    return str(written.sql(dialect=ClickHouse, unsupported_level=sqlglot.ErrorLevel.RAISE))

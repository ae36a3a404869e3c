"""What refuses a row when looked at alone (SPEC 9.2, left column): SQL that names the columns at fault, and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mittari.facts import TABLES, Column, Table
from mittari.load.values import expectation
from mittari.store.sql import identifier, literal

SHOWN = 60
"""So much of an unreadable text is repeated in the reason."""

NPS_KINDS = ("nps", "enps")


@dataclass(frozen=True)
class Check:
    """The row is refused where `condition` holds; `reason` is SQL for a text."""

    column: str
    condition: str
    reason: str


def problems(table: Table, columns: Mapping[str, Column], raw: Callable[[str], str]) -> str:
    """SQL for the problems of a row: `column, reason` pairs between separators, or null for a good row.

    It sees the typed columns under their names, the texts under `raw(name)`, and `fault`, which makes the whole record
    unusable.
    """
    found = list(_checks(table, columns, raw))
    any_at_all = " OR ".join(f"coalesce({check.condition}, false)" for check in found)
    each = ", ".join(
        f"CASE WHEN {check.condition} THEN {literal(check.column)} || chr(31) || {check.reason} || chr(30) END"
        for check in found
    )
    of_values = f"CASE WHEN {any_at_all} THEN concat({each}) END" if found else "NULL"
    return f"CASE WHEN fault IS NOT NULL THEN chr(31) || fault || chr(30) ELSE {of_values} END"


def _checks(table: Table, columns: Mapping[str, Column], raw: Callable[[str], str]) -> Iterator[Check]:
    for name, column in columns.items():
        yield from _of_column(column, identifier(name), raw(name), columns)
    for start, end in table.spans:
        if start in columns and end in columns:
            reason = f"'ends before {start}'"
            yield Check(end, f"{identifier(end)} < {identifier(start)}", reason)
    for check in SPECIAL.get(table.name, ()):
        if check.column in columns:
            yield from _where_present(check, columns)


def _of_column(column: Column, value: str, raw: str, columns: Mapping[str, Column]) -> Iterator[Check]:
    shown = f"left(({raw})::VARCHAR, {SHOWN})"
    if column.type not in ("id", "text") or column.code:
        reason = f"concat({literal(f'expected {expectation(column)}, found ')}, chr(34), {shown}, chr(34))"
        yield Check(column.name, f"{raw} IS NOT NULL AND {value} IS NULL", reason)
    if column.required:
        excused = ""
        if column.required_unless is not None and column.required_unless[0] in columns:
            other, answer = column.required_unless
            excused = f" AND {identifier(other)} IS DISTINCT FROM {answer}"
        yield Check(column.name, f"{raw} IS NULL{excused}", "'a value is required here'")
    if column.minimum is not None:
        below, words = ("<=", "above") if column.above_minimum else ("<", "at least")
        reason = f"concat('expected {words} {column.minimum:g}, found ', {shown})"
        yield Check(column.name, f"{value} {below} {column.minimum:g}", reason)
    if column.maximum is not None:
        reason = f"concat('expected at most {column.maximum:g}, found ', {shown})"
        yield Check(column.name, f"{value} > {column.maximum:g}", reason)


def _where_present(check: Check, columns: Mapping[str, Column]) -> Iterator[Check]:
    """The check with columns that the file does not bring taken as null."""
    condition = check.condition
    for column in (column for table in TABLES.values() for column in table):
        mark = "{" + column.name + "}"
        if mark in condition:
            condition = condition.replace(mark, identifier(column.name) if column.name in columns else "NULL")
    yield Check(check.column, condition, check.reason)


SPECIAL: dict[str, tuple[Check, ...]] = {
    "responses": (
        Check(
            "score",
            f"{{kind}} IN {NPS_KINDS} AND ({{score}} < 0 OR {{score}} > 10)",
            "'off the scale from 0 to 10'",
        ),
        Check(
            "score",
            "{score} < {scale_min}::DOUBLE OR {score} > {scale_max}::DOUBLE",
            "'off the scale the row names'",
        ),
    ),
    "competitor_ratings": (
        Check("score", "{category} = 'nps' AND ({score} < 0 OR {score} > 10)", "'off the scale from 0 to 10'"),
    ),
    "business_calendars": (
        Check(
            "kind",
            "{kind} = 'open' AND ({open} IS NULL OR {close} IS NULL OR {open} >= {close})",
            "'an open interval closes after it opens'",
        ),
        Check("kind", "{weekday} IS NULL AND {date} IS NULL", "'a weekday or a date is needed'"),
    ),
    "coverage": (
        Check(
            "table",
            "{table} NOT IN (" + ", ".join(literal(name) for name in TABLES) + ")",
            "'expected the name of a table'",
        ),
    ),
}
"""Checks of single tables; `{name}` stands for a column, null where the file does not bring it."""

"""From text to typed values: for each column type, the SQL that reads a text, null where it cannot be read.

Every expression takes `raw`, the trimmed text of the cell (null when empty) or a value of another SQL type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from mittari.facts import Column
from mittari.load.zones import Zone
from mittari.money import CURRENCIES
from mittari.store.sql import literal

DAY_FIRST = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %H.%M.%S", "%d.%m.%Y %H.%M")
YES, NO = ("1", "true", "t", "yes", "y", "1.0"), ("0", "false", "f", "no", "n", "0.0")
NUMBERS = frozenset({"s", "float", "money", "int"})
TEXT = "VARCHAR"
THOUSANDS = " \u00a0\u202f"
"""The blanks that part groups of three digits, as Nordic and many other exports write them: `1 234,50`."""

COMMA_STYLE, POINT_STYLE = 1, 2
"""How a number is written: with a decimal comma, or with a decimal point. A column must not hold both."""


@dataclass(frozen=True)
class Clock:
    """In which zone clock times without an offset are read (`source`), where local days begin (`reporting`), and
    which strptime patterns the mapping declares."""

    source: Zone
    reporting: Zone
    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: str, reporting: str, many: bool, patterns: tuple[str, ...] = ()) -> "Clock":
        return cls(Zone(source, many), Zone(reporting, many), patterns)


MOMENTS = frozenset({"ts", "date", "ts_or_date"})
IN_UTC, ON_SOURCE_CLOCK, ON_LOCAL_DAY = 0, 1, 2
"""What a moment that was read stands for: an instant, a time on the clock of the source, or a day of the reports."""


def moment(column: Column, raw: str, kind: str, clock: Clock) -> tuple[str, str]:
    """SQL for the moment in a cell as it is written, a TIMESTAMP, and for what it stands for.

    It is read in a step of its own, because its conversion compares it many times. DuckDB's cast to TIMESTAMP ignores
    an offset, so texts that have one go through TIMESTAMPTZ. It also reads `infinity` and `epoch`: what does not begin
    with a digit is no time here.
    """
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{raw} AT TIME ZONE 'UTC'", str(IN_UTC)
    if kind == "DATE":
        return f"{raw}::TIMESTAMP", str(ON_SOURCE_CLOCK if column.type == "ts" else ON_LOCAL_DAY)
    if kind.startswith("TIMESTAMP"):
        return f"{raw}::TIMESTAMP", str(ON_SOURCE_CLOCK)
    if kind != TEXT:
        return moment(column, f"(({raw})::VARCHAR)", TEXT, clock)
    has_offset = (
        f"length({raw}) > 16 AND ({raw}[-6] IN ('+', '-') OR {raw}[-5] IN ('+', '-') OR {raw}[-3] IN ('+', '-') "
        f"OR {raw}[-1] > '9')"
    )
    read = (
        f"CASE WHEN {raw} >= ':' OR {raw} < '0' THEN NULL "
        f"WHEN {raw}[-1] = 'Z' THEN TRY_CAST({raw} AS TIMESTAMP) "
        f"WHEN {has_offset} THEN TRY_CAST({raw} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' "
        f"ELSE {_clock_reading(raw, clock)} END"
    )
    day = ON_SOURCE_CLOCK if column.type == "ts" else ON_LOCAL_DAY
    stands_for = (
        f"CASE WHEN {raw}[-1] = 'Z' OR ({has_offset}) THEN {IN_UTC} "
        f"WHEN length({raw}) <= 10 THEN {day} ELSE {ON_SOURCE_CLOCK} END"
    )
    return read, stands_for


def converted(column: Column, read: str, stands_for: str, clock: Clock) -> str:
    """SQL for the value of a moment column from the names of the two columns that `moment` made."""
    if column.type == "date":
        local = clock.reporting.to_local(read)
        return f"CAST(CASE WHEN {stands_for} = {IN_UTC} THEN {local} ELSE {read} END AS DATE)"
    by_day = ""
    if column.type == "ts_or_date":
        by_day = f"WHEN {stands_for} = {ON_LOCAL_DAY} THEN {clock.reporting.to_utc(read)} "
    return f"CASE WHEN {stands_for} = {IN_UTC} THEN {read} {by_day}ELSE {clock.source.to_utc(read)} END"


def typed(column: Column, raw: str, kind: str, words: Mapping[str, str]) -> str:
    """SQL for the value of a cell of SQL type `kind` in the type of `column`, which is none of the moments.

    Null when it cannot be read. `words` are those of other languages for words of an enumeration.
    """
    if kind != TEXT:
        return _cast(column, raw, kind, words)
    if column.type in ("id", "text"):
        return _listed(column, raw)
    if column.type == "enum":
        return _word(column.values, raw, words)
    if column.type == "b":
        return f"(CASE WHEN {raw} = '0' THEN 0 WHEN {raw} = '1' THEN 1 {_truth(raw)} END)::TINYINT"
    if column.type in NUMBERS:
        digits = _ungrouped(raw)
        return _number(
            column, f"CASE WHEN {style_of(raw)} = {COMMA_STYLE} THEN replace({digits}, ',', '.') ELSE {digits} END"
        )
    if column.type == "time":
        return _clock_time(raw)
    return f"CASE WHEN regexp_full_match({raw}, '\\d{{4}}-(0[1-9]|1[0-2])(-\\d\\d)?') THEN left({raw}, 7) END"


def expectation(column: Column) -> str:
    """What the column takes, in the words of a refusal."""
    if column.code:
        return {"currency": "a currency of ISO 4217", "time_zone": "an IANA time zone"}[column.code]
    if column.type == "enum":
        return "one of " + ", ".join(column.values)
    return {
        "ts": "a time, ISO 8601 or d.m.Y",
        "ts_or_date": "a time or a day, ISO 8601 or d.m.Y",
        "date": "a day, ISO 8601 or d.m.Y",
        "b": "0 or 1",
        "int": "a whole number",
        "time": "a clock time from 00:00 to 24:00",
        "month": "a month such as 2026-10",
    }.get(column.type, "a number")


def style_of(raw: str) -> str:
    """SQL for how the number in a text is written: 0 where nothing shows it."""
    return (
        f"(CASE WHEN contains({raw}, '.') THEN {POINT_STYLE} WHEN contains({raw}, ',') THEN {COMMA_STYLE} ELSE 0 END)"
    )


def _clock_reading(raw: str, clock: Clock) -> str:
    """SQL for the wall clock time in a text without an offset."""
    usual = (
        f"CASE WHEN {raw}[2] = '.' OR {raw}[3] = '.' THEN try_strptime({raw}, {_list(DAY_FIRST)}) "
        f"ELSE TRY_CAST({raw} AS TIMESTAMP) END"
    )
    return f"coalesce(try_strptime({raw}, {_list(clock.patterns)}), {usual})" if clock.patterns else usual


def _ungrouped(raw: str) -> str:
    """SQL for the number in a text without the blanks that part its thousands; blanks elsewhere stay, and refuse it."""
    has_blank = " OR ".join(f"contains({raw}, {literal(blank)})" for blank in THOUSANDS)
    return (
        f"CASE WHEN ({has_blank}) AND regexp_full_match({raw}, '[+-]?\\d{{1,3}}([{THOUSANDS}]\\d{{3}})+([.,]\\d*)?') "
        f"THEN regexp_replace({raw}, '[{THOUSANDS}]', '', 'g') ELSE {raw} END"
    )


def _number(column: Column, text: str) -> str:
    if column.type == "money":
        return f"TRY_CAST({text} AS DECIMAL(18,4))"
    number = f"TRY_CAST({text} AS DOUBLE)"
    if column.type == "int":
        return f"CASE WHEN {number} = trunc({number}) AND abs({number}) < 9e15 THEN {number}::BIGINT END"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _cast(column: Column, raw: str, kind: str, words: Mapping[str, str]) -> str:
    """SQL for a value that is typed already, as Parquet files, numpy arrays and mappings give them."""
    if column.type in NUMBERS and kind not in ("DATE", "BOOLEAN") and not kind.startswith("TIMESTAMP"):
        return _number(column, raw)
    if column.type == "b" and kind == "BOOLEAN":
        return f"{raw}::TINYINT"
    if column.type == "b":
        return f"CASE WHEN TRY_CAST({raw} AS DOUBLE) IN (0, 1) THEN TRY_CAST({raw} AS DOUBLE)::TINYINT END"
    return typed(column, f"(({raw})::VARCHAR)", TEXT, words)


def _listed(column: Column, raw: str) -> str:
    """A text that must be in a public list, or any text."""
    if column.code == "currency":
        return f"CASE WHEN upper({raw}) IN {_set(sorted(CURRENCIES))} THEN upper({raw}) END"
    if column.code == "time_zone":
        return f"CASE WHEN {raw} IN {_set(sorted(available_timezones()))} THEN {raw} END"
    return raw


def _word(values: Sequence[str], raw: str, words: Mapping[str, str]) -> str:
    """A word of the list, or the translation of one; letter case and the sign between its parts do not matter."""
    folded = f"lower(regexp_replace({raw}, '[ -]+', '_', 'g'))"
    known = _set(values)
    translated = "".join(
        f" WHEN {folded} = {literal(theirs.replace(' ', '_'))} THEN {literal(ours)}" for theirs, ours in words.items()
    )
    return f"CASE WHEN {raw} IN {known} THEN {raw} WHEN {folded} IN {known} THEN {folded}{translated} END"


def _truth(raw: str) -> str:
    return f"WHEN lower({raw}) IN {_set(NO)} THEN 0 WHEN lower({raw}) IN {_set(YES)} THEN 1"


def _clock_time(raw: str) -> str:
    text = f"replace({raw}, '.', ':')"
    padded = f"CASE WHEN {text}[2] = ':' THEN '0' || {text} ELSE {text} END"
    return (
        f"CASE WHEN regexp_full_match({text}, '([01]?\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?|24:00(:00)?') "
        f"THEN regexp_replace({padded}, '^(\\d\\d:\\d\\d):00$', '\\1') END"
    )


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def _set(texts: Sequence[str]) -> str:
    return "(" + ", ".join(literal(text) for text in texts) + ")"

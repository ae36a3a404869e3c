"""A first mapping for a foreign file, written for a person to read, mend and keep.

    mittari import --suggest tickets.csv > tickets.toml

It guesses the table and the columns by headers in four languages and by what the values look like, and marks what it
cannot know with `FILL IN`. Where nothing is marked, the mapping loads the file as it is.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from mittari.errors import one_line
from mittari.facts import TABLES, Column, Table, aliases
from mittari.load import guesses, inputs
from mittari.load.headers import meant
from mittari.load.looks import MOMENT_KINDS, NUMBER_KINDS, Foreign, Look, look_at, words_of
from mittari.load.mapping import Block, find_mapping, shipped_mappings

FILL_IN = "FILL IN"
FEW = 30
LONGEST_COMMENT = 300
ENOUGH = 4
QUOTED = re.compile(r'"([^"]+)"')
PLACEHOLDERS = {"channel": "email", "currency": "EUR", "kind": "csat", "outcome": "answered"}
"""Constants for required columns that a file often lacks because all its rows share one value."""


@dataclass(frozen=True)
class Guess:
    """What a column of the table is filled from: its right side in TOML, the headers it uses, a remark to read."""

    toml: str
    headers: tuple[str, ...]
    remark: str = ""


def suggest(path: Path) -> str:
    """The text of a mapping in TOML for the file. Raises `UserError` where the file cannot be read."""
    foreign = look_at(path)
    table = guessed_table(foreign)
    columns = guessed_columns(table, foreign)
    return "\n".join([*_opening(foreign, table), *_source(foreign, columns), *_block(foreign, table, columns), ""])


def guessed_table(foreign: Foreign) -> Table:
    """The table whose columns and words fit the file best."""
    named = aliases.table_for(foreign.stem)
    scores = {name: _fit(TABLES[name], foreign) + 8 * (name == named) for name in inputs.importable()}
    return TABLES[max(scores, key=lambda name: scores[name])]


def _fit(table: Table, foreign: Foreign) -> float:
    headers = [look.header for look in foreign.columns]
    known = {aliases.canonical(table.name, header) for header in headers} - {None}
    by_name = sum(3 if column.required else 2 if column.starred else 1 for column in table if column.name in known)
    words = words_of(guesses.TABLE_WORDS.get(table.name, ""))
    seen: set[str] = set().union(*(look.words for look in foreign.columns))
    by_words = sum(1.5 for _ in words & seen) + 4 * bool(words & words_of(foreign.stem))
    missing = sum(column.required and column.name not in PLACEHOLDERS for column in table) - len(known)
    return by_name + by_words - 0.5 * max(0, missing)


def guessed_columns(table: Table, foreign: Foreign) -> dict[str, Guess]:
    """The columns that can be filled, each header used once; those that every row must fill choose first."""
    found: dict[str, Guess] = {}
    used: set[str] = set()
    for column in sorted(table.given, key=lambda column: (not column.required, not column.starred)):
        looks = [look for look in foreign.columns if look.header not in used]
        look = _by_name(table, column, looks) or _by_words(table, column, looks)
        guess = _guess(table, column, look, foreign) if look is not None else None
        if guess is not None:
            found[column.name] = guess
            used |= set(guess.headers[:1])
    for look in foreign.columns:
        own = aliases.canonical(table.name, look.header)
        if own is not None and table.is_own_dimension(own):
            found[own] = Guess(json.dumps(look.header, ensure_ascii=False), (look.header,))
    return found


def _by_name(table: Table, column: Column, looks: Iterable[Look]) -> Look | None:
    """The look that is called as the column, else one whose header is known to mean it and whose values fit."""
    meant = [look for look in looks if aliases.canonical(table.name, look.header) == column.name]
    called = [look for look in meant if aliases.fold(look.header) == aliases.fold(column.name)]
    return next(iter([*called, *(look for look in meant if _fits(table, column, look))]), None)


def _by_words(table: Table, column: Column, looks: Iterable[Look]) -> Look | None:
    """The look whose header holds the words of the column, and whose values could be such."""
    possible = [look for look in looks if _fits(table, column, look)]
    # an instant before a clock time beside a day, before a day alone; only what every row must have is pieced together
    has_day = column.required and any(look.kind == "day" for look in looks)
    pools = (
        [look for look in possible if look.kind not in ("clock", "day")],
        [look for look in possible if look.kind == "clock" and has_day],
        [look for look in possible if look.kind != "clock"],
    )
    for pool in pools:
        for words in guesses.alternatives(table.name, column.name):
            fitting = [look for look in pool if words <= look.words]
            if fitting:
                return min(fitting, key=lambda look: len(look.words))
    return None


def _fits(table: Table, column: Column, look: Look) -> bool:
    """Whether the values of the look can be read as the type of the column; a key is no word that all rows share."""
    if look.kind == "empty":
        return column.name not in table.key
    if column.name in table.key and column.type == "id":
        return look.is_key or look.distinct > FEW or look.filled <= FEW
    if column.type in ("ts", "ts_or_date", "date"):
        return look.kind in MOMENT_KINDS or (column.type == "ts" and look.kind == "clock")
    if column.type in ("s", "float", "money", "int"):
        return look.kind in NUMBER_KINDS and not (column.minimum is not None and (look.low or 0) < column.minimum)
    if column.type == "enum":
        return look.kind == "word" and look.distinct <= FEW
    if column.type in ("id", "text"):
        return look.kind not in (*MOMENT_KINDS[:-1], "clock")
    return column.type != "b" or {value.casefold() for value in look.values} <= {"0", "1", "true", "false", "yes", "no"}


def _guess(table: Table, column: Column, look: Look, foreign: Foreign) -> Guess | None:
    header = json.dumps(look.header, ensure_ascii=False)
    quoted = '"' + look.header.replace('"', '""') + '"'
    if column.type == "enum":
        return _word_guess(table, column, look, quoted, header)
    if look.kind == "epoch" and column.type in ("ts", "ts_or_date"):
        return Guess(_sql(f"to_timestamp(TRY_CAST({quoted} AS BIGINT))"), (look.header,), "seconds since 1970")
    if look.kind == "clock" and column.type in ("ts", "ts_or_date"):
        day = next((other for other in foreign.columns if other.kind == "day" and "date" in other.words), None)
        if day is None:
            return None
        joined = f"{_quoted(day)} || ' ' || lpad({quoted}, 8, '0')"
        return Guess(_sql(joined), (look.header, day.header), "the day and the clock time of it stand apart")
    if column.name == "score" and look.high is not None:
        beyond = f"; {FILL_IN}: no scale goes so far, what is {look.high:g}?" if look.high == 11 else ""
        return Guess(header, (look.header,), f"seen from {look.low:g} to {look.high:g}{beyond}")
    return Guess(header, (look.header,))


def _word_guess(table: Table, column: Column, look: Look, quoted: str, header: str) -> Guess:
    """An enumeration: as it is where all words are ours, else translated; words nobody knows are marked."""
    meanings = guesses.meanings(table.name, column.name)
    known, unknown = [], []
    for value in look.values:
        plain = re.sub(r"[ _-]+", " ", value.casefold())
        if plain.replace(" ", "_") in column.values:
            continue
        if plain in meanings:
            known.append((value, meanings[plain]))
        else:
            unknown.append(value)
    remark = f"{FILL_IN}: what is {', '.join(unknown)}? One of {', '.join(column.values)}" if unknown else ""
    if not known:
        return Guess(header, (look.header,), remark)
    cases = " ".join(f"WHEN {_text(value)} THEN {_text(ours)}" for value, ours in known)
    return Guess(_sql(f"CASE {quoted} {cases} ELSE {quoted} END"), (look.header,), remark)


def _opening(foreign: Foreign, table: Table) -> Iterator[str]:
    yield f"# A first mapping for {foreign.path.name}, guessed from its headers and first rows."
    yield f"# It looks like the table {table.name}: {table.grain}."
    yield f"# Read it, mend it, keep it; then: mittari import {foreign.path.name} --mapping THIS_FILE.toml"
    for name in shipped_mappings():
        if any(_fits_block(block, foreign) for block in find_mapping(name).blocks):
            yield f"# Or try the mapping that comes with Mittari for such files: --mapping {name}"
    yield ""


def _fits_block(block: Block, foreign: Foreign) -> bool:
    """Whether the file has every column that the block names, and they are enough to be no accident."""
    headers = [look.header for look in foreign.columns]
    joined = {name for join in block.joins for name in join.columns}
    named = {*block.plain.values(), *(name for sql in block.columns.values() for name in QUOTED.findall(sql))} - joined
    return len(named) >= ENOUGH and all(meant(name, headers).casefold() in map(str.casefold, headers) for name in named)


def _source(foreign: Foreign, columns: dict[str, Guess]) -> Iterator[str]:
    used = {header for guess in columns.values() for header in guess.headers}
    looks = [look for look in foreign.columns if look.header in used]
    nulls = list(dict.fromkeys(null for look in looks for null in look.nulls))
    formats = list(dict.fromkeys(look.date_format for look in looks if look.date_format))
    zones = [zone for look in looks for zone in re.findall(r"\(([A-Za-z_]+/[A-Za-z_/]+)\)", look.header)]
    yield "[source]"
    if foreign.encoding:
        yield f"encoding = {json.dumps(foreign.encoding)}  # not UTF-8; this is the likeliest"
    if nulls:
        yield f"nulls = {json.dumps(nulls)}  # texts that stand for an empty value"
    if formats:
        yield f"date_formats = {json.dumps(formats)}  # day or month first? Look at a date after the 12th"
    if zones and zones[0] in available_timezones():
        yield f"source_tz = {json.dumps(zones[0])}"
    elif any(look.kind in ("instant", "slashed", "clock") for look in looks):
        yield "# Times without a zone are read in that of the installation, unless it is said here:"
        yield '# source_tz = "Europe/Helsinki"'
    yield ""


def _block(foreign: Foreign, table: Table, columns: dict[str, Guess]) -> Iterator[str]:
    yield "[[table]]"
    yield f"name = {json.dumps(table.name)}"
    yield from _last_by(foreign, table, columns)
    yield ""
    yield "[table.columns]"
    for column in table.given:
        if column.name in columns:
            yield from _line(column.name, columns[column.name])
        elif column.required and not column.numbered:
            yield from _missing(column, columns, foreign)
    for name, guess in columns.items():
        if name not in table:
            yield from _line(name, guess)
    yield from _rest(foreign, table, columns)


def _line(name: str, guess: Guess) -> Iterator[str]:
    if guess.remark:
        yield _comment(guess.remark)
    yield f"{name} = {guess.toml}"


def _missing(column: Column, columns: dict[str, Guess], foreign: Foreign) -> Iterator[str]:
    """A required column that nothing fills: a likely constant where all rows may share one, else a line to fill in."""
    if column.required_unless is not None or column.name not in PLACEHOLDERS:
        yield f"# {FILL_IN}: {column.meaning}"
        yield f'# {column.name} = "..."'
        return
    constant = PLACEHOLDERS[column.name]
    score = next(
        (look for look in foreign.columns if "score" in columns and look.header in columns["score"].headers), None
    )
    if column.name == "kind" and score is not None and (score.high or 0) > 7:
        constant = "nps"
    choice = f" One of {', '.join(column.values)}." if column.values else ""
    yield _comment(f"{FILL_IN} where it is another: {column.meaning}{choice}")
    yield f"{column.name} = {{ constant = {json.dumps(constant)} }}"


def _last_by(foreign: Foreign, table: Table, columns: dict[str, Guess]) -> Iterator[str]:
    """Rows that share a key are versions of one thing: keep the last, by a number that grows from row to row."""
    key = [columns[name].headers[0] for name in table.key if name in columns]
    looks = [look for look in foreign.columns if look.header in key]
    if len(key) != 1 or len(table.key) != 1 or looks[0].is_key:
        return
    order = next(
        (look.header for look in foreign.columns if look.header != key[0] and _grows(foreign, key[0], look)), None
    )
    if order is None:
        yield _comment(f"{key[0]} stands in several rows. {FILL_IN}: by which column is a row later than another?")
        yield "# Or, if they are different things: which columns together tell them apart? Join those with ||."
        yield f'# last_by = {{ key = {json.dumps(key)}, order = "..." }}'
    else:
        yield _comment(f"{key[0]} stands in several rows: of each, only the last is loaded.")
        yield f"last_by = {{ key = {json.dumps(key)}, order = {json.dumps(order)} }}"


def _grows(foreign: Foreign, key: str, look: Look) -> bool:
    """Whether the column is a whole number that, from row to row of one key, nearly always grows."""
    if look.kind != "whole":
        return False
    last: dict[str | None, float] = {}
    steps = [0, 0]
    for name, value in zip(foreign.column(key), foreign.column(look.header), strict=True):
        number = float(value) if value is not None and re.fullmatch(r"[+-]?\d+", value) else None
        if number is not None and name in last:
            steps[number > last[name]] += 1
        if number is not None:
            last[name] = number
    return steps[1] > 0 and steps[1] >= 0.95 * sum(steps)


def _rest(foreign: Foreign, table: Table, columns: dict[str, Guess]) -> Iterator[str]:
    """What is not used: columns of few values as dimensions to switch on, the others by name.

    Texts of which each row has its own are not repeated: they may be names, and a mapping is passed on.
    """
    used = {header for guess in columns.values() for header in guess.headers}
    rest = [look for look in foreign.columns if look.header not in used]
    if rest:
        yield "# Not used:"
    for look in rest:
        own = "dim_" + re.sub(r"[\W_]+", "_", look.header.casefold()).strip("_")
        few = 1 < look.distinct <= min(FEW, look.filled / 2)
        if few and look.kind != "clock" and table.is_own_dimension(own):
            yield _comment(f"{own} = {json.dumps(look.header, ensure_ascii=False)}  # {look.shown()}")
        else:
            seen = f", {look.shown()}" if look.values and (few or look.kind != "word") else ""
            yield _comment(f"- {look.header}: {look.kind}{seen}")


def _comment(text: str) -> str:
    """A comment of one line and of a sane length, whatever the values it repeats."""
    line = one_line(text)
    return f"# {line}" if len(line) <= LONGEST_COMMENT else f"# {line[:LONGEST_COMMENT]} ..."


def _quoted(look: Look) -> str:
    return '"' + look.header.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _sql(expression: str) -> str:
    return f"{{ sql = {json.dumps(expression, ensure_ascii=False)} }}"

"""What the columns of a foreign file look like: instants, days, clock times, numbers, words, and texts for nothing."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from mittari.errors import UserError
from mittari.load import inputs
from mittari.load.dialect import Hints
from mittari.load.source import open_source
from mittari.store.sql import identifier

SAMPLE_ROWS = 5000
SEARCHED_ROWS = 1_000_000
"""Words of an enumeration are looked for so far: a rare one must not be missing from a list that claims to be whole."""
NEARLY_ALL = 0.95
FEW_VALUES = 40
SHOWN = 3
TEXT_BYTES = 1 << 20

NULLS = ("?", "NA", "N/A", "n/a", "NULL", "null", "None", "nan", "NaN", "-", "--")
"""Texts that people and programs write for an empty value."""

KINDS = (
    ("instant", re.compile(r"\d{4}-\d\d-\d\d[ T]\d{1,2}:\d\d.*|\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}[:.]\d\d.*")),
    ("day", re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}")),
    ("slashed", re.compile(r"\d{1,2}/\d{1,2}/\d{4}( \d{1,2}:\d\d(:\d\d)?( ?[AaPp][Mm])?)?")),
    ("clock", re.compile(r"\d{1,2}:\d\d(:\d\d)?")),
    ("epoch", re.compile(r"1[0-9]{9}")),
    ("whole", re.compile(r"[+-]?\d+")),
    ("number", re.compile(r"[+-]?\d*[.,]?\d+|[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?")),
)
MOMENT_KINDS = ("instant", "day", "slashed", "epoch")
NUMBER_KINDS = ("whole", "number", "epoch")


@dataclass(frozen=True)
class Look:
    """One column: its header, what nearly all of its values are, and its values as far as they are few.

    `low` and `high` bound the numbers. `distinct` counts the different values seen, of `filled` that are not empty.
    """

    header: str
    kind: str
    filled: int
    distinct: int
    values: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    date_format: str | None = None
    nulls: tuple[str, ...] = ()

    @property
    def is_key(self) -> bool:
        """Whether every row has a value of its own here."""
        return self.filled > 0 and self.distinct == self.filled

    @property
    def words(self) -> frozenset[str]:
        return words_of(self.header)

    def shown(self) -> str:
        return ", ".join(self.values[:SHOWN])


@dataclass(frozen=True)
class Foreign:
    """A file as it looks from outside: how it is written, its columns, and the first rows."""

    path: Path
    stem: str
    encoding: str | None
    columns: tuple[Look, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def column(self, header: str) -> Sequence[str | None]:
        """The values of a column in the order of the file."""
        place = next(place for place, look in enumerate(self.columns) if look.header == header)
        return [row[place] for row in self.rows]


def words_of(text: str) -> frozenset[str]:
    """The words of a header or file name, in lower case: `MonthlyCharges` are monthly and charges."""
    parted = re.sub(r"(?<=[a-zåäöøæ])(?=[A-ZÅÄÖØÆ])", " ", text)
    return frozenset(word for word in re.split(r"[\W_]+", parted.casefold()) if word)


def look_at(path: Path) -> Foreign:
    """Read the beginning of a file and say what its columns look like. Raises `UserError` where it cannot be read."""
    files = inputs.files_at(path)
    if path.is_dir():
        names = ", ".join(file.name for file in files[:SHOWN])
        raise UserError(
            "a mapping is suggested for one file, found a folder", path, f"Name a file of it, such as {names}."
        )
    file = files[0]
    encoding = None if file.packed or file.format != "csv" else _encoding(path)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        source = open_source(connection, file, Hints(encoding=encoding), Path(folder), 0)
        selected = ", ".join(f"{identifier(header)}::VARCHAR AS {identifier(header)}" for header in source.columns)
        connection.execute(
            f"CREATE TEMP TABLE searched AS SELECT {selected} FROM {source.relation} LIMIT {SEARCHED_ROWS}"
        )
        rows = connection.execute(f"SELECT * FROM searched LIMIT {SAMPLE_ROWS}").fetchall()
        looks = [_look(header, [row[place] for row in rows]) for place, header in enumerate(source.columns)]
        looks = [_with_all_words(connection, look) for look in looks]
    return Foreign(path, file.stem, encoding, tuple(looks), tuple(rows))


def _with_all_words(connection: duckdb.DuckDBPyConnection, look: Look) -> Look:
    """The look with the words of rows beyond the sample, where they are few."""
    if look.kind != "word" or look.distinct > FEW_VALUES:
        return look
    found = connection.execute(
        f"SELECT trim({identifier(look.header)}) AS word FROM searched WHERE word <> '' GROUP BY word "
        f"ORDER BY count(*) DESC, word LIMIT {FEW_VALUES + 1}"
    ).fetchall()
    words = tuple(word for (word,) in found if word not in look.nulls)
    return replace(look, values=words, distinct=len(words))


def _encoding(path: Path) -> str | None:
    """None for UTF-8 and what names itself, else the likeliest of the rest: the Western European one of Windows."""
    with path.open("rb") as file:
        data = file.read(TEXT_BYTES)
    whole = data.rfind(b"\n") + 1 or len(data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        data[:whole].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return None


def _look(header: str, values: Sequence[str | None]) -> Look:
    given = [value.strip() for value in values if value is not None and value.strip()]
    nulls = tuple(null for null in NULLS if null in set(given))
    told = [value for value in given if value not in nulls]
    counts = Counter(told)
    kind = _kind(told)
    numbers = list(_numbers(told)) if kind in NUMBER_KINDS else []
    return Look(
        header=header,
        kind=kind,
        filled=len(told),
        distinct=len(counts),
        values=tuple(value for value, _ in counts.most_common(FEW_VALUES)),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        date_format=_date_format(told) if kind == "slashed" else None,
        nulls=nulls if kind != "word" or "?" in nulls else (),
    )


def _kind(values: Sequence[str]) -> str:
    """The first kind that nearly all values are of; `word` for anything else, `empty` without values."""
    if not values:
        return "empty"
    for name, pattern in KINDS:
        if sum(pattern.fullmatch(value) is not None for value in values) >= NEARLY_ALL * len(values):
            return name
    return "word"


def _numbers(values: Sequence[str]) -> Iterator[float]:
    for value in values:
        try:
            yield float("".join(value.split()).replace(",", "."))
        except ValueError:
            continue  # one of the few that are no number


def _date_format(values: Sequence[str]) -> str:
    """Day or month first, by the numbers above 12; day first where nothing shows it."""
    seconds_first = any(int(re.split(r"[/ ]", value)[1]) > 12 for value in values if re.match(r"\d+/\d+/", value))
    day = "%m/%d/%Y" if seconds_first else "%d/%m/%Y"
    sample = next(value for value in values if "/" in value)
    colons = sample.count(":")
    if colons == 0:
        return day
    if sample[-1] in "mM":
        return day + (" %I:%M:%S %p" if colons == 2 else " %I:%M %p")
    return day + (" %H:%M:%S" if colons == 2 else " %H:%M")

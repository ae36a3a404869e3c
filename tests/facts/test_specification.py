"""The tables against the specification, where that is at hand, and against its example files."""

import csv
import re
from pathlib import Path

import pytest

from mittari.facts import TABLES

SPECIFICATION = Path(__file__).parents[3] / "shared" / "kpi"
EXAMPLES = sorted((Path(__file__).parents[1] / "golden" / "fixtures").glob("*.csv"))

OWN = ("text_attributes",)
"""Tables that only keep what loading has read in others."""

with_specification = pytest.mark.skipif(
    not SPECIFICATION.is_dir(), reason="the specification does not lie beside the project"
)
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def specified_tables() -> dict[str, str]:
    """The text that lists the columns of each table."""
    text = (SPECIFICATION / "SPEC.md").read_text(encoding="utf-8")
    section = text[text.index("### 4.1 Tables") : text.index("### 4.2")]
    return dict(re.findall(r"^\| `(\w+)`[^|]*\| (.*) \|$", section, re.MULTILINE))


@with_specification
def test_every_table_of_the_specification_is_declared_in_its_order() -> None:
    assert [name for name in TABLES if name not in OWN] == list(specified_tables())


@with_specification
def test_every_typed_or_starred_column_of_the_specification_is_declared() -> None:
    for table, text in specified_tables().items():
        starred = set(re.findall(r"★(\w+)", text))
        typed = set(re.findall(r"(\w+):(?:id|ts|date|s|money|b|enum|text|float|int|time|month)\b", text))
        missing = {name for name in starred | typed if name not in TABLES[table]} - {"no"}
        assert not missing, f"{table}: {missing}"
        assert starred <= {column.name for column in TABLES[table].starred}, table


@with_specification
def test_the_words_of_every_enum_are_those_of_the_specification() -> None:
    for table, text in specified_tables().items():
        for name, words in re.findall(r"(\w+):enum\(([^)]*)\)", text):
            specified = {word.strip() for word in words.split(",")}
            assert set(TABLES[table][name].values) == specified, f"{table}.{name}"


@every_example
def test_an_example_file_has_no_column_that_is_unknown(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert set(header) <= {column.name for column in TABLES[path.stem].given}


@every_example
def test_required_columns_hold_a_value_in_every_row_of_an_example_file(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for column in TABLES[path.stem].required:
        name, value = column.required_unless or ("", 0)
        for row in rows:
            assert row[column.name] or row.get(name) == str(value), f"{column.name} in {row}"


def test_there_is_an_example_file_for_every_table_that_is_imported() -> None:
    without = {"touchpoint_days"}
    assert {path.stem for path in EXAMPLES} == {t.name for t in TABLES.values() if not t.internal} - without

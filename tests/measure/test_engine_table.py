"""The table of engines in the manual says what is declared, and the golden records are those that the tests ask."""

import json
from pathlib import Path

from measure.test_golden import CALLS
from mittari.measure.engine_table import written

ROOT = Path(__file__).parents[2]
PAGE, GOLDEN = ROOT / "docs" / "engines.md", ROOT / "tests" / "golden" / "golden.json"


def test_the_table_of_engines_is_written_from_the_declarations() -> None:
    page = PAGE.read_text(encoding="utf-8")
    made = written(page, json.loads(GOLDEN.read_text()))
    assert page == made, "run `python -m mittari.measure.engine_table docs/engines.md tests/golden/golden.json`"


def test_the_table_counts_the_records_that_the_tests_ask() -> None:
    assert f"| **all 79** | **{len(CALLS)}** |" in PAGE.read_text(encoding="utf-8")

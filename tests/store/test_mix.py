"""Answers without a person: neither their place in the file nor their version tells when they came."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from measure.worlds import columns
from mittari.load import RowsIn, load_many, load_rows
from mittari.settings import Settings
from mittari.store import Warehouse
from mittari.store.persons.mix import mix

QUARTER, NEXT = datetime(2026, 11, 5, 12), datetime(2026, 11, 5, 12, 15)
Rows = Callable[[str], list[tuple[Any, ...]]]
ORDER = "SELECT response_id FROM responses WHERE survey_id = 'anonymous' ORDER BY rowid"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def rows(warehouse: Warehouse) -> Rows:
    return lambda asked: warehouse.connection().execute(asked).fetchall()


def answer(warehouse: Warehouse, number: int, loaded_at: datetime = QUARTER) -> None:
    """One answer without a person and, in the same load, one whose time is known."""
    kept = {"survey_id": "anonymous", "kind": "nps", "score": float(number % 11), "responded_at": f"{loaded_at}Z"}
    words = {"text": "Not a modern service, but friendly", "lang": "en"}
    at = loaded_at + timedelta(seconds=7 * number, microseconds=1)
    known = {
        "response_id": f"k{number:02}",
        "survey_id": "known",
        "kind": "nps",
        "score": 9.0,
        "responded_at": f"{at}Z",
    }
    load_many(
        warehouse,
        Settings(),
        [
            RowsIn("responses", columns([{"response_id": f"a{number:02}"} | kept | words]), loaded_at=loaded_at),
            RowsIn("responses", columns([known])),
        ],
        at,
    )


def test_after_their_quarter_of_an_hour_answers_lie_in_another_order_under_one_version(
    warehouse: Warehouse, rows: Rows
) -> None:
    terms = {"attribute": "modern", "lang": "en", "lemmas": "modern", "expected": 1}
    load_rows(warehouse, Settings(), "brand_terms", columns([terms]), QUARTER)
    for number in range(30):
        answer(warehouse, number)
    came = rows(ORDER)
    kept = "SELECT COLUMNS(* EXCLUDE changed_in) FROM {} ORDER BY ALL"
    told = [rows(kept.format(table)) for table in ("responses", "text_attributes")]
    known = rows("SELECT response_id, changed_in FROM responses WHERE survey_id = 'known' ORDER BY rowid")
    assert came == sorted(came)
    assert len(told[1]) == 30
    assert mix(warehouse, NEXT) == 60
    assert [rows(kept.format(table)) for table in ("responses", "text_attributes")] == told
    assert rows(ORDER) != came, "one chance in 30! that it is the same"
    assert rows("SELECT count(DISTINCT changed_in) FROM responses WHERE survey_id = 'anonymous'") == [(1,)]
    assert rows("SELECT response_id FROM text_attributes ORDER BY rowid") != came
    assert rows("SELECT count(DISTINCT changed_in) FROM text_attributes") == [(1,)]
    assert rows("SELECT response_id, changed_in FROM responses WHERE survey_id = 'known' ORDER BY rowid") == known


def test_what_is_mixed_is_not_mixed_again_and_what_came_since_waits_for_its_end(
    warehouse: Warehouse, rows: Rows
) -> None:
    for number in range(5):
        answer(warehouse, number)
    assert mix(warehouse, NEXT) == 5
    mixed, version = rows(ORDER), warehouse.version()
    answer(warehouse, 6, loaded_at=NEXT)
    assert mix(warehouse, NEXT) == 0
    assert (rows(ORDER)[:5], warehouse.version()) == (mixed, version + 1)
    assert mix(warehouse, NEXT + timedelta(minutes=15)) == 1
    assert mix(warehouse, NEXT + timedelta(minutes=30)) == 0


def test_the_first_answer_of_a_day_does_not_leave_its_minute_in_the_coverage(warehouse: Warehouse, rows: Rows) -> None:
    kept = {"response_id": "a1", "kind": "nps", "score": 9.0, "responded_at": f"{QUARTER}Z"}
    given = RowsIn("responses", columns([kept]), loaded_at=QUARTER, one_by_one=True)
    load_many(warehouse, Settings(), [given], QUARTER + timedelta(minutes=7, seconds=31))
    assert rows("SELECT loaded_at FROM coverage WHERE \"table\" = 'responses'") == [(QUARTER,)]

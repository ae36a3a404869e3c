"""A survey forgets words and persons once they are old enough, and its numbers stay; worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from measure.worlds import columns
from mittari.load import load_rows
from mittari.settings import Settings
from mittari.store import Warehouse
from mittari.store.persons.forget import PREFIX, forget

NOW = datetime(2026, 11, 5)
Row = dict[str, Any]
Rows = Callable[[str], list[tuple[Any, ...]]]


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 12)


def answer(name: str, responded: datetime, customer: str | None = "k", **more: Any) -> Row:
    row = {"response_id": name, "customer_id": customer, "responded_at": responded, "survey_id": "s", "kind": "csat"}
    about = {"conversation_id": f"c {name}", "invite_id": f"i {name}", "source_key": f"key {name}", "lang": "en"}
    return row | {"score": 5.0, "text": "Fast and friendly service"} | about | more


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        bring(
            opened,
            "responses",
            answer("old", at(1, 10)), answer("older", at(1, 5)), answer("new", at(3, 1)),
            answer("other", at(1, 10), survey_id="t"), answer("stranger", at(1, 11), None),
            answer("last year", at(12, 1, 2025)),
        )  # fmt: skip
        bring(opened, "customers", {"customer_id": "k", "account_id": "a", "segment": "gold", "contact_consent": 1})
        yield opened


@pytest.fixture
def rows(warehouse: Warehouse) -> Rows:
    return lambda asked: warehouse.connection().execute(asked).fetchall()


def bring(warehouse: Warehouse, table: str, *some: Row) -> None:
    report = load_rows(warehouse, Settings(), table, columns(some), NOW)
    assert report.rejected == 0, report.rejects


def names(rows: Rows) -> dict[str, str | None]:
    return dict(rows("SELECT response_id, customer_id FROM responses"))


def test_words_older_than_promised_go_and_what_was_read_of_them_stays(warehouse: Warehouse, rows: Rows) -> None:
    read = rows("SELECT response_id, text_lang, text_tone, text_read FROM responses ORDER BY 1")
    assert forget(warehouse, "s", at(2, 1), texts=True, persons=False) == 4
    left = rows("SELECT response_id FROM responses WHERE text IS NOT NULL ORDER BY 1")
    assert left == [("new",), ("other",)]
    assert rows("SELECT response_id, text_lang, text_tone, text_read FROM responses ORDER BY 1") == read
    assert {*names(rows).values()} == {"k", None}


def test_whose_answers_they_were_goes_and_one_person_stays_one(warehouse: Warehouse, rows: Rows) -> None:
    forget(warehouse, "s", at(2, 1), texts=False, persons=True)
    found = names(rows)
    assert found["old"] == found["older"] != "k"
    assert str(found["old"]).startswith(PREFIX)
    assert (found["new"], found["other"], found["stranger"]) == ("k", "k", None)
    assert str(found["last year"]).startswith(PREFIX)
    assert found["last year"] != found["old"]
    assert rows("SELECT person_id FROM responses WHERE response_id = 'old'") == [(found["old"],)]
    kept = rows("SELECT count(*) FROM responses WHERE response_id = 'old' AND invite_id = 'i old' AND text IS NOT NULL")
    assert kept == [(1,)]
    left = rows("SELECT conversation_id, source_key FROM responses WHERE response_id = 'old'")[0]
    assert all(str(each).startswith(PREFIX) for each in left)


def test_the_next_answers_of_the_year_get_the_same_name(warehouse: Warehouse, rows: Rows) -> None:
    forget(warehouse, "s", at(2, 1), texts=False, persons=True)
    first = names(rows)
    forget(warehouse, "s", at(4, 1), texts=False, persons=True)
    assert names(rows) == first | {"new": first["old"]}


def test_once_a_year_is_forgotten_nothing_leads_back(warehouse: Warehouse, rows: Rows) -> None:
    secrets = "SELECT key FROM meta WHERE starts_with(key, 'forget')"
    forget(warehouse, "s", at(2, 1), texts=False, persons=True)
    assert rows(secrets) == [("forget s 2026",)]
    assert forget(warehouse, "s", at(1, 2, 2027), texts=False, persons=True) == 1
    assert rows(secrets) == []


def test_a_year_that_is_over_later_loses_its_secret_though_nothing_is_left_to_forget(
    warehouse: Warehouse, rows: Rows
) -> None:
    forget(warehouse, "s", at(12, 30), texts=False, persons=True)
    assert forget(warehouse, "s", at(1, 1, 2027), texts=False, persons=True) == 0
    assert rows("SELECT key FROM meta WHERE starts_with(key, 'forget')") == []


def test_what_numbers_ask_of_the_customer_goes_on_without_the_account(warehouse: Warehouse, rows: Rows) -> None:
    forget(warehouse, "s", at(2, 1), texts=False, persons=True)
    asked = "SELECT segment, contact_consent, account_id, acquired_at FROM customers WHERE customer_id = '{}'"
    assert rows(asked.format(names(rows)["old"])) == [("gold", 1, None, None)]
    assert rows(asked.format("k")) == [("gold", 1, "a", None)]


def test_invitations_forget_with_the_answers(warehouse: Warehouse, rows: Rows) -> None:
    invited = {"survey_id": "s", "customer_id": "k", "conversation_id": "c old"}
    bring(warehouse, "survey_invites", {"invite_id": "i old", "sent_at": at(1, 9), **invited})
    forget(warehouse, "s", at(2, 1), texts=False, persons=True)
    told = rows("SELECT customer_id, conversation_id FROM survey_invites")
    assert told == rows("SELECT customer_id, conversation_id FROM responses WHERE response_id = 'old'")


def test_where_there_is_nothing_to_do_nothing_is_written(warehouse: Warehouse) -> None:
    forget(warehouse, "s", at(2, 1), texts=True, persons=True)
    version = warehouse.version()
    assert forget(warehouse, "s", at(2, 1), texts=True, persons=True) == 0
    assert forget(warehouse, "unknown", at(2, 1), texts=True, persons=True) == 0
    assert warehouse.version() == version


def test_rows_that_forgot_carry_the_new_version_and_are_as_fresh_as_before(warehouse: Warehouse, rows: Rows) -> None:
    fresh = rows("SELECT max(loaded_at) FROM versions")
    forget(warehouse, "s", at(2, 1), texts=True, persons=True)
    version = warehouse.data_version(["responses"])
    assert rows(f"SELECT count(*) FROM responses WHERE changed_in = {version}") == [(4,)]
    assert rows("SELECT max(loaded_at) FROM versions") == fresh


@pytest.mark.parametrize("table", ["brand_terms", "responses"])
def test_what_was_read_of_forgotten_words_outlives_new_brand_words_and_a_changed_answer(
    warehouse: Warehouse, rows: Rows, table: str
) -> None:
    terms = {"attribute": "fast", "lang": "en", "lemmas": "fast", "expected": 1, "polarity": 1}
    bring(warehouse, "brand_terms", terms)
    asked = "SELECT * EXCLUDE (changed_in) FROM text_attributes ORDER BY ALL"
    tones = "SELECT response_id, text_lang, text_tone, text_read FROM responses ORDER BY 1"
    named, read = rows(asked), rows(tones)
    assert len(named) == 6
    forget(warehouse, "s", at(2, 1), texts=True, persons=False)
    if table == "brand_terms":
        bring(warehouse, "brand_terms", terms | {"attribute": "quick"})
    else:
        changed = answer("old", at(1, 10), score=1.0)
        bring(warehouse, "responses", {name: value for name, value in changed.items() if name != "text"})
        assert rows("SELECT score FROM responses WHERE response_id = 'old'") == [(1.0,)]
        assert rows(asked) == named
    assert rows(tones) == read
    gone = [row for row in rows(asked) if row[0] in ("old", "older")]
    assert gone == [row for row in named if row[0] in ("old", "older")]


def test_other_settings_leave_what_was_read_of_forgotten_words(warehouse: Warehouse, rows: Rows) -> None:
    tones = "SELECT response_id, text_lang, text_tone FROM responses ORDER BY 1"
    read = rows(tones)
    forget(warehouse, "s", at(2, 1), texts=True, persons=False)
    load_rows(warehouse, Settings(timezone="Asia/Tokyo"), "customers", {"customer_id": ["z"]}, NOW)
    assert rows(tones) == read

"""What comments say is read at load, and read again when they, their customers or the words of the brand change."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from measure.worlds import columns
from mittari.load import load_rows
from mittari.load.derive import comments
from mittari.settings import Settings
from mittari.store import Warehouse

NOW = datetime(2026, 11, 5, 12, 0)
Bring = Callable[..., None]
Rows = Callable[[str], list[tuple[Any, ...]]]
READ = "SELECT text_lang, text_tone, text_read FROM responses ORDER BY response_id"
NAMED = "SELECT response_id, attribute, expected, negated, polarity FROM text_attributes ORDER BY ALL"
FAST = {"attribute": "fast", "expected": 1, "lang": "fi", "lemmas": "nopea", "polarity": 1}


def comment(text: str | None, name: str = "r", **more: Any) -> dict[str, Any]:
    row = {"response_id": name, "kind": "nps", "score": 9.0, "responded_at": datetime(2025, 3, 3, 12), "lang": None}
    return {**row, "customer_id": "k", "text": text, **more}


@pytest.fixture
def bring(warehouse: Warehouse, settings: Settings) -> Bring:
    def bring(table: str, *rows: dict[str, Any]) -> None:
        report = load_rows(warehouse, settings, table, columns(rows), now=NOW)
        assert report.rejected == 0, report.rejects

    return bring


def test_a_comment_is_read_when_it_is_loaded(bring: Bring, rows: Rows) -> None:
    bring("brand_terms", FAST)
    bring("responses", comment("Nopeaa, mutta kallista", lang="fi"), comment("Ei nopea", "s", lang="fi-FI"))
    assert rows(READ) == [("fi", 0, 1), ("fi", -1, 1)]
    assert rows(NAMED) == [("r", "fast", 1, 0, 1), ("s", "fast", 1, 1, -1)]


def test_a_comment_is_read_when_the_table_holds_rows_already(bring: Bring, rows: Rows) -> None:
    bring("responses", comment("Hyvää", lang="fi"))
    bring("responses", comment("Huonoa", "s", lang="fi"))
    assert rows(READ) == [("fi", 1, None), ("fi", -1, None)]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (None, "fi", (None, None, None)),
        ("  ", "fi", (None, None, None)),
        ("sehr gut", "de", ("und", None, None)),
        ("bra", None, ("und", None, None)),
        ("10/10", "fi", ("fi", 0, 0)),
        ("Raskt", "no", ("nb", 1, None)),
        ("Palvelu oli todella hyvää ja nopeaa", None, ("fi", 1, 1)),
    ],
)
def test_a_comment_without_words_or_in_another_language_says_so(
    bring: Bring, rows: Rows, text: str | None, lang: str | None, expected: tuple[Any, ...]
) -> None:
    bring("brand_terms", FAST)
    bring("responses", comment(text, lang=lang))
    assert rows(READ) == [expected]


def test_the_language_of_the_customer_stands_in_for_that_of_the_comment(bring: Bring, rows: Rows) -> None:
    bring("customers", {"customer_id": "k", "lang": "fi"})
    bring("responses", comment("Hyvää"), comment("bra", "s", lang="sv"), comment("bra", "t", customer_id="m"))
    assert rows(READ) == [("fi", 1, None), ("sv", 1, None), ("und", None, None)]


def test_a_customer_who_comes_later_or_changes_the_language_is_read_again(bring: Bring, rows: Rows) -> None:
    bring("responses", comment("bra"))
    assert rows(READ) == [("und", None, None)]
    bring("customers", {"customer_id": "m", "lang": "sv"})
    bring("customers", {"customer_id": "k", "lang": "sv"})
    assert rows(READ) == [("sv", 1, None)]
    bring("customers", {"customer_id": "k", "lang": "fi"})
    assert rows(READ) == [("fi", 0, None)]


def test_a_comment_that_changes_is_read_again(bring: Bring, rows: Rows) -> None:
    bring("brand_terms", FAST)
    bring("responses", comment("Nopeaa", lang="fi"), comment("Nopeaa", "s", lang="fi"))
    bring("responses", comment("Huonoa", lang="fi"))
    assert rows(READ) == [("fi", -1, 1), ("fi", 1, 1)]
    assert rows(NAMED) == [("s", "fast", 1, 0, 1)]
    bring("responses", comment("Nopeaa", lang="fi"))
    assert rows(NAMED) == [("r", "fast", 1, 0, 1), ("s", "fast", 1, 0, 1)]


def test_a_comment_that_is_taken_back_says_nothing_any_more(bring: Bring, rows: Rows) -> None:
    bring("brand_terms", FAST)
    bring("responses", comment("Nopeaa", lang="fi"))
    bring("responses", comment(None, lang="fi"))
    assert rows(READ) == [(None, None, None)]
    assert rows(NAMED) == []


def test_other_words_of_the_brand_read_every_comment_again(bring: Bring, rows: Rows) -> None:
    bring("responses", comment("Nopeaa ja vihreää", lang="fi"))
    assert rows(READ) == [("fi", 1, None)]
    bring("brand_terms", FAST)
    assert rows(NAMED) == [("r", "fast", 1, 0, 1)]
    bring("brand_terms", {**FAST, "expected": 0}, {**FAST, "attribute": "green", "lemmas": "vihreä", "polarity": -1})
    assert rows(NAMED) == [("r", "fast", 0, 0, 0), ("r", "green", 1, 0, 0)]
    assert rows(READ) == [("fi", 0, 1)]


def test_more_comments_than_are_read_at_once(bring: Bring, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "AT_ONCE", 2)
    bring("brand_terms", FAST)
    bring("responses", *[comment("Nopeaa", f"r{number}", lang="fi") for number in range(5)])
    assert rows(READ) == [("fi", 1, 1)] * 5
    assert len(rows(NAMED)) == 5


def test_a_load_without_comments_asks_for_no_dictionary(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a dictionary was asked for")

    monkeypatch.setattr(comments, "terms_by_language", refuse)
    monkeypatch.setattr(comments, "read", refuse)
    bring("brand_terms", FAST)
    bring("responses", comment(None), comment(" ", "s"))
    bring("customers", {"customer_id": "k", "lang": "sv"})


def test_nothing_is_left_of_the_comments_but_the_answers(bring: Bring, rows: Rows) -> None:
    bring("responses", comment("Nopeaa", lang="fi"))
    assert rows("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'comments%'") == []

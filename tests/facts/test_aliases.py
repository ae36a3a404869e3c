"""Headers and file names as people write them, in four languages."""

import pytest

from mittari.facts import TABLES, Table
from mittari.facts.aliases import canonical, column_aliases, fold, table_aliases, table_for
from mittari.facts.headers import ANY, LANGUAGES

MET_FIRST = (
    "customers",
    "conversations",
    "calls",
    "responses",
    "orders",
    "subscriptions",
    "promises",
    "employees",
    "work_time",
)


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("conversations", "created_at", "created_at"),
        ("conversations", "Created At", "created_at"),
        ("conversations", "CREATED-AT", "created_at"),
        ("conversations", "createdAt", "created_at"),
        ("conversations", "\ufeffcreated_at", "created_at"),
        ("conversations", "luotu", "created_at"),
        ("conversations", "Opprettet", "created_at"),
        ("conversations", "skapad", "created_at"),
        ("conversations", "solved_at", "last_solved_at"),
        ("conversations", "Ticket ID", "conversation_id"),
        ("conversations", "Asiakasnumero", "customer_id"),
        ("calls", "Odotusaika (s)", "wait_s"),
        ("calls", "väntetid", "wait_s"),
        ("responses", "Arvosana", "score"),
        ("responses", "Palaute", "text"),
        ("orders", "Ordrenummer", "order_id"),
        ("subscriptions", "Kuukausimaksu", "mrr"),
        ("promises", "frist", "due_at"),
        ("employees", "sista dag", "last_day_on"),
        ("work_time", "Päivämäärä", "date"),
    ],
)
def test_a_header_is_understood(table: str, header: str, column: str) -> None:
    assert canonical(table, header) == column


def test_letters_with_marks_are_understood_in_both_unicode_forms() -> None:
    composed, decomposed = "v\u00e4ntetid", "va\u0308ntetid"
    assert canonical("calls", composed) == canonical("calls", decomposed) == "wait_s"


@pytest.mark.parametrize("header", ["shoe size", "", "First response time (min)", "root_id", "loaded_at", "dim_"])
def test_a_header_that_could_mislead_is_not_guessed(header: str) -> None:
    assert canonical("conversations", header) is None


def test_a_column_of_ones_own_keeps_its_name_in_one_spelling() -> None:
    assert canonical("conversations", "dim_region") == "dim_region"
    assert canonical("conversations", "Dim Région") == "dim_région"
    assert canonical("customers", "dim_region") is None


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_no_word_means_two_columns_of_a_table(table: Table) -> None:
    meaning: dict[str, str] = {}
    for column, word in column_aliases(table):
        assert meaning.setdefault(fold(word), column) == column, f'"{word}" in {table.name}'


def test_no_word_means_two_tables() -> None:
    meaning: dict[str, str] = {}
    for table, word in table_aliases():
        assert meaning.setdefault(fold(word), table) == table, f'"{word}"'


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_given_for_columns_and_tables_that_exist(language: str) -> None:
    module = LANGUAGES[language]
    assert module.TABLES.keys() <= TABLES.keys()
    for table, headers in module.HEADERS.items():
        known = TABLES.values() if table == ANY else [TABLES[table]]
        for column in headers:
            assert any(column in found for found in known), f"{table}.{column}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MET_FIRST)
def test_every_column_of_a_minimal_file_has_a_word_in_every_language(language: str, name: str) -> None:
    headers = LANGUAGES[language].HEADERS
    words = headers[ANY] | headers[name]
    for column in TABLES[name].starred:
        assert column.name in words, f"{name}.{column.name}"


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("conversations", "conversations"),
        ("Tickets", "conversations"),
        ("tiketit", "conversations"),
        ("henvendelser", "conversations"),
        ("ärenden", "conversations"),
        ("work-time", "work_time"),
        ("Puhelut 2026-10", "calls"),
        ("tickets_20261005", "conversations"),
        ("fakturor", "orders"),
        ("åpningstider", "business_calendars"),
    ],
)
def test_a_file_name_is_understood(stem: str, table: str) -> None:
    assert table_for(stem) == table


@pytest.mark.parametrize("stem", ["", "2026", "shoes", "rejects", "closed_results"])
def test_a_file_name_that_means_no_table_to_import_is_not_guessed(stem: str) -> None:
    assert table_for(stem) is None

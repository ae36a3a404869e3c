"""The declarations of the tables hold together, and agree with what the specification demands."""

import re

import pytest

from mittari.facts import TABLES, Column, Table
from mittari.facts.model import SQL_TYPES, TYPE_MEANINGS

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


@every_table
def test_names_are_plain_words_and_never_repeat(table: Table) -> None:
    names = [column.name for column in table]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in [table.name, *names])
    assert "loaded_at" not in names, "every table has it; the store adds it"


@every_table
def test_keys_spans_orders_and_the_first_timestamp_name_given_columns(table: Table) -> None:
    given = {column.name for column in table.given}
    named = {*table.key, *(name for pair in (*table.spans, *table.expected_order) for name in pair)}
    if table.when is not None:
        named.add(table.when)
        assert table[table.when].type in ("ts", "date", "ts_or_date", "month")
    assert table.key
    assert named <= given


@every_table
def test_the_first_part_of_a_key_always_holds_a_value(table: Table) -> None:
    assert table[table.key[0]].required


@every_table
def test_every_column_says_what_it_means_in_a_sentence(table: Table) -> None:
    for column in table:
        assert re.fullmatch(r"[A-Z0-9a-z_].*\.", column.meaning), column.name


@every_table
def test_what_a_row_must_hold_a_minimal_file_has(table: Table) -> None:
    if not table.internal:
        assert all(column.starred for column in table.required)
        assert table.starred


@every_table
def test_words_to_choose_from_are_given_for_enums_and_only_there(table: Table) -> None:
    for column in table:
        if column.type == "enum":
            assert len(set(column.values)) == len(column.values) >= 2, column.name
        elif column.type == "b":
            assert column.values == ("0", "1")
        else:
            assert column.values == (), column.name


@every_table
def test_a_duration_is_in_seconds_and_given_ones_are_never_negative(table: Table) -> None:
    for column in table:
        assert (column.type == "s") == column.name.endswith("_s"), column.name
        if column.type == "s":
            assert column.unit == "seconds"
            assert column.derived or column.minimum == 0


@every_table
def test_money_stands_beside_its_currency(table: Table) -> None:
    if any(column.type == "money" for column in table):
        assert table["currency"].code == "currency"


@every_table
def test_an_excuse_names_a_flag_of_the_same_table(table: Table) -> None:
    for column in table:
        if column.required_unless is not None:
            assert table[column.required_unless[0]].type == "b"


def test_every_type_has_a_place_in_the_database_and_an_explanation() -> None:
    assert SQL_TYPES.keys() == TYPE_MEANINGS.keys() == {column.type for table in TABLES.values() for column in table}
    assert TABLES["orders"]["invoice_amount"].sql_type == "DECIMAL(18,4)"


def names(columns: tuple[Column, ...]) -> set[str]:
    return {column.name for column in columns}


def test_columns_that_may_be_empty_in_a_row_stay_in_a_minimal_file() -> None:
    may_be_empty = {
        "conversations": {"customer_id", "first_response_at", "last_solved_at"},
        "subscriptions": {"ended_at"},
        "employees": {"last_day_on"},
        "promises": {"kept_at"},
    }
    for table in TABLES.values():
        optional = {column.name for column in table.starred if not column.required}
        assert optional == may_be_empty.get(table.name, set()), table.name


def test_score_and_time_of_an_answer_are_excused_when_the_question_was_left_open() -> None:
    excused = {c.name: c.required_unless for c in TABLES["responses"] if c.required_unless is not None}
    assert excused == {"score": ("answered", 0), "responded_at": ("answered", 0)}


def test_empty_flags_count_as_zero_but_for_three() -> None:
    ones = {column.name for table in TABLES.values() for column in table if column.type == "b" and column.null_is == 1}
    assert ones == {"is_public", "delivered", "answered"}
    assert all(c.null_is in (0, 1) for table in TABLES.values() for c in table if c.type == "b")


def test_rows_are_numbered_where_files_bring_no_id_of_their_own() -> None:
    numbered = {(table.name, column.name) for table in TABLES.values() for column in table if column.numbered}
    assert numbered == {
        ("responses", "response_id"),
        ("survey_invites", "invite_id"),
        ("subscriptions", "subscription_id"),
        ("cash_entries", "entry_id"),
    }


def test_what_numbers_are_split_by_takes_columns_of_the_users_own() -> None:
    open_tables = {table.name for table in TABLES.values() if table.open_prefix}
    assert open_tables == {"conversations", "calls", "responses", "orders", "promises"}
    assert TABLES["calls"].is_own_dimension("dim_region")
    assert not TABLES["calls"].is_own_dimension("dim_")
    assert not TABLES["customers"].is_own_dimension("dim_region")


def test_an_unknown_column_is_not_in_a_table() -> None:
    customers = TABLES["customers"]
    assert "customer_id" in customers
    assert "shoe_size" not in customers
    with pytest.raises(KeyError, match="shoe_size"):
        customers["shoe_size"]


def test_columns_computed_at_load_are_not_among_those_a_file_brings() -> None:
    calls = TABLES["calls"]
    assert names(calls.derived) == {"queued_local", "ended_at", "ended_local", "repeat_until"}
    assert names(calls.derived).isdisjoint(names(calls.given))

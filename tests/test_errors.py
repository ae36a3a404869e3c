"""Errors are one line, say whose move it is, and suggest the nearest word."""

import copy
import pickle

import pytest

from mittari.errors import Fault, MittariError, UserError, WarehouseBusy, did_you_mean, nearest_told, told


def test_a_user_error_says_where_what_and_what_to_do():
    error = UserError("expected a date, found 'soon'", where="tickets.csv, line 7", hint="Dates look like 2026-10-05.")
    assert str(error) == "tickets.csv, line 7: expected a date, found 'soon'. Dates look like 2026-10-05."


def test_a_user_error_needs_neither_place_nor_hint():
    assert str(UserError("there is nothing to import")) == "there is nothing to import"


@pytest.mark.parametrize("broken", ["a\nb", "a\r\nb", "a\n\n  b\n", "a\u2028b", "a\x0bb", "a\tb"])
def test_a_user_error_is_one_line_whatever_its_parts_hold(broken: str):
    assert str(UserError(broken, where=broken, hint=broken)) == "a b: a b. a b"


def test_an_error_keeps_its_pattern_and_its_values_for_whoever_tells_it_in_another_language():
    error = UserError(told("expected a kind, found {found}", found="npss"), hint=nearest_told("npss", ["nps"]))
    assert str(error) == 'expected a kind, found npss. Did you mean "nps"?'
    what, hint = error.told
    assert (what.pattern, what.values, hint and hint.values) == (
        "expected a kind, found {found}",
        {"found": "npss"},
        {"word": "nps"},
    )


def test_a_plain_error_is_its_own_pattern_and_braces_without_values_stand_for_themselves():
    error = UserError("expected such as {en = 1}")
    assert (str(error), error.told[0].pattern, error.told[1]) == ("expected such as {en = 1}", error.what, None)


def test_the_sentence_before_a_hint_ends_once():
    assert str(UserError("the file is empty.", hint="Give another.")) == "the file is empty. Give another."


@pytest.mark.parametrize(("error", "code"), [(UserError("x"), 2), (WarehouseBusy(7), 2), (Fault("x"), 1)])
def test_the_exit_code_says_whose_move_it_is(error: MittariError, code: int):
    assert error.exit_code == code


def test_everything_is_caught_by_the_root_and_a_fault_is_not_the_users():
    assert issubclass(UserError, MittariError)
    assert issubclass(Fault, MittariError)
    assert not issubclass(Fault, UserError)


def test_a_busy_warehouse_names_the_process_that_owns_it():
    error = WarehouseBusy(4711, "/home/desk/warehouse.duckdb")
    assert error.pid == 4711
    assert str(error).startswith("/home/desk/warehouse.duckdb: the warehouse is in use by process 4711.")


def test_a_busy_warehouse_may_have_an_unknown_owner():
    assert "another process" in str(WarehouseBusy(None))


@pytest.mark.parametrize(
    "error", [UserError("what", "where", told("{a} hint", a=1)), WarehouseBusy(4711, "file"), Fault("x")]
)
def test_an_error_survives_the_way_between_processes(error: MittariError):
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301  # our own bytes
    assert vars(copy.copy(error)) == vars(error)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("chanel", 'Did you mean "channel"?'),
        ("CHANNEL", 'Did you mean "channel"?'),
        ("Customer-ID", 'Did you mean "customer_id"?'),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_suggested(word: str, sentence: str):
    assert did_you_mean(word, ["channel", "customer_id", "created_at"]) == sentence


def test_nothing_is_suggested_out_of_nothing():
    assert did_you_mean("channel", []) == ""

"""Bodies and addresses made to cost more than they are long."""

import time
from typing import Any

import pytest

from mittari.collect.checking import ENOUGH
from mittari.collect.invite.contacts import checked_contacts
from mittari.collect.web.answers import Refusal
from mittari.collect.web.bodies import read_json
from mittari.collect.web.pages import static_file
from mittari.errors import UserError


def test_a_name_that_stands_twice_among_very_many_is_found_at_once():
    names = [f'"{number}":0' for number in range(300_000)]
    began = time.thread_time()
    with pytest.raises(Refusal, match="stands twice"):
        read_json(f'{{{",".join(names)},"299999":1}}'.encode())
    assert time.thread_time() - began < 5


def test_contacts_full_of_mistakes_are_not_looked_through_to_the_end():
    rows: list[Any] = [{f"unknown_{number}": 1 for number in range(20)} for _ in range(10_000)]
    began = time.thread_time()
    found, problems = checked_contacts(rows)
    assert not found
    assert ENOUGH <= len(problems) < ENOUGH + 30
    assert time.thread_time() - began < 5


def test_contacts_with_too_many_fields_are_told_so():
    _, problems = checked_contacts([{f"unknown_{number}": 1 for number in range(100_000)}])
    assert [problem.why for problem in problems] == ["expected at most 300 fields, found 100000"]


def test_a_file_name_that_is_too_long_for_any_disk_is_a_file_that_is_not_there():
    with pytest.raises(UserError, match="there is no file"):
        static_file("a" * 300)

"""Which presses repeat the one before."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mittari.collect.presses import repeats

BEGIN = datetime(2026, 10, 5, 9)


def at(*seconds: float) -> list[tuple[datetime, str]]:
    return [(BEGIN + timedelta(seconds=second), f"{second}") for second in seconds]


def test_a_press_within_five_seconds_of_the_one_before_repeats_it():
    assert repeats(at(0, 5, 10.1, 20)) == {"5"}


def test_a_repeat_may_be_repeated_itself():
    assert repeats(at(0, 4, 8, 12)) == {"4", "8", "12"}


def test_of_two_presses_at_one_instant_one_stands():
    assert repeats([(BEGIN, "b"), (BEGIN, "a")]) == {"b"}


@given(st.lists(st.integers(0, 60), unique=True, max_size=20), st.randoms())
def test_the_order_of_arrival_changes_nothing(seconds, random):
    presses = at(*seconds)
    shuffled = random.sample(presses, len(presses))
    assert repeats(shuffled) == repeats(presses)

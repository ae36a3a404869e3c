"""Rows that arrive: a feed tells the same story as the history, in pieces."""

from datetime import datetime

import numpy as np
import pytest

from mittari.facts import TABLES
from mittari.simulate.clock import first_day
from mittari.simulate.columns import NEVER
from mittari.simulate.world import REACH, World
from simulate.rows import Tables, gathered, keyed, small

Stored = dict[str, dict[tuple[str, ...], tuple[str, ...]]]


def stored(*loads: Tables) -> Stored:
    """What a warehouse holds after some loads."""
    result: Stored = {}
    for tables in loads:
        for table, columns in tables.items():
            result.setdefault(table, {}).update(keyed(columns, TABLES[table].key))
    return result


MOMENTS = [
    (datetime(2026, 1, 12, 8), datetime(2026, 1, 12, 11, 30), datetime(2026, 1, 12, 15)),
    (datetime(2026, 1, 30), datetime(2026, 2, 1, 12), datetime(2026, 2, 20)),
    (datetime(2025, 9, 1), datetime(2025, 10, 7), datetime(2025, 11, 30)),
    (datetime(2026, 2, 10), datetime(2026, 3, 29, 4), datetime(2026, 5, 2)),
]


@pytest.mark.parametrize(("first", "second", "third"), MOMENTS)
def test_two_feeds_are_one(first: datetime, second: datetime, third: datetime) -> None:
    company = small()
    pieces = stored(gathered(company.feed(first, second)), gathered(company.feed(second, third)))
    assert pieces == stored(gathered(company.feed(first, third)))
    assert len(pieces["conversations"]) > 5


def test_history_and_feed_give_the_longer_history() -> None:
    """Loading up to the 10th and then what came up to the 25th gives what a history up to the 25th holds."""
    until = datetime(2026, 2, 25, 13, 20)
    company = small(end=datetime(2026, 2, 10))
    grown = stored(gathered(company.batches()), gathered(company.feed(datetime(2026, 2, 10), until)))
    # The whole life of the company as a feed from before its begin.
    whole = stored(gathered(small(end=datetime(2026, 2, 10)).feed(datetime(1990, 1, 1), until)))
    assert {table: len(rows) for table, rows in grown.items()} == {table: len(rows) for table, rows in whole.items()}
    assert grown == whole


def test_a_feed_from_before_the_begin_gives_the_history(small_tables: Tables) -> None:
    everything = stored(gathered(small().feed(datetime(1990, 1, 1), datetime(2026, 2, 10))))
    assert everything == stored(small_tables)


def test_a_conversation_comes_again_when_it_is_answered() -> None:
    company = small(size=6_000)
    morning = gathered(company.feed(datetime(2026, 1, 13, 8), datetime(2026, 1, 13, 12)))["conversations"]
    later = gathered(company.feed(datetime(2026, 1, 13, 12), datetime(2026, 1, 14, 18)))["conversations"]
    waiting = set(morning["conversation_id"][np.isnat(morning["first_response_at"])])
    answered = set(later["conversation_id"][~np.isnat(later["first_response_at"])])
    assert len(waiting & answered) >= 3


def test_going_back_begins_again() -> None:
    company = small()
    late = (datetime(2026, 6, 1), datetime(2026, 6, 2))
    early = (datetime(2025, 10, 1), datetime(2025, 10, 2))
    before = stored(gathered(company.feed(*early)))
    assert stored(gathered(company.feed(*late))) == stored(gathered(small().feed(*late)))
    assert stored(gathered(company.feed(*early))) == before


def test_an_empty_stretch_gives_nothing() -> None:
    assert list(small().feed(datetime(2026, 1, 13, 8), datetime(2026, 1, 13, 8))) == []


def test_no_story_lasts_longer_than_a_feed_looks_back() -> None:
    world = World(small().plan)
    for _ in range(4):
        month = world.step()
        last = world.plan.clock.midnight(first_day(month.month + REACH + 1))
        for block in month.blocks:
            # Contracts and employments are told by the month in which they end: they may have begun long before.
            if block.table not in ("employees", "interventions"):
                for moments in block.later:
                    assert (moments[moments < NEVER] < last).all(), block.table

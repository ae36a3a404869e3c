"""Whose turn it is among the numbers of watched boards."""

import itertools
from typing import Any

import pytest

from mittari.show.web.address import View
from mittari.show.web.board import sections
from mittari.show.web.cache import Recent
from mittari.show.web.live.turns import (
    CALM_FROM,
    CALM_PAUSE_S,
    CHARTS_EVERY_S,
    TREND_EVERY_S,
    Turn,
    quick_turn,
    thorough_turn,
)
from mittari.show.web.live.watch import Watch, watch_of
from mittari.show.web.site import Site, templates
from mittari.time import parse_period
from show import sample

NOW = 1000.0


@pytest.fixture
def watch() -> Watch:
    """A watched board all of whose numbers stand and are up to date."""
    site = Site(sample.SampleWorkspace(), Recent(), lambda: sample.NOW, templates())
    view = View("2026-11", parse_period("2026-11", site.zone, sample.TODAY), {})
    made = watch_of(site, view, 0, itertools.count(1).__next__, {"VA": "Service", "CO": "Core", "IP": "Process"})
    for kept in made.kept.values():
        kept.known, kept.whole_at = True, 0.0
        kept.cards = (Standing(),)  # type: ignore[assignment]  # whether it is missing is all that is asked
    made.clients.add("somebody")
    assert sections(site.catalogue())[0].hero
    return made


class Standing:
    missing = False


class Missing:
    missing = True


def names(turn: Any) -> list[str]:
    assert isinstance(turn, Turn)
    return [kept.definition.id for kept in turn.kept]


def test_nothing_is_due_while_all_is_up_to_date(watch: Watch) -> None:
    assert quick_turn([watch], NOW) is None
    assert thorough_turn([watch], NOW) is None


def test_heroes_go_before_others_of_the_same_change(watch: Watch) -> None:
    watch.kept["reopen_rate"].due = watch.kept["nps"].due = NOW
    assert names(quick_turn([watch], NOW)) == ["nps"]


def test_what_has_waited_long_goes_before_a_hero_that_changed_again(watch: Watch) -> None:
    watch.kept["reopen_rate"].due, watch.kept["nps"].due = NOW - 0.5, NOW
    assert names(quick_turn([watch], NOW)) == ["reopen_rate"]


def test_what_moves_goes_first_and_what_rests_comes_after_its_pause(watch: Watch) -> None:
    calm = watch.kept["nps"]
    calm.due, calm.calm, calm.looked_at = NOW - 0.1, CALM_FROM, NOW - 0.1
    watch.kept["reopen_rate"].due = NOW
    assert names(quick_turn([watch], NOW)) == ["reopen_rate"]
    watch.kept["reopen_rate"].due = None
    assert quick_turn([watch], NOW) == pytest.approx(CALM_PAUSE_S - 0.1)
    assert names(quick_turn([watch], NOW + CALM_PAUSE_S)) == ["nps"]


def test_a_card_without_a_value_is_left_to_the_thorough_worker(watch: Watch) -> None:
    waiting = watch.kept["reopen_rate"]
    waiting.cards = (Missing(),)  # type: ignore[assignment]
    waiting.due = waiting.stale = NOW
    assert quick_turn([watch], NOW) is None
    assert names(thorough_turn([watch], NOW)) == ["reopen_rate"]


def test_a_trend_that_moves_is_computed_now_and_then(watch: Watch) -> None:
    moving = watch.kept["nps"]
    moving.stale, moving.moved, moving.whole_at = NOW, True, NOW - 1
    assert thorough_turn([watch], NOW) == pytest.approx(TREND_EVERY_S - 1)
    assert names(thorough_turn([watch], NOW + TREND_EVERY_S)) == ["nps"]


def test_what_takes_long_rests_longer(watch: Watch) -> None:
    slow = watch.kept["nps"]
    slow.stale, slow.moved, slow.whole_at, slow.took = NOW, True, NOW, 10.0
    assert thorough_turn([watch], NOW) == pytest.approx(50.0)


def test_large_charts_are_drawn_every_ten_seconds_at_most(watch: Watch) -> None:
    watch.charts_due, watch.charts_at = True, NOW
    assert thorough_turn([watch], NOW) == pytest.approx(CHARTS_EVERY_S)
    assert names(thorough_turn([watch], NOW + CHARTS_EVERY_S)) == []


def test_a_view_that_nobody_watches_has_no_turn(watch: Watch) -> None:
    watch.kept["nps"].due = watch.kept["nps"].stale = NOW
    watch.clients.clear()
    assert quick_turn([watch], NOW) is None
    assert thorough_turn([watch], NOW) is None

"""Presses on their way into the warehouse: each once, and flagged the same in whatever order they come."""

import itertools

import pytest

import mittari
from kiosks import NOW, collector_of, device_of, home_with_survey
from mittari.collect.taking import known_device, prepare
from mittari.workspace.writer import Writer


@pytest.fixture
def emptied(tmp_path):
    """Takes bodies of the device, each let in before the next; gives what the warehouse then says."""
    home = home_with_survey(tmp_path)
    with collector_of(home) as collector, mittari.open(home) as workspace:
        device = known_device(collector, device_of(collector))
        writer = Writer(workspace, collector.inbox)

        def take(*batches: list[tuple[str, float]], together: bool = False) -> dict[str, tuple[float, int]]:
            """Batches of (key, seconds before now)."""
            for batch in batches:
                taps = [{"key": key, "at": 0 - ago * 1000, "score": 4} for key, ago in batch]
                collector.inbox.put(prepare(collector, device, {"sent_at": 0, "taps": taps}).arrivals).result()
                if not together:
                    writer.drain()
            writer.drain()
            rows = workspace._rows_of(
                "SELECT response_id, epoch(responded_at), is_repeat_press FROM responses ORDER BY responded_at"
            )
            begin = (NOW - NOW.replace(year=1970, month=1, day=1, hour=0)).total_seconds()
            return {key.removeprefix("front:"): (begin - at, flag) for key, at, flag in rows}

        yield take


def flags(found: dict[str, tuple[float, int]]) -> dict[str, int]:
    return {key: flag for key, (_, flag) in found.items()}


PRESSES = [[("a", 100.0), ("b", 97.0)], [("c", 93.0)], [("d", 80.0), ("e", 75.0), ("f", 60.0)]]
EXPECTED = {"a": 0, "b": 1, "c": 1, "d": 0, "e": 1, "f": 0}


def test_a_repeat_is_flagged_within_a_batch_and_across_batches(emptied):
    assert flags(emptied(*PRESSES)) == EXPECTED


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_a_batch_that_comes_late_corrects_what_is_there(emptied, order):
    assert flags(emptied(*(PRESSES[place] for place in order))) == EXPECTED


def test_batches_that_are_let_in_together_are_flagged_alike(emptied):
    assert flags(emptied(*reversed(PRESSES), together=True)) == EXPECTED


def test_a_tap_sent_again_changes_nothing_and_repeats_nothing(emptied):
    first = emptied([("a", 100.0)])
    again = emptied([("a", 98.5)], [("a", 50.0), ("b", 49.0)])
    assert again["a"] == first["a"]
    assert flags(again) == {"a": 0, "b": 0}

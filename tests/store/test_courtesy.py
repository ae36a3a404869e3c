"""Who goes first: patient queries wait for what is urgent, nobody else does, and nobody for ever."""

import threading
import time

import pytest

from mittari.store import courtesy
from mittari.store.courtesy import Courtesy
from patience import PATIENCE_S


@pytest.fixture
def long_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits does so for much longer than a busy machine makes anybody wait."""
    monkeypatch.setattr(courtesy, "LONGEST_S", PATIENCE_S)


def waited(turns: Courtesy, *, patient: bool) -> float:
    began = time.monotonic()
    if patient:
        with turns.patiently():
            turns.give_way()
    else:
        turns.give_way()
    return time.monotonic() - began


@pytest.mark.usefixtures("long_patience")
def test_a_patient_query_begins_when_the_urgent_is_over():
    turns, begun, over = Courtesy(), threading.Event(), threading.Event()

    def urgent() -> None:
        with turns.urgently():
            begun.set()
            time.sleep(0.05)
            over.set()

    thread = threading.Thread(target=urgent)
    thread.start()
    begun.wait(PATIENCE_S)
    with turns.patiently():
        turns.give_way()
    assert over.is_set()
    thread.join()


@pytest.mark.usefixtures("long_patience")
def test_other_queries_never_wait():
    turns = Courtesy()
    with turns.urgently():
        assert waited(turns, patient=False) < courtesy.LONGEST_S / 2


def test_patience_has_an_end_and_is_over_with_its_block(monkeypatch: pytest.MonkeyPatch):
    turns = Courtesy()
    with turns.urgently():
        monkeypatch.setattr(courtesy, "LONGEST_S", 0.5)
        assert 0.45 <= waited(turns, patient=True) < 10
        monkeypatch.setattr(courtesy, "LONGEST_S", PATIENCE_S)
        assert waited(turns, patient=False) < PATIENCE_S / 2


def test_of_two_urgent_things_the_last_lets_the_patient_go_on(monkeypatch: pytest.MonkeyPatch):
    turns = Courtesy()
    with turns.urgently():
        with turns.urgently():
            pass
        assert waited(turns, patient=True) >= courtesy.LONGEST_S * 0.9
    monkeypatch.setattr(courtesy, "LONGEST_S", PATIENCE_S)
    assert waited(turns, patient=True) < PATIENCE_S / 2

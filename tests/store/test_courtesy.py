"""Who goes first: patient queries wait for what is urgent, nobody else does, and nobody for ever."""

import threading
import time

from mittari.store import courtesy
from mittari.store.courtesy import Courtesy


def waited(turns: Courtesy, *, patient: bool) -> float:
    began = time.monotonic()
    if patient:
        with turns.patiently():
            turns.give_way()
    else:
        turns.give_way()
    return time.monotonic() - began


def test_a_patient_query_begins_when_the_urgent_is_over():
    turns, begun, over = Courtesy(), threading.Event(), threading.Event()

    def urgent() -> None:
        with turns.urgently():
            begun.set()
            time.sleep(0.05)
            over.set()

    thread = threading.Thread(target=urgent)
    thread.start()
    begun.wait(5)
    with turns.patiently():
        turns.give_way()
    assert over.is_set()
    thread.join()


def test_other_queries_never_wait():
    turns = Courtesy()
    with turns.urgently():
        assert waited(turns, patient=False) < courtesy.LONGEST_S / 2


def test_patience_has_an_end_and_is_over_with_its_block():
    turns = Courtesy()
    with turns.urgently():
        assert courtesy.LONGEST_S * 0.9 <= waited(turns, patient=True) < courtesy.LONGEST_S * 20
        assert waited(turns, patient=False) < courtesy.LONGEST_S / 2


def test_of_two_urgent_things_the_last_lets_the_patient_go_on():
    turns = Courtesy()
    with turns.urgently():
        with turns.urgently():
            pass
        assert waited(turns, patient=True) >= courtesy.LONGEST_S * 0.9
    assert waited(turns, patient=True) < courtesy.LONGEST_S / 2

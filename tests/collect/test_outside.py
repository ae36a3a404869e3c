"""The public listener in its own process: it lives and ends with the server, and is started again when it dies."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collect.serving import ANSWER, Served, children, emptied, new_home
from patience import PATIENCE_S, until

PATH = "/api/v1/facts/responses"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, str]]:
    home, token = new_home(tmp_path)
    server = Served(home)
    yield server, token
    server.stop()


def is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def gone(process: int) -> bool:
    return until(lambda: is_gone(process), "the end of the listener")


def test_a_listener_that_died_is_started_again_and_takes_in_at_the_same_address(served: tuple[Served, str]) -> None:
    server, token = served
    assert server.post(PATH, ANSWER, token).status == 200
    (listener,) = children(server.process.pid)
    os.kill(listener, signal.SIGKILL)
    assert gone(listener)
    answer = server.post(PATH, {**ANSWER, "response_id": "r2"}, token)
    assert answer.status == 200
    assert emptied(server.home)
    assert "is started again" in server.said.read_text()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_listener_ends_with_its_server(served: tuple[Served, str], end: signal.Signals) -> None:
    server, token = served
    assert server.post(PATH, ANSWER, token).status == 200
    (listener,) = children(server.process.pid)
    server.process.send_signal(end)
    server.process.wait(timeout=PATIENCE_S)
    assert gone(listener)


def test_a_row_is_let_in_soon_after_it_was_stored(served: tuple[Served, str]) -> None:
    server, token = served
    server.post(PATH, ANSWER, token)
    assert emptied(server.home)
    took = []
    for number in range(3):  # the quickest counts: a machine that does other things makes any of them slow
        began = time.monotonic()
        server.post(PATH, {**ANSWER, "response_id": f"r{number}"}, token)
        assert emptied(server.home)
        took.append(time.monotonic() - began)
    assert min(took) < 5

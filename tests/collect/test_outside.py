"""The public listener in its own process: it lives and ends with the server, and is started again when it dies."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mittari
from collect.serving import ANSWER, Served, children, emptied, new_home
from mittari.outside import bind
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


LISTENING_SINCE = """
import os, signal, sys, time
from pathlib import Path
from mittari.outside import Outside, Public
outside = Outside(Path(sys.argv[1]), Public("127.0.0.1", 0), on_arrival=lambda: None)
assert outside.since is None
outside.start()
first = outside.since
os.kill(outside._process.pid, signal.SIGKILL)
until = time.monotonic() + 120
while outside.since in (first, None) and time.monotonic() < until:
    time.sleep(0.01)
second = outside.since
outside.stop()
assert outside.since is None
assert first < second
"""


def test_it_tells_since_when_somebody_listens_without_a_break(tmp_path: Path) -> None:
    """In a process of its own, whose priority is lowered."""
    home = mittari.create_home(tmp_path / "home")
    environment = {**os.environ, "PYTHONPATH": str(Path(mittari.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LISTENING_SINCE, str(home)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


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


def test_answers_are_sent_at_once() -> None:
    with bind("127.0.0.1", 0, "--port") as bound:
        assert bound.proto == socket.IPPROTO_TCP, "asyncio leaves TCP_NODELAY off where the protocol is not named"

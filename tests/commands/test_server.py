"""While a server runs over a home, commands go through it and say the same; killed, it leaves nothing in their way."""

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from commands.running import mittari, start
from installation import copy_of
from patience import PATIENCE_S

MARCH = ("--period", "2025-03", "--as-of", "2025-04-15T00:00Z")


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path) -> Path:
    return copy_of(loaded_home, tmp_path)


@pytest.fixture
def server(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A server over the home that has said where it listens."""
    process = start(home, "serve", "--port", "0")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert re.search(r"http://127\.0\.0\.1:\d+", line), process.stderr and process.stderr.read()
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)


def test_commands_say_the_same_through_the_server(home: Path, request: pytest.FixtureRequest) -> None:
    asked = [
        ("scorecard", *MARCH, "--json"),
        ("kpi", "response_rate", *MARCH, "--by", "channel", "--json"),
        ("kpi", "nps", *MARCH, "--receipt"),
        ("kpi", "nps", "--by", "chanel"),
        ("doctor",),
    ]
    alone = [mittari(home, *arguments) for arguments in asked]
    request.getfixturevalue("server")
    with ThreadPoolExecutor(2) as two_at_once:
        through = list(two_at_once.map(lambda arguments: mittari(home, *arguments), asked))
    for arguments, before, after in zip(asked, alone, through, strict=True):
        assert said(after) == said(before), arguments


def said(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    """What a command left; how much is free on the disk changes as others write on it."""
    return done.returncode, re.sub(r"[\d.]+ [kMGT]B free on", "free on", done.stdout), done.stderr


def test_rows_are_written_and_files_loaded_through_the_server(
    home: Path, server: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert server.poll() is None
    assert mittari(home, "kpi", "nps", *MARCH, "--rows", "--out", str(tmp_path)).returncode == 0
    (receipt,) = tmp_path.glob("*.receipt.json")
    assert mittari(home, "recompute", str(receipt)).stdout.startswith("equal")
    file = tmp_path / "calls.csv"
    file.write_text("call_id,queued_at,wait_s,outcome\nz1,2026-03-02T09:00:00Z,10,answered\n")
    loaded = mittari(home, "import", str(file))
    assert (loaded.returncode, "(1 new)" in loaded.stdout) == (0, True), loaded.stderr
    (record,) = json.loads(mittari(home, "kpi", "average_speed_of_answer", "--period", "2026-03", "--json").stdout)
    assert (record["value"], record["n"]) == (10, 1)


def test_a_second_server_is_refused(home: Path, server: subprocess.Popen[str]) -> None:
    assert server.poll() is None
    second = mittari(home, "serve", "--port", "0")
    assert second.returncode == 2
    assert "a server runs here already" in second.stderr


def test_a_stopped_server_leaves_nothing_behind(home: Path, server: subprocess.Popen[str]) -> None:
    assert (home / "server.json").stat().st_mode & 0o777 == 0o600
    server.send_signal(signal.SIGINT)
    server.wait(timeout=PATIENCE_S)
    assert not (home / "server.json").exists()
    assert mittari(home, "kpi", "nps", *MARCH).returncode == 0


def test_a_killed_server_does_not_block_the_next_command(home: Path, server: subprocess.Popen[str]) -> None:
    os.kill(server.pid, signal.SIGKILL)
    server.wait(timeout=PATIENCE_S)
    assert (home / "server.json").exists()
    done = mittari(home, "kpi", "nps", *MARCH)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("nps.score")
    again = start(home, "serve", "--port", "0")
    assert again.stdout is not None
    assert "http://127.0.0.1:" in again.stdout.readline()
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_leaves_no_token_behind(home: Path, server: subprocess.Popen[str], number: int) -> None:
    assert (home / "server.json").exists()
    server.send_signal(number)
    server.wait(timeout=PATIENCE_S)
    assert not (home / "server.json").exists()


def test_the_command_interface_answers_wrong_calls_in_json(home: Path, server: subprocess.Popen[str]) -> None:
    assert server.poll() is None
    told = json.loads((home / "server.json").read_text())

    def ask(verb: str, question: str, token: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=PATIENCE_S)
        headers = {"X-Mittari-Token": token, "Content-Type": "application/json"}
        connection.request("POST", f"/api/v1/command/{verb}", question, headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    assert ask("doctor", "{}", "wrong")[0] == 403
    assert ask("doctor", "{}", "\xe9")[0] == 403
    assert ask("nothing", "{}", told["token"])[0] == 404
    status, body = ask("kpi", '{"nome": "nps"}', told["token"])
    assert (status, "these are not the arguments of kpi" in body) == (400, True)

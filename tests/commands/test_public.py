"""The public listener as its installer meets it: what it serves, what it never serves, and with which certificate."""

import http.client
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

import mittari as library
from commands.running import mittari, start
from patience import PATIENCE_S

SURVEY = 'owner = "Maija"\nreaction_time = "24h"\n[[questions]]\nkind = "nps"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = library.create_home(tmp_path / "home")
    (made / "surveys").mkdir()
    (made / "surveys" / "after.toml").write_text(SURVEY, encoding="utf-8")
    return made


@pytest.fixture
def secure(home: Path) -> Iterator[tuple[str, int, ssl.SSLContext]]:
    """A server with a public listener over HTTPS: host, port, and a client's trust in our authority."""
    assert mittari(home, "tls", "--host", "127.0.0.1").returncode == 0
    folder = home / "tls"
    files = ("--tls-cert", str(folder / "server.crt"), "--tls-key", str(folder / "server.key"))
    process = start(home, "serve", "--port", "0", "--public", "127.0.0.1:0", *files)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"https://127\.0\.0\.1:(\d+)", line)
    assert found, process.stderr and process.stderr.read()
    process.stdout.readline()
    yield "127.0.0.1", int(found[1]), ssl.create_default_context(cafile=str(folder / "authority.crt"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)


def status(secure: tuple[str, int, ssl.SSLContext], method: str, path: str, body: bytes | None = None) -> int:
    host, port, trust = secure
    connection = http.client.HTTPSConnection(host, port, context=trust, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_customers_reach_surveys_over_https_and_nothing_of_the_board(secure: tuple[str, int, ssl.SSLContext]):
    assert status(secure, "GET", "/s/after") == 303
    assert status(secure, "GET", "/widget.js") == 200
    for path in ("/board/cards", "/kpi/nps", "/rules", "/static/site.js", "/follow-ups", "/surveys", "/devices"):
        assert status(secure, "GET", path) == 404, path
    assert status(secure, "POST", "/api/v1/command/data_version", b"{}") == 404
    assert status(secure, "POST", "/api/v1/facts/calls", b"{}") == 401


def test_who_does_not_trust_the_authority_does_not_connect(secure: tuple[str, int, ssl.SSLContext]):
    host, port, _ = secure
    with pytest.raises(ssl.SSLError):
        status((host, port, ssl.create_default_context()), "GET", "/s/after")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tls-cert", "a.crt", "--public", "127.0.0.1:0"), "belong together"),
        (("--tls-cert", "a.crt", "--tls-key", "a.key"), "--public"),
        (("--public", "127.0.0.1:0", "--tls-cert", "a.crt", "--tls-key", "a.key"), "a.crt"),
        (("--public", "8443"), "HOST:PORT"),
    ],
)
def test_a_wrong_listener_stops_the_start_and_says_why(home: Path, options: tuple[str, ...], said: str):
    done = mittari(home, "serve", "--port", "0", *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (home / "server.json").exists()


def test_a_taken_public_port_is_said(home: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = mittari(home, "serve", "--port", "0", "--public", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 2
    assert "--public" in done.stderr

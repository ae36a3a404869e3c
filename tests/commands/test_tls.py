"""`mittari tls`, end to end: made, kept, refused in words, and shared until it is stopped."""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from commands.conftest import Ask
from commands.running import environment, mittari, start
from commands.test_light import HEAVY, modules_of
from mittari.commands.tls import MOST_DAYS
from mittari.settings import FILE_NAME
from patience import PATIENCE_S


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A home with nothing but its settings."""
    home = tmp_path / "home"
    home.mkdir()
    (home / FILE_NAME).write_text("")
    return home


def test_two_runs_make_and_then_keep(ask: Ask, fresh: Path) -> None:
    first = ask("tls", "--host", "kassa.test", at=fresh)
    assert (first.code, first.err) == (0, "")
    assert "The authority is new" in first.out
    assert f"--tls-cert {fresh}/tls/server.crt --tls-key {fresh}/tls/server.key" in first.out
    second = ask("tls", at=fresh)
    assert second.out.startswith("All stands as it was.\n")
    marks = [re.findall("fingerprint  ([0-9A-F:]{95})", done.out) for done in (first, second)]
    assert marks[0] == marks[1] != []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "https://kassa.test"], "--host: expected a name or an address"),
        (["--days", "398"], "expected 1 to 397 days"),
        (["--days", "0"], "expected 1 to 397 days"),
        (["--share", "port"], "--share: expected PORT or HOST:PORT"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_made(
    ask: Ask, fresh: Path, options: list[str], told: str
) -> None:
    done = ask("tls", *options, at=fresh)
    assert (done.code, told in done.err) == (2, True), done.err
    assert not (fresh / "tls").exists()


def test_without_an_installation_nothing_is_made(ask: Ask, tmp_path: Path) -> None:
    done = ask("tls", at=tmp_path)
    assert done.code == 2
    assert "no installation here" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_share_shows_a_code_and_ends_with_an_interrupt(fresh: Path) -> None:
    process = start(fresh, "tls", "--host", "localhost", "--share", "127.0.0.1:0")
    assert process.stdout is not None
    said = ""
    while not (told := re.search(r"^(http://127\.0\.0\.1:\d+/) \(Ctrl-C", said, re.MULTILINE)):
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        said += line
    fingerprint = re.search("fingerprint  (\\S+)", said)
    assert fingerprint is not None
    with urllib.request.urlopen(told[1], timeout=PATIENCE_S) as page:  # noqa: S310 - our own page
        assert fingerprint[1] in page.read().decode().replace("<wbr>", "")
    assert said.count("\u2588") > 100
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, rest, errors) == (0, "Stopped; nothing is shared any more.\n", "")


def test_a_port_in_use_is_told(fresh: Path) -> None:
    first = start(fresh, "tls", "--host", "localhost", "--share", "127.0.0.1:0")
    assert first.stdout is not None
    port = ""
    while not port:
        port = "".join(re.findall(r"^http://127\.0\.0\.1:(\d+)/", first.stdout.readline()))
    second = mittari(fresh, "tls", "--share", f"127.0.0.1:{port}")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=PATIENCE_S)
    assert (second.returncode, "cannot be used" in second.stderr) == (2, True)


def test_the_command_loads_nothing_of_the_numbers_and_others_load_nothing_of_it(fresh: Path, loaded_home: Path) -> None:
    packages, modules = modules_of(fresh, "tls", "--host", "localhost")
    assert not packages & (HEAVY | {"segno", "phonenumbers", "stdnum"})
    assert "mittari.collect.certificates" in modules
    packages, modules = modules_of(loaded_home, "catalogue")
    assert not packages & {"cryptography", "segno", "phonenumbers", "stdnum", "http.server"}
    assert not {name for name in modules if name.startswith("mittari.collect")}


def test_help_tells_the_limit_that_is_kept() -> None:
    from mittari.collect import certificates

    assert certificates.MOST_DAYS == MOST_DAYS


def test_what_uvicorn_is_given_serves_a_client_that_trusts_the_authority(ask: Ask, fresh: Path) -> None:
    """The server that Mittari runs, with the files as they were made, asked by curl's kind of client."""
    assert ask("tls", "--host", "localhost", at=fresh).code == 0
    probe = """
import asyncio, ssl, sys, threading, urllib.request
from datetime import UTC, datetime
from pathlib import Path
import uvicorn
from mittari.collect.authority import load_for_uvicorn
folder = Path(sys.argv[1])
options, warning = load_for_uvicorn(folder / "server.crt", folder / "server.key", datetime.now(UTC))
assert warning is None
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["scheme"].encode()})
server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error", **options))
thread = threading.Thread(target=server.run)
thread.start()
while not server.started: pass
port = server.servers[0].sockets[0].getsockname()[1]
trusting = ssl.create_default_context(cafile=folder / "authority.crt")
print(urllib.request.urlopen(f"https://localhost:{port}/", context=trusting, timeout=60).read().decode())
server.should_exit = True
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", probe, str(fresh / "tls")],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stdout) == (0, "https\n"), done.stderr

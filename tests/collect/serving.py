"""A real server with its public listener, in a process of its own, and plain requests to it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import mittari
import mittari.workspace.local
from commands.running import COMMAND, environment
from mittari.collect.tokens import make_token
from mittari.store.inbox import FILE_NAME
from mittari.store.sqlite import open_file
from mittari.workspace.stores import open_ledger
from patience import PATIENCE_S, until

ANSWER = {"response_id": "r1", "kind": "nps", "responded_at": "2026-10-05T09:30:00Z", "score": 9}


class Told(NamedTuple):
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """`mittari serve --public` over a home; everything it says goes to `said`."""

    def __init__(self, home: Path) -> None:
        self.home, self.said = home, home.parent / f"{home.name}.said"
        with self.said.open("ab") as log:
            at = log.tell()
            arguments = ["--home", str(home), "serve", "--port", "0", "--public", "127.0.0.1:0"]
            self.process = subprocess.Popen([*COMMAND, *arguments], stdout=log, stderr=log, env=environment())
        self.port = self._port(at, r"taken in at http://127\.0\.0\.1:(\d+)")
        self.board = self._port(at, r"board is at http://127\.0\.0\.1:(\d+)")

    def _port(self, at: int, sentence: str) -> int:
        def told() -> "re.Match[str] | None":
            ended, text = self.process.poll() is not None, self.said.read_bytes()[at:].decode()
            found = re.search(sentence, text)
            assert found or not ended, text
            return found

        found = until(told, sentence)
        assert found
        return int(found[1])

    def post(self, path: str, body: bytes | Any, token: str | None = None, **headers: str) -> Told:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["authorization"] = f"Bearer {token}"
        sent.setdefault("content-type", "application/json")
        packed = body if isinstance(body, bytes) else json.dumps(body).encode()
        return ask(self.port, "POST", path, packed, sent)

    def kill(self) -> None:
        """End at once, as a power cut does to processes: the listener first, and the server at the same moment."""
        for listener in children(self.process.pid):
            os.kill(listener, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_S)


def children(process: int) -> list[int]:
    """The processes that any thread of a process has started."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has ended meanwhile
            found += [int(each) for each in (task / "children").read_text().split()]
    return found


def received(connection: socket.socket) -> bytes:
    """Everything that comes until the other side ends; one that did not read all it was sent ends with a reset."""
    answer = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            answer += piece
    return answer


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    sender: str = "127.0.0.1",
) -> Told:
    """The answer to a request, sent from an address of loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S, source_address=(sender, 0))
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was sent; the answer is there to read
            connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Told(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def new_home(folder: Path, scope: str = "facts:*") -> tuple[Path, str]:
    """A fresh installation and a token for it."""
    home = mittari.create_home(folder / "home")
    with open_ledger(home) as ledger:
        return home, make_token(ledger, "tests", [scope], mittari.workspace.local.utc_now())


def emptied(home: Path, patience_s: float = PATIENCE_S) -> bool:
    """True once the writer has let in everything that was acknowledged."""
    connection = open_file(home / FILE_NAME, "")
    try:
        asked = "SELECT count(*) FROM arrivals"
        return until(lambda: connection.execute(asked).fetchone() == (0,), "an empty inbox", patience_s)
    finally:
        connection.close()


def column(home: Path, table: str, name: str) -> list[Any]:
    """A column of the warehouse; the server must have ended."""
    with mittari.open(home) as workspace:
        assert isinstance(workspace, mittari.workspace.local.LocalWorkspace)
        connection = workspace.warehouse.connection()
        try:
            return [value for (value,) in connection.execute(f'SELECT "{name}" FROM "{table}"').fetchall()]
        finally:
            connection.close()

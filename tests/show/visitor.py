"""A visitor without a browser: asks an application directly, as the server would (ASGI), and reads the answer."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from looping import run

PORT = 8710


@dataclass(frozen=True)
class Answer:
    """What came back. `pieces` are the parts of the body in the order in which they were sent."""

    status: int
    headers: Mapping[str, str]
    pieces: tuple[bytes, ...]

    @property
    def text(self) -> str:
        body = b"".join(self.pieces)
        return (gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body).decode()

    def json(self) -> Any:
        return json.loads(self.text)


class Visitor:
    """Asks one application; every request carries the Host header of this machine unless told otherwise."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def get(self, address: str, **headers: str) -> Answer:
        return self.ask("GET", address, headers)

    def head(self, address: str, **headers: str) -> Answer:
        return self.ask("HEAD", address, headers)

    def post(self, address: str, **headers: str) -> Answer:
        return self.ask("POST", address, headers)

    def send(self, address: str, fields: Mapping[str, str]) -> Answer:
        """Send a form as a browser does."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", address, headers, urlencode(fields).encode())

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        parts = urlsplit(address)
        sent = {"host": f"127.0.0.1:{PORT}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": quote(parts.query, safe="=&%+").encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "server": ("127.0.0.1", PORT),
            "client": ("127.0.0.1", 50000),
            "app": self.app,
        }
        return run(self._exchange(scope, body))

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> Answer:
        messages: list[dict[str, Any]] = []
        asked = False
        over = asyncio.Event()

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:  # whoever asks again waits for the visitor to leave
                await over.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                over.set()  # as a server does once everything is sent

        await self.app(scope, receive, send)
        start, *bodies = messages
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, tuple(part["body"] for part in bodies if part.get("body")))

"""What stands before every request: who may ask, and what a page may load.

The board listens on this machine only. A page elsewhere could still reach it through the visitor's browser, by a name
that resolves to 127.0.0.1 (DNS rebinding) or by a form that posts here. The first is stopped by the Host header, the
second by the Origin header.
"""

import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.types import HTTPScope, Message, Send

from mittari.web import protection

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAFE = ("GET", "HEAD", "OPTIONS")
OWN_PAGES = (b"cross-origin-resource-policy", b"same-origin")


def headers_of(scope: HTTPScope) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}


def refusal(scope: HTTPScope) -> str | None:
    """Why a request is refused, or None. Pure: looks at the request's own lines only."""
    headers = headers_of(scope)
    host = headers.get(b"host", "")
    if not allowed_host(host, scope.get("server")):
        return "This board answers on this machine only: open it as http://127.0.0.1 with its port."
    if scope["method"] in SAFE:
        return None
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != host:
        return "A page of another origin may not send anything to this board."
    if origin is None and site not in (None, "same-origin", "none"):
        return "A page of another origin may not send anything to this board."
    return None


def allowed_host(host: str, server: tuple[str, int | None] | None) -> bool:
    """Whether a Host header names this machine's loopback with the port that is listening."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        name, port = host, "80"
    listening = server[1] if server else None
    return name in LOOPBACK and (listening is None or port == str(listening))


class GuardedApp(Litestar):
    """Litestar, with the guard outside its router: middleware of Litestar would not see an unknown address.

    HEAD is answered like GET without a body; `state["bare"]` tells a page that nobody reads its parts.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        bare = scope["method"] == "HEAD"
        scope.setdefault("state", {}).update(nonce=nonce, bare=bare)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *protection(message["status"], nonce), OWN_PAGES]
            elif bare and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if reason := refusal(scope):
            await refuse(send_guarded, reason)
            return
        answered: Any = {**scope, "method": "GET"} if bare else scope
        await super().__call__(answered, receive, send_guarded)


async def refuse(send: Send, reason: str) -> None:
    body = f"{reason}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})

"""The route `/live`: server-sent events with the parts of a board that changed.

An event's id is `<boot>-<number>`. A browser that comes back names the last one it has and gets what changed since;
one of an earlier start of the server gets everything.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, asgi
from litestar.types import Receive, Scope, Send

from mittari.show.web.live.hub import Hub
from mittari.show.web.live.watch import Watch
from mittari.show.web.site import Site

HEARTBEAT_S = 15.0
STUCK_AFTER_S = 30.0
"""A reader that takes nothing for so long is let go; it may come back and gets what it missed."""
RETRY_MS = 1000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


@dataclass(eq=False)
class Client:
    """An open stream: `woken` when there may be something new, `gone` once its reader has left."""

    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    def wake(self) -> None:
        self.woken.set()


@asgi("/live", copy_scope=True)
async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """The stream of one view: `/live?period=last-30-days&last=<id>`."""
    request: Request[Any, Any, Any] = Request(scope)
    site: Site = request.app.state.site
    hub: Hub = request.app.state.live
    query = request.query_params.multi_items()
    view = await asyncio.to_thread(site.view, query, ("last",))
    if scope.get("state", {}).get("bare"):
        await _answer(send, 200, HEADERS)
        return
    client = Client(asyncio.get_running_loop())
    last = hub.number_of(request.headers.get("last-event-id") or str(request.query_params.get("last", "")))
    watch = await asyncio.to_thread(hub.join, view, client, last)
    if watch is None:
        await _answer(send, 503, [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"60")])
        return
    leaving = asyncio.create_task(_leaving(receive, client))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _talk(send, hub, watch, client, last)
    finally:
        leaving.cancel()
        hub.leave(watch, client)


async def _talk(send: Send, hub: Hub, watch: Watch, client: Client, last: int) -> None:
    """Send what changes until the reader leaves, gets stuck, or the server ends."""
    if not await _sent(send, f"retry: {RETRY_MS}\n\n".encode()):
        return
    while not client.gone and not hub.closed:
        client.woken.clear()
        last, event = hub.event(watch, last)
        if event:
            if not await _sent(send, event):
                return
            continue
        try:
            await asyncio.wait_for(client.woken.wait(), HEARTBEAT_S)
        except TimeoutError:
            if not await _sent(send, b": still here\n\n"):
                return
    if not client.gone:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _sent(send: Send, body: bytes) -> bool:
    """Whether the bytes were taken in time; sending waits while earlier ones have not been read."""
    try:
        await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": True}), STUCK_AFTER_S)
    except TimeoutError:
        return False
    return True


async def _leaving(receive: Receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.gone = True
    client.wake()


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


HANDLERS = [live]

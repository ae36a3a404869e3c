"""Bodies that come in parts: how much of them is held at once, and how long one may take.

Whoever sends half a body and then nothing would else keep it in memory for good, and anybody can send one: what is
signed is read before it can be known who signed it. A body that comes in one piece, as nearly all do, costs nothing.
"""

import asyncio
from typing import Any

from litestar.exceptions import HTTPException

MOST_HELD = 64_000_000
"""So many bytes of bodies in parts are held at once, of all senders together."""
LONGEST_S = 60.0
"""So long a body may take after its first part: four megabytes at half a megabit a second."""
AGAIN_S = 5


class Bodies:
    """All the bodies that are under way in one application, in one event loop."""

    def __init__(self) -> None:
        self.held = 0


class Body:
    """The body of one request, in place of its `receive`. `release` once the request has been answered."""

    def __init__(self, bodies: Bodies, receive: Any) -> None:
        self._bodies, self._receive = bodies, receive
        self._held = 0
        self._until: float | None = None
        self._ended = False

    async def __call__(self) -> Any:
        """The next part. Raises HTTPException: 408 where it takes too long, 429 where too much is held, and 400 where
        the sender goes away in the middle, which is no fault of ours and not worth a line in the log."""
        if self._until is None:
            message = await self._receive()
        else:
            message = await self._before(self._until)
        if message["type"] == "http.disconnect" and not self._ended:
            raise HTTPException("the body ended too early; nothing of it was stored", status_code=400)
        if not message.get("more_body"):
            self._until, self._ended = None, True
            return message
        self._until = self._until or asyncio.get_running_loop().time() + LONGEST_S
        self._hold(len(message.get("body", b"")))
        return message

    async def _before(self, until: float) -> Any:
        try:
            async with asyncio.timeout_at(until):
                return await self._receive()
        except TimeoutError as error:
            raise HTTPException(
                f"the body took longer than {LONGEST_S:.0f} seconds; nothing of it was stored",
                status_code=408,
                headers={"connection": "close"},
            ) from error

    def _hold(self, size: int) -> None:
        if self._bodies.held + size > MOST_HELD:
            raise HTTPException(
                "more arrives than can be held; nothing of this was kept, send it again",
                status_code=429,
                headers={"connection": "close", "retry-after": str(AGAIN_S)},
            )
        self._held += size
        self._bodies.held += size

    def release(self) -> None:
        self._bodies.held -= self._held
        self._held = 0

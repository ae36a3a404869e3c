"""What the public listener serves: the routes of collecting, and what stands before them.

Board and administration are not here. The same routes hang in the server's own application, so that a survey can be
tried on this machine.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Response, Router, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.types import Message

from mittari.collect.collector import Collector
from mittari.collect.web import contacts, facts, kiosk, never, openapi, surveys, taps, webhooks, widget
from mittari.collect.web.answers import later, say
from mittari.collect.web.pages import KEPT, Visit, static_file
from mittari.collect.web.slow import Bodies, Body
from mittari.collect.web.survey_pages import busy
from mittari.errors import UserError
from mittari.store.inbox import Overloaded
from mittari.web import protection

log = logging.getLogger("mittari.collect")

MOST_BYTES = 1_000_000
AGAIN_S = 5
PAGES = ("/s/", "/i/")


@get("/collect/{name:str}")
async def file(name: FromPath[str]) -> Response[bytes]:
    """A style sheet, picture or script of the customers' pages."""
    try:
        body, kind = static_file(name)
    except UserError:
        return Response(b"There is no such file.\n", status_code=404, media_type="text/plain")
    return Response(body, media_type=kind, headers={"cache-control": KEPT})


@get("/", include_in_schema=False)
async def front() -> Response[bytes]:
    """The public listener has no front page."""
    text = b"Mittari takes in feedback here. Open the address that you were given.\n"
    return Response(text, media_type="text/plain")


ROOMS = (contacts, facts, kiosk, never, openapi, surveys, taps, webhooks, widget)
HANDLERS: Sequence[Any] = [file, *(handler for room in ROOMS for handler in room.HANDLERS)]


class PublicApp(Litestar):
    """Litestar with protective headers on every answer, those to unknown addresses included. HEAD is GET unread."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.bodies = Bodies()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        bare = scope["method"] == "HEAD"

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *protection(message["status"], nonce)]
            elif bare and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        answered: Any = {**scope, "method": "GET"} if bare else scope
        body = Body(self.bodies, receive)
        try:
            await super().__call__(answered, body, send_guarded)
        finally:
            body.release()


def public_app(collector: Collector) -> PublicApp:
    """The application of the public listener."""
    return PublicApp(
        route_handlers=[front, routes()],
        exception_handlers=ERRORS,
        state=State({"collector": collector}),
        openapi_config=None,
        request_max_body_size=MOST_BYTES,
        logging_config=None,
    )


def routes() -> Router:
    """The routes of collecting, with their own way of telling errors. They need `app.state.collector`."""
    return Router(path="/", route_handlers=HANDLERS, exception_handlers=ERRORS)


def http_error(request: Visit, error: HTTPException) -> Response[bytes]:
    """What the framework refuses: unknown addresses, wrong methods, bodies beyond the limit."""
    if error.status_code >= 500:
        return fault(request, error)
    return say(error.status_code, {"error": error.detail}, dict(error.headers or {}))


def overloaded(request: Visit, error: Overloaded) -> Response[bytes]:
    return busy(request, 429, error.retry_after_s) if _is_page(request) else later(error)


def fault(request: Visit, error: Exception) -> Response[bytes]:
    """Ours: the traceback goes to the log, without what the customer wrote, nor the secret of a link's address."""
    log.error("%s %s failed", request.method, request.scope.get("path_template", "somewhere"), exc_info=error)
    if _is_page(request):
        return busy(request, 503, AGAIN_S)
    told = {"error": "nothing was stored: that went wrong on our side, send it again"}
    return say(503, told, {"retry-after": str(AGAIN_S)})


def _is_page(request: Visit) -> bool:
    """Whether a customer reads the answer, and no program."""
    return str(request.scope.get("path", "")).startswith(PAGES)


ERRORS: dict[Any, Any] = {HTTPException: http_error, Overloaded: overloaded, Exception: fault}

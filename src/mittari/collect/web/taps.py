"""`POST /api/v1/taps`: what kiosks and buttons send, on disk before the answer; docs/devices.md tells the protocol."""

import asyncio

import msgspec
from litestar import Response, get, post

from mittari.collect.taking import Refused, finish, known_device, prepare, slow_down, survey_of
from mittari.collect.web.answers import BEARER, say
from mittari.collect.web.device_schemas import device_path, schemas, taps_path
from mittari.collect.web.kiosk import device_page
from mittari.collect.web.pages import Visit, collector_of

MOST_BYTES = 400_000


@post("/api/v1/taps", status_code=200, request_max_body_size=MOST_BYTES)
async def taps(request: Visit) -> Response[bytes]:
    """Taps and counts of visitors; without any it says that the device lives."""
    collector = collector_of(request)
    try:
        device = known_device(collector, _token(request))
        slow_down(collector, device)
        taken = await asyncio.to_thread(prepare, collector, device, _json(await request.body()))
    except Refused as refused:
        return _refusal(request, refused)
    if taken.arrivals:
        await collector.inbox.keep(taken.arrivals)
    await asyncio.to_thread(finish, collector, taken)
    return say(200, taken.answer)


@get("/api/v1/device")
async def device(request: Visit) -> Response[bytes]:
    """What a kiosk asks: the question in every language, faces, reasons, idle time."""
    collector = collector_of(request)
    try:
        found = known_device(collector, _token(request))
        return say(200, device_page(collector, found, survey_of(collector, found)))
    except Refused as refused:
        return _refusal(request, refused)


def _refusal(request: Visit, refused: Refused) -> Response[bytes]:
    """An unknown token is a guess: whoever guesses on is slowed down."""
    collector = collector_of(request)
    wait = refused.retry_after_s
    if refused.status == 401 and (slowed := collector.limiter.wait_for(request.client.host if request.client else "")):
        refused, wait = Refused(429, "too many requests"), slowed
    headers = {"retry-after": str(wait)} if wait else {}
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    return say(refused.status, {"error": refused.what}, headers)


def _token(request: Visit) -> str | None:
    match = BEARER.fullmatch(request.headers.get("authorization", ""))
    return match[1] if match else None


def _json(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, f"expected JSON, found a mistake: {error}") from error


HANDLERS = [taps, device]

SCHEMAS = schemas()
PATHS = {"/api/v1/taps": taps_path(), "/api/v1/device": device_path()}

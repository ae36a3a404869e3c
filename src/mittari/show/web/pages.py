"""Pages as responses: compressed, revalidated by version, and streamed part by part where parts take time."""

import hashlib
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from litestar import Request, Response
from litestar.response import Stream
from markupsafe import Markup

from mittari.errors import UserError
from mittari.show.speech import Speech

log = logging.getLogger("mittari.show")
HTML, CSV = "text/html", "text/csv"  # Litestar adds the charset to text by itself
GZIP = 16 + zlib.MAX_WBITS

Visit = Request[Any, Any, Any]


def tag_of(*parts: str) -> str:
    """A weak entity tag: the page means the same, though its nonce differs."""
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]}"'


def unchanged(request: Visit, tag: str) -> Response[None] | None:
    """The answer 304 when the visitor already has this version."""
    if tag not in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return None
    return Response(None, status_code=304, headers={"etag": tag, "cache-control": "no-cache"})


def page(request: Visit, text: str, status: int = 200, tag: str | None = None) -> Response[bytes]:
    body, headers = text.encode(), headers_for(request, tag)
    if "content-encoding" in headers:
        body = b"".join(compressed([text]))
    return Response(body, status_code=status, headers=headers, media_type=HTML)


def streamed(request: Visit, parts: Iterable[str], tag: str | None = None) -> Stream:
    """A page whose parts are sent as they are ready; the first one should stand on its own. HEAD computes none."""
    headers = headers_for(request, tag)
    wanted = () if bare(request) else parts
    pieces = compressed(wanted) if "content-encoding" in headers else (part.encode() for part in wanted)
    return Stream(pieces, headers=headers, media_type=HTML)


def bare(request: Visit) -> bool:
    """Whether only the headers are wanted."""
    return bool(request.scope.get("state", {}).get("bare"))


def headers_for(request: Visit, tag: str | None) -> dict[str, str]:
    headers = {"cache-control": "no-cache" if tag else "no-store", "vary": "accept-encoding"}
    if tag:
        headers["etag"] = tag
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    return headers


def compressed(parts: Iterable[str]) -> Iterator[bytes]:
    """Gzip, flushed after each part: Litestar's own compression would hold the first parts back."""
    packer = zlib.compressobj(level=5, wbits=GZIP)
    for part in parts:
        yield packer.compress(part.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def part_or_error(say: Speech, name: str, draw: Callable[[], str]) -> str:
    """One part of a page; where it fails the page lives on, says so in its place, and the log has the traceback."""
    try:
        return draw()
    except UserError as error:  # such as a dimension that this KPI does not have: nothing for the log
        return _part(name, "panel", Markup('<p class="note">{}</p>').format(say.mistake(error)))
    except Exception as error:  # the rest of the page must stand whatever happened in this part
        log.exception("the part %s of a page failed", name)
        said = say("This part could not be shown"), say.english(f"{type(error).__name__}: {error}")
        return _part(name, "panel failed", Markup("<h2>{}</h2><p>{}</p>").format(*said), role="alert")


def _part(name: str, kind: str, said: Markup, **attributes: str) -> str:
    told = Markup("").join(Markup(' {}="{}"').format(*each) for each in attributes.items())
    return Markup('<section class="{}" id="{}"{}>{}</section>').format(kind, name, told, said)

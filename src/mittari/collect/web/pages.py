"""Customers' pages: small, without scripts, from templates of their own."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response

from mittari.collect.collector import Collector
from mittari.collect.survey.texts import frame_language, spoken
from mittari.errors import UserError

ROOM = Path(__file__).resolve().parent.parent
STATIC = ROOM / "static"
LONGEST_NAME = 100
KEPT = "public, max-age=31536000, immutable"

Visit = Request[Any, Any, Any]


def collector_of(request: Visit) -> Collector:
    collector: Collector = request.app.state.collector
    return collector


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"static": static_address, "frame": frame_language, "spoken": spoken}
    return found


@cache
def static_address(name: str) -> str:
    """The address of a file under static/, which changes with its content, so that browsers may keep it for ever."""
    return f"/collect/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


@cache
def static_file(name: str) -> tuple[bytes, str]:
    """A file under static/ with its type. Raises UserError for a name that is none of them."""
    path = STATIC / name
    if len(name) > LONGEST_NAME or path.parent != STATIC or not path.is_file():
        raise UserError(f"there is no file {name!r}")
    return path.read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream"


def page(request: Visit, template: str, status: int = 200, **values: Any) -> Response[bytes]:
    """A page that no cache may keep: it belongs to one form."""
    nonce = request.scope.get("state", {}).get("nonce", "")
    text = environment().get_template(template).render(nonce=nonce, **values)
    return Response(text.encode(), status_code=status, media_type="text/html", headers={"cache-control": "no-store"})


def see(address: str) -> Response[None]:
    """Send the browser to another page after something was stored, so that a reload stores nothing again."""
    return Response(None, status_code=303, headers={"location": address, "cache-control": "no-store"})

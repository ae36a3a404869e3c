"""`GET /api/v1/openapi.json`: the OpenAPI 3.1 document of everything that takes in, put together from the rooms.

A room describes its addresses in a dict `PATHS` beside its `HANDLERS`, the schemas of its own in `SCHEMAS`, and is
named in `ROOMS`. Pages of surveys, kiosks and the widget are for browsers, and are not described.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Response, get

from mittari.collect.tokens import taken_in
from mittari.collect.web import contacts, facts, taps, webhooks
from mittari.collect.web.answers import say
from mittari.collect.web.documenting import COMPONENTS
from mittari.collect.web.schemas import row_schema
from mittari.facts import TABLES

ROOMS: tuple[Mapping[str, Any], ...] = (facts.PATHS, webhooks.PATHS, taps.PATHS, contacts.PATHS)
SCHEMAS: Mapping[str, Any] = {**COMPONENTS, **taps.SCHEMAS, **contacts.SCHEMAS}
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "Made by `mittari token new`."},
    "device": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of one device, made by `mittari device new`.",
    },
}


@cache
def document() -> bytes:
    """The document as JSON; it depends on nothing but this version."""
    paths: dict[str, Any] = {}
    for room in ROOMS:
        paths |= room
    rows = {name: row_schema(TABLES[name]) for name in taken_in()}
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Mittari",
                "version": version("mittari"),
                "summary": "Facts of customer service and customer experience, taken in.",
                "description": "Every row is checked by the declaration of its table. It is on disk before the 200.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "paths": paths,
            "security": [{"token": []}],
            "components": {
                "schemas": {**SCHEMAS, **rows},
                "securitySchemes": SECURITY,
            },
        }
    )


@get("/api/v1/openapi.json")
async def openapi() -> Response[bytes]:
    """The document, for anybody: it tells nothing of this installation."""
    return say(200, document(), {"cache-control": "public, max-age=3600"})


HANDLERS = [openapi]

"""Answers of the interface for programs: JSON, an error always with what is wrong, where, and what to do."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response

from mittari.collect.checking import Problem
from mittari.collect.collector import Collector
from mittari.collect.signing import digest
from mittari.collect.tokens import Token, find_token
from mittari.collect.web.pages import Visit
from mittari.store.inbox import Overloaded

MOST_PROBLEMS = 50
BEARER = re.compile(r"(?i:Bearer) ([A-Za-z0-9_-]{1,200})")
"""The name of the scheme may be written as one likes (RFC 9110, 11.1)."""


class Refusal(Exception):
    """A request is refused: the answer to give."""

    def __init__(self, status: int, what: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(what)
        self.answer = say(status, {"error": what, **more}, headers)


def say(status: int, body: dict[str, Any] | bytes, headers: dict[str, str] | None = None) -> Response[bytes]:
    packed = body if isinstance(body, bytes) else msgspec.json.encode(body)
    told = {"cache-control": "no-store", **(headers or {})}
    return Response(packed, status_code=status, media_type="application/json", headers=told)


def wrong_rows(problems: Sequence[Problem]) -> Response[bytes]:
    """422: which row (from 0), which field, and why."""
    return say(
        422,
        {
            "error": "nothing was stored: some rows cannot be taken",
            "count": len(problems),
            "problems": [{"row": each.row, "field": each.field, "why": each.why} for each in problems[:MOST_PROBLEMS]],
        },
    )


def later(error: Overloaded) -> Response[bytes]:
    """429: more arrives than can be stored; nothing of it was kept."""
    return say(
        429,
        {"error": "more arrives than can be stored; nothing of this was kept, send it again"},
        {"retry-after": str(error.retry_after_s)},
    )


def token_of(collector: Collector, request: Visit) -> Token:
    """The token of the Authorization header. Raises Refusal (401)."""
    match = BEARER.fullmatch(request.headers.get("authorization", ""))
    token = find_token(collector.ledger, match[1]) if match else None
    if token is None or token.revoked_at is not None:
        raise Refusal(401, "a token in use is needed: Authorization: Bearer mit_...", {"www-authenticate": "Bearer"})
    return token


def fingerprint(*parts: bytes) -> str:
    """What an idempotency key stands for."""
    return digest(b"\0".join(parts).hex())

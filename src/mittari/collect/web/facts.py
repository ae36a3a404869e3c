"""`POST /api/v1/facts/{table}`: rows that other systems send, checked like a file's, durable before the answer."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from mittari.collect.checking import Problem, checked
from mittari.collect.collector import Collector
from mittari.collect.masking import mask
from mittari.collect.tokens import taken_in
from mittari.collect.web.answers import Refusal, fingerprint, later, say, token_of, wrong_rows
from mittari.collect.web.pages import Visit, collector_of
from mittari.errors import did_you_mean
from mittari.facts import TABLES, Table
from mittari.store.inbox import Arrival, Key, KeyReused, Overloaded

MOST_BYTES = 4_000_000
MOST_ROWS = 10_000
AT_ONCE = 20
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")
FREE_TEXT = {"responses": ("text",), "messages": ("text",)}
"""Columns that hold what people wrote: personal data in them is masked before it is stored."""
KEY = re.compile(r"[!-~]{1,200}")


@post("/api/v1/facts/{table:str}", status_code=200, request_max_body_size=MOST_BYTES)
async def facts(request: Visit, table: FromPath[str]) -> Response[bytes]:
    """One row (an object), several (an array), or one a line (NDJSON); all are stored, or none."""
    collector = collector_of(request)
    try:
        token = token_of(collector, request)
        declared = known(table)
        if not token.may_write(table):
            raise Refusal(403, f"this token may not write {table}", scopes=list(token.scopes))
        body = await request.body()
        rows = read_rows(body, request.headers.get("content-type", ""))
        key = idempotency_key(request)
    except Refusal as refusal:
        return refusal.answer
    return await take_in(collector, declared, rows, token.name, key, fingerprint(table.encode(), body))


async def take_in(
    collector: Collector, table: Table, rows: Sequence[Any], sender: str, key: str | None, digest: str
) -> Response[bytes]:
    """Check the rows and store them; the answer is given once they are on disk."""
    named = _numbered(table, rows, sender, key)
    # Many rows, with texts to be masked, would keep everybody else waiting.
    kept, problems = await asyncio.to_thread(_ready, table, named) if len(rows) > AT_ONCE else _ready(table, named)
    if problems:
        return wrong_rows(problems)
    answer = msgspec.json.encode({"stored": len(kept)})
    try:
        earlier = await collector.inbox.keep(
            [Arrival(table.name, kept)], Key(sender, key, digest, answer) if key else None
        )
    except Overloaded as error:
        return later(error)
    except KeyReused as error:
        return say(409, {"error": str(error)})
    return say(200, earlier or answer)


def _ready(table: Table, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows as they are stored, personal data in free texts masked, and what is wrong with them."""
    kept, problems = checked(table, rows)
    columns = FREE_TEXT.get(table.name, ())
    for row in kept if not problems else ():
        for column in columns:
            if row.get(column):
                row[column] = mask(row[column])
    return kept, problems


def _numbered(table: Table, rows: Sequence[Any], sender: str, key: str | None) -> list[Any]:
    """Rows of a table whose key may be left out get one: the same for the same idempotency key, else a fresh one."""
    column = next((column.name for column in table.given if column.numbered), None)
    if column is None:
        return list(rows)
    batch = f"{sender}:{key}" if key else secrets.token_urlsafe(12)
    named = []
    for number, row in enumerate(rows):
        lacks = isinstance(row, dict) and row.get(column) is None
        named.append({**row, column: f"{batch}#{number}"} if lacks else row)
    return named


def known(table: str) -> Table:
    """The declaration of a table whose rows may be sent. Raises Refusal (404)."""
    names = taken_in()
    if table not in names:
        hint = did_you_mean(table, names) or f"They are {', '.join(names)}."
        raise Refusal(404, f"rows are taken in for no table of this name. {hint}")
    return TABLES[table]


def read_rows(body: bytes, content_type: str) -> list[Any]:
    """The rows of a body. Raises Refusal (400, 413 or 415)."""
    kind = content_type.split(";")[0].strip().lower()
    if kind in NDJSON:
        rows = [_json(line, number) for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
    elif kind in ("application/json", ""):
        found = _json(body, None)
        rows = found if isinstance(found, list) else [found]
    else:
        raise Refusal(415, f"expected application/json or application/x-ndjson, found {kind[:60]!r}")
    if not rows:
        raise Refusal(400, "expected at least one row, found none")
    if len(rows) > MOST_ROWS:
        raise Refusal(413, f"expected at most {MOST_ROWS} rows, found {len(rows)}; send them in parts")
    return rows


def _json(text: bytes, line: int | None) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        where = f" in line {line}" if line else ""
        raise Refusal(400, f"expected JSON{where}, found a mistake: {error}") from error


def idempotency_key(request: Visit) -> str | None:
    """The key under which a repeated request is known. Raises Refusal (400)."""
    key = request.headers.get("idempotency-key")
    if key is not None and not KEY.fullmatch(key):
        raise Refusal(400, "expected an Idempotency-Key of 1 to 200 visible characters without blanks")
    return key


HANDLERS = [facts]

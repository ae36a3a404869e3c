"""`POST /api/v1/facts/{table}`: rows that other systems send, checked like a file's, durable before the answer."""

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from mittari.collect.checking import Problem, checked
from mittari.collect.collector import Collector
from mittari.collect.masking import mask
from mittari.collect.signing import digest as digest_of
from mittari.collect.tokens import taken_in
from mittari.collect.web.answers import Refusal, fingerprint, later, say, token_of, wrong_rows
from mittari.collect.web.bodies import LONG_BODY, MOST_BYTES, read_rows
from mittari.collect.web.pages import Visit, collector_of
from mittari.collect.web.schemas import path_of
from mittari.errors import did_you_mean
from mittari.facts import TABLES, Table
from mittari.store.inbox import Arrival, Key, KeyReused, Overloaded

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
        key = idempotency_key(request)
        body = await request.body()
        sender, kind = f"token:{token.name}", request.headers.get("content-type", "")
        kept, problems = await beside(body, lambda: read(declared, read_rows(body, kind), sender, key))
    except Refusal as refusal:
        return refusal.answer
    return await keep(collector, declared, kept, problems, sender, key, fingerprint(table.encode(), body))


Checked = tuple[list[dict[str, Any]], list[Problem]]


async def beside(body: bytes, reading: Callable[[], Checked]) -> Checked:
    """What `reading` brings; of a long body it is done in a thread, while others are answered."""
    return await asyncio.to_thread(reading) if len(body) > LONG_BODY else reading()


def read(table: Table, rows: Sequence[Any], sender: str, key: str | None) -> Checked:
    """The rows as they are stored, personal data in free texts masked, and what is wrong with them."""
    kept, problems = checked(table, _numbered(table, rows, sender, key))
    for column in FREE_TEXT.get(table.name, ()):
        for row in () if problems else kept:
            if row.get(column):
                row[column] = mask(row[column])
    return kept, problems


async def keep(
    collector: Collector,
    table: Table,
    rows: Sequence[dict[str, Any]],
    problems: Sequence[Problem],
    sender: str,
    key: str | None,
    digest: str,
) -> Response[bytes]:
    """Store the rows; the answer is given once they are on disk. With any problem none of them is stored."""
    if problems:
        return wrong_rows(problems)
    answer = msgspec.json.encode({"stored": len(rows)})
    try:
        earlier = await collector.inbox.keep(
            [Arrival(table.name, rows)], Key(sender, key, digest, answer) if key else None
        )
    except Overloaded as error:
        return later(error)
    except KeyReused as error:
        return say(409, {"error": f"{error}; nothing of this was stored"})
    return say(200, earlier or answer)


def _numbered(table: Table, rows: Sequence[Any], sender: str, key: str | None) -> list[Any]:
    """Rows of a table whose key may be left out get one: the same for the same idempotency key, else a fresh one."""
    column = next((column.name for column in table.given if column.numbered), None)
    if column is None:
        return list(rows)
    batch = digest_of(f"{table.name} {sender} {key}")[:24] if key else secrets.token_urlsafe(18)
    named = []
    for number, row in enumerate(rows):
        lacks = isinstance(row, dict) and row.get(column) is None
        named.append({**row, column: f"{batch}#{number}"} if lacks else row)
    return named


def known(table: str) -> Table:
    """The declaration of a table whose rows may be sent. Raises Refusal (404)."""
    names = taken_in()
    if table not in names:
        hint = did_you_mean(table[:60], names) or f"They are {', '.join(names)}."
        raise Refusal(404, f"rows are taken in for no table of this name. {hint}")
    return TABLES[table]


def idempotency_key(request: Visit) -> str | None:
    """The key under which a repeated request is known. Raises Refusal (400)."""
    key = request.headers.get("idempotency-key")
    if key is not None and not KEY.fullmatch(key):
        raise Refusal(400, "expected an Idempotency-Key of 1 to 200 visible characters without blanks")
    return key


HANDLERS = [facts]

PATHS = {f"/api/v1/facts/{name}": path_of(TABLES[name], KEY) for name in taken_in()}

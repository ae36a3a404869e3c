"""`POST /api/v1/contacts`: where people are reached. Kept in the ledger; addresses never become facts."""

import asyncio

from litestar import Response, post

from mittari.collect.invite.contacts import checked_contacts
from mittari.collect.invite.people import keep_addresses
from mittari.collect.tokens import CONTACTS
from mittari.collect.web.answers import Refusal, say, token_of, wrong_rows
from mittari.collect.web.bodies import MOST_BYTES, read_rows
from mittari.collect.web.pages import Visit, collector_of


@post("/api/v1/contacts", status_code=200, request_max_body_size=MOST_BYTES)
async def contacts(request: Visit) -> Response[bytes]:
    """One object, an array or NDJSON; all are stored, or none. Sent again, nothing changes."""
    collector = collector_of(request)
    try:
        token = token_of(collector, request)
        if not token.may_write_contacts:
            raise Refusal(403, f"this token may not write contacts: it lacks the scope {CONTACTS}")
        body, kind = await request.body(), request.headers.get("content-type", "")
        addresses, problems = await asyncio.to_thread(lambda: checked_contacts(read_rows(body, kind)))
    except Refusal as refusal:
        return refusal.answer
    if problems:
        return wrong_rows(problems)
    stored = await asyncio.to_thread(keep_addresses, collector.ledger, addresses, collector.clock())
    return say(200, {"stored": stored})


HANDLERS = [contacts]

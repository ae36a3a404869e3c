"""`POST /api/v1/webhooks/{name}`: rows in requests that their sender has signed; nothing else stands in for a token."""

import re
from datetime import UTC

from litestar import Response, post
from litestar.params import FromPath

from mittari.collect.collector import Collector
from mittari.collect.web.answers import Refusal, fingerprint
from mittari.collect.web.bodies import MOST_BYTES, read_rows
from mittari.collect.web.documenting import ERROR, PROBLEMS, STORED, answers, header
from mittari.collect.web.facts import beside, keep, read
from mittari.collect.web.pages import Visit, collector_of
from mittari.collect.webhooks import TOLERANCE_S, Webhook, find_webhook, in_time, is_signed
from mittari.facts import TABLES

MESSAGE_ID = re.compile(r"[!-~]{1,200}")
REFUSED = "the signature does not hold, or not any more"


@post("/api/v1/webhooks/{name:str}", status_code=200, request_max_body_size=MOST_BYTES)
async def webhook(request: Visit, name: FromPath[str]) -> Response[bytes]:
    """One object or several, in the columns of the webhook's table or renamed by its shape; all stored, or none."""
    collector = collector_of(request)
    try:
        known, message_id, body = await signed(collector, request, name)
        table, kind = TABLES[known.table], request.headers.get("content-type", "")
        sender = f"webhook:{known.name}"
        kept, problems = await beside(
            body, lambda: read(table, [known.shape.row(each) for each in read_rows(body, kind)], sender, message_id)
        )
    except Refusal as refusal:
        return refusal.answer
    return await keep(collector, table, kept, problems, sender, message_id, fingerprint(body))


async def signed(collector: Collector, request: Visit, name: str) -> tuple[Webhook, str, bytes]:
    """The webhook, the sender's id of the message and the body. Raises Refusal (401) that does not tell what is wrong.

    The time is looked at before the body is read.
    """
    message_id = request.headers.get("webhook-id", "")
    at = request.headers.get("webhook-timestamp", "")
    now_s = collector.clock().replace(tzinfo=UTC).timestamp()
    if not MESSAGE_ID.fullmatch(message_id) or not in_time(at, now_s):
        raise Refusal(401, REFUSED)
    body = await request.body()
    known = find_webhook(collector.ledger, name)
    told = request.headers.get("webhook-signature", "")
    if not is_signed(known, message_id, at, body, told) or known is None:
        raise Refusal(401, REFUSED)
    return known, message_id, body


HANDLERS = [webhook]

PATHS = {
    "/api/v1/webhooks/{name}": {
        "post": {
            "operationId": "webhook",
            "tags": ["webhooks"],
            "summary": "Report rows in a signed request",
            "description": (
                "The scheme of Standard Webhooks: the signature is the base64 of HMAC-SHA256, by the secret of the "
                "webhook, over `webhook-id.webhook-timestamp.body`. A message that comes again is stored once. Which "
                "of name, time and signature is wrong is not told."
            ),
            "security": [],
            "parameters": [
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"},
                    "description": "The webhook, as `mittari webhook new` named it.",
                },
                header("webhook-id", "The sender's id of the message; a repeated one changes nothing.", MESSAGE_ID),
                header(
                    "webhook-timestamp",
                    f"When it was sent, in seconds since 1970; at most {TOLERANCE_S} seconds from now.",
                    re.compile("[0-9]{1,12}"),
                ),
                header("webhook-signature", "`v1,` and the signature; several with blanks between.", None),
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "anyOf": [
                                {"type": "object"},
                                {"type": "array", "items": {"type": "object"}, "minItems": 1},
                            ]
                        }
                    }
                },
            },
            "responses": answers(
                {200: STORED, 400: ERROR, 401: ERROR, 409: ERROR, 413: ERROR, 415: ERROR, 422: PROBLEMS}
            ),
        }
    }
}

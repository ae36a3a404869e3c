"""`POST /api/v1/contacts`: where people are reached. Kept in the ledger; addresses never become facts."""

import asyncio
from typing import Any

from litestar import Response, post

from mittari.collect.invite.contacts import LONGEST, checked_contacts
from mittari.collect.invite.people import keep_addresses
from mittari.collect.tokens import CONTACTS
from mittari.collect.web.answers import Refusal, say, token_of, wrong_rows
from mittari.collect.web.bodies import MOST_BYTES, read_rows
from mittari.collect.web.documenting import ERROR, PROBLEMS, answers, rows_body
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

CONTACT, KEPT = "Contact", "ContactsStored"
BLANKS = r"[ ().\u00a0/-]"
"""What may stand between the digits of a telephone number."""
NAMED = {"pattern": r"\S", "not": {"type": "null"}}
SHORT = rf"^\s*(\S(.{{0,{LONGEST - 2}}}\S)?)?\s*$"
MAIL = (
    r"^\s*([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+)?\s*$"
)
NUMBER = rf"^(\s|{BLANKS})*(\+{BLANKS}*[1-9]({BLANKS}*[0-9]){{6,14}})?(\s|{BLANKS})*$"
TAG = r"^\s*([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?\s*$"
TRUTH = r"^\s*([Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01])?\s*$"
EXAMPLE = {"customer_id": "c-1001", "email": "maija@customers.example", "lang": "fi", "consent": True}


def _text(pattern: str, meaning: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "pattern": pattern, "description": meaning}


def _name(meaning: str) -> dict[str, Any]:
    return {"type": ["string", "integer", "null"], "pattern": SHORT, "description": meaning}


def _with(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: NAMED}}


SCHEMAS = {
    CONTACT: {
        "type": "object",
        "description": (
            "Where one person is reached. Sent again, a row replaces the addresses that it names; what it leaves open "
            "stays as it was. Empty texts count as left out."
        ),
        "properties": {
            "customer_id": _name("The customer, as the facts have it; else employee_id."),
            "employee_id": _name("The employee, as the facts have it; else customer_id."),
            "email": _text(MAIL, "An e-mail address; a domain with other letters than a to z in its xn-- form."),
            "phone": _text(NUMBER, "A telephone number with its country, such as +358401234567."),
            "chat": _text(SHORT, f"The recipient in the chat, of up to {LONGEST} characters."),
            "lang": _text(TAG, "The language to ask in, such as fi."),
            "consent": {
                "anyOf": [{"type": ["boolean", "null"]}, {"enum": [0, 1]}, {"type": "string", "pattern": TRUTH}],
                "description": "Whether the person may be asked; left out: as it was.",
            },
        },
        "additionalProperties": False,
        "oneOf": [_with("customer_id"), _with("employee_id")],
        "anyOf": [_with("email"), _with("phone"), _with("chat")],
        "examples": [EXAMPLE, {"employee_id": 17, "phone": "+358 40 123 4567", "consent": "yes"}],
    },
    KEPT: {
        "type": "object",
        "properties": {"stored": {"type": "integer", "minimum": 1, "description": "So many addresses were kept."}},
        "required": ["stored"],
        "additionalProperties": False,
        "examples": [{"stored": 1}],
    },
}

PATHS = {
    "/api/v1/contacts": {
        "post": {
            "operationId": "send_contacts",
            "tags": ["contacts"],
            "summary": "Send where people are reached",
            "description": (
                "By a token of the scope `contacts`. One row or several: all of them are stored, or none. Addresses "
                "are kept for invitations and never become facts; no answer tells one back."
            ),
            "security": [{"token": []}],
            "requestBody": rows_body({"$ref": f"#/components/schemas/{CONTACT}"}, EXAMPLE),
            "responses": answers(
                {200: KEPT, 400: ERROR, 401: ERROR, 403: ERROR, 413: ERROR, 415: ERROR, 422: PROBLEMS},
                {200: "All addresses are on disk."},
            ),
        }
    }
}

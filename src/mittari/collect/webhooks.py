"""Webhooks: addresses at which other systems report, each request signed by the scheme of Standard Webhooks.

The signature is an HMAC, so the secret itself must be kept, not a digest of it; the ledger's file is readable by its
owner only. A webhook writes one table. What the sender calls otherwise is renamed by its `shape`.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mittari.collect.checking import Unreadable, column_of, stored
from mittari.collect.tokens import require_name, taken_in
from mittari.errors import UserError, did_you_mean
from mittari.facts import TABLES, Table
from mittari.store.ledger import Ledger

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_S = 300
"""So far the time of a request may lie from ours; what is older is not taken, as somebody may have recorded it."""
MOST_SIGNATURES = 10


class Shape(msgspec.Struct, frozen=True):
    """How the sender's objects become rows: `fields` names a path in the object for each column, `constants` values
    that every row gets. With `fields` only what they name is taken; without, the objects have our columns."""

    fields: dict[str, str] = {}
    constants: dict[str, Any] = {}

    def row(self, sent: Any) -> Any:
        """The row of one object; anything but an object is left for the check to refuse."""
        if not isinstance(sent, Mapping):
            return sent
        if not self.fields:
            return {**sent, **self.constants}
        found = {column: _at(sent, path) for column, path in self.fields.items()}
        return {column: value for column, value in found.items() if value is not _ABSENT} | self.constants


_ABSENT = object()


def _at(sent: Any, path: str) -> Any:
    """The value at a path such as `call.id`; a name that itself holds the dot goes first."""
    if not isinstance(sent, Mapping):
        return _ABSENT
    if path in sent:
        return sent[path]
    first, dot, rest = path.partition(".")
    return _at(sent[first], rest) if dot and first in sent else _ABSENT


@dataclass(frozen=True)
class Webhook:
    name: str
    table: str
    secret: str
    shape: Shape
    made_at: datetime
    revoked_at: datetime | None


def make_webhook(ledger: Ledger, name: str, table: str, shape: Shape, now: datetime) -> str:
    """A new webhook's secret, to be shown once. Raises UserError for an unknown table or column, or a name in use."""
    require_name(name)
    if table not in taken_in():
        hint = did_you_mean(table, taken_in()) or f"They are {', '.join(taken_in())}."
        raise UserError(f"rows are taken in for no table called {table!r}", hint=hint)
    shape = _fitting(TABLES[table], shape)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with ledger.writing() as connection:
        if connection.execute("SELECT 1 FROM webhooks WHERE name = ?", (name,)).fetchone():
            raise UserError(f"there is a webhook called {name!r} already", hint="Choose another name.")
        packed = msgspec.json.encode(shape).decode()
        connection.execute(
            "INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, NULL)", (name, table, secret, packed, now.isoformat())
        )
    return secret


def _fitting(table: Table, shape: Shape) -> Shape:
    """The shape with its constants as they are stored. Raises UserError for what does not fit the table."""
    for column in shape.fields:
        if column_of(table, column) is None:
            hint = did_you_mean(column, [each.name for each in table.given])
            raise UserError(f"{table.name} has no column {column}", where="--map", hint=hint)
    constants = {}
    for name, value in shape.constants.items():
        try:
            constants[name] = stored(table, name, value)
        except Unreadable as error:
            raise UserError(f"{name}: expected {error}, found {value!r}", where="--set") from error
    return Shape(shape.fields, constants)


def revoke_webhook(ledger: Ledger, name: str, now: datetime) -> None:
    """From now on nothing is taken in there. Raises UserError when there is none of that name."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE webhooks SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (now.isoformat(), name)
        )
        if not done.rowcount:
            raise UserError(f"no webhook in use is called {name!r}", hint="`mittari webhook list` shows them.")


COLUMNS = 'SELECT name, "table", secret, shape, made_at, revoked_at FROM webhooks'


def find_webhook(ledger: Ledger, name: str) -> Webhook | None:
    """The webhook of that name that is in use."""
    found = ledger.one(f"{COLUMNS} WHERE name = ? AND revoked_at IS NULL", (name,))
    return None if found is None else _webhook(found)


def all_webhooks(ledger: Ledger) -> list[Webhook]:
    return [_webhook(row) for row in ledger.all(f"{COLUMNS} ORDER BY made_at")]


def _webhook(row: Sequence[str]) -> Webhook:
    shape = msgspec.json.decode(row[3], type=Shape)
    revoked = datetime.fromisoformat(row[5]) if row[5] else None
    return Webhook(row[0], row[1], row[2], shape, datetime.fromisoformat(row[4]), revoked)


def signature(secret: str, message_id: str, at: str, body: bytes) -> str:
    """The signature of a request: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    told = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(told).decode()


def in_time(at: str, now_s: float) -> bool:
    """Whether the time of a request, in whole seconds since 1970, is near enough to ours."""
    return at.isascii() and at.isdigit() and len(at) <= 12 and abs(now_s - int(at)) <= TOLERANCE_S


def is_signed(webhook: Webhook | None, message_id: str, at: str, body: bytes, told: str) -> bool:
    """Whether one of the signatures told is right. An unknown webhook takes as long as a known one."""
    wanted = signature(webhook.secret if webhook else "", message_id, at, body).encode()
    matches = [hmac.compare_digest(wanted, each.encode()) for each in told.split(" ")[:MOST_SIGNATURES]]
    return webhook is not None and any(matches)

"""Tokens of other systems: drawn here, shown once, kept as a digest, each with the scopes it may use.

Scopes: `facts:TABLE` for one table, `facts:*` for all; `contacts` for addresses, which are no facts.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mittari.collect.signing import digest
from mittari.errors import UserError, did_you_mean
from mittari.facts import TABLES
from mittari.store.ledger import Ledger

PREFIX = "mit_"
ALL = "facts:*"
CONTACTS = "contacts"
LEFT_OUT = ("business_calendars", "coverage")
"""Tables that only make sense as a whole, and are imported as files."""


@dataclass(frozen=True)
class Token:
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    revoked_at: datetime | None

    def may_write(self, table: str) -> bool:
        return self.revoked_at is None and (ALL in self.scopes or f"facts:{table}" in self.scopes)

    @property
    def may_write_contacts(self) -> bool:
        return self.revoked_at is None and CONTACTS in self.scopes


def taken_in() -> list[str]:
    """The tables whose rows may be sent."""
    return [table.name for table in TABLES.values() if not table.internal and table.name not in LEFT_OUT]


def require_name(name: str) -> None:
    """Raise UserError for a name that could not be typed, shown or put into an address."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", name):
        raise UserError(
            f"expected a name of up to 60 letters, digits, dots, dashes and underscores, found {name[:60]!r}"
        )


def make_token(ledger: Ledger, name: str, scopes: Sequence[str], now: datetime) -> str:
    """A new token's secret, to be shown once. Raises UserError for an unknown scope or a name in use."""
    known = [ALL, *(f"facts:{table}" for table in taken_in()), CONTACTS]
    for scope in scopes:
        if scope not in known:
            raise UserError(
                f"there is no scope {scope!r}", hint=did_you_mean(scope, known) or f"Such as {ALL} or {known[1]}."
            )
    require_name(name)
    if not scopes:
        raise UserError("expected at least one scope", hint=f"Such as {ALL} or {known[1]}.")
    secret = PREFIX + secrets.token_urlsafe(32)
    with ledger.writing() as connection:
        if connection.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone():
            raise UserError(
                f"there is a token called {name!r} already", hint="Choose another name, or revoke that one."
            )
        connection.execute(
            "INSERT INTO tokens VALUES (?, ?, ?, ?, NULL)", (name, digest(secret), " ".join(scopes), now.isoformat())
        )
    return secret


def revoke_token(ledger: Ledger, name: str, now: datetime) -> None:
    """From now on the token opens nothing. Raises UserError when there is none of that name."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (now.isoformat(), name)
        )
        if not done.rowcount:
            raise UserError(f"no token in use is called {name!r}", hint="`mittari token list` shows them.")


def find_token(ledger: Ledger, secret: str) -> Token | None:
    """The token with that secret; None for an unknown one."""
    found = ledger.one("SELECT name, scopes, made_at, revoked_at FROM tokens WHERE digest = ?", (digest(secret),))
    return None if found is None else _token(found)


def all_tokens(ledger: Ledger) -> list[Token]:
    rows = ledger.all("SELECT name, scopes, made_at, revoked_at FROM tokens ORDER BY made_at")
    return [_token(row) for row in rows]


def _token(row: Sequence[str]) -> Token:
    revoked = datetime.fromisoformat(row[3]) if row[3] else None
    return Token(row[0], tuple(row[1].split()), datetime.fromisoformat(row[2]), revoked)

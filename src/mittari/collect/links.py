"""Links for one use: each belongs to one invitation and carries what is frozen of the contact asked about."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from mittari.collect.signing import digest
from mittari.store.ledger import Ledger


@dataclass(frozen=True)
class Context:
    """What an invitation knows of the one asked: it goes into the answer's rows. Instants are ISO texts in UTC.

    agent_id, team_id and channel are those at the end of the contact; `why` is solved, delivered or known.
    """

    invite_id: str | None = None
    customer_id: str | None = None
    employee_id: str | None = None
    conversation_id: str | None = None
    order_id: str | None = None
    agent_id: str | None = None
    team_id: str | None = None
    channel: str | None = None
    touch_at: str | None = None
    sent_at: str | None = None
    source: str = "email"
    language: str | None = None
    why: str = "known"


@dataclass(frozen=True)
class Link:
    """A link as it was found: `done` once something was answered by it."""

    survey: str
    context: Context
    ends_at: datetime
    done: bool


def make_link(ledger: Ledger, survey: str, context: Context, ends_at: datetime, secret: str | None = None) -> str:
    """A new link's secret, which goes into its address; the ledger keeps only its digest.

    With a `secret` that was drawn before, the same link once more: its context and end are those of now.
    """
    secret = secret or new_secret()
    with ledger.writing() as connection:
        connection.execute(
            "INSERT INTO links (link, survey, context, ends_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (link) DO UPDATE SET context = excluded.context, ends_at = excluded.ends_at",
            (digest(secret), survey, json.dumps(asdict(context)), ends_at.isoformat()),
        )
    return secret


def new_secret() -> str:
    return secrets.token_urlsafe(16)


def find_link(ledger: Ledger, secret: str) -> Link | None:
    found = ledger.one("SELECT survey, context, ends_at, done FROM links WHERE link = ?", (digest(secret),))
    if found is None:
        return None
    return Link(found[0], context_of(json.loads(found[1])), datetime.fromisoformat(found[2]), bool(found[3]))


def use_link(ledger: Ledger, secret: str) -> bool:
    """Note that it was answered by; False when that was noted before. No time is noted, for anonymous surveys' sake."""
    with ledger.writing() as connection:
        return (
            connection.execute("UPDATE links SET done = 1 WHERE link = ? AND done = 0", (digest(secret),)).rowcount > 0
        )


def drop_link(ledger: Ledger, secret: str) -> None:
    """Remove a link: nobody can answer by it any more."""
    with ledger.writing() as connection:
        connection.execute("DELETE FROM links WHERE link = ?", (digest(secret),))


def forget_links(ledger: Ledger, before: datetime) -> int:
    """Remove links that ended before; returns how many."""
    with ledger.writing() as connection:
        return connection.execute("DELETE FROM links WHERE ends_at < ?", (before.isoformat(),)).rowcount


def context_of(given: Mapping[str, Any]) -> Context:
    known = {field.name for field in fields(Context)}
    return Context(**{name: value for name, value in given.items() if name in known})

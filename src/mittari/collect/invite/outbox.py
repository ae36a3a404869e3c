"""The outbox: invitations and notices that wait to be sent, kept on disk, each claimed by one sender at a time.

    keep_decided(ledger, decisions, now); row = claim(ledger, kinds, now); ...; sent(ledger, row, now)

States: waiting, sending, sent, failed, cancelled. A row is claimed by a counted update, so two processes never send the
same one. One that stays in `sending` was left by a crash, and nobody knows whether it went out: by e-mail it is sent
again (at least once; the Message-ID is the same, so a second copy can be known), by SMS and chat it is not (at most
once). A notice tells one of ours something (`collect.alarm`): it names no survey, and its person is what it is about.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mittari.collect.invite.people import EMAIL, in_batches
from mittari.collect.invite.plan import Ask, Decision, Taken, Why
from mittari.collect.links import Context, context_of, new_secret
from mittari.store.ledger import Ledger

WAITING, SENDING, SENT, FAILED, CANCELLED = "waiting", "sending", "sent", "failed", "cancelled"
FIRST_WAIT, LONGEST_WAIT, GIVE_UP = timedelta(minutes=1), timedelta(hours=6), timedelta(days=2)
LOST_AFTER = timedelta(minutes=15)
"""A row that has been in `sending` for so long was left by a crash."""
KEEP_DONE = timedelta(days=60)
"""So long it is known what became of an invitation, and longer where the ask budget looks back longer."""
NOT_KNOWN = "the server stopped while it was sent: whether it went out is not known"
COLUMNS = "id, kind, survey, person, due_at, first_due_at, tries, state, invite, secret, claimed_at, error"
DEVICE = "device:"
"""So begins the person of a notice about a device."""
CONTACT_WENT_ON = (Why.REOPENED.value, Why.CANCELLED.value)


@dataclass(frozen=True)
class Row:
    """One invitation or notice of the outbox. `context` goes into the link of an invitation, `notice` is what a notice
    says; instants are naive UTC."""

    id: str
    kind: str
    survey: str
    person: str
    due_at: datetime
    first_due_at: datetime
    tries: int
    state: str
    context: Context
    secret: str
    claimed_at: str | None
    error: str | None
    notice: Mapping[str, Any] | None = None


def put(ledger: Ledger, rows: Sequence[tuple[str, str, str, str, datetime, Context]]) -> int:
    """Add (id, kind, survey, person, due_at, context). One that waits, or was called off since the contact went on, is
    replaced where the contact has another end now; any other stands. Returns how many were written."""
    went_on = ", ".join("?" * len(CONTACT_WENT_ON))
    with ledger.writing() as connection:
        before = connection.total_changes
        connection.executemany(
            "INSERT INTO outbox (id, kind, survey, person, due_at, first_due_at, state, invite, secret) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, "
            "due_at = excluded.due_at, first_due_at = excluded.first_due_at, tries = 0, state = 'waiting', "
            "invite = excluded.invite, secret = excluded.secret, done_at = NULL, error = NULL "
            f"WHERE state = 'waiting' OR (state = 'cancelled' AND error IN ({went_on}))",
            [
                (
                    *(name, kind, survey, person, at.isoformat(), at.isoformat()),
                    *(json.dumps(asdict(context)), new_secret(), *CONTACT_WENT_ON),
                )
                for name, kind, survey, person, at, context in rows
            ],
        )
        return connection.total_changes - before


def put_notice(
    connection: sqlite3.Connection, name: str, kind: str, person: str, at: datetime, notice: Mapping[str, Any]
) -> None:
    """Add a notice inside a transaction of the ledger; one of that name stands as it is."""
    connection.execute(
        "INSERT OR IGNORE INTO outbox (id, kind, survey, person, due_at, first_due_at, state, invite) "
        "VALUES (?, ?, '', ?, ?, ?, 'waiting', ?)",
        (name, kind, person, at.isoformat(), at.isoformat(), json.dumps(notice)),
    )


def notice_state(connection: sqlite3.Connection, name: str) -> tuple[str, str] | None:
    """(kind, state) of a notice; None where there is none of that name."""
    found: tuple[str, str] | None = connection.execute(
        "SELECT kind, state FROM outbox WHERE id = ?", (name,)
    ).fetchone()
    return found


def call_off(connection: sqlite3.Connection, name: str, why: str, now: datetime) -> bool:
    """Call off what still waits under a name, inside a transaction of the ledger; False where it does not wait."""
    done = connection.execute(
        "UPDATE outbox SET state = 'cancelled', done_at = ?, error = ? WHERE id = ? AND state = 'waiting'",
        (now.isoformat(), why, name),
    )
    return done.rowcount > 0


def context_of_decision(decision: Decision, language: str) -> Context:
    """What the link of a decided invitation carries: agent, team and channel as they are at the end of the contact."""
    found = decision.candidate
    kind, _, name = (found.person or "").partition(":")
    return Context(
        invite_id=decision.invite_id,
        customer_id=name if kind == "customer" else None,
        employee_id=name if kind == "employee" else None,
        conversation_id=found.about if found.after == "solved" else None,
        order_id=found.about if found.after == "delivered" else None,
        agent_id=found.agent_id,
        team_id=found.team_id,
        channel=found.channel,
        touch_at=None if found.after == "known" else iso(found.touch_at),
        language=language,
        why=found.after,
    )


def claim(ledger: Ledger, now: datetime) -> Row | None:
    """The row that is due first, now in `sending` and ours; None when none is due."""
    with ledger.writing() as connection:
        found = connection.execute(
            f"SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND due_at <= ? "  # noqa: S608  # named above
            "ORDER BY due_at LIMIT 1",
            (now.isoformat(),),
        ).fetchone()
        if found is None:
            return None
        claimed = connection.execute(
            "UPDATE outbox SET state = 'sending', claimed_at = ?, tries = tries + 1 WHERE id = ? AND state = 'waiting'",
            (now.isoformat(), found[0]),
        )
    row = _row(found)
    if not claimed.rowcount:
        return None
    return Row(**{**row.__dict__, "tries": row.tries + 1, "state": SENDING, "claimed_at": now.isoformat()})


def recover(ledger: Ledger, now: datetime) -> list[Row]:
    """Look again at what a crash left in `sending`: e-mail waits once more; returns the others, which went out perhaps
    and count as sent."""
    before = (now - LOST_AFTER).isoformat()
    with ledger.writing() as connection:
        connection.execute(
            "UPDATE outbox SET state = 'waiting', due_at = ? WHERE state = 'sending' AND claimed_at < ? AND kind = ?",
            (now.isoformat(), before, EMAIL),
        )
        lost = connection.execute(
            f"SELECT {COLUMNS} FROM outbox WHERE state = 'sending' AND claimed_at < ?",  # noqa: S608  # named above
            (before,),
        ).fetchall()
    return [_row(row) for row in lost]


def is_there(ledger: Ledger, row: Row) -> bool:
    """Whether a row that was claimed still stands: its person may have been erased since."""
    return ledger.one("SELECT 1 FROM outbox WHERE id = ?", (row.id,)) is not None


def finish(ledger: Ledger, row: Row, state: str, now: datetime, error: str | None = None) -> bool:
    """The end of a claimed row; False where it is no longer ours. The secret of its link is forgotten."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE outbox SET state = ?, done_at = ?, error = ?, secret = NULL "
            "WHERE id = ? AND state = 'sending' AND claimed_at = ?",
            (state, now.isoformat(), error, row.id, row.claimed_at),
        )
    return done.rowcount > 0


def postpone(ledger: Ledger, row: Row, due_at: datetime, error: str | None) -> bool:
    """Try a claimed row again later."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE outbox SET state = 'waiting', due_at = ?, error = ? "
            "WHERE id = ? AND state = 'sending' AND claimed_at = ?",
            (due_at.isoformat(), error, row.id, row.claimed_at),
        )
    return done.rowcount > 0


def reroute(ledger: Ledger, row: Row, kind: str) -> bool:
    """A claimed row is to go another way, as the address is another one now: it is due at once."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE outbox SET state = 'waiting', kind = ?, tries = tries - 1 "
            "WHERE id = ? AND state = 'sending' AND claimed_at = ?",
            (kind, row.id, row.claimed_at),
        )
    return done.rowcount > 0


def wait_after(tries: int, chance: float) -> timedelta:
    """How long to wait after a number of failed tries: a minute, then three times as long each, to six hours.

    `chance` from 0 to 1 takes a fifth off or adds one, so that many do not come back at once.
    """
    longer: int = 3 ** min(tries - 1, 10)
    wait = min(FIRST_WAIT * longer, LONGEST_WAIT) * (0.8 + 0.4 * chance)
    return min(max(wait, FIRST_WAIT), LONGEST_WAIT)


def waiting_asks(ledger: Ledger, persons: Iterable[str], since: datetime) -> dict[str, list[Ask]]:
    """What counts in the budgets of these persons and may not be among the facts yet."""
    found: dict[str, list[Ask]] = {}
    for some, marks in in_batches(persons):
        rows = ledger.all(
            "SELECT person, id, due_at, done_at, state FROM outbox "  # noqa: S608  # marks only
            f"WHERE person IN ({marks}) AND (state IN ('waiting', 'sending') OR (state = 'sent' AND done_at >= ?))",
            (*some, since.isoformat()),
        )
        for person, name, due_at, done_at, state in rows:
            at = datetime.fromisoformat(done_at if state == SENT else due_at)
            found.setdefault(person, []).append(Ask(name, at))
    return found


def asks_of(ledger: Ledger, persons: Iterable[str]) -> dict[str, list[Ask]]:
    """What was sent to these persons and may not be among the facts yet."""
    found: dict[str, list[Ask]] = {}
    for some, marks in in_batches(persons):
        rows = ledger.all(
            f"SELECT person, id, done_at FROM outbox WHERE person IN ({marks}) AND state = 'sent'",  # noqa: S608
            some,
        )
        for person, name, at in rows:
            found.setdefault(person, []).append(Ask(name, datetime.fromisoformat(at)))
    return found


def taken(ledger: Ledger, names: Iterable[str]) -> dict[str, Taken]:
    """Those of the named invitations that exist."""
    found = {}
    for some, marks in in_batches(names):
        rows = ledger.all(
            f"SELECT id, state, error, json_extract(invite, '$.touch_at') FROM outbox WHERE id IN ({marks})",  # noqa: S608
            some,
        )
        for name, state, error, touch in rows:
            moves = state == WAITING or (state == CANCELLED and error in CONTACT_WENT_ON)
            found[name] = Taken(None if touch is None else instant_of(touch), moves)
    return found


def cancel_waiting(ledger: Ledger, person: str, why: Why, now: datetime) -> int:
    """Call off what waits for a person; returns how many."""
    with ledger.writing() as connection:
        return connection.execute(
            "UPDATE outbox SET state = 'cancelled', done_at = ?, error = ?, secret = NULL "
            "WHERE person = ? AND state = 'waiting'",
            (now.isoformat(), why.value, person),
        ).rowcount


def forget_done(ledger: Ledger, before: datetime) -> int:
    """Remove what ended before; returns how many. That a silence was told stays known until it ends."""
    with ledger.writing() as connection:
        return connection.execute(
            "DELETE FROM outbox WHERE done_at < ? AND NOT (survey = '' AND EXISTS "
            "(SELECT 1 FROM devices WHERE ? || device_id = person AND silent_since IS NOT NULL))",
            (before.isoformat(), DEVICE),
        ).rowcount


def summary(ledger: Ledger) -> list[tuple[Any, ...]]:
    """(survey, kind, state, error, number, first due_at, last done_at), without persons and addresses; notices have
    no survey."""
    return ledger.all(
        "SELECT survey, kind, state, error, count(*), min(due_at), max(done_at) FROM outbox "
        "GROUP BY survey, kind, state, error ORDER BY survey, state, count(*) DESC"
    )


def old_failures(ledger: Ledger, before: datetime) -> list[tuple[str, str, int]]:
    """(survey, error, number) of what failed before an instant; notices have no survey."""
    return ledger.all(
        "SELECT survey, coalesce(error, ''), count(*) FROM outbox WHERE state = 'failed' AND done_at < ? "
        "GROUP BY survey, error ORDER BY count(*) DESC",
        (before.isoformat(),),
    )


def iso(at: datetime) -> str:
    return f"{at.isoformat(timespec='microseconds')}Z"


def instant_of(text: str) -> datetime:
    """The naive UTC instant of a text as `iso` writes it."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def _row(found: Iterable[Any]) -> Row:
    name, kind, survey, person, due_at, first_due_at, tries, state, invite, secret, claimed_at, error = found
    said = json.loads(invite)
    return Row(
        *(name, kind, survey, person, datetime.fromisoformat(due_at), datetime.fromisoformat(first_due_at)),
        *(tries, state, context_of(said), secret or new_secret(), claimed_at, error),
        notice=None if survey else said,
    )

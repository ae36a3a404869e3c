"""Kiosks and buttons: each has a token, drawn here and shown once, and is pinned to one survey and place.

The name of a device is its id in the rows of its answers, so it is never given to another one.
"""

import json
import logging
import re
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mittari.collect.alarm.notices import put_back, put_silent
from mittari.collect.signing import digest
from mittari.collect.survey.model import Question, Survey
from mittari.collect.survey.shelf import Shelf
from mittari.errors import UserError, did_you_mean
from mittari.store.ledger import Ledger

log = logging.getLogger("mittari.devices")

PREFIX = "mitd_"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
KIOSK, BUTTON = "kiosk", "device"
"""The `source` of the answers of a kiosk, and of a button."""
SILENT_AFTER = timedelta(minutes=15)
"""A device of which nothing was heard for so long, of open time, is silent."""
COLUMNS = (
    "device_id, source, survey, touchpoint, location, languages, made_at, seen_at, waiting, told, silent_since, "
    "revoked_at, owner, language, off_at"
)
FROM = "FROM devices LEFT JOIN device_care USING (device_id)"


@dataclass(frozen=True)
class Device:
    """A device as the ledger knows it. Instants are naive UTC; `told` is what it said of itself last.

    `owner` is where the one responsible is told of its silence (`alarm.owners`), None for that of the settings; a
    device that was said to be switched off (`off_at`) is not watched until it is heard again.
    """

    id: str
    source: str
    survey: str
    touchpoint: str | None
    location: str | None
    languages: tuple[str, ...]
    made_at: datetime
    seen_at: datetime | None
    waiting: int | None
    told: Mapping[str, Any]
    silent_since: datetime | None
    revoked_at: datetime | None
    owner: str | None = None
    owner_language: str | None = None
    off_at: datetime | None = None


def question_of(survey: Survey) -> Question:
    """The question that devices ask: the first. Raises UserError where it has no scale to press on."""
    question = survey.questions[0]
    if question.is_text or question.kind == "brands":
        raise UserError(
            f"a device asks the first question of a survey, and {question.id} of {survey.id} has no scale",
            hint='Let a question with a score be the first, such as kind = "csat" with faces = true.',
        )
    return question


def make_device(
    ledger: Ledger,
    shelf: Shelf,
    name: str,
    survey: str,
    now: datetime,
    *,
    source: str = KIOSK,
    touchpoint: str | None = None,
    location: str | None = None,
    languages: Sequence[str] = (),
) -> str:
    """A new device's token, to be shown once. Raises UserError for a name in use and a survey that cannot be asked."""
    if not NAME.fullmatch(name):
        raise UserError(f"expected a name of a to z, 0 to 9 and hyphens, found {name!r}", hint="Such as helsinki-exit.")
    found = shelf.open(survey)
    if found is None:
        _refuse(shelf, survey)
    else:
        question_of(found)
        if unknown := [language for language in languages if language not in found.languages]:
            raise UserError(
                f"survey {survey} has no texts in {unknown[0]}", hint=f"It has {', '.join(found.languages)}."
            )
    token = PREFIX + secrets.token_urlsafe(24)
    with ledger.writing() as connection:
        if connection.execute("SELECT 1 FROM devices WHERE device_id = ?", (name,)).fetchone():
            raise UserError(
                f"there is a device called {name!r} already",
                hint=f"Choose another name, or give this one a new token: mittari device replace {name}",
            )
        connection.execute(
            "INSERT INTO devices (device_id, digest, source, survey, touchpoint, location, languages, made_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (name, digest(token), source, survey, touchpoint, location, " ".join(languages), now.isoformat()),
        )
    return token


def _refuse(shelf: Shelf, survey: str) -> None:
    known = {each.name: each for each in shelf.all()}
    if survey in known:
        raise UserError(f"survey {survey} is not open: {known[survey].fault}", where=shelf.folder / f"{survey}.toml")
    raise UserError(
        f"there is no survey {survey!r}",
        where=shelf.folder,
        hint=did_you_mean(survey, known) or f"Make the file {survey}.toml there.",
    )


def replace_token(ledger: Ledger, name: str) -> str:
    """A new token for a device, whose earlier one opens nothing from now on.

    A revoked device works again, and is watched once it is heard; a silent one is silent until then.
    """
    token = PREFIX + secrets.token_urlsafe(24)
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE devices SET digest = ?, seen_at = CASE WHEN revoked_at IS NULL THEN seen_at END, "
            "revoked_at = NULL WHERE device_id = ?",
            (digest(token), name),
        )
        if not done.rowcount:
            raise UserError(f"no device is called {name!r}", hint="`mittari device list` shows them.")
    return token


def revoke_device(ledger: Ledger, name: str, now: datetime) -> None:
    """From now on its taps are refused. Raises UserError when no device in use has that name."""
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE devices SET revoked_at = ?, silent_since = NULL WHERE device_id = ? AND revoked_at IS NULL",
            (now.isoformat(), name),
        )
        if not done.rowcount:
            raise _no_such(name)


def switch_off(ledger: Ledger, name: str, now: datetime) -> None:
    """The device is switched off on purpose: nobody is told of its silence until it has been heard again.

    Raises UserError when no device in use has that name.
    """
    with ledger.writing() as connection:
        _in_use(connection, name)
        connection.execute("UPDATE devices SET silent_since = NULL WHERE device_id = ?", (name,))
        connection.execute(
            "INSERT INTO device_care (device_id, off_at) VALUES (?, ?) "
            "ON CONFLICT (device_id) DO UPDATE SET off_at = excluded.off_at",
            (name, now.isoformat()),
        )


def switch_on(ledger: Ledger, name: str) -> None:
    """The device is missed again, also before it is heard. Raises UserError when no device in use has that name."""
    with ledger.writing() as connection:
        _in_use(connection, name)
        connection.execute("UPDATE device_care SET off_at = NULL WHERE device_id = ?", (name,))


def give_owner(ledger: Ledger, name: str, owner: str | None, language: str | None) -> None:
    """Who is told about the device, as `read_owner` gives it; None for that of the settings.

    Raises UserError when no device in use has that name.
    """
    with ledger.writing() as connection:
        _in_use(connection, name)
        connection.execute(
            "INSERT INTO device_care (device_id, owner, language) VALUES (?, ?, ?) ON CONFLICT (device_id) "
            "DO UPDATE SET owner = excluded.owner, language = excluded.language",
            (name, owner, language),
        )


def _in_use(connection: sqlite3.Connection, name: str) -> None:
    known = "SELECT 1 FROM devices WHERE device_id = ? AND revoked_at IS NULL"
    if not connection.execute(known, (name,)).fetchone():
        raise _no_such(name)


def _no_such(name: str) -> UserError:
    return UserError(f"no device in use is called {name!r}", hint="`mittari device list` shows them.")


def find_device(ledger: Ledger, token: str) -> Device | None:
    """The device with that token, revoked or not; None for an unknown one."""
    found = ledger.one(f"SELECT {COLUMNS} {FROM} WHERE digest = ?", (digest(token),))
    return None if found is None else _device(found)


def device_named(ledger: Ledger, name: str) -> Device | None:
    """The device of that name, revoked or not."""
    found = ledger.one(f"SELECT {COLUMNS} {FROM} WHERE device_id = ?", (name,))
    return None if found is None else _device(found)


def all_devices(ledger: Ledger) -> list[Device]:
    """Every device, the revoked ones last."""
    rows = ledger.all(f"SELECT {COLUMNS} {FROM} ORDER BY revoked_at IS NOT NULL, device_id")
    return [_device(row) for row in rows]


def note_seen(ledger: Ledger, device: Device, now: datetime, waiting: int | None, told: Mapping[str, Any]) -> None:
    """Note that a device was heard, how many taps still wait on it, and what it says of itself.

    Whoever was told of its silence is told, in the same transaction, that it is back.
    """
    with ledger.writing() as connection:
        before = connection.execute(
            f"SELECT seen_at, silent_since, off_at {FROM} WHERE device_id = ?",
            (device.id,),
        ).fetchone()
        seen_at, silent_since, off_at = (_moment(text) for text in before or (None, None, None))
        connection.execute(
            "UPDATE devices SET seen_at = ?, waiting = ?, told = ?, silent_since = NULL WHERE device_id = ?",
            (now.isoformat(), waiting, json.dumps(told), device.id),
        )
        if silent_since is not None:
            put_back(connection, device.id, seen_at, silent_since, now)
        if off_at is not None and (seen_at is None or now - seen_at >= SILENT_AFTER):
            # Before it is switched off it goes on beating for a while: only after a pause it has come back.
            connection.execute("UPDATE device_care SET off_at = NULL WHERE device_id = ?", (device.id,))
    if silent_since is not None:
        log.warning("device %s is heard again", device.id)


def note_silent(ledger: Ledger, device: Device, now: datetime, way: str | None = None) -> bool:
    """Note that a device has fallen silent; False when it was noted before, or the device was heard meanwhile.

    With a way that the one responsible is to be told, put into the outbox in the same transaction.
    """
    with ledger.writing() as connection:
        done = connection.execute(
            "UPDATE devices SET silent_since = ? WHERE device_id = ? AND silent_since IS NULL "
            "AND revoked_at IS NULL AND seen_at IS ?",
            (now.isoformat(), device.id, device.seen_at.isoformat() if device.seen_at else None),
        )
        noted = done.rowcount > 0
        if noted and way is not None:
            put_silent(connection, device.id, device.seen_at, now, way)
    return noted


def add_visits(ledger: Ledger, device: Device, touchpoint: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Keep a device's visitors by day, of which the highest count told stands; returns the sums of its touchpoint.

    Devices of one touchpoint stand at different doors of it: their counts add up.
    """
    with ledger.writing() as connection:
        connection.executemany(
            "INSERT INTO device_visits VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET count = max(count, excluded.count)",
            [(device.id, touchpoint, day, count) for day, count in counts.items()],
        )
        marks = ", ".join("?" * len(counts))
        summed = connection.execute(
            "SELECT date, sum(count) FROM device_visits "  # noqa: S608  # only marks are put in
            f"WHERE touchpoint = ? AND date IN ({marks}) GROUP BY date",
            (touchpoint, *counts),
        )
        return dict(summed.fetchall())


def _device(row: Sequence[Any]) -> Device:
    name, source, survey, touchpoint, location, languages, made_at, seen_at, waiting, told, silent_since, *care = row
    revoked, owner, language, off_at = care
    return Device(
        id=name,
        source=source,
        survey=survey,
        touchpoint=touchpoint,
        location=location,
        languages=tuple((languages or "").split()),
        made_at=datetime.fromisoformat(made_at),
        seen_at=_moment(seen_at),
        waiting=waiting,
        told=json.loads(told) if told else {},
        silent_since=_moment(silent_since),
        revoked_at=_moment(revoked),
        owner=owner,
        owner_language=language,
        off_at=_moment(off_at),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

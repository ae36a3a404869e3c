"""What is to be told about devices, put into the outbox in the transaction that notes it: so it is told once.

A notice is named after its device and the instant at which that silence was noted, which also stands with the device. A
restart therefore tells nothing again. Whoever was not told of a silence, since it ended before the message went out, is
not told of its end either.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from mittari.collect.invite import outbox
from mittari.collect.invite.outbox import Row
from mittari.store.ledger import Ledger

if TYPE_CHECKING:
    from mittari.collect.devices import Device

SILENT: Literal["silent"] = "silent"
BACK: Literal["back"] = "back"
ENDED = "the device was heard again before this was sent"
NOT_WATCHED = "the device is not in use any more, or has been switched off"
NOT_TOLD = "that the device was silent could not be told"
TOLD = (outbox.SENT, outbox.SENDING)
NOBODY_RESPONSIBLE = "nobody is responsible for the device any more"


@dataclass(frozen=True)
class Notice:
    """One thing to tell. `since` is when the silence was noted, `heard_at` when the device was heard before it, and
    `back_at` when after it; all naive UTC."""

    what: Literal["silent", "back"]
    device: str
    since: datetime
    heard_at: datetime | None
    back_at: datetime | None = None


def person_of(device: str) -> str:
    """Under which name the outbox keeps what is told about a device."""
    return f"{outbox.DEVICE}{device}"


def name_of(what: str, device: str, since: datetime) -> str:
    """The name of a notice in the outbox."""
    return f"{person_of(device)}:{what}:{since.isoformat()}"


def put_silent(
    connection: sqlite3.Connection, device: str, heard_at: datetime | None, since: datetime, way: str
) -> None:
    """Inside the transaction that notes a silence: it is to be told."""
    _put(connection, Notice(SILENT, device, since, heard_at), way, since)


def put_back(
    connection: sqlite3.Connection, device: str, heard_at: datetime | None, since: datetime, now: datetime
) -> None:
    """Inside the transaction that notes the end of a silence: it is to be told to whoever was told of the silence."""
    name = name_of(SILENT, device, since)
    way, state = outbox.notice_state(connection, name) or ("", "")
    if state == outbox.WAITING:
        outbox.call_off(connection, name, ENDED, now)
    elif state in TOLD:
        _put(connection, Notice(BACK, device, since, heard_at, now), way, now)


def _put(connection: sqlite3.Connection, notice: Notice, way: str, now: datetime) -> None:
    said = {
        "what": notice.what,
        "device": notice.device,
        "since": notice.since.isoformat(),
        "heard_at": notice.heard_at.isoformat() if notice.heard_at else None,
        "back_at": notice.back_at.isoformat() if notice.back_at else None,
    }
    name = name_of(notice.what, notice.device, notice.since)
    outbox.put_notice(connection, name, way, person_of(notice.device), now, said)


def notice_of(row: Row) -> Notice | None:
    """The notice of a row of the outbox; None where the row is an invitation."""
    if row.notice is None:
        return None
    said = row.notice
    return Notice(
        what=SILENT if said["what"] == SILENT else BACK,
        device=said["device"],
        since=datetime.fromisoformat(said["since"]),
        heard_at=_moment(said["heard_at"]),
        back_at=_moment(said["back_at"]),
    )


def called_off(ledger: Ledger, notice: Notice, device: "Device") -> str | None:
    """Why a notice is not to be told any more, as things are now; None where it still holds."""
    if device.revoked_at or device.off_at:
        return NOT_WATCHED
    if notice.what == SILENT:
        return None if device.silent_since == notice.since else ENDED
    told = ledger.one("SELECT state FROM outbox WHERE id = ?", (name_of(SILENT, notice.device, notice.since),))
    return None if told and told[0] in TOLD else NOT_TOLD


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

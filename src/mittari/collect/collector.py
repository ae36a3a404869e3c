"""Everything that collecting needs of an installation, opened once and handed to the pages: no warehouse among it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from mittari.collect.limits import Limiter
from mittari.collect.said import Said
from mittari.collect.signing import Signer
from mittari.collect.survey.shelf import Shelf
from mittari.collect.turns import Turns
from mittari.settings import Settings
from mittari.store import inbox as inboxes
from mittari.store import ledger as ledgers
from mittari.store.inbox import Inbox
from mittari.store.ledger import Ledger


def utc_now() -> datetime:
    """The present instant, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class Collector:
    """One installation as feedback meets it. `clock` tells naive UTC."""

    home: Path
    settings: Settings
    ledger: Ledger
    inbox: Inbox
    shelf: Shelf
    signer: Signer
    clock: Callable[[], datetime] = utc_now
    limiter: Limiter = field(default_factory=Limiter)
    said: Said = field(default_factory=Said)
    turns: Turns = field(default_factory=Turns)
    latest_presses: dict[str, datetime] = field(default_factory=dict)
    """When each device was pressed last, for anonymous surveys, of which no fine time is stored."""

    @classmethod
    def open(cls, home: Path, settings: Settings, clock: Callable[[], datetime] = utc_now) -> Self:
        """Open the ledger and the inbox of a home, making them where they are missing."""
        ledger = Ledger.open(home / ledgers.FILE_NAME)
        inbox = Inbox.open(home / inboxes.FILE_NAME, clock)
        return cls(home, settings, ledger, inbox, Shelf(home), Signer(ledger.signing_key()), clock)

    def close(self) -> None:
        """Write what has gathered and let go of the files."""
        self.inbox.close()
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""What all ways of sending share: an address to send to, and one way to fail."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from mittari.collect.invite.people import Address


class Undelivered(Exception):
    """The message did not go out. `permanent` says that trying again is of no use; `bad_address` that nobody is there.

    Its text is for people and holds no address.
    """

    def __init__(self, why: str, permanent: bool = False, bad_address: bool = False) -> None:
        super().__init__(why)
        self.permanent, self.bad_address = permanent, bad_address


class Letter(Protocol):
    """What is sent, in both forms."""

    def email(self, sender: str, recipient: str, name: str, now: datetime) -> EmailMessage:
        """The whole e-mail. `name` is that of the row, which makes the Message-ID: a second copy has the same."""

    def short(self) -> str:
        """The same for SMS and chat, in one line."""


@dataclass(frozen=True)
class Envelope:
    """A letter, whereto it goes, and the name by which a second copy of it is known."""

    letter: Letter
    address: Address
    name: str


class Way(Protocol):
    """A way for invitations and notices to travel."""

    def send(self, envelope: Envelope) -> None:
        """Hand it over; comes back once the other side has taken it. Raises Undelivered."""

    def close(self) -> None:
        """Nothing more is sent for the moment."""

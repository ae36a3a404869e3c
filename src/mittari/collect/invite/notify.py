"""SMS and chat through Apprise, which knows the services; it is an extra, and is loaded with the first message."""

import logging
from typing import Any
from urllib.parse import quote

from mittari.collect.invite.ways import Envelope, Undelivered
from mittari.errors import UserError


class Notifier:
    """Sends to an address of Apprise that has `{address}` in place of the recipient."""

    def __init__(self, template: str, setting: str) -> None:
        self._template, self._setting = template, setting
        self._apprise = apprise()

    def send(self, envelope: Envelope) -> None:
        service = self._apprise.Apprise()
        if not service.add(self._template.replace("{address}", quote(envelope.address.address, safe="+"))):
            raise Undelivered(f"the setting {self._setting} holds no address that Apprise understands")
        # Apprise tells no reasons, so every failure is one that may pass.
        if not service.notify(body=envelope.letter.short(), body_format="text"):
            raise Undelivered(f"the service of the setting {self._setting} did not take the message")

    def close(self) -> None:
        """Nothing is held between messages."""


def apprise() -> Any:
    """The package, told to keep addresses out of the log. Raises UserError where it is not installed."""
    try:
        import apprise as package
    except ImportError as error:
        raise UserError(
            "SMS and chat need the package apprise", hint="Install it with: pip install 'mittari[notify]'"
        ) from error
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return package

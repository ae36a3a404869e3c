"""E-mail through an SMTP server: `smtp://` with STARTTLS, `smtps://` with TLS from the first byte.

A password is never sent without TLS, except to this machine itself. Without a password TLS is used where it is offered.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from mittari.collect.invite.ways import Envelope, Undelivered
from mittari.collect.masking import mask

TIMEOUT_S = 30.0
SAID = 200
"""So many characters of what a server said are kept."""
POLICY = re.compile(r"5\.7\.")
"""An enhanced status (RFC 3463) about us, such as a blocked sender: it says nothing about the address."""


class Mailer:
    """Sends through one connection as long as it holds. `clock` tells naive UTC."""

    def __init__(self, server: str, sender: str, clock: Callable[[], datetime]) -> None:
        parts = urlsplit(server)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._secure else 587 if parts.username else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender, self._clock = sender, clock
        self._connection: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> None:
        now = self._clock().replace(tzinfo=UTC)
        letter = envelope.letter.email(self._sender, envelope.address.address, envelope.name, now)
        try:
            self._connected().send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            self._reset()
            raise _refused(code, said, of_address=True) from None  # the cause holds the address
        except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
            self._reset()
            if isinstance(error, smtplib.SMTPDataError):
                raise _refused(error.smtp_code, error.smtp_error, of_address=False) from None
            raise Undelivered("the mail server cannot take this kind of address", permanent=True) from None
        except smtplib.SMTPResponseException as error:  # hello, log in, sender: about us, so it can be mended
            self.close()
            raise Undelivered(_told(error.smtp_code, error.smtp_error)) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Undelivered(f"the mail server cannot be reached: {mask(str(error))[:SAID]}") from None

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        tls = ssl.create_default_context()
        if self._secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=tls)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        try:
            connection.ehlo_or_helo_if_needed()
            if not self._secure and connection.has_extn("starttls"):
                connection.starttls(context=tls)
            elif not self._secure and self._user and not _is_this_machine(self._host):
                raise Undelivered("the mail server offers no STARTTLS, and a password is not sent without it")
            if self._user:
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _reset(self) -> None:
        """The connection goes on after a refusal, unless the server has closed it."""
        try:
            if self._connection is not None:
                self._connection.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection = None


def _refused(code: int, said: bytes | str, of_address: bool) -> Undelivered:
    permanent = 500 <= code < 600
    about_us = bool(POLICY.match(_text(said)))
    return Undelivered(_told(code, said), permanent, bad_address=permanent and of_address and not about_us)


def _told(code: int, said: bytes | str) -> str:
    return f"the mail server answered {code}: {mask(_text(said))[:SAID]}"


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

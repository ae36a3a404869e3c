"""Signed texts: what a page hands out and gets back unchanged. Not secret, so nothing about a person goes in."""

import base64
import hashlib
import hmac
from typing import TypeVar

import msgspec

MAC_BYTES = 16
LONGEST = 8_000

Value = TypeVar("Value", bound=msgspec.Struct)


class Forged(ValueError):
    """The text was not signed here for this purpose, or was altered."""


class Signer:
    """Signs with the key of the installation; `purpose` keeps one kind of text from being used as another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, value: msgspec.Struct) -> str:
        body = msgspec.msgpack.encode(value)
        return _text(body + self._mac(purpose, body))

    def read(self, purpose: str, text: str, kind: type[Value]) -> Value:
        """What was signed. Raises Forged."""
        try:
            whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if len(text) <= LONGEST else b""
        except ValueError as error:
            raise Forged(purpose) from error
        body, mac = whole[:-MAC_BYTES], whole[-MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise Forged(purpose)
        try:
            return msgspec.msgpack.decode(body, type=kind)
        except msgspec.MsgspecError as error:  # signed by an earlier version with other fields
            raise Forged(purpose) from error

    def name(self, purpose: str, text: str) -> str:
        """A name that belongs to the text and tells nothing about it."""
        return _text(self._mac(purpose, text.encode()))

    def fraction(self, purpose: str, text: str) -> float:
        """A number from 0 up to 1 that belongs to the text: drawn like chance, and the same every time."""
        return int.from_bytes(self._mac(purpose, text.encode())[:6], "big") / (1 << 48)

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.new(self._key, purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:MAC_BYTES]


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """How a secret is kept: enough to know it again, not to use it. Our secrets are drawn, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()

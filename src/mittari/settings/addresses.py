"""Addresses as a setting writes them: of servers, senders, and who is told."""

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from mittari.settings.values import Unfit, as_text


def web_address(given: object) -> str:
    """An address of http or https without a path, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as https://feedback.example, without a path"
    text = as_text(given, expected).rstrip("/")
    if not re.fullmatch(r"https?://[a-zA-Z0-9.\[\]:_-]+", text):
        raise Unfit(expected)
    return text


def broker_address(given: object) -> str:
    """Where a broker of MQTT answers, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as mqtt://user:password@host:1883, or mqtts:// with encryption"
    text = as_text(given, expected)
    if not re.fullmatch(r"mqtts?://([^\s/@]+@)?[a-zA-Z0-9.\[\]:_-]+", text):
        raise Unfit(expected)
    return text


def mail_server(given: object) -> str:
    """The address of an SMTP server, or an empty text."""
    if given == "":
        return ""
    expected = "an address such as smtp://user:password@mail.example:587, or smtps:// for TLS from the first byte"
    text = as_text(given, expected)
    try:
        parts = urlsplit(text)
        fits = (
            parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.path in ("", "/") and parts.port != 0
        )
    except ValueError as error:
        raise Unfit(expected) from error
    if not fits or (parts.password is not None and not parts.username):
        raise Unfit(expected)
    return text


MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def sender_address(given: object) -> str:
    """Who sends mail: an address, with or without a name; or an empty text."""
    if given == "":
        return ""
    expected = 'an e-mail address such as feedback@shop.example, or "The shop <feedback@shop.example>"'
    text = as_text(given, expected)
    _, address = parseaddr(text)
    if not text.isprintable() or not MAILBOX.fullmatch(address):
        raise Unfit(expected)
    return text


CHAT_OWNER = "chat:"
NOBODY = "none"


def owner_address(given: object) -> str:
    """Where somebody responsible is told: e-mail, a telephone number, or a recipient in the chat; or `none`."""
    expected = 'an e-mail address, a telephone number such as +358401234567, "chat:RECIPIENT", or "none"'
    text = as_text(given, expected)
    if text == NOBODY or (MAILBOX.fullmatch(text) and len(text) <= 254):
        return text
    if text.startswith(CHAT_OWNER) and 0 < len(text) - len(CHAT_OWNER) <= 200 and text.isprintable():
        return text
    number = re.sub(r"[ ().\u00a0/-]", "", text)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise Unfit(expected)
    return number


def notifier(given: object) -> str:
    """An address of Apprise with a place for the recipient, or an empty text."""
    if given == "":
        return ""
    expected = "an address of Apprise with {address} in place of the recipient"
    text = as_text(given, expected)
    if "{address}" not in text or "://" not in text:
        raise Unfit(expected)
    return text


def engine_address(given: object) -> str:
    """The name of an engine, or its address; which engines there are is known where facts are kept."""
    return as_text(given, "the name or the address of an engine")

"""Who is told about a device: its owner, else the one of the setting `device_owner`. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mittari.collect.invite.people import CHAT, EMAIL, SMS, Address
from mittari.errors import UserError, told
from mittari.settings import CHAT_OWNER, LANGUAGES, NOBODY, Settings, Unfit, owner_address

if TYPE_CHECKING:
    from mittari.collect.devices import Device

DEFAULT = "default"
"""What is said for a device without an owner of its own: the setting holds for it."""


@dataclass(frozen=True)
class Owner:
    """One who is told: by which way, at which address, in which language."""

    way: str
    address: str
    language: str

    def __repr__(self) -> str:
        """Without the address: it must not come into a log."""
        return f"Owner({self.way}, {self.language})"


def read_owner(text: str, language: str | None) -> tuple[str | None, str | None]:
    """What is kept as the owner of a device and the language: None and None for `default`. Raises UserError."""
    if language is not None and language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise UserError(told("expected a language of {known}, found {found}", known=known, found=language))
    if text.strip() in ("", DEFAULT):
        return None, None
    try:
        return owner_address(text), language
    except Unfit as error:
        raise UserError(
            "expected an e-mail address, a telephone number such as +358401234567, `chat:RECIPIENT`, `none` for "
            "nobody, or `default` for the one of the settings"
        ) from error


def owner_of(device: "Device", settings: Settings) -> Owner | None:
    """Who is told about a device; None where nobody is."""
    address = settings.device_owner if device.owner is None else device.owner
    if address in ("", NOBODY):
        return None
    language = device.owner_language if device.owner is not None else None
    return Owner(way_to(address), address.removeprefix(CHAT_OWNER), language or settings.language)


def way_to(address: str) -> str:
    """By which way an owner's address is reached."""
    if address.startswith("+"):
        return SMS
    return CHAT if address.startswith(CHAT_OWNER) else EMAIL


def address_of(owner: Owner, device: str) -> Address:
    """The owner's address as the ways of sending take it."""
    return Address(device, owner.way, owner.address, owner.language)

"""The names and addresses by which browsers in the house reach this machine."""

import ipaddress
import re
import socket
from collections.abc import Iterable

from mittari.errors import UserError

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_NAME = 253
NOWHERE = "192.0.2.1"
"""An address for documentation (RFC 5737). A socket bound for it knows from where it would send; nothing is sent."""


def host(text: str, where: str = "--host") -> str:
    """A name in its ASCII writing, or an address in its shortest, as a certificate holds it."""
    given = text.strip().rstrip(".").lower()
    try:
        address = ipaddress.ip_address(given.strip("[]"))
    except ValueError:
        return _name(given, text, where)
    if address.is_unspecified or address.is_multicast or "%" in given:
        raise UserError(
            f"expected an address that a browser can open, found {text!r}", where=where, hint="Give the machine's own."
        )
    return str(address)


def _name(given: str, text: str, where: str) -> str:
    try:
        name = given.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    digits_last = labels[-1].isdigit()  # would be read as an address that is none, such as 192.168.1
    if digits_last or len(name) > LONGEST_NAME or not all(LABEL.fullmatch(label) for label in labels):
        raise UserError(
            f"expected a name or an address, found {text!r}",
            where=where,
            hint="Write it without https:// and without a port, such as mittari.local or 192.168.1.20.",
        )
    return name


def hosts(texts: Iterable[str]) -> tuple[str, ...]:
    """Each host once, in the order given."""
    return tuple(dict.fromkeys(host(text) for text in texts))


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def machine_name() -> str | None:
    """The machine's own name, or None when it is none that a browser could open."""
    try:
        return host(socket.gethostname())
    except UserError:
        return None


def lasting_hosts() -> tuple[str, ...]:
    """The names that this machine has wherever it is plugged in."""
    name = machine_name()
    named = (name, f"{name.partition('.')[0]}.local") if name and not is_address(name) else ()
    return tuple(dict.fromkeys((*named, "localhost", "127.0.0.1")))


def lan_addresses() -> tuple[str, ...]:
    """This machine's addresses (IPv4) in its network, the one with the way out first; none without a network."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))
            found.append(str(probe.getsockname()[0]))
        except OSError:
            pass  # no way out: the names of the machine may still tell
    try:
        told = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        told = []
    found += [str(entry[4][0]) for entry in told]
    return tuple(each for each in dict.fromkeys(found) if _in_the_network(each))


def _in_the_network(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_unspecified)

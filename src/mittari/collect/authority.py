"""The certificate authority of one installation, in the folder `tls` of its home, and the certificate of its server.

The authority is made once and kept, since people have trusted it by hand on every tablet. The server's certificate is
made again when its hosts change and before it ends; its key stays, so that one file is replaced and the two always fit.
A file that is broken, or that somebody else put there, is never written over.
"""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mittari.collect import certificates
from mittari.collect.certificates import MOST_DAYS, Pair
from mittari.collect.hosts import is_address, lan_addresses, lasting_hosts
from mittari.errors import UserError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY, AUTHORITY_KEY = "authority.crt", "authority.key"
SERVER, SERVER_KEY = "server.crt", "server.key"
RENEW_BEFORE = timedelta(days=30)
WARN_BEFORE = timedelta(days=14)


class Standing(NamedTuple):
    """What lies in the folder after `ensure`. `done` says in one sentence what was made and why."""

    folder: Path
    hosts: tuple[str, ...]
    fingerprint: str
    authority_until: datetime
    server_until: datetime
    done: str

    @property
    def certificate(self) -> Path:
        return self.folder / SERVER

    @property
    def key(self) -> Path:
        return self.folder / SERVER_KEY


class Checked(NamedTuple):
    """Options for uvicorn, and a sentence to show at the start when the certificate soon ends."""

    options: dict[str, str]
    warning: str | None


def ensure(
    folder: Path, hosts: tuple[str, ...], name: str, now: datetime, *, days: int = MOST_DAYS, renew: bool = False
) -> Standing:
    """Make in `folder` what is missing, renew what has to be, keep the rest.

    `hosts` are those asked for; none means those of the certificate that stands, or else those of the machine. `name`
    is the machine's, for people who look at the list of authorities of a tablet.
    """
    _make_folder(folder)
    authority, made = _authority(folder, name, now)
    key, standing = _server(folder, authority)
    wanted = hosts or _hosts_to_keep(standing)
    reason = _reason(standing, wanted, now, renew=renew)
    if reason is None and standing is not None:
        return _told(folder, authority, standing, "All stands as it was.")
    certificate = certificates.make_server(authority, key or _new_server_key(folder), wanted, days, now)
    _replace(folder / SERVER, certificates.certificate_text(certificate, authority.certificate))
    server = f"the server's certificate is {'new' if standing is None else 'renewed'}, because {reason}"
    return _told(folder, authority, certificate, f"The authority is {'new' if made else 'kept'}; {server}.")


def load_for_uvicorn(certificate: Path, key: Path, now: datetime) -> Checked:
    """Check a server's certificate and key before the start, wherever they are from.

    They must be readable, belong together and hold at `now`; a certificate with less than 14 days left gives a warning.
    """
    ours = "Give --tls-cert and --tls-key the two files that `mittari tls` names, or your own."
    read = certificates.read_certificate(certificate, ours)
    if not certificates.belong_together(read, certificates.read_key(key, ours)):
        raise UserError(f"expected the key of {certificate}, found another one", where=key, hint=ours)
    until = read.not_valid_after_utc
    renewing = "`mittari tls --renew` makes a new one if it is ours; then start the server again."
    if now >= until:
        raise UserError(f"the certificate ended on {until:%Y-%m-%d}", where=certificate, hint=renewing)
    if now < read.not_valid_before_utc:
        begins = f"the certificate begins on {read.not_valid_before_utc:%Y-%m-%d %H:%M} UTC, which is still to come"
        raise UserError(begins, where=certificate, hint="Is this machine's clock right?")
    options = {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}
    left = until - now
    if left >= WARN_BEFORE:
        return Checked(options, None)
    return Checked(options, f"{certificate}: the certificate ends on {until:%Y-%m-%d}, in {left.days} days. {renewing}")


def _authority(folder: Path, name: str, now: datetime) -> tuple[Pair, bool]:
    """The authority, and whether it was made just now."""
    path, key_path = folder / AUTHORITY, folder / AUTHORITY_KEY
    others = [each for each in (SERVER, SERVER_KEY) if _stands(folder / each)]
    if not _stands(path) and not _stands(key_path):
        if others:
            raise UserError(
                f"{' and '.join(others)} stand here without an authority",
                where=folder,
                hint=f"Bring {AUTHORITY} and {AUTHORITY_KEY} back from a backup, or move the files away and run again.",
            )
        pair = certificates.make_authority(f"Mittari authority of {name}", now)
        _create(key_path, certificates.key_text(pair.key), 0o600)
        _create(path, certificates.certificate_text(pair.certificate), 0o644)
        return pair, True
    return _read_authority(path, key_path, now), False


def _read_authority(path: Path, key_path: Path, now: datetime) -> Pair:
    mend = (
        f"Bring {AUTHORITY} and {AUTHORITY_KEY} back from a backup, or move the folder {path.parent} away and run "
        "again: that makes a new authority, which every tablet has to trust anew."
    )
    certificate = certificates.read_certificate(path, mend)
    key = _elliptic(certificates.read_key(key_path, mend), key_path, mend)
    if not certificates.is_authority(certificate):
        raise UserError("expected the certificate of an authority, found one of a server", where=path, hint=mend)
    if not certificates.belong_together(certificate, key):
        raise UserError(f"expected the key of {AUTHORITY}, found another one", where=key_path, hint=mend)
    if now >= certificate.not_valid_after_utc:
        ended = f"the authority ended on {certificate.not_valid_after_utc:%Y-%m-%d}"
        again = f"Move the folder {path.parent} away and run again; every tablet has to trust the new authority."
        raise UserError(ended, where=path, hint=again)
    return Pair(certificate, key)


def _server(folder: Path, authority: Pair) -> tuple["EllipticCurvePrivateKey | None", "x509.Certificate | None"]:
    """The server's key and certificate, as far as they stand."""
    path, key_path = folder / SERVER, folder / SERVER_KEY
    mend = f"Move {SERVER} and {SERVER_KEY} away and run again; the authority stays, and so does the tablets' trust."
    key = _elliptic(certificates.read_key(key_path, mend), key_path, mend) if _stands(key_path) else None
    if not _stands(path):
        return key, None
    certificate = certificates.read_certificate(path, mend)
    if not certificates.issued_by(certificate, authority.certificate):
        raise UserError("expected a certificate of this authority, found one of somebody else", where=path, hint=mend)
    if key is None or not certificates.belong_together(certificate, key):
        raise UserError(
            f"expected the key of {SERVER}, found {'none' if key is None else 'another one'}", key_path, mend
        )
    return key, certificate


def _elliptic(key: object, path: Path, mend: str) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    if not isinstance(key, EllipticCurvePrivateKey):
        raise UserError("expected a key that `mittari tls` has made, found one of another kind", where=path, hint=mend)
    return key


def _hosts_to_keep(standing: "x509.Certificate | None") -> tuple[str, ...]:
    """The machine's hosts today, unless somebody had chosen those of the certificate that stands."""
    lasting = lasting_hosts()
    if standing is not None and not set(lasting) <= set(certificates.hosts_of(standing)):
        return certificates.hosts_of(standing)
    names = [each for each in lasting if not is_address(each)]
    addresses = [each for each in lasting if is_address(each)]
    return (*names, *lan_addresses(), *addresses)


def _reason(standing: "x509.Certificate | None", wanted: tuple[str, ...], now: datetime, *, renew: bool) -> str | None:
    """Why the server's certificate has to be made, or None when it stands."""
    if standing is None:
        return "there was none"
    if set(certificates.hosts_of(standing)) != set(wanted):
        return f"it was for {', '.join(certificates.hosts_of(standing))}"
    if standing.not_valid_after_utc - now < RENEW_BEFORE:
        return f"the last one {'ended' if standing.not_valid_after_utc <= now else 'ends'} on " + (
            f"{standing.not_valid_after_utc:%Y-%m-%d}"
        )
    return "you asked for it" if renew else None


def _told(folder: Path, authority: Pair, certificate: "x509.Certificate", done: str) -> Standing:
    return Standing(
        folder,
        certificates.hosts_of(certificate),
        certificates.fingerprint(authority.certificate),
        authority.certificate.not_valid_after_utc,
        certificate.not_valid_after_utc,
        done,
    )


def _new_server_key(folder: Path) -> "EllipticCurvePrivateKey":
    key = certificates.make_server_key()
    _create(folder / SERVER_KEY, certificates.key_text(key), 0o600)
    return key


def _stands(path: Path) -> bool:
    return os.path.lexists(path)  # a link that leads nowhere is something, too


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder cannot be made: {error.strerror}", where=folder) from error


def _create(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not be there yet. Nobody else can read a key, not even while it is written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"the file cannot be written: {error.strerror}", where=path) from error


def _replace(path: Path, content: bytes) -> None:
    """Write a public file in one step: a server that starts meanwhile reads the old or the new one."""
    try:
        number, waiting = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        Path(waiting).replace(path)
    except OSError as error:
        raise UserError(f"the file cannot be written: {error.strerror}", where=path) from error

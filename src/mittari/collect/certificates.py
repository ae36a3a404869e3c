"""Certificates and keys: made, read and told apart. Nothing here writes a file.

What browsers ask of a certificate today: the host in the alternative names, the use "server", elliptic curve P-256 with
SHA-256, and an end after at most 398 days. `cryptography` is imported by the functions, since most commands need none.
"""

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mittari.collect.hosts import is_address
from mittari.errors import UserError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

AUTHORITY_YEARS = 10
MOST_DAYS = 397
"""Browsers refuse more than 398 days, of which a bit may be lost in transit."""
CLOCKS_DIFFER = timedelta(hours=1)
"""A certificate begins this much before it is made: the clock of a tablet may be late."""
LONGEST_COMMON_NAME = 64


class Pair(NamedTuple):
    """A certificate and its private key."""

    certificate: "x509.Certificate"
    key: "EllipticCurvePrivateKey"


def make_authority(name: str, now: datetime) -> Pair:
    """A certificate authority that signs certificates of servers and nothing below them.

    It is not limited to some hosts (name constraints). A client need not heed such a limit in an authority that it
    trusts directly (RFC 5280, 6.1), or refuses the authority where it does not know it; what each Android and iPadOS
    does could not be tried. And a new host would cost a new authority, to be trusted by hand on every tablet.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    begin = _seconds(now) - CLOCKS_DIFFER
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=round(AUTHORITY_YEARS * 365.25)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate, key)


def make_server_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def make_server(
    authority: Pair, key: "EllipticCurvePrivateKey", hosts: tuple[str, ...], days: int, now: datetime
) -> "x509.Certificate":
    """A server's certificate for `hosts`, of `days` at most and never longer than the authority's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    begin = _seconds(now) - CLOCKS_DIFFER
    names = [x509.IPAddress(ipaddress.ip_address(each)) if is_address(each) else x509.DNSName(each) for each in hosts]
    return (
        x509.CertificateBuilder()
        .subject_name(_named("Mittari server"))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(min(begin + timedelta(days=days), authority.certificate.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def hosts_of(certificate: "x509.Certificate") -> tuple[str, ...]:
    """The names and addresses that a certificate is for."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress))


def is_authority(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def issued_by(certificate: "x509.Certificate", authority: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def belong_together(certificate: "x509.Certificate", key: "PrivateKeyTypes") -> bool:
    return certificate.public_key() == key.public_key()


def fingerprint(certificate: "x509.Certificate") -> str:
    """SHA-256 of the certificate as devices show it: pairs of digits with colons."""
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def certificate_text(*chain: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def key_text(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_certificate(path: Path, hint: str) -> "x509.Certificate":
    """The first certificate of a file, which is the server's own where a chain stands."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_bytes(path, hint))[0]
    except ValueError as error:
        raise UserError("expected a certificate (PEM), found something else", where=path, hint=hint) from error


def read_key(path: Path, hint: str) -> "PrivateKeyTypes":
    """A private key without a password: the server has nobody to ask for one."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _bytes(path, hint)
    try:
        return load_pem_private_key(content, password=None)
    except TypeError as error:
        raise UserError(
            "expected a private key that can be read as it is, found one under a password",
            where=path,
            hint=f"Take the password off with: openssl pkey -in {path} -out NEW.key",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UserError("expected a private key (PEM), found something else", where=path, hint=hint) from error


def _bytes(path: Path, hint: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", where=path, hint=hint) from error


def _named(name: str) -> "x509.Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:LONGEST_COMMON_NAME])])


def _usage(*uses: str) -> "x509.KeyUsage":
    from cryptography import x509

    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    rest = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{use: use in uses for use in (*every, *rest)})


def _seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)

"""The authority is made once, the server's certificate when it must be; TLS works with them and with nothing else."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from mittari.collect import certificates
from mittari.collect.authority import Standing, ensure, load_for_uvicorn
from mittari.collect.hosts import lan_addresses, lasting_hosts
from mittari.errors import UserError
from patience import PATIENCE_S

NOW = datetime.now(UTC).replace(microsecond=0)  # OpenSSL checks against the clock of the machine
HOSTS = ("mittari.test", "localhost", "127.0.0.1", "fd00::2")
FILES = {"authority.crt", "authority.key", "server.crt", "server.key"}


def made(folder: Path, hosts: tuple[str, ...] = HOSTS, at: datetime = NOW, **options: int) -> Standing:
    return ensure(folder, hosts, "kassa", at, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bytes:
    """What a client gets that opens `name` at a server on loopback; raises what the client's TLS raises."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=answer_once, args=(listening, server))
        answering.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=PATIENCE_S) as plain,
                client.wrap_socket(plain, server_hostname=name) as secured,
            ):
                return secured.recv(100)
        finally:
            answering.join(timeout=PATIENCE_S)


def answer_once(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    plain.settimeout(PATIENCE_S)
    with plain:
        try:
            with context.wrap_socket(plain, server_side=True) as secured:
                secured.sendall(b"mittari")
        except (ssl.SSLError, OSError):
            return  # the client refused, which is what some tests are about


def server_of(standing: Standing) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(standing.certificate, standing.key)
    return context


def strict_client(authority: Path | None) -> ssl.SSLContext:
    """A client that trusts the authority alone, or the world's authorities without ours."""
    context = ssl.create_default_context(cafile=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.mark.parametrize("name", ["mittari.test", "localhost", "127.0.0.1"])
def test_a_client_that_trusts_the_authority_connects_by_name_and_by_address(tmp_path: Path, name: str) -> None:
    standing = made(tmp_path / "tls")
    assert handshake(server_of(standing), strict_client(tmp_path / "tls/authority.crt"), name) == b"mittari"


def test_a_client_that_does_not_trust_the_authority_refuses(tmp_path: Path) -> None:
    standing = made(tmp_path / "tls")
    made(tmp_path / "other")
    for client in (strict_client(None), strict_client(tmp_path / "other/authority.crt")):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(server_of(standing), client, "mittari.test")


@pytest.mark.parametrize("name", ["elsewhere.test", "127.0.0.2"])
def test_a_host_that_was_not_asked_for_is_refused(tmp_path: Path, name: str) -> None:
    standing = made(tmp_path / "tls")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid"):
        handshake(server_of(standing), strict_client(tmp_path / "tls/authority.crt"), name)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_openssl_verifies_the_chain_strictly(tmp_path: Path) -> None:
    made(tmp_path / "tls")
    verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "tls/authority.crt"]
    for check in ([], ["-verify_hostname", "mittari.test"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "fd00::2"]):
        done = subprocess.run([*verify, *check, "tls/server.crt"], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, "tls/server.crt: OK\n"), done.stderr
    wrong = [*verify, "-verify_hostname", "elsewhere.test", "tls/server.crt"]
    assert subprocess.run(wrong, cwd=tmp_path, capture_output=True).returncode != 0


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil, which writes the store of Chromium")
@pytest.mark.parametrize("trusting", [True, False])
def test_chromium_opens_a_page_when_its_store_holds_the_authority_and_only_then(
    tmp_path: Path, chromium_path: str, trusting: bool
) -> None:
    standing = made(tmp_path / "tls")
    store = tmp_path / ".pki" / "nssdb"
    store.mkdir(parents=True)
    own = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*own, "-N", "--empty-password"], check=True, capture_output=True)
    if trusting:
        given = ["-A", "-n", "Mittari", "-t", "C,,", "-i", str(tmp_path / "tls" / "authority.crt")]
        subprocess.run([*own, *given], check=True, capture_output=True)
    with page_server(standing) as port:
        assert ("service workers: true" in looked_at(chromium_path, tmp_path, f"https://localhost:{port}/")) is trusting


class Page(BaseHTTPRequestHandler):
    """One page that says whether the browser holds it for secure."""

    def do_GET(self) -> None:
        body = (
            b"<body><script>document.body.textContent = 'service workers: ' + ('serviceWorker' in navigator)</script>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence."""


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that refuses breaks the connection off."""


@contextmanager
def page_server(standing: Standing) -> Iterator[int]:
    with Quiet(("127.0.0.1", 0), Page) as server:
        server.socket = server_of(standing).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield int(server.server_address[1])
        server.shutdown()
        serving.join(timeout=PATIENCE_S)


def looked_at(chromium: str, home: Path, address: str) -> str:
    """The page as Chromium shows it to a user whose home is `home`, without any option about certificates."""
    command = [chromium, "--headless", "--no-sandbox", f"--user-data-dir={home / 'profile'}", "--dump-dom", address]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(command, env={**kept, "HOME": str(home)}, capture_output=True, text=True, timeout=PATIENCE_S)
    return done.stdout


def test_keys_are_readable_by_their_owner_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made(folder)
    assert {path.name for path in folder.iterdir()} == FILES
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert (modes["authority.key"], modes["server.key"]) == (0o600, 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_certificates_are_what_browsers_ask_for(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    standing = made(folder)
    authority, server = read(folder / "authority.crt"), read(folder / "server.crt")
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert 3651 <= (authority.not_valid_after_utc - NOW).days <= 3653
    assert (server.not_valid_after_utc - server.not_valid_before_utc).days == 397
    use = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(use) == [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]
    own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    named = server.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert own == named
    key = server.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert certificates.hosts_of(server) == HOSTS == standing.hosts
    assert len(standing.fingerprint) == 32 * 3 - 1


def test_a_second_run_leaves_everything_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made(folder)
    before = contents(folder)
    assert made(folder, at=NOW + timedelta(days=360)).done == "All stands as it was."
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("again", "why"),
    [
        (lambda folder: made(folder, at=NOW + timedelta(days=368)), "the last one ends on"),
        (lambda folder: made(folder, at=NOW + timedelta(days=500)), "the last one ended on"),
        (lambda folder: made(folder, hosts=("kassa.test",)), "it was for mittari.test, localhost"),
        (lambda folder: made(folder, renew=True, days=30), "you asked for it"),
    ],
)
def test_the_servers_certificate_is_renewed_and_the_rest_kept(
    tmp_path: Path, again: Callable[[Path], Standing], why: str
) -> None:
    folder = tmp_path / "tls"
    made(folder)
    before = contents(folder)
    assert why in again(folder).done
    after = contents(folder)
    assert {name for name in FILES if before[name] != after[name]} == {"server.crt"}
    assert certificates.issued_by(read(folder / "server.crt"), read(folder / "authority.crt"))


def test_days_are_those_asked_for_and_never_more_than_the_authority_has(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    assert (made(folder, days=30).server_until - NOW).days == 29
    late = NOW + timedelta(days=3600)
    standing = made(folder, at=late)
    assert standing.server_until == standing.authority_until


def test_hosts_that_nobody_chose_follow_the_machine(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    usual = set(made(folder, hosts=()).hosts)
    assert usual == {*lasting_hosts(), *lan_addresses()}
    made(folder, hosts=(*lasting_hosts(), "10.9.8.7"))  # as after another address was given to it
    assert set(made(folder, hosts=()).hosts) == usual
    made(folder, hosts=("kassa.test",))
    assert made(folder, hosts=()).hosts == ("kassa.test",)


def broken(folder: Path, name: str, content: bytes | None) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)


def foreign(folder: Path, *names: str) -> None:
    """Files of another installation in the place of ours."""
    other = folder.parent / "other"
    made(other)
    for name in names:
        shutil.copy(other / name, folder / name)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: broken(folder, "authority.key", None), "authority.key: the file cannot be read"),
        (lambda folder: broken(folder, "authority.crt", b"?"), "authority.crt: expected a certificate"),
        (lambda folder: broken(folder, "authority.key", b""), "authority.key: expected a private key"),
        (lambda folder: foreign(folder, "authority.key"), "authority.key: expected the key of authority.crt"),
        (
            lambda folder: foreign(folder, "authority.crt", "authority.key"),
            "server.crt: expected a certificate of th",
        ),
        (lambda folder: foreign(folder, "server.crt", "server.key"), "server.crt: expected a certificate of th"),
        (lambda folder: foreign(folder, "server.key"), "server.key: expected the key of server.crt"),
        (lambda folder: broken(folder, "server.key", None), "found none"),
        (lambda folder: broken(folder, "server.crt", b"\0"), "server.crt: expected a certificate"),
        (lambda folder: shutil.copy(folder / "server.crt", folder / "authority.crt"), "found one of a server"),
        (
            lambda folder: [(folder / name).unlink() for name in ("authority.crt", "authority.key")],
            "server.crt and server.key stand here without an authority",
        ),
    ],
)
def test_broken_and_foreign_files_are_told_and_not_written_over(
    tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "tls"
    made(folder)
    damage(folder)
    before = contents(folder)
    with pytest.raises(UserError, match=told) as raised:
        made(folder, renew=True)
    assert "run again" in (raised.value.hint or "")
    assert contents(folder) == before


def test_an_authority_that_has_ended_is_not_made_again_in_silence(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made(folder)
    with pytest.raises(UserError, match=r"the authority ended on .* every tablet has to trust the new"):
        made(folder, at=NOW + timedelta(days=3653))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file")
    with pytest.raises(UserError, match="tls: the folder cannot be made"):
        made(tmp_path / "tls")


def test_the_server_gets_options_and_a_warning_only_when_the_end_is_near(tmp_path: Path) -> None:
    standing = made(tmp_path / "tls")
    options, warning = load_for_uvicorn(standing.certificate, standing.key, NOW)
    assert options == {"ssl_certfile": str(standing.certificate), "ssl_keyfile": str(standing.key)}
    assert warning is None
    assert load_for_uvicorn(standing.certificate, standing.key, NOW + timedelta(days=382)).warning is None
    late = load_for_uvicorn(standing.certificate, standing.key, NOW + timedelta(days=387))
    assert "in 9 days" in (late.warning or "")


def untouched(_standing: Standing) -> None:
    """The files as they were made."""


def under_a_password(standing: Standing) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    secret = BestAvailableEncryption(b"secret")
    standing.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))


@pytest.mark.parametrize(
    ("damage", "days", "told"),
    [
        (untouched, 397, "the certificate ended on"),
        (untouched, -1, "still to come"),
        (lambda standing: standing.key.unlink(), 0, "server.key: the file cannot be read: No such file"),
        (lambda standing: standing.certificate.write_text("?"), 0, "server.crt: expected a certificate"),
        (lambda standing: standing.key.write_text("?"), 0, "server.key: expected a private key"),
        (under_a_password, 0, "found one under a password.* openssl pkey"),
        (lambda standing: foreign(standing.folder, "server.key"), 0, "expected the key of .*, found another one"),
    ],
)
def test_the_server_does_not_start_with_files_that_browsers_would_refuse(
    tmp_path: Path, damage: Callable[[Standing], None], days: int, told: str
) -> None:
    standing = made(tmp_path / "tls")
    damage(standing)
    with pytest.raises(UserError, match=told) as raised:
        load_for_uvicorn(standing.certificate, standing.key, NOW + timedelta(days=days))
    assert raised.value.hint

"""One page and one file over plain HTTP: how a tablet gets to trust the authority, and the authority's certificate.

Both are made before the first request and lie in memory; a request opens no file, so no path can lead to a key.
"""

import base64
import hashlib
import html
import ipaddress
import socket
import string
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from mittari.collect import certificates
from mittari.collect.authority import AUTHORITY
from mittari.collect.hosts import host, is_address, lan_addresses
from mittari.errors import UserError

FILE = "mittari-authority.crt"
STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1.0625rem/1.55 system-ui,sans-serif;color:#1b1f24;background:#fff}"
    "main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 4rem}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}li{margin:.4rem 0}"
    "code{font-size:.95em;overflow-wrap:anywhere}.whole{white-space:nowrap}a{color:#0b57a4}"
    ".get{display:inline-block;padding:.75rem 1.25rem;border-radius:.4rem;background:#0b57a4;color:#fff}"
    "a:focus-visible{outline:3px solid #b35900;outline-offset:3px}"
    ".fingerprint{border:1px solid #6b7280;padding:.75rem}"
    "@media (prefers-color-scheme:dark){body{color:#e8eaed;background:#16181c}a{color:#9cc9ff}"
    ".get{background:#9cc9ff;color:#10202f}a:focus-visible{outline-color:#ffb866}}"
)
QUIET_S = 10
HIGHEST_PORT = 65_535


class Content(NamedTuple):
    """What one path answers."""

    kind: str
    body: bytes


def contents(folder: Path, name: str) -> dict[str, Content]:
    """What is shared, by path. The certificate is read and written anew, so nothing else in its file comes along."""
    certificate = certificates.read_certificate(folder / AUTHORITY, "Run `mittari tls` first.")
    page = string.Template(resources.files("mittari.collect").joinpath("trust.html").read_text(encoding="utf-8"))
    pairs = certificates.fingerprint(certificate).replace(":", ":<wbr>")  # a line ends between pairs, not within one
    text = page.substitute(style=STYLE, name=html.escape(name), file=FILE, fingerprint=pairs)
    return {
        "/": Content("text/html; charset=utf-8", text.encode()),
        f"/{FILE}": Content("application/x-x509-ca-cert", certificates.certificate_text(certificate)),
    }


def place(text: str) -> tuple[str, int]:
    """`[HOST:]PORT` as a host and a port (0 takes a free one); without a host, this machine's first address."""
    given, _, number = text.rpartition(":")
    if not (number.isascii() and number.isdigit() and int(number) <= HIGHEST_PORT):
        raise UserError(f"expected PORT or HOST:PORT, found {text!r}", where="--share", hint="Such as --share 8711.")
    if given.strip("[]") in ("0.0.0.0", "::"):  # noqa: S104 - refused: a code for it could not be opened
        raise UserError(
            "expected the address at which tablets reach this machine, found every one",
            where="--share",
            hint=f"It has {', '.join(lan_addresses()) or 'none in a network'}.",
        )
    if given:
        return host(given, "--share"), int(number)
    if not (addresses := lan_addresses()):
        raise UserError("this machine has no address in a network", where="--share", hint="Name one: HOST:PORT.")
    return addresses[0], int(number)


def open_server(at: tuple[str, int], shared: dict[str, Content]) -> ThreadingHTTPServer:
    """A server that listens and answers the paths of `shared` and nothing else, once `serve_forever` is called."""

    class Handler(_Handler):
        paths = shared

    kind = _SixthVersion if ":" in at[0] else ThreadingHTTPServer
    try:
        return kind(at, Handler)
    except OSError as error:
        raise UserError(
            f"{at[0]} port {at[1]} cannot be used: {error.strerror}", where="--share", hint="Choose another."
        ) from error


def address_of(server: ThreadingHTTPServer, name: str) -> str:
    """What a tablet opens: `name` is the host as it was asked for."""
    bracketed = f"[{name}]" if is_address(name) and ipaddress.ip_address(name).version == 6 else name
    return f"http://{bracketed}:{server.server_address[1]}/"


class _SixthVersion(ThreadingHTTPServer):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """Looks a path up as it stands: nothing is decoded, joined or normalised."""

    paths: dict[str, Content]
    server_version, sys_version = "Mittari", ""
    timeout = QUIET_S
    policy = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        found = self.paths.get(self.path.partition("?")[0])
        content = found or Content("text/plain; charset=utf-8", b"Nothing is here. Open / instead.\n")
        style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
        self.send_response(200 if found else 404)
        for header, value in (
            ("Content-Type", content.kind),
            ("Content-Length", str(len(content.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Security-Policy", self.policy.format(style)),
        ):
            self.send_header(header, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the server calls
        """Who looked is nobody's business."""

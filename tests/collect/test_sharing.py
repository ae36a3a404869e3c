"""Two paths are shared and nothing else, whatever is asked; the page can be used by everybody."""

import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mittari.collect import certificates, sharing
from mittari.collect.authority import ensure
from mittari.collect.hosts import lan_addresses
from mittari.errors import UserError
from patience import PATIENCE_S


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "tls"
    ensure(folder, ("localhost",), "kassa", datetime.now(UTC))
    with (folder / "authority.crt").open("ab") as file:  # as somebody does who keeps both in one file
        file.write((folder / "authority.key").read_bytes())
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Where a share listens."""
    with sharing.open_server(("127.0.0.1", 0), sharing.contents(folder, "<kassa>")) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield "127.0.0.1", int(server.server_address[1])
        server.shutdown()
        serving.join(timeout=PATIENCE_S)


def ask(server: tuple[str, int], line: str) -> tuple[int, str, str]:
    """Status, head and body of the answer to a request line that is sent as it stands."""
    with socket.create_connection(server, timeout=PATIENCE_S) as connection:
        connection.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), head, body


def test_the_certificate_is_handed_out_alone_and_under_its_type(server: tuple[str, int], folder: Path) -> None:
    status, head, body = ask(server, "GET /mittari-authority.crt HTTP/1.1")
    assert status == 200
    assert "Content-Type: application/x-x509-ca-cert\r\n" in head
    own = certificates.read_certificate(folder / "authority.crt", "")
    assert body.encode() == certificates.certificate_text(own)


def test_the_page_shows_the_fingerprint_and_no_script(server: tuple[str, int], folder: Path) -> None:
    status, head, body = ask(server, "GET / HTTP/1.1")
    own = certificates.read_certificate(folder / "authority.crt", "")
    assert status == 200
    assert certificates.fingerprint(own) in body.replace("<wbr>", "")
    assert "&lt;kassa&gt;" in body
    assert "<script" not in body
    assert "default-src 'none'" in head
    for device in ("Android", "iPadOS", "Windows", "ChromeOS", "Linux"):
        assert device in body
    assert len(body) < 10_000


@pytest.mark.parametrize(
    "path",
    [
        *("/authority.key", "/server.key", "/tls/authority.key", "/authority.crt", "/server.crt", "authority.key"),
        *(
            "/../authority.key",
            "/..%2fauthority.key",
            "/%2e%2e/tls/server.key",
            "/..\\authority.key",
            "/..",
            "/./",
            "*",
        ),
        *("//authority.key", "/mittari-authority.key", "/mittari-authority.crt%00.key", "/mittari-authority.crt/"),
        *("/mittari-authority.crt/../authority.key", "file:///etc/passwd", "http://127.0.0.1/authority.key"),
    ],
)
def test_no_path_leads_to_a_key(server: tuple[str, int], path: str) -> None:
    for line in (f"GET {path} HTTP/1.1", f"HEAD {path} HTTP/1.1", f"GET {path} HTTP/1.0"):
        status, _, body = ask(server, line)
        assert status == 404
        assert "BEGIN" not in body


@pytest.mark.parametrize("path", ["/", "/mittari-authority.crt", "/mittari-authority.crt?again=1"])
def test_nothing_that_is_handed_out_holds_a_key(server: tuple[str, int], path: str) -> None:
    status, _, body = ask(server, f"GET {path} HTTP/1.1")
    assert status == 200
    assert "PRIVATE KEY" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_can_be_sent(server: tuple[str, int], method: str) -> None:
    assert ask(server, f"{method} / HTTP/1.1")[0] == 501


def test_a_port_in_use_is_told(server: tuple[str, int]) -> None:
    with pytest.raises(UserError, match=f"127.0.0.1 port {server[1]} cannot be used"):
        sharing.open_server(server, {})


def test_the_place_is_a_port_or_a_host_and_a_port() -> None:
    assert sharing.place("Kassa.test:80") == ("kassa.test", 80)
    assert sharing.place("[fd00::2]:8711") == ("fd00::2", 8711)
    if addresses := lan_addresses():
        assert sharing.place("8711") == (addresses[0], 8711)
    for wrong in ("", "x", "host:", "70000", "0.0.0.0:80", "[::]:80", "a b:80", "-1", "٣"):
        with pytest.raises(UserError, match="--share: expected"):
            sharing.place(wrong)


def test_a_share_on_an_address_of_the_sixth_version_names_it_in_brackets(folder: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        with sharing.open_server(("::1", 0), sharing.contents(folder, "kassa")) as server:
            assert re.fullmatch(r"http://\[::1\]:\d+/", sharing.address_of(server, "::1"))
    except UserError:
        pytest.skip("no IPv6 on loopback")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024])
def test_the_page_can_be_read_by_everybody(browser, server: tuple[str, int], scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(f"http://{server[0]}:{server[1]}/")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('.get')).display") == "inline-block"
    finally:
        context.close()


@pytest.mark.browser
def test_the_policy_of_the_page_lets_its_own_style_through(browser, server: tuple[str, int]) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"http://{server[0]}:{server[1]}/")
    assert page.evaluate("getComputedStyle(document.querySelector('.get')).display") == "inline-block"
    page.close()
    assert [text for text in complaints if "favicon" not in text] == []

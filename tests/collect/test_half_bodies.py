"""Bodies of which a part comes and then nothing: they are neither held without end nor in any number."""

import http.client
import select
import socket
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from collect.serving import received
from collect.taking import Taking
from mittari.collect.web import slow
from patience import PATIENCE_S

PART = b"x" * 900_000


def half_sent(taking: Taking, many: ExitStack) -> socket.socket:
    """A signed request, as anybody may begin one, of which the end does not come."""
    address = urlsplit(taking.address)
    sent = many.enter_context(socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S))
    head = (
        "POST /api/v1/webhooks/exchange HTTP/1.1\r\nhost: a\r\nwebhook-id: m1\r\n"
        f"webhook-timestamp: {int(time.time())}\r\ncontent-length: 3000000\r\n\r\n"
    )
    with suppress(ConnectionError):  # refused before it came to its end; the answer is there to be read
        sent.sendall(head.encode() + PART)
    return sent


def answered(sent: list[socket.socket], at_least: int) -> list[bytes]:
    """The first bytes of every answer, once so many have come. Which of those that came together are refused is the
    server's to choose, and it may have read them in any order."""
    told: dict[socket.socket, bytes] = {}
    deadline = time.monotonic() + PATIENCE_S
    while len(told) < at_least:
        waiting = [one for one in sent if one not in told]
        ready, _, _ = select.select(waiting, [], [], max(0, deadline - time.monotonic()))
        assert ready, f"{len(told)} of {at_least} answers came"
        told |= {one: one.recv(4000) for one in ready}
    return list(told.values())


def whole(taking: Taking) -> int:
    """The status of a request that comes in one piece."""
    address = urlsplit(taking.address)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)
    connection.request("POST", "/api/v1/webhooks/exchange", b"{}", {"content-type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_no_more_than_so_much_of_them_is_held_and_it_is_let_go(taking: Taking, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slow, "MOST_HELD", 2_000_000)
    with ExitStack() as many:
        sent = [half_sent(taking, many) for _ in range(4)]
        for told in answered(sent, at_least=2):  # two of them fit
            assert told.startswith(b"HTTP/1.1 429 ")
            assert b"retry-after: 5" in told.lower()
        assert whole(taking) == 401
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:  # those who went away are no longer counted
        with ExitStack() as many:
            again = half_sent(taking, many)
            if not select.select([again], [], [], 0.5)[0]:
                return
    pytest.fail("what was held is still counted")


def test_one_that_takes_too_long_is_ended(taking: Taking, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slow, "LONGEST_S", 0.5)
    with ExitStack() as many:
        sent = half_sent(taking, many)
        told = received(sent)
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b"nothing of it was stored" in told


def test_whoever_goes_away_in_the_middle_leaves_no_traceback(taking: Taking, caplog: pytest.LogCaptureFixture):
    with ExitStack() as many:
        half_sent(taking, many)
    assert whole(taking) == 401
    time.sleep(0.3)
    assert [record.getMessage() for record in caplog.records if record.name == "mittari.collect"] == []

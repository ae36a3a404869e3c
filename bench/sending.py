"""Sends rows to the intake over keep-alive connections, as fast as answers come or at a given rate.

    python bench/sending.py PORT TOKEN SECONDS CONNECTIONS [RATE]

A process of its own that takes little of the machine: bytes are prepared, sockets are waited for, nothing is parsed but
the end of an answer. Prints JSON: `requests`, `seconds`, `refused`, and for a given rate `latencies` in milliseconds,
each counted from the moment at which the request was due, also where it had to wait for a free connection.
"""

import json
import secrets
import selectors
import socket
import sys
import time
from collections import deque

ANSWER = b'{"stored":1}'
ROW = (
    '{"response_id":"%s","survey_id":"after-contact","kind":"nps","customer_id":"c-20417","sent_at":"%s",'
    '"responded_at":"%s","score":9,"scale_min":0,"scale_max":10,"text":"Quick help, thank you.","lang":"en",'
    '"source":"web","channel":"email","team_id":"care"}'
)


class Requests:
    """Requests with one row each, every one under a key of its own."""

    def __init__(self, token: str) -> None:
        self._run, self._number = secrets.token_hex(6), 0
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        row = ROW % ("{key}", moment, moment)
        length = len(row) - len("{key}") + len(self._key())
        head = (
            "POST /api/v1/facts/responses HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
        )
        before, after = (head + row).split("{key}")
        self._before, self._after = before.encode(), after.encode()

    def _key(self) -> str:
        self._number += 1
        return f"{self._run}-{self._number:09d}"

    def next(self) -> bytes:
        return self._before + self._key().encode() + self._after


def connections(port: int, count: int) -> list[socket.socket]:
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for each in opened:
        each.setblocking(False)
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


class Load:
    """What is under way: for each busy connection when its request was due, and what has come of the answer."""

    def __init__(self, port: int, token: str, count: int) -> None:
        self.requests, self.idle = Requests(token), deque(connections(port, count))
        self.busy: dict[socket.socket, tuple[float, bytes]] = {}
        self.selector = selectors.DefaultSelector()
        for each in self.idle:
            self.selector.register(each, selectors.EVENT_READ)
        self.latencies: list[float] = []
        self.refused = 0

    def send(self, due: float) -> None:
        connection = self.idle.popleft()
        connection.send(self.requests.next())
        self.busy[connection] = (due, b"")

    def receive(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            due, so_far = self.busy[connection]
            told = so_far + connection.recv(65536)
            if told.endswith((ANSWER, b"}")):
                self.refused += not told.endswith(ANSWER)
                self.latencies.append(time.monotonic() - due)
                del self.busy[connection]
                self.idle.append(connection)
            else:
                self.busy[connection] = (due, told)


def as_fast_as_answered(load: Load, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        while load.idle:
            load.send(now)
        load.receive(0.1)


def at_a_rate(load: Load, seconds: float, rate: float) -> None:
    begin = time.monotonic()
    sent, total = 0, int(seconds * rate)
    while sent < total or load.busy:
        now = time.monotonic()
        while sent < total and load.idle and begin + sent / rate <= now:
            load.send(begin + sent / rate)
            sent += 1
        wait = begin + sent / rate - time.monotonic() if sent < total else 0.1
        load.receive(max(0.0, min(wait, 0.1)) if load.idle else 0.1)


def main() -> None:
    port, token, seconds, count, *more = sys.argv[1:]
    load = Load(int(port), token, int(count))
    began = time.monotonic()
    if more:
        at_a_rate(load, float(seconds), float(more[0]))
    else:
        as_fast_as_answered(load, float(seconds))
    took = time.monotonic() - began
    told = {"requests": len(load.latencies), "seconds": took, "refused": load.refused}
    if more:
        told["latencies"] = [round(1000 * each, 3) for each in load.latencies]
    print(json.dumps(told))


if __name__ == "__main__":
    main()

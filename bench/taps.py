"""From a tap to the changed card: sent over HTTP, seen on every open board, while many other rows come in.

    python bench/taps.py [--rate 1000] [--probes 100] [--streams 49]

A server with its public listener over the company of the demo. 64 connections send rows at the rate (half of what
`bench/intake.py` reaches) while so many event streams and one Chromium show the board. Now and then a few answers about
ease are sent, which nothing else changes: the time from the beginning of that request until the card of ease has come
to each stream, and until it stands in the page, as shares of the limit of a second.
"""

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from intake import CONNECTIONS, HERE, demo_home, real
from live import LIMIT_S, SETTLING_S, Event, in_the_page, open_boards, percentile, shown, told

CARD, PATIENCE_S, PAUSE_S, ROWS = "ces", 10.0, 0.4, 5


def probe(connection: http.client.HTTPConnection, token: str, number: int) -> float:
    """Send a few answers that move the card up or down; the instant at which the request began."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    rows = [
        {
            "response_id": f"probe-{time.time_ns()}-{n}",
            "kind": "ces",
            "score": (1, 7)[number % 2],
            "scale_min": 1,
            "scale_max": 7,
            "responded_at": moment,
        }
        for n in range(ROWS)
    ]
    began = time.time()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/facts/responses", json.dumps(rows), headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return began


def came(events: Sequence[Event], after: float) -> float | None:
    """When the card came for the first time after an instant."""
    return next((event.at for event in events if event.at > after and CARD in event.cards), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--probes", type=int, default=100)
    parser.add_argument("--streams", type=int, default=49)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mittari-taps-") as folder:
        home, token = demo_home(Path(folder))
        with (
            real(home) as (public, board),
            open_boards(f"127.0.0.1:{board}", chosen.streams) as boards,
            shown(f"http://127.0.0.1:{board}/") as moved,
        ):
            wait = moved.wait  # type: ignore[attr-defined]
            seconds = SETTLING_S + chosen.probes * 1.5
            load = [sys.executable, str(HERE / "sending.py"), str(public), token, str(seconds)]
            sending = subprocess.Popen([*load, str(CONNECTIONS), str(chosen.rate)], stdout=subprocess.PIPE, text=True)
            wait(SETTLING_S * 1000)
            connection = http.client.HTTPConnection("127.0.0.1", public, timeout=60)
            streams: list[float] = []
            began: list[float] = []
            while len(began) < chosen.probes and sending.poll() is None:
                at = probe(connection, token, len(began))
                until = time.monotonic() + PATIENCE_S
                while any(came(each.events, at) is None for each in boards.streams) and time.monotonic() < until:
                    wait(20)
                streams += [(came(each.events, at) or float("inf")) - at for each in boards.streams]
                began.append(at)
                wait(PAUSE_S * 1000)
            put = in_the_page(boards.streams[0].events, moved())
            page = [(came(put, at) or float("inf")) - at for at in began]
            told_by_load = json.loads(sending.communicate(timeout=300)[0])
    print(f"{len(began)} taps while {told_by_load['requests'] / told_by_load['seconds']:.0f} rows a second came in")
    print(told("tap to card, streams", streams))
    print(told("tap to card, in the page", page))
    slowest = sorted(zip(page, began, strict=True), reverse=True)[:5]
    print("slowest in the page      ", ", ".join(f"{took:.2f} s after {at - began[0]:.0f} s" for took, at in slowest))
    print(f"p99 in the page is {percentile(page, 0.99) / LIMIT_S:.2f} of the limit of 1 s")


if __name__ == "__main__":
    main()

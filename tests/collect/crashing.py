"""Kills a server at random moments while many connections send rows with known keys, and counts at the end."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from collect.serving import ANSWER, Served, column, emptied
from patience import PATIENCE_S, until

PATH = "/api/v1/facts/responses"


@dataclass
class Sent:
    """Keys of rows: all that were sent, and those whose request was answered with 200."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Result:
    """How many rows were acknowledged, and of the rows in the warehouse what may not be."""

    kills: int
    acknowledged: int
    lost: int
    twice: int
    unsent: int
    present: int


def crash_often(
    home: Path,
    token: str,
    kills: int,
    connections: int,
    lives_s: tuple[float, float],
    seed: int = 1,
    at_least: int = 1,
) -> Result:
    """Start and kill the server `kills` times, so many seconds after its first answers, then look into the warehouse.

    The first answers are `at_least` rows: a busy machine may need longer for them than a life lasts, and a life
    without any shows nothing.
    """
    draw, told = random.Random(seed), Sent()  # noqa: S311  # moments to kill at, no secrets
    for life in range(kills):
        served = Served(home)
        ends = threading.Event()
        senders = [
            threading.Thread(target=_send, args=(served.port, token, f"{life}-{number}", told, ends))
            for number in range(connections)
        ]
        wanted = len(told.acknowledged) + at_least
        for sender in senders:
            sender.start()
        until(lambda wanted=wanted: len(told.acknowledged) >= wanted, f"{at_least} rows acknowledged")
        time.sleep(draw.uniform(*lives_s))
        served.kill()
        ends.set()
        for sender in senders:
            sender.join()
    last = Served(home)
    assert emptied(home, 120)
    last.stop()
    present = Counter(column(home, "responses", "response_id"))
    return Result(
        kills,
        len(told.acknowledged),
        len(told.acknowledged - present.keys()),
        sum(times > 1 for times in present.values()),
        len(present.keys() - told.sent),
        len(present),
    )


def _send(port: int, token: str, name: str, told: Sent, ends: threading.Event) -> None:
    """Send until the server is gone: every third request holds several rows, every second an idempotency key."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    for number in range(1_000_000):
        keys = [f"{name}-{number}-{place}" for place in range(5 if number % 3 == 0 else 1)]
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        if number % 2:
            headers["idempotency-key"] = keys[0]
        body = json.dumps([{**ANSWER, "response_id": key} for key in keys])
        told.sent.update(keys)
        try:
            connection.request("POST", PATH, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            break
        if answer.status == 200:
            told.acknowledged.update(keys)
        if ends.is_set():
            break
    connection.close()

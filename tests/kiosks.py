"""What tests of kiosks and buttons need: a home with a survey, devices, and servers in this process or their own."""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

import mittari
from mittari.collect.collector import Collector
from mittari.collect.devices import make_device
from mittari.collect.web.app import public_app
from mittari.settings import Settings
from patience import PATIENCE_S, until

SOURCE = Path(__file__).parents[1] / "src"
NOW = datetime(2026, 10, 5, 9, 0)
SURVEY = """
title = "Exit"
owner = "Shop"
reaction_time = "24h"
touchpoint = "exit"
location = "helsinki"
person = "{person}"
[[questions]]
kind = "csat"
faces = true
[kiosk]
idle_s = 5
reasons = [
  {{id = "wait", text = {{en = "The wait", fi = "Odotus", sv = "Väntan", nb = "Ventetiden"}}}},
  {{id = "staff", text = {{en = "The staff", fi = "Palvelu", sv = "Personalen", nb = "De ansatte"}}}},
]
"""


def home_with_survey(folder: Path, person: str = "known", **settings: str | int) -> Path:
    home = mittari.create_home(folder / "home", hours="always", **settings)
    write_survey(home, person)
    return home


def write_survey(home: Path, person: str = "known") -> None:
    (home / "surveys").mkdir(exist_ok=True)
    (home / "surveys" / "exit.toml").write_text(SURVEY.format(person=person), encoding="utf-8")


@contextmanager
def collector_of(home: Path, clock: Any = lambda: NOW) -> Iterator[Collector]:
    with Collector.open(home, Settings.load(home, {}), clock) as collector:
        yield collector


def device_of(collector: Collector, name: str = "front", **more: Any) -> str:
    """The token of a new device."""
    return make_device(collector.ledger, collector.shelf, name, "exit", collector.clock(), **more)


@contextmanager
def listening(collector: Collector) -> Iterator[str]:
    """The public application on a free port; gives its address."""
    config = uvicorn.Config(public_app(collector), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


def send(address: str, token: str, body: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Post a body (bytes as they are); gives status, answer and headers."""
    packed = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{address}/api/v1/taps", data=packed, headers={"authorization": f"Bearer {token}"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read()), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), dict(error.headers)


def stored(collector: Collector, table: str = "responses") -> list[dict[str, Any]]:
    """The rows that wait in the inbox for a table."""
    return [row for each in collector.inbox.waiting(100_000) if each.table == table for row in each.rows]


def start_server(home: Path, port: int, public: int) -> subprocess.Popen[bytes]:
    """`mittari serve` as a process of its own, once it answers."""
    command = [sys.executable, "-c", "import sys; from mittari.cli import main; sys.exit(main())", "--home", str(home)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MITTARI_")}
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port), "--public", f"127.0.0.1:{public}"],
        env={**environment, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        assert server.poll() is None, "the server did not start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", public)) == 0

    until(answers, "the server listens")
    return server

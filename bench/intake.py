"""Taking rows in over HTTP: how much storing costs, and how soon a row is acknowledged while boards are open.

    python bench/intake.py [--seconds 8] [--rounds 3] [--boards 10] [--live ADDRESS]

First 64 connections send rows one by one as fast as they are answered, in turn to a server and to the same handler with
the storing left out (an inbox that acknowledges at once). Then rows come at half of what the server took, whatever the
answers, while ten boards of a simulated company are open and poll as the page does. Limits: storing leaves at least
60 % of the requests per second; 99 of 100 rows are acknowledged within 60 ms, 999 of 1,000 within 500 ms.
"""

import argparse
import html
import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import mittari
from collect.serving import COMMAND, environment
from mittari.collect.collector import Collector, utc_now
from mittari.collect.tokens import make_token
from mittari.commands.demo import fill
from mittari.settings import Settings
from mittari.simulate import Company
from mittari.store.inbox import Arrival, Key
from mittari.workspace.stores import open_ledger

HERE = Path(__file__).parent
CONNECTIONS = 64
LEAST_SHARE, P99_MS, P999_MS = 0.60, 60.0, 500.0
POLL_S = 5.0


class AtOnce:
    """An inbox that keeps nothing."""

    async def keep(self, _arrivals: Sequence[Arrival], _key: Key | None = None) -> bytes | None:
        return None

    def close(self) -> None:
        pass


def without_storing(home: Path) -> None:
    """The same listener in this process, with an inbox that keeps nothing."""
    from mittari.outside import answering, bind

    with Collector.open(home, Settings.load(home, {})) as collector:
        collector.inbox.close()
        collector.inbox = AtOnce()  # type: ignore[assignment]
        bound = bind("127.0.0.1", 0, "--port")
        print(f"Feedback is taken in at http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
        answering(collector).run(sockets=[bound])


@contextmanager
def started(*command: str, wanted: Sequence[str]) -> Iterator[list[int]]:
    """A process, and the ports that it names in the sentences wanted."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    try:
        ports: dict[str, int] = {}
        while len(ports) < len(wanted):
            line = process.stdout.readline()
            assert line, f"{command} ended"
            ports |= {each: int(line.rsplit(":", 1)[1]) for each in wanted if each in line}
        yield [ports[each] for each in wanted]
    finally:
        process.terminate()
        process.wait(timeout=60)


BOARD, TAKEN = "board is at", "taken in at"


@contextmanager
def real(home: Path) -> Iterator[tuple[int, int]]:
    """The server over the home: the ports of the public listener and of the board."""
    serve = [*COMMAND, "--home", str(home), "serve", "--port", "0", "--public", "127.0.0.1:0"]
    with started(*serve, wanted=[TAKEN, BOARD]) as (public, board):
        yield public, board


def send(port: int, token: str, seconds: float, rate: float | None = None) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "sending.py"), str(port), token, str(seconds), str(CONNECTIONS)]
    done = subprocess.run([*command, *([str(rate)] if rate else [])], stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert not told["refused"], told["refused"]
    return told


class Board(threading.Thread):
    """Somebody who looks at the board: the page, then its cards whenever the page asks for them."""

    def __init__(self, port: int, late_s: float, live: str | None) -> None:
        super().__init__(daemon=True)
        self._port, self._late_s, self._live = port, late_s, live
        self.ended, self.stands = threading.Event(), threading.Event()
        self.times: list[float] = []

    def run(self) -> None:
        self.ended.wait(self._late_s)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        page = self._get(connection, "/")
        self.stands.set()
        if self._live:
            connection.request("GET", self._live)
            answer = connection.getresponse()
            while not self.ended.is_set() and answer.read1(65536):
                pass
            return
        while not self.ended.wait(POLL_S):  # as the page does, whatever the last one took
            found = re.search(r'hx-get="(/board/cards[^"]*)"', page)
            if found is None:
                raise SystemExit("the board shows no address to ask for its cards")
            began = time.monotonic()
            page = self._get(connection, html.unescape(found[1])) or page
            self.times.append(time.monotonic() - began)

    def _get(self, connection: http.client.HTTPConnection, address: str) -> str:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else (answer.read(), "")[1]


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def throughput(home: Path, token: str, seconds: float, rounds: int) -> tuple[float, float]:
    """Requests per second with and without storing: the medians of the rounds, in turn."""
    stored, bare = [], []
    with (
        real(home) as (public, _),
        started(sys.executable, __file__, "--bare", str(home), wanted=[TAKEN]) as (without,),
    ):
        for _ in range(rounds):
            for port, found in ((public, stored), (without, bare)):
                send(port, token, 1)
                told = send(port, token, seconds)
                found.append(told["requests"] / told["seconds"])
                time.sleep(1.5)  # the writer lets the rest in
    print(f"storing  {[round(each) for each in stored]} requests/s", flush=True)
    print(f"without  {[round(each) for each in bare]} requests/s", flush=True)
    return statistics.median(stored), statistics.median(bare)


def latencies(home: Path, token: str, seconds: float, rate: float, boards: int, live: str | None) -> Any:
    """Milliseconds of the acknowledgements at a rate, with boards open."""
    with real(home) as (public, board):
        watching = [Board(board, POLL_S * place / max(boards, 1), live) for place in range(boards)]
        for each in watching:
            each.start()
        for each in watching:
            each.stands.wait(120)
        send(public, token, 2, rate)
        found = send(public, token, seconds, rate)["latencies"]
        for each in watching:
            each.ended.set()
        for each in watching:
            each.join(60)
        polls = [took for each in watching for took in each.times]
    if polls:
        print(f"boards   {len(polls)} polls, median {statistics.median(polls):.2f} s, longest {max(polls):.2f} s")
    return found


def verdict(name: str, value: float, limit: float, kept: bool) -> None:
    print(f"{name:34} {value:8.2f}  limit {limit:g}  {'kept' if kept else 'MISSED'}")


def demo_home(folder: Path) -> tuple[Path, str]:
    home = mittari.create_home(folder / "home", holidays="FI")
    with mittari.open(home) as workspace:
        fill(workspace, Company.demo(utc_now().replace(microsecond=0)))  # type: ignore[arg-type]
    with open_ledger(home) as ledger:
        return home, make_token(ledger, "bench", ["facts:*"], utc_now())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--boards", type=int, default=10)
    parser.add_argument("--rate", type=float, help="rows a second of the second part (default: half of the first)")
    parser.add_argument("--live", default="/live?period=last-30-days", help="the events that a board holds open")
    parser.add_argument("--home", type=Path, help="a copy of this home instead of a company made anew")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.bare:
        without_storing(chosen.bare)
        return
    with tempfile.TemporaryDirectory(prefix="mittari-intake-") as folder:
        if chosen.home:
            home = Path(shutil.copytree(chosen.home, Path(folder) / "home"))
            with open_ledger(home) as ledger:
                token = make_token(ledger, f"bench{time.time_ns()}", ["facts:*"], utc_now())
        else:
            home, token = demo_home(Path(folder))
        stored, bare = throughput(home, token, chosen.seconds, chosen.rounds) if chosen.rounds else (0.0, 0.0)
        rate = chosen.rate or stored / 2
        found = latencies(home, token, 3 * chosen.seconds, rate, chosen.boards, chosen.live)
    print(f"{len(found)} rows at {rate:.0f} a second, {chosen.boards} boards open")
    if bare:
        verdict("storing over not storing", stored / bare, LEAST_SHARE, stored >= LEAST_SHARE * bare)
    print(f"{'p50, ms':34} {percentile(found, 0.5):8.2f}")
    verdict("p99, ms", percentile(found, 0.99), P99_MS, percentile(found, 0.99) <= P99_MS)
    verdict("p99.9, ms", percentile(found, 0.999), P999_MS, percentile(found, 0.999) <= P999_MS)


if __name__ == "__main__":
    main()

"""What becomes of taps when everything fails, and how fast a long outage drains: the real page in Chromium.

    python bench/kiosk.py [--taps 1000] [--queued 20000]

First, taps over a network that cuts connections before and after the server has answered, while the server is killed
and started again, the page and the browser are closed and opened, and some taps are refused: every tap that was
confirmed to the visitor must be in the warehouse once. Then, taps of 72 hours wait on the device while the server is
down for longer than the longest pause between tries; from the moment that it listens again until none waits.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import chromium
import mittari
from kiosks import collector_of, device_of, home_with_survey, start_server
from outages import LossyProxy
from ports import free_port

DRAIN_LIMIT_S = 60.0
CHUNK = 10
PRESS = """async ([count, wrong]) => {
  const keys = [], real = crypto.randomUUID.bind(crypto);
  let drawn;
  crypto.randomUUID = () => (drawn = real());
  for (let n = 0; n < count; n += 1) {
    const score = n < wrong ? 9 : 1 + (n % 4);
    await kioskQueue.add({ device: "front", score, scale: [1, 4], reason: null, language: "en", held: false });
    keys.push([drawn, score]);
  }
  crypto.randomUUID = real;
  return keys;
}"""
FILL = """async ([count, hours]) => {
  const now = Date.now();
  const request = indexedDB.open("mittari-kiosk", 1);
  const db = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const all = db.transaction("taps", "readwrite");
  for (let n = 0; n < count; n += 1) {
    const at = now - Math.round((1 - n / count) * hours * 3600000);
    all.objectStore("taps").add({ key: crypto.randomUUID(), device: "front", at, score: 1 + (n % 4), scale: [1, 4],
      reason: null, language: "en", held: false });
  }
  await new Promise((resolve) => { all.oncomplete = resolve; });
}"""


class Tablet:
    """A browser with a profile on disk, as a tablet has; it can be switched off and on."""

    def __init__(self, playwright: Any, profile: Path, address: str) -> None:
        self._playwright, self._profile, self._address = playwright, profile, address
        self._context: Any = None
        self.page: Any = None

    def on(self, token: str = "") -> None:
        """Switch on, and open the kiosk."""
        if self._context is None:
            self._context = self._playwright.chromium.launch_persistent_context(
                str(self._profile), executable_path=chromium.find(), locale="en"
            )
        if self.page is not None:
            self.page.close()
        self.page = self._context.new_page()
        for _ in range(40):
            try:
                self.page.goto(f"{self._address}/kiosk{token}", timeout=10_000)
                self.page.wait_for_selector("#ask:not([hidden])", timeout=10_000)
                return
            except Exception as error:  # noqa: BLE001  # the first visit may meet the lossy network
                print(f"  opening again: {str(error).splitlines()[0]}")
        raise AssertionError("the kiosk does not open")

    def off(self) -> None:
        self._context.close()
        self._context = self.page = None

    def waiting(self) -> int:
        return int(self.page.evaluate("kioskQueue.waiting()"))

    def drained(self, timeout_s: float, hurried: bool) -> float:
        """Seconds until no tap waits."""
        begun = time.perf_counter()
        while self.waiting():
            assert time.perf_counter() - begun < timeout_s, f"{self.waiting()} taps still wait"
            if hurried:
                self.page.evaluate("kioskQueue.now()")
            time.sleep(0.1)
        return time.perf_counter() - begun


def in_warehouse(home: Path) -> list[tuple[str, int]]:
    """Every answer's key with how often it is there, once the server has stopped."""
    with mittari.open(home) as workspace:
        connection = workspace.warehouse.connection()  # type: ignore[attr-defined]
        return connection.execute("SELECT response_id, count(*) FROM responses GROUP BY ALL").fetchall()


class Served:
    """A server process on fixed ports, to be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.public = home, free_port(), free_port()
        self.process = start_server(home, self.port, self.public)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        (self.home / "server.json").unlink(missing_ok=True)

    def start(self) -> None:
        self.process = start_server(self.home, self.port, self.public)

    def empty(self) -> None:
        """Let the writer finish, then stop in order."""
        from mittari.store.inbox import FILE_NAME, Inbox

        inbox = Inbox.open(self.home / FILE_NAME)
        while inbox.waiting(1):
            time.sleep(0.1)
        inbox.close()
        self.process.terminate()
        self.process.wait(timeout=30)


@contextmanager
def home_with_device() -> Iterator[tuple[Path, Path, str]]:
    with tempfile.TemporaryDirectory() as folder:
        home = home_with_survey(Path(folder))
        with collector_of(home) as collector:
            token = device_of(collector)
        yield home, Path(folder) / "profile", token


def outages(playwright: Any, count: int, loses: float) -> bool:
    """Taps over a bad network and a server that dies; whether each confirmed one is there once."""
    with home_with_device() as (home, profile, token):
        server = Served(home)
        proxy = LossyProxy(server.public, 0.0)
        tablet = Tablet(playwright, profile, f"http://127.0.0.1:{proxy.port}")
        tablet.on(f"#{token}")
        tablet.page.evaluate("navigator.serviceWorker.ready")
        proxy.loses = loses
        confirmed: list[tuple[str, int]] = []
        kills = restarts = 0
        for chunk in range(0, count, CHUNK):
            confirmed += tablet.page.evaluate(PRESS, [min(CHUNK, count - chunk), 1])
            tablet.page.evaluate("kioskQueue.now()")
            time.sleep(0.4)
            step = chunk // CHUNK
            if step % 12 == 2:
                server.kill()
                kills += 1
            elif step % 12 == 6:
                server.start()
            if step % 7 == 3:
                tablet.on()
                restarts += 1
            elif step % 20 == 15:
                tablet.off()
                tablet.on()
                restarts += 1
        if server.process.poll() is not None:
            server.start()
        tablet.drained(180, hurried=True)
        aside = tablet.page.evaluate("kioskQueue.aside()")
        tablet.off()
        server.empty()
        proxy.close()
        found = in_warehouse(home)
    wanted = {f"front:{key}" for key, score in confirmed if score <= 4}
    refused = sum(score > 4 for _, score in confirmed)
    once = {key for key, times in found if times == 1}
    fine = once == wanted and len(found) == len(wanted) and aside == refused
    print(
        f"{len(confirmed)} taps confirmed, {len(wanted)} to be taken: {len(wanted & once)} once in the warehouse, "
        f"{len(wanted - once)} missing, {sum(times > 1 for _, times in found)} twice; {aside} of {refused} refused put "
        f"aside; requests lost {proxy.lost[0]}, answers lost {proxy.lost[1]}, server killed {kills} times, page or "
        f"browser restarted {restarts} times"
    )
    return fine


def drain(playwright: Any, count: int, down_s: float) -> bool:
    """Taps of 72 hours after a long outage; whether they drain within the limit."""
    with home_with_device() as (home, profile, token):
        server = Served(home)
        tablet = Tablet(playwright, profile, f"http://127.0.0.1:{server.public}")
        tablet.on(f"#{token}")
        server.kill()
        tablet.page.evaluate(FILL, [count, 72])
        tablet.page.evaluate("kioskQueue.now()")
        time.sleep(down_s)  # until the pauses between tries are at their longest
        assert tablet.waiting() == count
        server.start()
        took = tablet.drained(300, hurried=False)
        tablet.off()
        server.empty()
        with mittari.open(home) as workspace:
            connection = workspace.warehouse.connection()  # type: ignore[attr-defined]
            rows, keys, oldest = connection.execute(
                "SELECT count(*), count(DISTINCT response_id), max(age_s) / 3600 FROM responses"
            ).fetchone()
    print(
        f"{count} taps of 72 hours drained in {took:.1f} s after the server returned (limit {DRAIN_LIMIT_S:.0f} s); "
        f"{rows} rows with {keys} keys in the warehouse, the oldest {oldest:.1f} hours old"
    )
    return took <= DRAIN_LIMIT_S and rows == keys == count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--taps", type=int, default=1000)
    parser.add_argument("--loses", type=float, default=0.15)
    parser.add_argument("--queued", type=int, default=20_000)
    parser.add_argument("--down", type=float, default=75.0, metavar="SECONDS")
    chosen = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        fine = outages(playwright, chosen.taps, chosen.loses) if chosen.taps else True
        fine = (drain(playwright, chosen.queued, chosen.down) if chosen.queued else True) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())

"""`demo`: a simulated company, live, in the browser."""

import argparse
import json
import logging
import random
import sys
import tempfile
import threading
import urllib.request
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mittari.commands import printing
from mittari.commands.options import port_number
from mittari.errors import MittariError
from mittari.settings import LANGUAGES, Settings

if TYPE_CHECKING:
    from mittari.simulate import Company
    from mittari.workspace.local import LocalWorkspace

log = logging.getLogger("mittari.demo")

TICK_S = 2.0
LEAST_SECONDS, MORE_SECONDS, VISITORS_PER_PRESS = 5.5, 4.0, 6
"""Presses come that far apart, and on average so much more: sooner ones are taken for the same customer's."""
FACES = (0.05, 0.09, 0.26, 0.60)
"""How often each face is pressed, from the worst."""
CHECKED = 8


def add(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="a simulated company, live, in the browser",
        description="Serve the board of a simulated company with data that keep arriving. Nothing is kept.",
    )
    demo.add_argument("--port", type=port_number, default=8710, help="the port (default 8710)")
    demo.add_argument(
        "--language", choices=LANGUAGES, default="en", help=f"the language of the pages: {', '.join(LANGUAGES)}"
    )
    demo.add_argument("--no-browser", action="store_true", help="do not open a browser")
    demo.add_argument(
        "--check", action="store_true", help="start it, wait for the board, print its first numbers, stop"
    )
    demo.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    from mittari import server
    from mittari.simulate import Company
    from mittari.workspace import create_home
    from mittari.workspace.local import utc_now
    from mittari.workspace.opening import open_local

    with tempfile.TemporaryDirectory(prefix="mittari-demo-") as folder:
        home = create_home(folder, holidays="FI", language=chosen.language)
        with open_local(home, Settings.load(home, {})) as workspace:
            now = utc_now().replace(microsecond=0)
            company = Company.demo(now)
            print("Making a company of the last thirteen months ...", flush=True)
            fill(workspace, company)
            write_surveys(home)
            entrance, tablet = make_devices(home, now)
            check = Check(workspace)
            feeder, presser = Feeder(workspace, company, now), Presser(entrance, workspace.settings.timezone)
            feeder.start()

            def started(address: str, stop: Callable[[], None]) -> None:
                presser.begin(address)
                if chosen.check:
                    check.begin(address, stop)
                else:
                    welcome(address, tablet, chosen.no_browser)

            try:
                server.serve(workspace, chosen.port, on_start=started)
            finally:
                presser.stop()
                feeder.stop()
            return check.exit_code


def fill(workspace: "LocalWorkspace", company: "Company") -> None:
    """Load the company's history through the loader, as a user would: files in a folder."""
    with tempfile.TemporaryDirectory(prefix="mittari-history-") as folder:
        company.write(folder, "parquet")
        workspace.load(folder)


SURVEYS: dict[str, dict[str, Any]] = {
    "after-service": {
        "title": "After service",
        "owner": "Service manager",
        "reaction_time": "24h",
        "links": "open",
        "person": "known",
        "keep_texts": "730d",
        "questions": [{"kind": "nps"}, {"kind": "comment"}],
    },
    "kiosk": {
        "title": "At the counter",
        "owner": "Shop manager",
        "reaction_time": "4h",
        "links": "open",
        "person": "never",
        "touchpoint": "counter",
        "questions": [{"kind": "csat", "faces": True}],
    },
}
"""What a new user can answer at once, by a link for one person or by the open address."""


def write_surveys(home: Path) -> None:
    from mittari.collect.survey.writing import survey_path, toml_of, write_survey

    for name, given in SURVEYS.items():
        write_survey(survey_path(home, name), toml_of(given), "")


def make_devices(home: Path, now: datetime) -> tuple[str, str]:
    """The tokens of a kiosk at which simulated customers press, and of one for whoever tries the demo."""
    from mittari.collect.devices import make_device
    from mittari.collect.survey.shelf import Shelf
    from mittari.workspace.stores import open_ledger

    with open_ledger(home) as ledger:
        entrance, tablet = (
            make_device(ledger, Shelf(home), name, "kiosk", now, touchpoint=touchpoint)
            for name, touchpoint in (("entrance", "entrance"), ("tablet", "counter"))
        )
        return entrance, tablet


def welcome(address: str, tablet: str, quiet: bool) -> None:
    print(f"The board is at {address} (Ctrl-C stops it)", flush=True)
    print(f"Surveys are at {address}/surveys; answer one: {address}/s/{next(iter(SURVEYS))}", flush=True)
    print(f"Low scores wait at {address}/follow-ups", flush=True)
    print(f"A kiosk to press: {address}/kiosk#{tablet}", flush=True)
    if not quiet:
        webbrowser.open(address)


class Feeder(threading.Thread):
    """Lets the company live on: every tick the rows of the time that has passed are loaded."""

    def __init__(self, workspace: "LocalWorkspace", company: "Company", since: datetime) -> None:
        super().__init__(name="feeder", daemon=True)
        self._workspace, self._company, self._since = workspace, company, since
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(TICK_S):
            until = self._workspace.clock().replace(microsecond=0)
            try:
                for table, columns in self._company.feed(self._since, until):
                    self._workspace.load_rows(table, columns)
            except MittariError as error:
                print(f"mittari: the company stands still: {error}", file=sys.stderr)
                return
            self._since = until

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=30)


class Presser(threading.Thread):
    """Simulated customers at the entrance: they press the kiosk's faces, sent as a real one sends them."""

    def __init__(self, token: str, zone: str, seed: int = 7) -> None:
        super().__init__(name="presser", daemon=True)
        self._token, self._zone, self._address = token, ZoneInfo(zone), ""
        self._random = random.Random(seed)  # noqa: S311  # no secret hangs on it
        self._stopped = threading.Event()
        self._visits = 0

    def begin(self, address: str) -> None:
        self._address = address
        self.start()

    def run(self) -> None:
        while not self._stopped.wait(LEAST_SECONDS + self._random.expovariate(1 / MORE_SECONDS)):
            try:
                self._press()
            except OSError as error:  # the server is stopping, or too busy for a moment: the customer walks on
                log.info("a simulated press did not come through: %s", error)

    def _press(self) -> None:
        now = datetime.now(UTC)
        self._visits += 1 + self._random.randrange(VISITORS_PER_PRESS * 2)
        tap = {
            "key": self._random.randbytes(12).hex(),
            "at": now.isoformat(),
            "score": self._random.choices((1, 2, 3, 4), FACES)[0],
        }
        body = {"sent_at": now.isoformat(), "waiting": 1, "taps": [tap], "visits": self._visits_today(now)}
        request = urllib.request.Request(  # noqa: S310  # our own server on loopback
            f"{self._address}/api/v1/taps",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            response.read()

    def _visits_today(self, now: datetime) -> list[dict[str, Any]]:
        return [{"date": now.astimezone(self._zone).date().isoformat(), "count": self._visits}]

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=30)


class Check:
    """Looks at the board once it stands, prints its first numbers, and stops the server."""

    def __init__(self, workspace: "LocalWorkspace") -> None:
        self._workspace = workspace
        self.exit_code = 0

    def begin(self, address: str, stop: Callable[[], None]) -> None:
        self.exit_code = 1
        threading.Thread(target=self._look, args=(address, stop), daemon=True).start()

    def _first(self) -> list[str]:
        """The KPIs that the board shows first."""
        ranked = sorted((each.board, each.id) for each in self._workspace.catalogue() if each.board is not None)
        return [name for _, name in ranked[:CHECKED]]

    def _look(self, address: str, stop: Callable[[], None]) -> None:
        try:
            with urllib.request.urlopen(address, timeout=120) as response:  # noqa: S310 - our own board on loopback
                page = response.read().decode()
            table = self._workspace.scorecard(period="last-30-days", kpis=self._first())
            print(printing.records(list(table)), flush=True)
            numbers = sum(record.value is not None for record in table)
            print(
                f"The board answered with {len(page):,} characters, {numbers} of {len(table)} numbers stand.",
                flush=True,
            )
            self.exit_code = 0 if response.status == 200 and numbers == len(table) else 1
        finally:
            stop()

"""`demo`: a simulated company, live, in the browser."""

import argparse
import sys
import tempfile
import threading
import urllib.request
import webbrowser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mittari.commands import printing
from mittari.commands.options import port_number
from mittari.errors import MittariError
from mittari.settings import Settings

if TYPE_CHECKING:
    from mittari.simulate import Company
    from mittari.workspace.local import LocalWorkspace

TICK_S = 2.0
CHECKED = 8


def add(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="a simulated company, live, in the browser",
        description="Serve the board of a simulated company with data that keep arriving. Nothing is kept.",
    )
    demo.add_argument("--port", type=port_number, default=8710, help="the port (default 8710)")
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
        home = create_home(folder, holidays="FI")
        with open_local(home, Settings.load(home, {})) as workspace:
            now = utc_now().replace(microsecond=0)
            company = Company.demo(now)
            print("Making a company of the last thirteen months ...", flush=True)
            fill(workspace, company)
            write_surveys(home)
            check = Check(workspace)
            feeder = Feeder(workspace, company, now)
            feeder.start()
            try:
                server.serve(
                    workspace,
                    chosen.port,
                    on_start=check.begin if chosen.check else lambda at, _: welcome(at, chosen.no_browser),
                )
            finally:
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


def welcome(address: str, quiet: bool) -> None:
    print(f"The board is at {address} (Ctrl-C stops it)", flush=True)
    print(f"Surveys are at {address}/surveys; answer one: {address}/s/{next(iter(SURVEYS))}", flush=True)
    print(f"Low scores wait at {address}/follow-ups", flush=True)
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

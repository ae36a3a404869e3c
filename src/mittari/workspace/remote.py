"""The workspace behind a running server: the same verbs, asked over loopback.

The server leaves `server.json` in its home, readable by its owner only: where it listens, and the token to show.
"""

import http.client
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mittari.errors import Fault, UserError
from mittari.measure.receipt import Receipt
from mittari.measure.result import Record
from mittari.react.followups import Asked, FollowUps
from mittari.settings import Settings
from mittari.store.persons.erase import Erasure
from mittari.value.closes import Close, Closed
from mittari.workspace.asking import Periods
from mittari.workspace.table import Table
from mittari.workspace.verbs import AsOf, By, Finding, Intervention, Progress, Target, Where, Workspace

if TYPE_CHECKING:
    from mittari.load.report import LoadReport

SERVER_FILE = "server.json"
HOST = "127.0.0.1"
PATIENCE_S = 3600.0  # a large import answers when it is done
TOKEN_HEADER = "X-Mittari-Token"  # noqa: S105 - the name of the header


@dataclass(frozen=True)
class Server:
    """Where the server of a home is to be found."""

    pid: int
    port: int
    token: str


def running_server(home: Path) -> Server | None:
    """The server over this home, if one answers; what a crashed one left behind is not taken for one."""
    try:
        server = Server(**json.loads((home / SERVER_FILE).read_text(encoding="utf-8")))
        os.kill(server.pid, 0)
    except (FileNotFoundError, ProcessLookupError, json.JSONDecodeError, TypeError):
        return None
    except PermissionError as error:
        raise UserError(
            "a server of another user runs here, and its token cannot be read", where=home / SERVER_FILE
        ) from error
    return server if _answers(server) else None


def _answers(server: Server) -> bool:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=5)
    try:
        connection.request("POST", "/api/v1/command/data_version", b"{}", _headers(server))
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _headers(server: Server) -> dict[str, str]:
    return {TOKEN_HEADER: server.token, "Content-Type": "application/json", "Host": f"{HOST}:{server.port}"}


class RemoteWorkspace(Workspace):
    """Asks the server that owns the warehouse."""

    def __init__(self, home: Path, settings: Settings, server: Server) -> None:
        self.home, self.settings, self._server = home, settings, server

    def _ask(self, verb: str, **arguments: Any) -> Any:
        connection = http.client.HTTPConnection(HOST, self._server.port, timeout=PATIENCE_S)
        try:
            connection.request(
                "POST", f"/api/v1/command/{verb}", msgspec.json.encode(arguments), _headers(self._server)
            )
            response = connection.getresponse()
            body = msgspec.json.decode(response.read())
        except (OSError, msgspec.DecodeError) as error:
            raise UserError(
                f"the server does not answer: {error}",
                where=f"{HOST}:{self._server.port}",
                hint="look at its output, or stop it and try again",
            ) from error
        finally:
            connection.close()
        if response.status == 400:
            raise UserError(body["what"], body.get("where"), body.get("hint"))
        if response.status != 200:
            raise Fault(f"the server failed: {body.get('what', response.reason)}")
        return body

    def _table(self, records: Any) -> Table:
        return Table(msgspec.convert(records, list[Record]), self)

    def scorecard(
        self,
        period: Periods = None,
        by: By = None,
        where: Where = None,
        as_of: AsOf = None,
        kpis: Sequence[str] | None = None,
        outputs: str = "headline",
    ) -> Table:
        return self._table(
            self._ask("scorecard", period=period, by=by, where=where, as_of=as_of, kpis=kpis, outputs=outputs)
        )

    def kpi(
        self, name: str, period: Periods = None, by: By = None, where: Where = None, as_of: AsOf = None, **params: Any
    ) -> Table:
        return self._table(self._ask("kpi", name=name, period=period, by=by, where=where, as_of=as_of, params=params))

    def receipt(self, record: Record) -> Receipt:
        return msgspec.convert(self._ask("receipt", record=record.as_dict()), Receipt)

    def rows(self, record: Record, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._ask("rows", record=record.as_dict(), limit=limit, offset=offset)
        return rows

    def dimensions(self) -> dict[str, list[str]]:
        return msgspec.convert(self._ask("dimensions"), dict[str, list[str]])

    def targets(self) -> dict[str, Target]:
        return msgspec.convert(self._ask("targets"), dict[str, Target])

    def interventions(self) -> list[Intervention]:
        return msgspec.convert(self._ask("interventions"), list[Intervention])

    def freshness(self) -> datetime | None:
        return msgspec.convert(self._ask("freshness"), datetime | None)

    def data_version(self) -> int:
        return int(self._ask("data_version"))

    def load(
        self,
        path: str | Path,
        table: str | None = None,
        *,
        mapping: str | None = None,
        source_tz: str | None = None,
        covers: str | tuple[date, date] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,  # noqa: ARG002 - the server answers when all is loaded
    ) -> "list[LoadReport]":
        span = f"{covers[0]}..{covers[1]}" if isinstance(covers, tuple) else covers
        known = mapping if mapping is None or not Path(mapping).exists() else str(Path(mapping).resolve())
        reports = self._ask(
            "load",
            path=str(Path(path).resolve()),
            table=table,
            mapping=known,
            source_tz=source_tz,
            covers=span,
            dry_run=dry_run,
        )
        from mittari.load.report import LoadReport  # the loader is heavy, and only a load needs it

        return msgspec.convert(reports, list[LoadReport])

    def suggest(self, path: str | Path) -> str:
        return str(self._ask("suggest", path=str(Path(path).resolve())))

    def rejects(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._ask("rejects")
        return rows

    def doctor(self, verify: bool = False) -> list[Finding]:
        return msgspec.convert(self._ask("doctor", verify=verify), list[Finding])

    def invite(self, survey: str, person: str, employee: bool = False, dry_run: bool = False) -> dict[str, str | None]:
        told = self._ask("invite", survey=survey, person=person, employee=employee, dry_run=dry_run)
        return msgspec.convert(told, dict[str, str | None])

    def invite_plan(self, survey: str) -> dict[str, int]:
        return msgspec.convert(self._ask("invite_plan", survey=survey), dict[str, int])

    def close_period(self, period: str, by: str | None = None, again: bool = False) -> Closed:
        return msgspec.convert(self._ask("close_period", period=period, by=by, again=again), Closed)

    def as_reported(self, period: str) -> Table:
        return self._table(self._ask("as_reported", period=period))

    def closes(self) -> list[Close]:
        return msgspec.convert(self._ask("closes"), list[Close])

    def export_person(self, person: str, employee: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = self._ask("export_person", person=person, employee=employee)
        return told

    def erase_person(self, person: str, employee: bool = False, dry_run: bool = False) -> Erasure:
        return msgspec.convert(self._ask("erase_person", person=person, employee=employee, dry_run=dry_run), Erasure)

    def answers_by_survey(self, since: datetime) -> dict[str, int]:
        return msgspec.convert(self._ask("answers_by_survey", since=since), dict[str, int])

    def follow_ups(self, asked: Asked) -> FollowUps:
        return msgspec.convert(self._ask("follow_ups", asked=asdict(asked)), FollowUps)

    def act_on(self, action_id: str, deed: str, owner: str | None = None) -> None:
        self._ask("act_on", action_id=action_id, deed=deed, owner=owner)

    def close(self) -> None:
        """Nothing is held between questions."""

"""The server of one installation: the board for people and the verbs for commands on loopback, and where it is asked
for, a public listener (`mittari.outside`) that only takes in feedback.

It owns the warehouse while it runs, and empties the inbox into it. `server.json` in the home tells commands where it
listens.
"""

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.params import FromPath, JSONBody

from mittari.collect.authority import load_for_uvicorn
from mittari.collect.collector import Collector
from mittari.collect.mqtt import subscribed
from mittari.collect.watch import Watch
from mittari.collect.web.app import routes
from mittari.errors import MittariError, UserError
from mittari.measure.result import Record
from mittari.outside import Outside, Public, bind
from mittari.react.followups import Asked
from mittari.show.web.app import create_app
from mittari.workspace.inviting.threads import Inviter
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.remote import HOST, SERVER_FILE, TOKEN_HEADER
from mittari.workspace.repeating import Repeating
from mittari.workspace.retention import EVERY_S, MIX_EVERY_S, keep_promises, mix_answers
from mittari.workspace.writer import Writer

SWITCH_S = 0.001
"""A thread that draws or counts in Python keeps others waiting for so long, each time they come back from a query."""

log = logging.getLogger("mittari.server")

Verb = Callable[[LocalWorkspace, dict[str, Any]], Any]


def _record(arguments: dict[str, Any]) -> Record:
    return msgspec.convert(arguments["record"], Record)


def _kpi(workspace: LocalWorkspace, arguments: dict[str, Any]) -> Any:
    params = arguments.pop("params", {})
    return workspace.kpi(**arguments, **params).records()


VERBS: dict[str, Verb] = {
    "scorecard": lambda workspace, arguments: workspace.scorecard(**arguments).records(),
    "kpi": _kpi,
    "receipt": lambda workspace, arguments: workspace.receipt(_record(arguments)).as_dict(),
    "rows": lambda workspace, arguments: workspace.rows(_record(arguments), arguments["limit"], arguments["offset"]),
    "dimensions": lambda workspace, _: workspace.dimensions(),
    "targets": lambda workspace, _: {name: asdict(target) for name, target in workspace.targets().items()},
    "interventions": lambda workspace, _: [asdict(each) for each in workspace.interventions()],
    "freshness": lambda workspace, _: workspace.freshness(),
    "data_version": lambda workspace, _: workspace.data_version(),
    "load": lambda workspace, arguments: [asdict(report) for report in workspace.load(**arguments)],
    "suggest": lambda workspace, arguments: workspace.suggest(**arguments),
    "rejects": lambda workspace, _: workspace.rejects(),
    "close_period": lambda workspace, arguments: asdict(workspace.close_period(**arguments)),
    "as_reported": lambda workspace, arguments: workspace.as_reported(**arguments).records(),
    "closes": lambda workspace, _: [asdict(each) for each in workspace.closes()],
    "export_person": lambda workspace, arguments: workspace.export_person(**arguments),
    "erase_person": lambda workspace, arguments: asdict(workspace.erase_person(**arguments)),
    "invite": lambda workspace, arguments: workspace.invite(**arguments),
    "invite_plan": lambda workspace, arguments: workspace.invite_plan(**arguments),
    "answers_by_survey": lambda workspace, arguments: workspace.answers_by_survey(
        msgspec.convert(arguments["since"], datetime)
    ),
    "follow_ups": lambda workspace, arguments: asdict(workspace.follow_ups(msgspec.convert(arguments["asked"], Asked))),
    "act_on": lambda workspace, arguments: workspace.act_on(**arguments),
    "doctor": lambda workspace, arguments: [asdict(finding) for finding in workspace.doctor(**arguments)],
}


@post("/api/v1/command/{verb:str}", sync_to_thread=True, status_code=200)
def command(verb: FromPath[str], data: JSONBody[dict[str, Any]], request: Request[Any, Any, Any]) -> Response[bytes]:
    """One verb of the workspace, for commands that show the token of `server.json`."""
    state = request.app.state
    if not secrets.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), state.token.encode()):
        return _answer({"what": "the token of server.json is needed"}, 403)
    if verb not in VERBS:
        return _answer({"what": f"no command is called {verb!r}"}, 404)
    try:
        return _answer(VERBS[verb](state.workspace, dict(data)), 200)
    except (TypeError, KeyError, msgspec.ValidationError) as error:
        return _answer({"what": f"these are not the arguments of {verb}: {error}"}, 400)
    except UserError as error:
        return _answer({"what": error.what, "where": error.where, "hint": error.hint}, 400)
    except MittariError as error:
        return _answer({"what": str(error)}, 500)
    except Exception as error:
        log.exception("command %s failed", verb)
        return _answer({"what": f"{type(error).__name__}: {error}"}, 500)


def _answer(value: Any, status: int) -> Response[bytes]:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")


def application(workspace: LocalWorkspace, collector: Collector, token: str) -> Litestar:
    """The application on loopback: board, commands, and the routes of collecting to try them out."""
    app = create_app(workspace, token=token, handlers=[command, routes()], clock=workspace.clock, collector=collector)
    app.state.workspace = workspace
    app.state.collector = collector
    return app


@contextmanager
def announced(home: Path, port: int, token: str) -> Any:
    """`server.json` while the server listens, readable by its owner only."""
    path = home / SERVER_FILE
    waiting = home / f"{SERVER_FILE}.new"
    waiting.unlink(missing_ok=True)
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"pid": os.getpid(), "port": port, "token": token}, file)
    waiting.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


Started = Callable[[str, Callable[[], None]], None]
"""Told once the server listens: the board's address, and what stops the server."""


def serve(
    workspace: LocalWorkspace, port: int, *, on_start: Started | None = None, public: Public | None = None
) -> None:
    """Serve until interrupted, or until what `on_start` was given is called."""
    token = secrets.token_urlsafe(32)
    sys.setswitchinterval(SWITCH_S)
    _end_in_order()
    with bind(HOST, port, "--port") as bound, collecting(workspace, public) as collector:
        actual = int(bound.getsockname()[1])
        app = application(workspace, collector, token)
        config = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False)
        server = _Announcing(config, app.state.live.close, f"http://{HOST}:{actual}", on_start)
        with announced(workspace.home, actual, token):
            server.run(sockets=[bound])


def _check_certificate(public: Public | None) -> None:
    """Before anything listens: that certificate and key can be used. Raises UserError."""
    if public is None or public.certificate is None or public.key is None:
        return
    checked = load_for_uvicorn(public.certificate, public.key, datetime.now(UTC))
    if checked.warning:
        print(f"mittari: {checked.warning}", file=sys.stderr)  # noqa: T201  # whoever starts the server shall see it


@contextmanager
def collecting(workspace: LocalWorkspace, public: Public | None) -> Iterator[Collector]:
    """The inbox open and emptied, and the public listener kept alive, while the server runs."""
    _check_certificate(public)
    with Collector.open(workspace.home, workspace.settings, workspace.clock) as collector:
        outside = Outside(workspace.home, public, collector.inbox.arrived.set) if public else None
        writer = Writer(workspace, collector.inbox)
        inviter = Inviter(workspace, collector)
        retention = Repeating("retention", EVERY_S, lambda: keep_promises(workspace, collector, workspace.clock()))
        mixing = Repeating("mixing", MIX_EVERY_S, lambda: mix_answers(workspace, workspace.clock()))
        broker = subscribed(collector) if workspace.settings.mqtt else None
        began = workspace.clock()

        def hearing_since() -> datetime | None:
            """Without a listener of its own only devices behind the broker are heard."""
            return (began if broker else None) if outside is None else outside.since

        watch = Watch(collector, hearing_since)
        writer.start()
        inviter.start()
        retention.start()
        mixing.start()
        watch.start()
        try:
            if outside is not None:
                outside.start()
                print(f"Feedback is taken in at {outside.address}", flush=True)  # noqa: T201  # where tablets go
            yield collector
        finally:
            if outside is not None:
                outside.stop()
            if broker is not None:
                broker.stop()
            watch.stop()
            mixing.stop()
            retention.stop()
            inviter.stop()
            writer.stop()


def _end_in_order() -> None:
    """Let SIGTERM unwind like an interrupt: uvicorn raises it again at its end, and `server.json` must go."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


class _Announcing(uvicorn.Server):
    """A server that tells when it listens. `end` ends the open streams before it stops: it would wait for them."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None], address: str, started: Started | None) -> None:
        super().__init__(config)
        self._end, self._address, self._started = end, address, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._started is not None:
            self._started(self._address, self._stop)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end()
        await super().shutdown(sockets)

    def _stop(self) -> None:
        self.should_exit = True

"""The public listener in a process of its own, so that boards that compute do not keep it from answering.

    outside = Outside(home, public, on_arrival=inbox.arrived.set); outside.start(); ...; outside.stop()

It shares the inbox and the ledger with the server, as files. The server binds the socket and hands it on: a taken port
is told at once, and while a listener that died is started again, who connects waits. Its standard input ends with the
server, and then it ends too; on its standard output goes a byte whenever something was stored, which wakes the writer.
"""

import logging
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import uvicorn

from mittari.collect.collector import Collector, utc_now
from mittari.collect.web.app import public_app
from mittari.errors import UserError
from mittari.settings import Settings

log = logging.getLogger("mittari.outside")

COMMAND = [sys.executable, "-P", "-c", "import sys; from mittari.cli import main; sys.exit(main())"]
LOWER = 5
"""By so much the priority of the server is lower than that of its listener."""
MOST_CONNECTIONS = 4_000
"""More at once are told to come again: each costs memory, whoever it is."""
AGAIN_S = 1.0
"""So long after its death a listener is started again."""


@dataclass(frozen=True)
class Public:
    """Where the public listener answers, and the certificate it shows; without one it speaks plain HTTP."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def bind(host: str, port: int, option: str) -> socket.socket:
    """A socket bound to an address; a taken port is the user's to choose again. Port 0 takes a free one."""
    # asyncio sends answers at once (TCP_NODELAY) only where the protocol is named: else the end of each waits 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise UserError(
            f"port {port} cannot be used: {error.strerror or error}", where=host, hint=f"choose another with {option}"
        ) from error
    return bound


class Outside:
    """The public listener as the server sees it: a process that is kept alive.

    `since` is when the present one was started, in UTC; None while there is none.
    """

    def __init__(self, home: Path, public: Public, on_arrival: Callable[[], object]) -> None:
        self._socket = bind(public.host, public.port, "--public")
        self.port = int(self._socket.getsockname()[1])
        name = f"[{public.host}]" if ":" in public.host else public.host
        self.address = f"{'https' if public.certificate else 'http'}://{name}:{self.port}"
        self._home, self._public, self._on_arrival = home, public, on_arrival
        self._process: subprocess.Popen[bytes] | None = None
        self.since: datetime | None = None
        self._stopped, self._begun = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="outside", daemon=True)

    def start(self) -> None:
        """Start it, and from now on let this process, which computes boards, leave the listener the first turn."""
        self._keeper.start()
        self._begun.wait(timeout=10)
        yield_turns()

    def stop(self) -> None:
        """Let it answer what is under way, then end."""
        self._stopped.set()
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._keeper.join(timeout=10)
        self._socket.close()

    def _keep(self) -> None:
        while not self._stopped.is_set():
            try:
                self._process = self._started()
            except OSError as error:  # no memory or no file left for it just now
                log.error("the public listener cannot be started, trying again: %s", error)
                self._stopped.wait(AGAIN_S)
                continue
            self.since = utc_now()
            self._begun.set()
            if self._process.stdout is not None:
                self._listen_for_arrivals(self._process.stdout)
            code = self._process.wait()
            self.since = None
            if self._process.stdin is not None:
                self._process.stdin.close()
            if not self._stopped.is_set():
                log.error("the public listener ended with %d and is started again", code)
                self._stopped.wait(AGAIN_S)

    def _listen_for_arrivals(self, told: IO[bytes]) -> None:
        while os.read(told.fileno(), 4096):
            self._on_arrival()
        told.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        number = self._socket.fileno()
        command = [*COMMAND, "--home", str(self._home), "listen", "--socket", str(number)]
        if self._public.certificate and self._public.key:
            command += ["--tls-cert", str(self._public.certificate), "--tls-key", str(self._public.key)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=[number])  # noqa: S603  # ourselves


def yield_turns() -> None:
    """Lower the priority of every thread of this process, and so of those it starts later."""
    lower = os.getpriority(os.PRIO_PROCESS, 0) + LOWER
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            os.setpriority(os.PRIO_PROCESS, int(thread.name), lower)


def listen(home: Path, settings: Settings, number: int, certificate: Path | None, key: Path | None) -> None:
    """Answer at the socket of that number until standard input ends."""
    _allow_many_connections()
    with socket.socket(fileno=number) as bound, Collector.open(home, settings) as collector:
        server = answering(collector, certificate, key)
        threading.Thread(target=_end_with_standard_input, args=(server,), daemon=True).start()
        threading.Thread(target=_tell_of_arrivals, args=(collector.inbox.arrived,), daemon=True).start()
        server.run(sockets=[bound])


def _allow_many_connections() -> None:
    """As many open files as this process may have: one sender's idle connections shall not use them up."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def answering(collector: Collector, certificate: Path | None = None, key: Path | None = None) -> uvicorn.Server:
    """The server of the public routes, which is yet to run."""
    config = uvicorn.Config(
        public_app(collector),
        log_level="warning",
        server_header=False,
        access_log=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=5,
        limit_concurrency=MOST_CONNECTIONS,
    )
    return uvicorn.Server(config)


def _end_with_standard_input(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    server.should_exit = True


def _tell_of_arrivals(arrived: threading.Event) -> None:
    while arrived.wait():
        arrived.clear()
        try:
            os.write(sys.stdout.fileno(), b".")
        except OSError:  # the server is gone, and this process goes too
            return

"""A home of its own for every test that asks people."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import mittari
from collect.invite.asking import CARE, Asking, Clock, Gateway, Mailbox, MailServer
from collect.listening import listening
from collect.taking import Taking
from mittari.collect.collector import Collector
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer
from patience import PATIENCE_S
from ports import free_port


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer(Mailbox(), port=free_port())
    server.start()
    yield server
    if not server.loop.is_closed():  # a test may have stopped it
        server.stop()


@pytest.fixture
def asking(tmp_path: Path, plans_folder: Path, mail_server: MailServer) -> Iterator[Asking]:
    """The survey `care`, asked an hour after a conversation is solved. What its letters lead to is `answering`."""
    home = mittari.create_home(
        tmp_path / "home",
        organisation="Meri Oy",
        smtp=f"smtp://127.0.0.1:{mail_server.port}",
        mail_from="feedback@meri.example",
    )
    (home / "plans").symlink_to(plans_folder)
    clock = Clock()
    with mittari.open(home) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        workspace.clock = clock
        with Collector.open(home, workspace.settings, clock) as collector:
            address = f"http://127.0.0.1:{free_port()}"
            taking = Taking(home, workspace, collector, Writer(workspace, collector.inbox), address)
            found = Asking(taking, clock, mail_server.mailbox)
            found.settings(public_address=address)
            taking.survey("care", CARE)
            yield found


@pytest.fixture
def gateway() -> Iterator[tuple[type[Gateway], int]]:
    handler = type("OneGateway", (Gateway,), {"posted": [], "refusals": 0})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield handler, int(server.server_address[1])
        server.shutdown()
        serving.join(timeout=PATIENCE_S)


@pytest.fixture
def answering(asking: Asking) -> Iterator[None]:
    """The public listener, at the address that the letters name."""
    with listening(asking.taking.collector, int(asking.taking.address.rpartition(":")[2])):
        yield

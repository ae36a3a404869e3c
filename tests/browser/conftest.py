"""A real installation with a small simulated company, served for the browser once in a session."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from mittari import create_home
from mittari.facts import TABLES
from mittari.settings import Settings
from mittari.show.web.app import create_app
from mittari.simulate import Company
from mittari.store.warehouse import Warehouse
from mittari.workspace.local import WAREHOUSE, LocalWorkspace
from patience import PATIENCE_S
from show import sample

NOW = datetime(2026, 3, 2, 9, 0)
STEPS = {"messages", "status_events", "conversation_tags"}


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:
    """The application on a free port of loopback; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.live.close()
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "an open stream kept the server waiting"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """Half a year of a small company, loaded from files as a user would."""
    folder: Path = tmp_path_factory.mktemp("browser")
    home = create_home(folder / "home", holidays="FI")
    tables = frozenset(TABLES) - STEPS
    Company(seed=7, size=2500, start=date(2025, 9, 1), end=date(2026, 3, 1), tables=tables).write(
        folder / "files", "csv"
    )
    settings = Settings.load(home, {})
    warehouse = Warehouse.open(home / WAREHOUSE, settings=settings)
    with LocalWorkspace(home, settings, warehouse, clock=lambda: NOW) as opened:
        opened.load(folder / "files")
        yield opened


@pytest.fixture(scope="session")
def site(workspace: LocalWorkspace) -> Iterator[str]:
    """The address of the served installation."""
    with served(create_app(workspace, clock=lambda: NOW)) as address:
        yield address


@pytest.fixture(scope="session")
def states() -> Iterator[tuple[str, sample.SampleWorkspace]]:
    """A served sample workspace in which one KPI fails, to be changed by a test, and its address."""
    workspace = sample.SampleWorkspace(failing=["csat"])
    with served(create_app(workspace, clock=lambda: sample.NOW)) as address:
        yield address, workspace


class Watched:
    """A page, and everything it should not have done."""

    def __init__(self, page: Any, home: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on(
            "request", lambda request: request.url.startswith(home) or self.complaints.append(f"left: {request.url}")
        )
        page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation',"
            " e => violations.push(e.violatedDirective + ' ' + e.blockedURI))"
        )

    def visit(self, address: str) -> Any:
        self.page.goto(address)
        self.page.wait_for_selector(".chart svg", state="attached")
        return self.page

    def check(self) -> None:
        """No complaint, no breach of the policy, nothing wider than the screen."""
        assert self.complaints == []
        assert self.page.evaluate("violations") == []
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture
def watch(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens a watched page of a width and colour scheme."""
    contexts: list[Any] = []

    def opened(home: str, width: int = 1440, scheme: str = "light", **options: Any) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        context.set_default_timeout(1000 * PATIENCE_S)
        contexts.append(context)
        return Watched(context.new_page(), home)

    yield opened
    for context in contexts:
        context.close()

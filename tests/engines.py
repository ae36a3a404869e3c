"""Every engine for tests: the setting that leads to an empty copy there, and the golden fixtures on it."""

import importlib.util
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import postgresql_server
from installation import copy_of
from mittari.settings import Settings
from mittari.store.engines import ENGINES, HOME, Engine
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.opening import open_local

MARKS = {"notimpl": "not written yet", "notyet": "the engine cannot do it so far", "never": "cannot be done there"}


def lacking(engine: Engine, kpi_id: str, output: str) -> list[pytest.MarkDecorator]:
    """The mark of a test of what the engine lacks; once it passes, it fails until the declaration is taken away."""
    lack = engine.lack(kpi_id, output)
    return [] if lack is None else [pytest.mark.xfail(reason=f"{lack.kind} ({MARKS[lack.kind]}): {lack.why}")]


def absent(reason: str) -> None:
    """Skip for what is not installed here; in CI it must be."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real server, started for this process and stopped at the end."""
    if importlib.util.find_spec("psycopg") is None:
        absent("psycopg is missing: pip install 'mittari[postgresql]'")
    if postgresql_server.programs() is None:
        absent("PostgreSQL 15 or newer is missing: apt-get install postgresql")
    with postgresql_server.running() as address:
        yield address


@pytest.fixture(scope="session")
def new_database(postgresql: str) -> Callable[[], str]:
    """Makes an empty database and says its address."""
    import psycopg

    def made() -> str:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{postgresql}/{name}"

    return made


@pytest.fixture(scope="session")
def setting_of(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The engine's name -> the value of the setting that leads to an empty copy there."""

    def setting(name: str) -> str:
        if name == "chdb" and importlib.util.find_spec("chdb") is None:
            absent("chdb is missing: pip install 'mittari[chdb]'")
        made: str = request.getfixturevalue("new_database")() if name == "postgresql" else name
        return made

    return setting


@pytest.fixture(scope="module")  # not longer: a process has one installation open on an engine inside it
def golden_on(
    golden: LocalWorkspace,
    loaded_home: Path,
    setting_of: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], LocalWorkspace]]:
    """The engine's name -> the workspace over the golden fixtures that asks it, for tests that only read."""
    opened = {HOME.name: golden}

    def workspace(name: str) -> LocalWorkspace:
        if name not in opened:
            home = copy_of(loaded_home, tmp_path_factory.mktemp(name))
            opened[name] = open_local(home, Settings(engine=setting_of(name)))
        return opened[name]

    yield workspace
    for name, each in opened.items():
        if name != HOME.name:
            each.close()


def others() -> list[str]:
    """The names of the engines beside the warehouse's own."""
    return [name for name in ENGINES if name != HOME.name]

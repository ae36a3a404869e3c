"""A home that commands may use, and `main` with what it printed."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from installation import copy_of
from mittari.cli import main


class Done(NamedTuple):
    """What a command left: exit code and both outputs."""

    code: int
    out: str
    err: str


Ask = Callable[..., Done]


@pytest.fixture(scope="module")
def home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of(loaded_home, tmp_path_factory.mktemp("commands"))


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command in this process over the golden facts (or over another home)."""

    def run(*arguments: str, at: Path = home) -> Done:
        code = main(["--home", str(at), *arguments])
        return Done(code, *capsys.readouterr())

    return run

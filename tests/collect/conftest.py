"""A home that takes in feedback, with the real public listener on a free port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import mittari
from collect.listening import listening
from collect.taking import Taking
from mittari.collect.collector import Collector
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory, plans_folder: Path) -> Iterator[Taking]:
    """The writer is not started: tests empty the inbox themselves, so that nothing depends on time."""
    home = mittari.create_home(tmp_path_factory.mktemp("taking") / "home", organisation="Meri Oy")
    (home / "plans").symlink_to(plans_folder)
    with mittari.open(home) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        with (
            Collector.open(home, workspace.settings, workspace.clock) as collector,
            listening(collector) as address,
        ):
            yield Taking(home, workspace, collector, Writer(workspace, collector.inbox), address)

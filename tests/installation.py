"""Installations for tests, made as any user makes one: `create_home`, then `load` of a folder.

Plans that Ibis compiled are kept in pytest's cache from run to run, under the digest of the code that made them.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import mittari
from mittari.measure.plan import code_fingerprint
from mittari.workspace.local import PLANS, LocalWorkspace

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "golden" / "fixtures"


@pytest.fixture(scope="session")
def plans_folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled plans stay between runs; those of other code are thrown away."""
    cache = getattr(pytestconfig, "cache", None)  # there is none under `-p no:cacheprovider`
    all_plans = tmp_path_factory.mktemp("plans") if cache is None else cache.mkdir("plans")
    kept = all_plans / code_fingerprint([ROOT / "src" / "mittari" / room for room in ("measure", "store")])[:16]
    for other in all_plans.iterdir():
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)
    kept.mkdir(exist_ok=True)
    return kept


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory, plans_folder: Path) -> Path:
    """The golden fixtures, loaded once. Nobody opens this home: take a copy of it."""
    home = mittari.create_home(tmp_path_factory.mktemp("golden") / "home")
    (home / PLANS).symlink_to(plans_folder)
    with mittari.open(home) as workspace:
        reports = workspace.load(FIXTURES)
    assert sum(report.rejected for report in reports) == 0
    return home


@pytest.fixture(scope="session")
def golden(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """The workspace over the golden fixtures, for tests that only read."""
    with mittari.open(copy_of(loaded_home, tmp_path_factory.mktemp("read"))) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        yield workspace


def copy_of(home: Path, folder: Path) -> Path:
    """A home of one's own with the same facts and settings, sharing the kept plans."""
    return Path(shutil.copytree(home, folder / "home", symlinks=True))

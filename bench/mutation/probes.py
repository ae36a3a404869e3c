"""The tests that a mutant must make fail, run by pytest in this process."""

import contextlib
import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import pytest
from mutants import ROOT

TESTS = ROOT / "tests"
MEASURING = [
    *sorted((TESTS / "measure").glob("test_by_hand*.py")),
    *(TESTS / "measure" / f"test_{name}.py" for name in ("edges", "rulesets")),
]
GOLDEN = TESTS / "measure" / "test_golden.py"
LOADING = [
    TESTS / "load" / f"test_{name}.py" for name in ("strangers", "kept_columns", "kept_waits", "edits", "derive")
]
"""The tests of what loading settles."""

Choose = Callable[[list[str]], Sequence[str]]


def is_probe(name: str) -> bool:
    """Of the golden records those on DuckDB; the oracle says of them what the records say."""
    return GOLDEN.name not in name or "test_a_golden_record_comes_out_of_the_workspace[duckdb-" in name


class Plugin:
    """Runs the chosen tests in their order, over the golden home that is there already, and knows which failed."""

    def __init__(self, choose: Choose, home: Path | None, around: Callable[[str], Any] | None) -> None:
        self._choose, self._home = choose, home
        self._around = around or contextlib.nullcontext
        self.failed: str | None = None

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        by_name = {item.nodeid: item for item in items if is_probe(item.nodeid)}
        items[:] = [by_name[name] for name in self._choose(list(by_name)) if name in by_name]

    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        if fixturedef.argname != "loaded_home" or self._home is None:
            return None
        fixturedef.cached_result = (self._home, fixturedef.cache_key(request), None)
        return self._home

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, Any, Any]:
        with self._around(item.nodeid):
            return (yield)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_internalerror(self) -> None:
        self.failed = self.failed or "pytest itself"


def first_failure(
    choose: Choose,
    folder: Path,
    home: Path | None = None,
    names: Sequence[str] | None = None,
    around: Callable[[str], Any] | None = None,
) -> str | None:
    """The first test that fails, of those chosen among all probes (or those in the files of `names`)."""
    files = [GOLDEN, *MEASURING, *LOADING]
    if names is not None:
        wanted = {name.partition("::")[0] for name in names}
        files = [each for each in files if str(each.relative_to(ROOT)) in wanted]
    plugin = Plugin(choose, home, around)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not long", f"--rootdir={ROOT}", f"--basetemp={folder}"]
    with Path(os.devnull).open("w") as silent, contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
        code = pytest.main([*options, *map(str, files)], plugins=[plugin])
    if plugin.failed is None and code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return "collecting the tests"
    return plugin.failed

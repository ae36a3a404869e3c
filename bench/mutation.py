"""Do the golden records notice a wrong rule? Flips one thing at a time in the catalogue, the relations and the loading.

    python bench/mutation.py [--sample 40] [--seconds 1200] [--jobs 2] [--log FILE]

The mutants are those of `mutants.py`; for the ones in SQL that loading runs, the fixtures are loaded anew. Each runs in
a forked process that measures the golden records of the KPIs concerned, until one differs, then runs the tests by hand
and those of edges (of loading, for SQL): what fails is caught. Mutants that mean the same as the code stand in
`equivalent_mutants.toml`, with the reason. All of them take several hours; with a log a run that was stopped goes
on where it was.
"""

import argparse
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from mutants import IN_SQL, Mutant, full_name, mutants, mutated, source_of, users

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
EQUIVALENT = Path(__file__).parent / "equivalent_mutants.toml"
FIELDS = "value unit n n_na n_censored components se ci_low ci_high ci_method status".split()  # noqa: SIM905
LOADING = ("kept_columns", "kept_waits", "edits", "derive")
"""The tests of what loading settles."""

MANY_SECONDS = 900
CAUGHT, SURVIVED, TIMEOUT, NO_SQL = 0, 1, 2, 3
SAID = {CAUGHT: "caught", SURVIVED: "survived", TIMEOUT: "too slow", NO_SQL: "no SQL"}


class Imported(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self._name, self._mutant = full_name(mutant.module), mutant

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def exec_module(self, module: Any) -> None:
        exec(compile(mutated(self._mutant), str(source_of(self._mutant.module)), "exec"), module.__dict__)  # noqa: S102


def differs(home: Path, mutant: Mutant | None) -> str | None:
    """The first golden record that the mutant changes; only in a process that has not imported Mittari."""
    if mutant is not None:
        sys.meta_path.insert(0, Imported(mutant))
    from mittari.measure.plan import Plans
    from mittari.settings import Settings
    from mittari.store.warehouse import Warehouse
    from mittari.workspace.local import LocalWorkspace

    plans = Plans(None, "")  # kept plans are those of the code as it is
    if mutant is not None and mutant.module in IN_SQL:
        home, plans = loaded_anew(home.parent / f"anew-{os.getpid()}"), Plans(home.parent / "plans", "")
    settings = Settings.load(home, {})
    workspace = LocalWorkspace(home, settings, Warehouse.open(home / "warehouse.duckdb", read_only=True))
    workspace._plans = plans
    for key, expected in concerned(mutant):
        call = expected["call"]
        name, where = key.partition("@")[0], call["where"]
        records = list(workspace.kpi(name, call["period"], where=where, as_of=call["as_of"], **call["params"]))
        if len(records) != 1 or not same(records[0].as_dict(), expected):
            return key
    return None


def loaded_anew(home: Path) -> Path:
    """The golden fixtures as the mutant loads them."""
    import mittari

    with mittari.open(mittari.create_home(home)) as workspace:
        workspace.load(GOLDEN / "fixtures")
    return home


def fails_by_hand(mutant: Mutant | None) -> bool:
    """Whether the tests by hand or of edges notice; plans are compiled anew, for kept ones are of the code as it is."""
    import pytest

    tests = ROOT / "tests"
    chosen = [*sorted((tests / "measure").glob("test_by_hand*.py")), tests / "measure" / "test_edges.py"]
    if mutant is None or mutant.module in IN_SQL:
        chosen = [tests / "load" / f"test_{name}.py" for name in LOADING] + chosen
    with Path(os.devnull).open("w") as silent, contextlib.redirect_stdout(silent):
        return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", "not long", *map(str, chosen)]) != 0


def concerned(mutant: Mutant | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The golden records of the KPIs that the mutant can change, plain calls first."""
    from mittari.measure.kpi import catalogue
    from mittari.measure.relations import RELATIONS

    known = catalogue()
    if mutant is None or mutant.module in IN_SQL:
        chosen = set(known)
    elif mutant.module.startswith("catalogue") and mutant.function in known:
        chosen = {mutant.function}
    elif mutant.module.startswith("catalogue"):
        chosen = {each.id for each in known.values() if each.build.__module__.endswith(mutant.module)}
    else:
        using = {f"mittari.measure.{each}" for each in users(mutant.module)}
        touched = {name for name, build in RELATIONS.items() if build.__module__ in using}
        by_customers = {
            name for name, each in known.items() if "activity" in str(using) and "subscriptions" in each.tables
        }
        chosen = {name for name, each in known.items() if relations_of(each) & touched} | by_customers
    golden = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))
    records = [(key, each) for key, each in golden.items() if key.partition("@")[0].partition(".")[0] in chosen]
    yield from sorted(records, key=lambda record: "@" in record[0])


def relations_of(definition: Any) -> set[str]:
    chosen = [name for choices in definition.relation_by.values() for name in choices.values()]
    return {definition.relation, *chosen}


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and "call" in expected:
        alike = all(same(found[name], expected[name]) for name in FIELDS)
        return alike and sorted(found["flags"]) == sorted(expected["flags"])
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return abs(found - expected) <= max(1e-9, 1e-6 * abs(expected))
    return bool(found == expected)


def judged_apart(home: Path, mutant: Mutant | None) -> int:
    """The id of a fork that exits with the verdict: each mutant is imported anew, without a new Python."""
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, MANY_SECONDS)  # of work: a busy machine makes no mutant too slow
        code = CAUGHT
        try:
            noticed = differs(home, mutant) is not None or fails_by_hand(mutant)
            code = CAUGHT if noticed else SURVIVED
        except (duckdb.ParserException, duckdb.BinderException):
            code = NO_SQL
        except BaseException:  # noqa: BLE001 - whatever a mutant breaks, it is noticed
            code = CAUGHT
        finally:
            shutil.rmtree(home.parent / f"anew-{os.getpid()}", ignore_errors=True)
            os._exit(code)
    return child


def outcome_of(status: int) -> int:
    return TIMEOUT if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def verdicts(home: Path, chosen: Iterable[Mutant], jobs: int, until: float) -> Iterator[tuple[Mutant, int]]:
    """Each mutant with its verdict, `jobs` of them at once; none is begun once the time is over."""
    running: dict[int, Mutant] = {}
    waiting = iter(chosen)
    while True:
        while len(running) < jobs and time.monotonic() < until and (mutant := next(waiting, None)) is not None:
            running[judged_apart(home, mutant)] = mutant
        if not running:
            return
        child, status = os.wait()
        yield running.pop(child), outcome_of(status)


def equivalent() -> dict[str, str]:
    """Mutants that mean the same as the code -> why."""
    found: dict[str, str] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return found


def loaded_home(folder: Path) -> Path:
    """The golden fixtures, loaded in a process of its own: here Mittari must stay unimported."""
    code = (
        "import sys, mittari\n"
        "home = mittari.create_home(sys.argv[1])\n"
        "with mittari.open(home) as workspace: workspace.load(sys.argv[2])"
    )
    import subprocess

    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    arguments = [sys.executable, "-c", code, str(folder / "home"), str(GOLDEN / "fixtures")]
    subprocess.run(arguments, check=True, env=environment)
    return folder / "home"


class Log:
    """Verdicts of an earlier run over the same code and tests, by the names of the mutants; none without a file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
        by_words = {words: outcome for outcome, words in SAID.items()}
        self.known = {name: by_words[words] for words, _, name in (line.partition(": ") for line in lines)}

    def add(self, mutant: Mutant, outcome: int) -> None:
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{SAID[outcome]}: {mutant.name}\n")


def judge(
    chosen: list[Mutant], seconds: float, jobs: int, told: Callable[[str], None] = print, log: Log | None = None
) -> dict[int, list[Mutant]]:
    """Verdict -> mutants; stops when the time is over. What is imported here, every fork has."""
    log = log or Log(None)
    import ibis
    import numpy as np  # noqa: F401

    ibis.to_sql(ibis.table({"n": "int64"}, name="t"), dialect="duckdb")  # loads the compiler
    found: dict[int, list[Mutant]] = {outcome: [] for outcome in SAID}
    for mutant in chosen:
        if mutant.name in log.known:
            found[log.known[mutant.name]].append(mutant)
    new = [mutant for mutant in chosen if mutant.name not in log.known]
    with tempfile.TemporaryDirectory() as folder:
        home = loaded_home(Path(folder))
        _, status = os.waitpid(judged_apart(home, None), 0)
        if outcome_of(status) != SURVIVED:
            raise SystemExit("the code as it is does not give the golden records, or the tests by hand fail")
        for mutant, outcome in verdicts(home, new, jobs, time.monotonic() + seconds):
            log.add(mutant, outcome)
            found[outcome].append(mutant)
            if outcome != CAUGHT:
                told(f"{SAID[outcome]}: {mutant.name}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="so many mutants, chosen at random (default: all)")
    parser.add_argument("--only", type=Path, metavar="FILE", help="only the mutants named in the lines of a file")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="keep each verdict there; what stands in it is not judged again"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--least", type=float, default=0.95, help="the share that must be caught")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    known = equivalent()
    chosen = [mutant for mutant in mutants() if mutant.name not in known]
    if arguments.only:
        named = set(arguments.only.read_text(encoding="utf-8").splitlines())
        chosen = [mutant for mutant in chosen if mutant.name in named]
    random.Random(arguments.seed).shuffle(chosen)  # noqa: S311
    chosen = chosen[: arguments.sample]
    if arguments.list:
        print("\n".join(sorted(mutant.name for mutant in chosen)))
        return 0
    began = time.monotonic()
    told = partial(print, flush=True)
    found = judge(chosen, arguments.seconds, arguments.jobs, told, Log(arguments.log))
    caught, judged = len(found[CAUGHT]), sum(len(found[outcome]) for outcome in (CAUGHT, SURVIVED, TIMEOUT))
    share = caught / judged if judged else 0.0
    if unjudged := len(chosen) - judged - len(found[NO_SQL]):
        print(f"the time was over before {unjudged} of them")
    print(
        f"{caught} of {judged} mutants caught ({share:.1%}), {len(known)} equivalent ones left out, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 0 if share >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())

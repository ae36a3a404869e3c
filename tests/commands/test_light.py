"""A command that asks a question whose plan is kept starts quickly: it loads nothing that it does not need."""

import json
import subprocess
import sys
from pathlib import Path

from commands.running import environment
from installation import copy_of

HEAVY = {
    "ibis",
    "sqlglot",
    "scipy",
    "pandas",
    "polars",
    "pyarrow",
    "litestar",
    "uvicorn",
    "altair",
    "babel",
    "jinja2",
    "simplemma",
}
PROBE = """
import json, sys
from mittari.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules}), sorted(sys.modules)]))
"""


def modules_of(home: Path, *arguments: str) -> tuple[set[str], set[str]]:
    """Packages, and modules, that a command has loaded when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    code, packages, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return set(packages), set(modules)


def test_a_question_whose_plan_is_kept_loads_no_compiler(loaded_home: Path, tmp_path: Path) -> None:
    home = copy_of(loaded_home, tmp_path)
    asked = [("kpi", name, "--period", "2025-03") for name in ("nps", "csat", "waiting_time", "churned_revenue")]
    for arguments in asked:
        modules_of(home, *arguments)  # keeps the plan
        packages, modules = modules_of(home, *arguments)
        assert not packages & HEAVY
        assert {name for name in modules if name.startswith("mittari.")} & {"mittari.measure.compile"} == set()
        assert {
            name for name in modules if name.startswith(("mittari.load.run", "mittari.show", "mittari.simulate"))
        } == set()


def test_opening_a_number_again_loads_no_compiler(loaded_home: Path, tmp_path: Path) -> None:
    home = copy_of(loaded_home, tmp_path)
    for _ in range(2):
        packages, _modules = modules_of(home, "kpi", "nps", "--period", "2025-03", "--receipt")
    assert not packages & HEAVY


def test_the_catalogue_loads_no_compiler(loaded_home: Path) -> None:
    packages, _ = modules_of(loaded_home, "catalogue")
    assert not packages & HEAVY

"""A rule that is changed in one place is noticed: a small sample of `bench/mutation`."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "mutation"


@pytest.mark.long
def test_most_mutants_of_the_rules_are_caught() -> None:
    """Twelve of some eighteen hundred: the run over all of them is for whoever changes rules."""
    command = [sys.executable, str(BENCH), "--sample", "12", "--seed", "3", "--least", "0.75"]
    done = subprocess.run([*command, "--seconds", "900"], capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_called_equivalent_is_still_a_mutant() -> None:
    listed = (
        "import runpy; main = runpy.run_path('__main__.py'); "
        "print('\\n'.join(sorted(set(main['equivalent']()) - {each.name for each in main['mutants']()})))"
    )
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True, cwd=BENCH)
    assert done.stdout.strip() == ""


def test_a_function_that_runs_tells_its_name() -> None:
    """By these names the tests are chosen that could notice a mutant."""
    told = (
        "import builtins, ibis, touched; found = []; setattr(builtins, touched.TOLD, found.append); space = {}; "
        "exec(compile(touched.telling('relations.scales'), 'scales', 'exec'), space); "
        "space['number'](ibis.literal(1), ibis.literal(5)); print(*found)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=BENCH)
    assert done.stdout.split() == ["relations.scales.number"]

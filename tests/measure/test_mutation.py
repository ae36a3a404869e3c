"""A rule that is changed in one place is noticed: a small sample of `bench/mutation.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.long
def test_most_mutants_of_the_rules_are_caught() -> None:
    """Twelve of some four hundred: the run over all of them is for whoever changes rules."""
    command = [sys.executable, str(BENCH / "mutation.py"), "--sample", "12", "--seed", "3", "--least", "0.75"]
    done = subprocess.run([*command, "--seconds", "900"], capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_called_equivalent_is_still_a_mutant() -> None:
    listed = (
        "import mutation; print('\\n'.join(sorted(set(mutation.equivalent()) - {m.name for m in mutation.mutants()})))"
    )
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True, cwd=BENCH)
    assert done.stdout.strip() == ""

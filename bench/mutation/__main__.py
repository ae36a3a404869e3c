"""Do the tests notice a wrong rule? Flips one thing at a time in the catalogue, the relations and the loading.

    python bench/mutation [--sample 40] [--seconds 1200] [--jobs 2] [--log FILE]

First the golden records, the tests by hand, of edges and of loading run over the code as it is, and each tells which
functions it runs. Then each mutant (`mutants.py`) goes, in a forked process, through the tests that run what it changes
until one fails: it is caught. Mutants that mean the same as the code stand in `equivalent.toml`, with the reason. With
a log, a run that was stopped goes on where it was.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from mutants import ROOT, Mutant, mutants
from verdicts import CAUGHT, OUTCOMES, Verdict, court, verdicts

EQUIVALENT = Path(__file__).parent / "equivalent.toml"


def equivalent() -> dict[str, str]:
    """Mutants that mean the same as the code -> why."""
    found: dict[str, str] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return found


class Log:
    """Verdicts of an earlier run over the same code and tests, by the names of the mutants; none without a file.

    Beside it stands what the tests ran, so that they need not run again before the next mutants.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.touches = None if file is None else file.with_name(f"{file.name}.touches")
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
        self.known: dict[str, tuple[str, str]] = {}
        for line in lines:
            outcome, name, by = line.split("\t")
            self.known[name] = (outcome, by)

    def add(self, verdict: Verdict) -> None:
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{verdict.outcome}\t{verdict.mutant.name}\t{verdict.by}\n")


def judged(chosen: list[Mutant], seconds: float, jobs: int, log: Log) -> list[Verdict]:
    """Their verdicts, until the time is over. What is imported here, every fork has."""
    import ibis
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401

    ibis.to_sql(ibis.table({"n": "int64"}, name="t"), dialect="duckdb")  # loads the compiler
    found = [Verdict(mutant, *log.known[mutant.name]) for mutant in chosen if mutant.name in log.known]
    new = [mutant for mutant in chosen if mutant.name not in log.known]
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        sitting = court(Path(folder), jobs, log.touches)
        print(f"{len(sitting.touches.tests)} tests pass, {time.monotonic() - began:.0f} s", flush=True)
        sitting.noticed = [(verdict.mutant, verdict.by) for verdict in found if verdict.by]
        for verdict in verdicts(sitting, new, jobs, time.monotonic() + seconds):
            log.add(verdict)
            found.append(verdict)
            if verdict.outcome != CAUGHT:
                print(f"{verdict.outcome}: {verdict.mutant.name}", flush=True)
    return found


def chosen(arguments: argparse.Namespace) -> list[Mutant]:
    known = equivalent()
    found = [mutant for mutant in mutants() if mutant.name not in known]
    random.Random(arguments.seed).shuffle(found)  # noqa: S311
    if arguments.only:
        by_name = {mutant.name: mutant for mutant in found}
        named = arguments.only.read_text(encoding="utf-8").splitlines()
        found = [by_name[name] for name in named if name in by_name]
    return found[: arguments.sample]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="so many mutants, chosen at random (default: all)")
    parser.add_argument(
        "--only", type=Path, metavar="FILE", help="only the mutants named in the lines of a file, in its order"
    )
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="keep each verdict there; what stands in it is not judged again"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--least", type=float, default=0.95, help="the share that must be caught")
    parser.add_argument("--seconds", type=float, default=7200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    wanted = chosen(arguments)
    if arguments.list:
        print("\n".join(sorted(mutant.name for mutant in wanted)))
        return 0
    began = time.monotonic()
    found = judged(wanted, arguments.seconds, arguments.jobs, Log(arguments.log))
    counts = {outcome: sum(verdict.outcome == outcome for verdict in found) for outcome in OUTCOMES}
    together = sum(counts.values())
    share = counts[CAUGHT] / together if together else 0.0
    if unjudged := len(wanted) - len(found):
        print(f"the time was over before {unjudged} of them")
    print(
        f"{counts[CAUGHT]} of {together} mutants caught ({share:.1%}), {len(equivalent())} equivalent ones left out, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 0 if share >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())

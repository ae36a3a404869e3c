"""How long `mittari kpi` takes to start and answer, in units of a bare `import duckdb, numpy`.

    python bench/start.py [--kpi nps] [--runs 7]

Both run as processes of their own, in turns, so that other work on the machine slows both. The plan is kept from a
first run. The smallest of the runs is compared, the spread told beside it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mittari

ROOT = Path(__file__).parents[1]
LIMIT = 5.0
COMMAND = "import sys; from mittari.cli import main; sys.exit(main())"
BARE = [sys.executable, "-c", "import duckdb, numpy"]


def seconds(command: list[str]) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - began


def told(name: str, runs: list[float]) -> str:
    return f"{name:12} min {min(runs):.3f} s, median {statistics.median(runs):.3f} s, max {max(runs):.3f} s"


def measure(home: Path, kpi: str, runs: int) -> float:
    """The ratio of the smallest times."""
    asked = [sys.executable, "-c", COMMAND, "--home", str(home), "kpi", kpi, "--period", "2025-03"]
    seconds(asked)  # keeps the plan
    pairs = [(seconds(BARE), seconds(asked)) for _ in range(runs)]
    bare, own = ([pair[side] for pair in pairs] for side in (0, 1))
    print(told("bare import", bare))
    print(told(f"kpi {kpi}", own))
    return min(own) / min(bare)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kpi", default="nps")
    parser.add_argument("--runs", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = mittari.create_home(Path(folder) / "home")
        with mittari.open(home) as workspace:
            workspace.load(ROOT / "tests" / "golden" / "fixtures")
        ratio = measure(home, chosen.kpi, chosen.runs)
    print(f"{ratio:.2f} times the bare import (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())

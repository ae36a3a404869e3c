"""Kills a server twenty times while 64 connections send rows; what was acknowledged must be there once, and no more.

python bench/crash.py [--kills 20]
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from collect.crashing import crash_often
from collect.serving import new_home


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mittari-crash-") as folder:
        home, token = new_home(Path(folder))
        found = crash_often(home, token, chosen.kills, chosen.connections, (0.3, 3.0), chosen.seed)
    print(
        f"{found.kills} kills, {found.acknowledged} rows acknowledged, {found.present} present: {found.lost} lost, "
        f"{found.twice} twice, {found.unsent} never sent"
    )
    return 1 if found.lost or found.twice or found.unsent else 0


if __name__ == "__main__":
    sys.exit(main())

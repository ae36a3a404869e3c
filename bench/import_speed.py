"""How fast `mittari import` is beside DuckDB's bare COPY of the same CSV, and how much memory it takes.

    python bench/import_speed.py [--rows 300000] [--runs 7] [--reload]

Both sides run in processes of their own, turn by turn, on a file made by SQL: conversations with thirteen columns
in five thousand rows unusable. Ours reads, checks, refuses, derives (local times, open seconds of a calendar) and
merges; COPY only casts (`bench/byhand/copy.sql`). Printed are the ratio of the minima, the spread of the ratios of
neighbouring runs, and the peak memory of each side. The limits: ratio at most 6, memory under 1 GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
MOST_TIMES, MOST_MB = 6.0, 1000

MAKE = """
COPY (
    SELECT 'c' || i AS conversation_id, 'u' || (i * 7919 % greatest({rows} // 5, 1)) AS customer_id,
        ['email', 'chat', 'messaging', 'social', 'form'][1 + i % 5] AS channel, 'in' AS direction,
        at_text(created) AS created_at, at_text(created + i * i % 7200) AS first_response_at,
        at_text(created + 7200 + i * i % 90000) AS first_solved_at,
        at_text(created + 7200 + i * i % 172800) AS last_solved_at, 'e' || (i % 50) AS agent_id,
        'e' || (i % 49) AS first_responder_id, ['billing', 'delivery', 'sales'][1 + i % 3] AS reason_code,
        CASE WHEN i % 100 = 0 THEN 1 ELSE 0 END AS is_spam, CASE WHEN i % 20 = 0 THEN 1 ELSE 0 END AS is_complaint
    FROM (SELECT i, i * 63072000::BIGINT // {rows} AS created FROM range({rows}) AS t(i))
) TO '{path}' (HEADER)
"""


def make(path: Path, rows: int) -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE MACRO at_text(s) AS strftime(TIMESTAMP '2024-01-01' + to_seconds(s::BIGINT), '%Y-%m-%dT%H:%M:%SZ')"
    )
    connection.execute(MAKE.format(rows=rows, path=path))


def by_hand(folder: Path) -> float:
    script = (HERE / "byhand" / "copy.sql").read_text(encoding="utf-8")
    warehouse = folder / "hand.duckdb"
    warehouse.unlink(missing_ok=True)
    began = time.perf_counter()
    connection = duckdb.connect(str(warehouse))
    connection.execute(script.replace("conversations.csv", str(folder / "conversations.csv")))
    connection.close()
    return time.perf_counter() - began


def ours(folder: Path, again: bool) -> float:
    from mittari.load import load  # here, so that the other side's memory is its own
    from mittari.settings import Settings
    from mittari.store import Warehouse

    path = folder / "warehouse.duckdb"
    if not again:
        path.unlink(missing_ok=True)
    began = time.perf_counter()
    with Warehouse.open(path, settings=Settings()) as warehouse:
        reports = load(warehouse, Settings(), folder / "conversations.csv")
    seconds = time.perf_counter() - began
    expected = reports[0].unchanged if again else reports[0].inserted
    if expected != reports[0].rows:
        raise SystemExit(f"expected every row to come in: {reports[0]}")
    return seconds


def alone(side: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one side in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--folder", str(folder)], check=True, capture_output=True, text=True
    )
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--reload", action="store_true", help="also time loading the same file a second time")
    parser.add_argument("--side", choices=("hand", "ours", "again"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        seconds = by_hand(options.folder) if options.side == "hand" else ours(options.folder, options.side == "again")
        print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
        return
    with tempfile.TemporaryDirectory(prefix="mittari-bench-") as name:
        compare(Path(name), options.rows, options.runs, options.reload)


def compare(folder: Path, rows: int, runs: int, reload: bool) -> None:
    make(folder / "conversations.csv", rows)
    size = (folder / "conversations.csv").stat().st_size / 1e6
    print(f"{rows:,} rows, {size:.0f} MB, {runs} runs of each side in turn")
    sides = ("hand", "ours", "again") if reload else ("hand", "ours")
    taken: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for _ in range(runs):
        for side in sides:
            taken[side].append(alone(side, folder))
    for side in sides:
        seconds, megabytes = zip(*taken[side], strict=True)
        print(f"{side:6} {min(seconds):7.2f} s at best ({max(seconds):.2f} at worst), peak {max(megabytes):.0f} MB")
    for side in sides[1:]:
        pairs = sorted(mine[0] / hand[0] for mine, hand in zip(taken[side], taken["hand"], strict=True))
        ratio = min(taken[side])[0] / min(taken["hand"])[0]
        within = ratio <= MOST_TIMES and max(taken[side], key=lambda run: run[1])[1] < MOST_MB
        print(
            f"{side} / COPY: {ratio:.2f} (neighbours {pairs[0]:.2f} to {pairs[-1]:.2f}), "
            f"{'within' if within else 'BEYOND'} limits"
        )


if __name__ == "__main__":
    main()

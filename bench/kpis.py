"""Time the KPIs of 24 months against SQL written by hand: `python bench/kpis.py /tmp/scale --runs 7`.

The home folder comes from `bench/scale.py`. Three sides answer the same question in turn, run after run: Mittari, the
fused queries of `bench/byhand/fused`, and one query per KPI. Printed are the fastest run of each side and the ratios
with their spread over the runs; limits are 1.5 (all KPIs against the fused queries) and 0.5 (counts, shares and means
against one query per KPI). A value that differs is printed and ends the program with 1.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import duckdb

import analyst
import mittari
from mittari.workspace.local import LocalWorkspace
from scale import FIRST_MONTH, MONTHS

Values = dict[tuple[str, str], float | None]  # by KPI and month
Side = Callable[[], Values]
TOLERANCE = 1e-9


def months() -> list[str]:
    """The local months asked for, as periods."""
    year, month = (int(part) for part in FIRST_MONTH.split("-"))
    numbers = range(12 * year + month - 1, 12 * year + month - 1 + MONTHS)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def mittari_side(workspace: LocalWorkspace, kpis: list[str]) -> Side:
    """Ask Mittari for the headline of every KPI in every month; plans are kept between the runs, results are not."""

    def ask() -> Values:
        workspace._results.clear()
        table = workspace.scorecard(period=months(), kpis=kpis)
        return {(record.kpi_id, record.period): record.value for record in table}

    return ask


def fused_side(connection: duckdb.DuckDBPyConnection) -> Side:
    return lambda: _values(analyst.fused(connection, *bounds()))


def one_by_one_side(connection: duckdb.DuckDBPyConnection) -> Side:
    return lambda: _values(analyst.one_by_one(connection, *bounds()))


def bounds() -> tuple[date, date]:
    """The first local day asked for, and the one after the last."""
    asked = months()
    last = date.fromisoformat(f"{asked[-1]}-01")
    end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return date.fromisoformat(f"{asked[0]}-01"), end


def _values(components: analyst.Components) -> Values:
    return {
        (kpi, f"{month:%Y-%m}"): analyst.value(kpi, found)
        for kpi, by_month in components.items()
        for month, found in by_month.items()
    }


def race(sides: dict[str, Side], runs: int) -> tuple[dict[str, list[float]], dict[str, Values]]:
    """Let the sides answer in turn; the first round warms up and gives the values that are compared."""
    values = {name: side() for name, side in sides.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, side in sides.items():
            began = time.perf_counter()
            side()
            seconds[name].append(time.perf_counter() - began)
    return seconds, values


def print_ratio(seconds: dict[str, list[float]], ours: str, theirs: str, limit: float) -> None:
    fastest, (least, middle, most) = ratios(seconds[ours], seconds[theirs])
    print(
        f"{ours} / {theirs}: {fastest:.2f} (limit {limit}; over the runs {least:.2f} to {most:.2f}, "
        f"middle {middle:.2f})"
    )


def ratios(these: list[float], those: list[float]) -> tuple[float, tuple[float, float, float]]:
    """The ratio of the fastest runs, and the least, middle and most of the ratios of runs beside each other."""
    pairs = sorted(a / b for a, b in zip(these, those, strict=True))
    return min(these) / min(those), (pairs[0], median(pairs), pairs[-1])


def differences(found: Values, expected: Values) -> list[str]:
    """Name every KPI and month for which two sides do not say the same."""
    lines = []
    for key, right in sorted(expected.items()):
        if key not in found:
            lines.append(f"{key[0]} {key[1]}: missing, should be {right}")
        elif not _same(found[key], right):
            lines.append(f"{key[0]} {key[1]}: {found[key]} should be {right}")
    return lines


def _same(found: float | None, right: float | None) -> bool:
    if found is None or right is None:
        return found is right
    return abs(float(found) - float(right)) <= TOLERANCE * max(1.0, abs(float(right)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--by-hand-only", action="store_true", help="leave Mittari out and time the hand-written side")
    arguments = parser.parse_args()
    workspace = mittari.open(arguments.home)
    if not isinstance(workspace, LocalWorkspace):
        parser.error("a server holds this home: stop it first")
    connection = analyst.prepare(workspace.warehouse.connection())
    sides = {"fused by hand": fused_side(connection), "one by one": one_by_one_side(connection)}
    if not arguments.by_hand_only:
        sides |= product_sides(workspace)
    seconds, values = race(sides, arguments.runs)
    for name, taken in seconds.items():
        print(f"{name:34} {min(taken):8.3f} s (slowest {max(taken):.3f} s)")
    if not arguments.by_hand_only:
        print_ratio(seconds, "Mittari", "fused by hand", 1.5)
        print_ratio(seconds, "Mittari, counts, shares and means", "one by one", 0.5)
    wrong = [f"{name}: {line}" for name in sides for line in differences(*compared(name, values))]
    print("\n".join(wrong[:40]) or "all values agree")
    return 1 if wrong else 0


def product_sides(workspace: LocalWorkspace) -> dict[str, Side]:
    """Mittari with all KPIs, and with the counts, shares and means alone."""
    apart = sorted(file.stem for file in (analyst.QUERIES / "one_by_one").glob("*.sql"))
    everything = sorted({*apart, *analyst.NEEDS_MORE})
    return {
        "Mittari": mittari_side(workspace, everything),
        "Mittari, counts, shares and means": mittari_side(workspace, apart),
    }


def compared(name: str, values: dict[str, Values]) -> tuple[Values, Values]:
    """Return what a side said and what the fused queries say about the same KPIs."""
    expected = values["fused by hand"]
    if name in ("one by one", "Mittari, counts, shares and means"):
        asked = {kpi for kpi, _ in values["one by one"]}
        expected = {key: right for key, right in expected.items() if key[0] in asked}
    return values[name], expected


if __name__ == "__main__":
    sys.exit(main())

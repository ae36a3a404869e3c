"""Time numbers from days kept as sums against the fused queries over the rows: `python bench/rollups.py BIG SMALL`.

Both homes come from `bench/scale.py`, BIG with ten times the conversations of SMALL. The question is every additive
output that days are kept for (their list is printed), for 24 months by channel. In each run the days of BIG, its rows
and the days of SMALL are asked in turn. Printed are the fastest runs, the ratios with their spread, and how long the
days took to make; limits are 60 (rows over days) and 1.3 (days of BIG over days of SMALL). A missed limit, or a value
that differs between days and rows, ends the program with 1.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import mittari
from kpis import months, race, ratios
from mittari.measure.call import Call
from mittari.measure.plan import Wanted
from mittari.measure.result import Record
from mittari.measure.rolled import candidates
from mittari.measure.scorecard import kept_in, scorecard
from mittari.workspace import asking
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.rolling import make

FASTER, GROWTH = 60.0, 1.3
TOLERANCE = 1e-9
Values = dict[tuple[str, str], float | None]


def call_of(workspace: LocalWorkspace) -> Call:
    """24 months by channel, as of the newest load."""
    return asking.call(workspace.state(), workspace.clock(), period=months(), by="channel", where=None, as_of=None)


def additive(workspace: LocalWorkspace) -> list[Wanted]:
    """The outputs answered from days, percentiles left out."""
    call, state = call_of(workspace), workspace.state()
    return [
        one for one in candidates() if one[0].families[one[1]] != "Quantile" and kept_in(one, call, state) is not None
    ]


def side(workspace: LocalWorkspace, wanted: Sequence[Wanted], from_days: bool) -> Callable[[], Values]:
    """Ask for the outputs, of days or of rows; nothing is kept between the runs but the plans."""
    state = workspace.state()
    asked = state if from_days else replace(state, rollups=None)
    call = call_of(workspace)

    def ask() -> Values:
        records = scorecard(wanted, call, plans=workspace.plans, reader=workspace, state=asked)
        return {(f"{record.name} {channel(record)}", record.period): record.value for record in records}

    return ask


def channel(record: Record) -> str:
    return " ".join(str(value) for value in record.slice.values())


def prepared(workspace: LocalWorkspace) -> float:
    """Make the days that are missing, and return how many seconds it took."""
    began = time.perf_counter()
    make.make(workspace)
    return time.perf_counter() - began


def rows_of(workspace: LocalWorkspace) -> int:
    connection = workspace.warehouse.connection()
    return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in make.LARGE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("big", type=Path)
    parser.add_argument("small", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    homes = [mittari.open(home) for home in (arguments.big, arguments.small)]
    if not all(isinstance(home, LocalWorkspace) for home in homes):
        parser.error("a server holds one of the homes: stop it first")
    big, small = homes
    for name, home in (("BIG", big), ("SMALL", small)):
        print(f"{name}: {rows_of(home):,} rows, days made in {prepared(home):.1f} s", flush=True)
    wanted = additive(big)
    print(f"{len(wanted)} outputs: {', '.join(f'{one[0].id}.{one[1]}' for one in wanted)}", flush=True)
    seconds, values = race(
        {
            "days of BIG": side(big, wanted, from_days=True),
            "rows of BIG": side(big, wanted, from_days=False),
            "days of SMALL": side(small, wanted, from_days=True),
        },
        arguments.runs,
    )
    return told(seconds, values)


def told(seconds: dict[str, list[float]], values: dict[str, Values]) -> int:
    """Print the times, ratios and verdicts; 1 where a limit is missed or a value differs."""
    for name, taken in seconds.items():
        print(f"{name:16} {min(taken):8.3f} s (slowest {max(taken):.3f} s)")
    faster, spread = ratios(seconds["rows of BIG"], seconds["days of BIG"])
    print(f"rows / days: {faster:.1f} (at least {FASTER:g}; over the runs {spread[0]:.1f} to {spread[2]:.1f})")
    growth, more = ratios(seconds["days of BIG"], seconds["days of SMALL"])
    print(f"ten times the rows: {growth:.2f} (at most {GROWTH}; over the runs {more[0]:.2f} to {more[2]:.2f})")
    wrong = differences(values["days of BIG"], values["rows of BIG"])
    print("\n".join(wrong[:40]) or f"all {len(values['rows of BIG']):,} values agree")
    return 1 if wrong or faster < FASTER or growth > GROWTH else 0


def differences(found: Values, right: Values) -> list[str]:
    """A line for each value that days and rows do not tell alike, to 1e-9."""
    lines = [f"{key}: only in one of the two" for key in sorted(found.keys() ^ right.keys())]
    for key in sorted(found.keys() & right.keys()):
        one, other = found[key], right[key]
        alike = one is other if one is None or other is None else abs(one - other) <= TOLERANCE * max(1.0, abs(other))
        if not alike:
            lines.append(f"{key}: {one} from days, {other} from rows")
    return lines


if __name__ == "__main__":
    sys.exit(main())

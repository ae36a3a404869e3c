"""Time Mittari beside what a user would write instead: `python bench/peers.py /tmp/scale --runs 7`.

The home folder comes from `bench/scale.py`; without one, a warehouse of `--rows` conversations is made and thrown away.
Sixteen numbers of 24 months (`OUTPUTS` in `bench/peer`) are asked of Mittari, of pandas and polars on data frames in
memory, and of a PostgreSQL server with the same tables, indexed and analyzed. Loading is not counted on any side, and
nothing is kept from one run to the next but Mittari's plans. Values are compared first: one that differs ends the
program before any time is told. Then the sides answer in turn, run after run; printed are the fastest run, the slowest,
and the ratios with their spread. Mittari must be at least 3 times as fast as pandas and 4 times as fast as PostgreSQL;
polars is printed whatever it is. Mittari's time includes the interval of each number, which the others do not make.

pandas and polars come with `make setup-test`; `pip install pyarrow` lets pandas keep its text the quicker way.
PostgreSQL: `apt-get install postgresql`. A side that is not installed is named and left out; `--only pandas,polars`
leaves sides out on purpose.
"""

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import duckdb

import mittari
import scale
from kpis import Side, Values, bounds, differences, months, race, ratios
from mittari.workspace.local import LocalWorkspace
from peer import OUTPUTS

OURS = "Mittari"
LIMITS = {"pandas": 3.0, "polars": None, "PostgreSQL": 4.0}
"""How many times as long as Mittari each has to take at least."""


def mittari_side(workspace: LocalWorkspace) -> Side:
    """Ask for the same numbers by their names; plans are kept between the runs, results are not."""

    def ask() -> Values:
        workspace._results.clear()
        table = workspace.scorecard(period=months(), kpis=OUTPUTS)
        asked = [name for name in OUTPUTS for _ in months()]
        return {(name, record.period): record.value for name, record in zip(asked, table, strict=True)}

    return ask


def pandas_side(connection: duckdb.DuckDBPyConnection, _: Path) -> Side:
    from peer.in_pandas import Pandas

    frames = Pandas(connection)
    return lambda: frames.answer(*bounds())


def polars_side(connection: duckdb.DuckDBPyConnection, _: Path) -> Side:
    from peer.in_polars import Polars

    frames = Polars(connection)
    return lambda: frames.answer(*bounds())


@contextmanager
def postgres_side(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Side]:
    from peer.in_postgres import Postgres

    with closing(Postgres(folder, connection)) as server:
        yield lambda: server.answer(*bounds())


def lacking(name: str) -> str | None:
    """What has to be installed for a side."""
    if name == "PostgreSQL":
        from peer.in_postgres import programs

        return None if programs() else "apt-get install postgresql"
    return None if importlib.util.find_spec(name) else f"pip install {name}"


def sides_of(names: list[str], connection: duckdb.DuckDBPyConnection, stack: ExitStack) -> dict[str, Side]:
    """The sides with their data loaded; a server stops when the stack closes."""
    found: dict[str, Side] = {}
    frames: dict[str, Callable[[duckdb.DuckDBPyConnection, Path], Side]] = {
        "pandas": pandas_side,
        "polars": polars_side,
    }
    for name in names:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mittari-peers-")))
        if name in frames:
            found[name] = frames[name](connection, folder)
        else:
            found[name] = stack.enter_context(postgres_side(connection, folder))
    return found


def compared(values: dict[str, Values]) -> list[str]:
    """Where a side says something else than Mittari, either way."""
    ours = values[OURS]
    lines = []
    for name, theirs in values.items():
        lines += [f"{name}: {line}" for line in differences(theirs, ours)]
        lines += [
            f"{OURS}: {kpi} {month}: missing, {name} has it" for kpi, month in sorted(theirs.keys() - ours.keys())
        ]
    return lines


def told(seconds: dict[str, list[float]]) -> tuple[list[str], bool]:
    """The table, and whether every limit is kept."""
    lines = [f"{'':12}{'fastest':>9}{'slowest':>9}   times {OURS} (over the runs)   limit"]
    kept = True
    for name, taken in seconds.items():
        line = f"{name:12}{min(taken):7.3f} s{max(taken):7.3f} s"
        if name != OURS:
            fastest, (least, middle, most) = ratios(taken, seconds[OURS])
            limit = LIMITS[name]
            verdict = "none" if limit is None else f"{limit:g} {'kept' if fastest >= limit else 'MISSED'}"
            kept = kept and (limit is None or fastest >= limit)
            line += f"   {fastest:5.2f} ({least:.2f} to {most:.2f}, middle {middle:.2f})   {verdict}"
        lines.append(line)
    return lines, kept


def compete(home: Path, names: list[str], runs: int) -> int:
    with ExitStack() as stack:
        workspace = stack.enter_context(mittari.open(home))
        if not isinstance(workspace, LocalWorkspace):
            raise SystemExit("a server holds this home: stop it first")
        if workspace.state().rollups is not None:
            raise SystemExit("this home keeps days as sums: these numbers are to be counted from the rows")
        connection = stack.enter_context(closing(workspace.warehouse.connection()))
        sides = {OURS: mittari_side(workspace), **sides_of(names, connection, stack)}
        rows = connection.sql("SELECT count(*) FROM conversations").fetchall()[0][0]
        wrong = compared({name: side() for name, side in sides.items()})
        if wrong:
            print("\n".join(wrong[:40]))
            return 1
        print(
            f"{rows:,} conversations, {len(OUTPUTS)} numbers of {len(months())} months: all values agree; {runs} runs"
        )
        lines, kept = told(race(sides, runs)[0])
    print("\n".join(lines))
    return 0 if kept else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the warehouse that is made where none is given")
    parser.add_argument("--only", default=",".join(LIMITS), help="the sides to compare with, separated by commas")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in LIMITS]:
        parser.error(f"--only knows {', '.join(LIMITS)}, found {unknown[0]}")
    for name in list(names):
        if missing := lacking(name):
            print(f"{name} is left out, for it is not installed: {missing}")
            names.remove(name)
    if "pandas" in names and importlib.util.find_spec("pyarrow") is None:
        print("pandas keeps text as Python objects here, which is slower: pip install pyarrow")
    if arguments.home:
        return compete(arguments.home, names, arguments.runs)
    with tempfile.TemporaryDirectory(prefix="mittari-peers-") as folder:
        scale.make(Path(folder) / "home", arguments.rows)
        return compete(Path(folder) / "home", names, arguments.runs)


if __name__ == "__main__":
    sys.exit(main())

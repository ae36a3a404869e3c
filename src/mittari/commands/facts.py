"""`import`: files into facts."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError

if TYPE_CHECKING:
    from mittari.load.report import LoadReport, Reject

DONE_WITH_REJECTS = 3
BAR_WIDTH = 30


def add(commands: Any) -> None:
    load = commands.add_parser("import", help="load files into facts", description="Load files or folders into facts.")
    load.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="CSV, TSV, JSON lines, Parquet or XLSX, plain or .gz; or a folder",
    )
    load.add_argument("--as", dest="table", metavar="TABLE", help="the table (default: the file's name)")
    load.add_argument("--mapping", metavar="FILE.toml|NAME", help="how a foreign file becomes facts")
    load.add_argument("--source-tz", metavar="TZ", help="the time zone of clock times that name none")
    load.add_argument(
        "--covers", metavar="A..B", help="the days the file is complete for (default: its first to last day)"
    )
    load.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
    load.add_argument(
        "--suggest", metavar="FILE", type=Path, help="write a first mapping for a foreign file to the screen"
    )
    load.add_argument("--template", metavar="TABLE", help="write an empty CSV of a table to the screen")
    load.set_defaults(run=run_import)


def run_import(chosen: argparse.Namespace) -> int:
    if chosen.template:
        return _template(chosen.template)
    if chosen.suggest:
        from mittari.load.suggest import suggest

        print(suggest(chosen.suggest), end="")
        return 0
    if not chosen.paths:
        raise UserError(
            "a file or folder to import is needed", where="mittari import", hint="see `mittari import --help`"
        )
    return _load(chosen)


def _template(name: str) -> int:
    from mittari.errors import did_you_mean
    from mittari.facts import TABLES
    from mittari.facts.template import template_csv

    if name not in TABLES:
        raise UserError(
            f"no table is called {name!r}", hint=f"{did_you_mean(name, TABLES)} There are: {', '.join(TABLES)}.".strip()
        )
    print(template_csv(TABLES[name]), end="")
    return 0


def _load(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    refused = 0
    progress = bar if sys.stderr.isatty() else None
    with open_home(chosen.home) as workspace:
        for path in chosen.paths:
            reports = workspace.load(
                path,
                chosen.table,
                mapping=chosen.mapping,
                source_tz=chosen.source_tz,
                covers=chosen.covers,
                dry_run=chosen.dry_run,
                progress=progress,
            )
            for report in reports:
                print(told(report, chosen.dry_run))
                refused += report.rejected
    return DONE_WITH_REJECTS if refused else 0


def _place(reject: "Reject") -> str:
    where = [f"line {reject.line}" if reject.line is not None else "", reject.column or ""]
    return ", ".join(part for part in where if part) or "row"


def bar(what: str, share: float) -> None:
    """One line that fills up while a file is loaded, and goes when it is done."""
    filled = round(BAR_WIDTH * share)
    line = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {what}"
    print(f"\r{line:<79}"[:80] if share < 1 else "\r" + " " * 79 + "\r", end="", file=sys.stderr, flush=True)


def told(report: "LoadReport", dry_run: bool = False) -> str:
    """A report in a few lines: what came in, what was refused and why."""
    verb = "would load" if dry_run else "loaded"
    counts = {
        "new": report.inserted,
        "changed": report.replaced,
        "unchanged": report.unchanged,
        "repeated": report.duplicates,
        "refused": report.rejected,
    }
    lines = [
        f"{report.file}: {verb} {report.rows:,} rows into {report.table} ("
        + ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name == "new")
        + ")"
    ]
    lines += [f"  {_place(reject)}: {reject.reason}" for reject in report.rejects]
    if report.rejected > len(report.rejects):
        lines.append(
            f"  ... and {report.rejected - len(report.rejects):,} more: `mittari doctor --rejects` lists them all"
        )
    lines += [f"  note: {remark} ({count:,})" for remark, count in report.warnings.items()]
    lines += [f"  not read: {header}{f' ({meant})' if meant else ''}" for header, meant in report.ignored.items()]
    return "\n".join(lines)

"""A load from beginning to end: read and check every file, then let all of it in, or nothing."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from mittari.errors import UserError
from mittari.facts import TABLES
from mittari.load import duplicates, inputs, whole
from mittari.load.coverage import Span, cover, days_of, parse_span, span_of
from mittari.load.derive import DERIVATIONS, Context, between
from mittari.load.dialect import Hints
from mittari.load.headers import matched
from mittari.load.mapping import Block, Mapping, find_mapping
from mittari.load.merge import Merged, merge
from mittari.load.refuse import Refused, record_rejects
from mittari.load.report import LoadReport
from mittari.load.rows import Columns, LeftOut, rows_as_source
from mittari.load.source import Source, open_source
from mittari.load.stage import Feed, Stage, fill
from mittari.load.values import Clock
from mittari.load.warn import rate_warnings, warnings_of
from mittari.load.zones import MANY
from mittari.settings import Settings
from mittari.store import Warehouse
from mittari.store.sql import identifier
from mittari.time import zone_of

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of the whole is done, from 0 to 1."""

BIG_BYTES, FRUGAL = 50_000_000, "512MB"
"""Loading more than so many bytes holds the database to so much memory; the rest goes to disk for a while."""


@dataclass
class Job:
    """One file for one table."""

    stage: Stage
    ignored: dict[str, str]
    covers: Span | None
    seconds: float
    keeps_first: bool = False
    loaded_at: datetime | None = None
    one_by_one: bool = False


@dataclass(frozen=True)
class RowsIn:
    """Rows in memory for one table: by column name a list or a numpy array, instants as naive UTC or ISO texts.

    `keeps_first`: a row whose key the table knows changes nothing. `loaded_at` is kept in place of the moment of the
    load, where that would tell too much, and is not after it. Rows that arrived `one_by_one` cover the days on which
    they happened; others cover all days from the first to the last, as a file's do. `left_out` says of columns which
    rows do not bring them: such a row keeps there what it held.
    """

    table: str
    columns: Columns
    keeps_first: bool = False
    loaded_at: datetime | None = None
    one_by_one: bool = False
    left_out: LeftOut = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What letting a stage in has done."""

    merged: Merged
    refused: Refused
    warnings: dict[str, int]
    covers: Span | None


class _DryRun(Exception):
    """Ends the transaction of a dry run without keeping it."""


def load(
    warehouse: Warehouse,
    settings: Settings,
    path: str | Path,
    table: str | None = None,
    mapping: str | Path | None = None,
    source_tz: str | None = None,
    covers: str | tuple[date, date] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> list[LoadReport]:
    """Load a file, or every file of a folder as one installation, and report what became of each.

    Without `table` and `mapping` a file's name says which table it is for. `mapping` is the name of a shipped mapping
    or the path of one. Clock times without an offset are read in `source_tz`, by default the setting. `covers` declares
    the local days for which the files are complete. A dry run reports and changes nothing. Everything happens in one
    transaction: when anything is raised, nothing was loaded. Refused rows raise nothing, they are in the reports.
    """
    now = now or datetime.now(UTC).replace(tzinfo=None)
    path, span = Path(path), parse_span(covers)
    declared = find_mapping(mapping).at(path) if mapping else None
    clock_zone = source_tz or (declared.source_tz if declared else None) or settings.source_timezone
    zone_of(clock_zone)
    found = declared.inputs(path) if declared else inputs.files_at(path, by_name=table is None)
    size = sum(file.size for file in found)
    tell = progress or (lambda _what, _share: None)
    with (
        _folder(warehouse) as folder,
        warehouse.frugal(FRUGAL) if size > BIG_BYTES else nullcontext(),
        warehouse.session() as connection,
    ):
        if declared:
            jobs = list(_mapped_jobs(connection, settings, declared, found, clock_zone, span, folder, tell))
        else:
            jobs = list(_jobs(connection, settings, found, table, clock_zone, span, folder, tell))
        return _let_in(warehouse, connection, settings, jobs, dry_run, now, tell)


def load_rows(warehouse: Warehouse, settings: Settings, table: str, columns: Columns, now: datetime) -> LoadReport:
    """Load rows of one table that are in memory."""
    return load_many(warehouse, settings, [RowsIn(table, columns)], now)[0]


def load_many(warehouse: Warehouse, settings: Settings, given: Sequence[RowsIn], now: datetime) -> list[LoadReport]:
    """Load rows that are in memory, all in one transaction: a report for each of those given.

    They meet the same checks as a file's rows; rejects name the table, no file, and the row as line, from 1.
    """
    with warehouse.session() as connection:
        jobs = [_rows_job(connection, settings, rows, number) for number, rows in enumerate(given)]
        return _let_in(warehouse, connection, settings, jobs, False, now, lambda _what, _share: None)


def _rows_job(connection: duckdb.DuckDBPyConnection, settings: Settings, rows: RowsIn, number: int) -> Job:
    began = time.monotonic()
    declared = TABLES[inputs.known_table(rows.table)]
    source, feeds = rows_as_source(connection, declared, rows.columns, number, rows.left_out)
    clock = Clock.of("UTC", settings.timezone, len(next(iter(rows.columns.values()))) >= MANY)
    stage = fill(connection, declared, source, feeds, clock, number, left_out=tuple(rows.left_out))
    return Job(stage, {}, None, time.monotonic() - began, rows.keeps_first, rows.loaded_at, rows.one_by_one)


def _jobs(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    files: Sequence[inputs.Input],
    table: str | None,
    zone: str,
    covers: Span | None,
    folder: Path,
    tell: Progress,
) -> Iterator[Job]:
    """A stage per file, the file's headers being those of its table."""
    tables = {file: inputs.known_table(table) if table else inputs.table_of(file) for file in files}
    for number, file in enumerate(sorted(files, key=lambda file: inputs.turn(tables[file]))):
        began = time.monotonic()
        tell(f"reading {file.name}", 0.6 * number / len(files))
        declared = TABLES[tables[file]]
        source = open_source(connection, file, Hints(), folder, number)
        match = matched(declared, source.columns, file.path)
        clock = Clock.of(zone, settings.timezone, file.size > BIG_BYTES)
        feeds = {name: Feed(identifier(header), source.columns[header]) for name, header in match.columns.items()}
        stage = fill(connection, declared, source, feeds, clock, number)
        _require_rows(stage, covers)
        yield Job(stage, match.ignored, covers, time.monotonic() - began)


def _mapped_jobs(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    mapping: Mapping,
    files: Sequence[inputs.Input],
    zone: str,
    covers: Span | None,
    folder: Path,
    tell: Progress,
) -> Iterator[Job]:
    """A stage per file and block of the mapping; each file is read once, as texts, whatever number of blocks use it."""
    big = any(file.size > BIG_BYTES for file in files)
    clock = Clock.of(zone, settings.timezone, big, mapping.hints.date_formats)
    pairs: list[tuple[Block, Source]] = []
    sources: list[Source] = []
    for number, file in enumerate(files):
        tell(f"reading {file.name}", 0.3 * number / len(files))
        source = open_source(connection, file, mapping.hints, folder, number)
        kept = mapping.keep(connection, source, number)
        _require_records(connection, kept, file)
        sources.append(kept)
        pairs += [(block, kept) for block in mapping.blocks if block.takes(file)]
    for number, (block, source) in enumerate(sorted(pairs, key=lambda pair: inputs.turn(pair[0].table.name))):
        began = time.monotonic()
        tell(f"mapping {source.name} to {block.table.name}", 0.3 + 0.3 * number / len(pairs))
        stage = block.fill(connection, source, clock, number, sources)
        yield Job(stage, {}, covers or block.covers, time.monotonic() - began)


def _let_in(
    warehouse: Warehouse,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    jobs: Sequence[Job],
    dry_run: bool,
    now: datetime,
    tell: Progress,
) -> list[LoadReport]:
    """The one transaction of a load."""
    reports: list[LoadReport] = []
    try:
        with warehouse.writing(connection):
            reports = list(_reports(warehouse, connection, settings, jobs, now, tell))
            tell("saving", 0.98)
            if dry_run:
                raise _DryRun
    except _DryRun:
        tell("nothing was changed", 1.0)
    else:
        tell("done", 1.0)
    return reports


def _reports(
    warehouse: Warehouse,
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    jobs: Sequence[Job],
    now: datetime,
    tell: Progress,
) -> Iterator[LoadReport]:
    context = Context(settings)
    context.begin(connection)
    warehouse.next_version(connection)
    whole.notice_other_settings(connection, context)
    changed: set[str] = set()
    named = _tables_with_declared_coverage(connection, jobs)
    for number, job in enumerate(jobs):
        began = time.monotonic()
        tell(f"loading {job.stage.table.name}", 0.6 + 0.35 * number / len(jobs))
        infer = job.stage.table.name not in named
        outcome = _enter(connection, job, context, infer, now, changed)
        yield _report(job, outcome, job.seconds + time.monotonic() - began)
    for name in DERIVATIONS:
        if whole.derive_again(connection, TABLES[name], context):
            changed.add(name)
    changed |= between.settle(connection, context)
    if changed:
        warehouse.bump(connection, changed, now, _moment(jobs, now))


def _enter(
    connection: duckdb.DuckDBPyConnection, job: Job, context: Context, infer: bool, now: datetime, changed: set[str]
) -> Outcome:
    """Let one stage in: settle what needs all of its rows in sight, merge it, and note what it covers and refuses."""
    stage, settings, at = job.stage, context.settings, job.loaded_at or now
    duplicates.settle(connection, stage)
    if stage.table.name == "conversations":
        whole.refuse_cycles(connection, stage)
    merged = merge(connection, stage, context, at, job.keeps_first)
    warnings = warnings_of(connection, stage, settings)
    if merged.inserted + merged.replaced:
        context.entered(connection, stage.table, merged.news, merged.was_empty)
        changed.add(stage.table.name)
        if stage.table.name == "business_calendars":
            whole.require_open_calendars(connection, context)
        if stage.table.name == "orders":
            warnings |= rate_warnings(connection, merged.news, settings)
    covers = job.covers or (span_of(connection, stage, settings.timezone) if infer else None)
    spans = days_of(connection, stage, settings.timezone) if job.one_by_one and infer else [covers] if covers else []
    widened = [cover(connection, stage.table.name, span, at) for span in spans if stage.table.when]
    if any(widened):
        changed.add("coverage")
    refused = record_rejects(connection, stage, settings.timezone, at)
    if refused.changed:
        changed.add("rejects")
    return Outcome(merged, refused, warnings, covers)


def _moment(jobs: Sequence[Job], now: datetime) -> datetime:
    """The moment that is kept of a load: where all its rows hide theirs, none that tells more than they do."""
    kept = [job.loaded_at or now for job in jobs]
    return max(kept, default=now)


def _report(job: Job, outcome: Outcome, seconds: float) -> LoadReport:
    stage, merged = job.stage, outcome.merged
    return LoadReport(
        table=stage.table.name,
        file=stage.source.name,
        rows=stage.count + len(stage.source.torn),
        inserted=merged.inserted,
        replaced=merged.replaced,
        unchanged=merged.unchanged,
        duplicates=stage.duplicates,
        rejected=outcome.refused.rows,
        warnings=outcome.warnings,
        ignored=job.ignored,
        covers=outcome.covers,
        seconds=seconds,
        rejects=outcome.refused.first,
    )


def _tables_with_declared_coverage(connection: duckdb.DuckDBPyConnection, jobs: Iterable[Job]) -> set[str]:
    """The tables that a coverage file among these jobs names: for them nothing is concluded from the rows."""
    found: set[str] = set()
    for job in jobs:
        if job.stage.table.name == "coverage":
            found |= {
                name for (name,) in connection.execute(f'SELECT DISTINCT "table" FROM {job.stage.good}').fetchall()
            }
    return found


def _require_rows(stage: Stage, covers: Span | None) -> None:
    """A file without rows is a mistake, unless the days for which there was nothing are declared."""
    if stage.count == 0 and not stage.source.torn and covers is None:
        raise UserError(
            "the file has a header and no rows", stage.source.path, "With --covers A..B it says that nothing happened."
        )


def _require_records(connection: duckdb.DuckDBPyConnection, source: Source, file: inputs.Input) -> None:
    if not connection.execute(f"SELECT 1 FROM {source.relation} LIMIT 1").fetchall():
        raise UserError("the file has a header and no rows", file.path)


@contextmanager
def _folder(warehouse: Warehouse) -> Iterator[Path]:
    """A folder for temporary copies, removed at the end; what loads of ended processes left behind goes as well."""
    for old in warehouse.temporary.glob("load-*"):
        if not old.name.startswith(f"load-{os.getpid()}-"):
            shutil.rmtree(old, ignore_errors=True)
    folder = warehouse.temporary / f"load-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""As of the very instant of an event, and the second before it, every KPI says what its oracle in plain SQL says."""

import csv
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from measure.oracle import GOLDEN, REPORT_TZ, ask, load_folder
from mittari.measure.kpi import catalogue
from mittari.measure.result import Record
from mittari.workspace import Workspace

SECOND = timedelta(seconds=1)
EVENTS = [("conversations", f"{name}_at") for name in ("created", "handoff", "first_response", "abandoned", "deleted")]
EVENTS += [("conversations", f"{name}_at") for name in ("first_solved", "last_solved", "reopened", "reopened_last")]
EVENTS += [("status_events", "at"), ("calls", "queued_at"), ("responses", "responded_at"), ("orders", "ordered_at")]
EVENTS += [("promises", "made_at"), ("promises", "kept_at"), ("promises", "due_at")]
EVENTS += [("subscriptions", "started_at"), ("subscriptions", "ended_at"), ("cash_entries", "booked_on")]
MONTHS = ("2025-03", "2025-06")
STOCK = "open_conversation_count"


@pytest.fixture(scope="module")
def plain_tables() -> duckdb.DuckDBPyConnection:
    return load_folder(GOLDEN / "fixtures")


def instants(table: str, column: str) -> list[datetime]:
    """The first instant of this kind in each of the months, naive UTC; dates are midnights in Helsinki."""
    with (GOLDEN / "fixtures" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        texts = [row[column] for row in csv.DictReader(file) if row.get(column)]
    moments = sorted(naive_utc(text) for text in texts)
    return [at for month in MONTHS if (at := next((at for at in moments if f"{at:%Y-%m}" == month), None))]


def naive_utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=REPORT_TZ)).astimezone(UTC).replace(tzinfo=None)


QUICK = {("conversations", "created_at"), ("conversations", "handoff_at"), ("conversations", "last_solved_at")}


@pytest.mark.parametrize(
    ("table", "column"), [event if event in QUICK else pytest.param(*event, marks=pytest.mark.long) for event in EVENTS]
)
def test_an_event_is_known_from_its_instant_on(
    golden: Workspace, plain_tables: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    moments = [moment for at in instants(table, column) for moment in (at, at - SECOND)]
    assert moments or column in ("deleted_at", "reopened_last_at")
    for moment in moments:
        as_of, month = f"{moment.isoformat()}Z", f"{moment:%Y-%m}"
        found: dict[str, list[Record]] = {}
        for record in [*golden.scorecard(month, as_of=as_of), golden.kpi(STOCK, as_of, as_of=as_of).one()]:
            found.setdefault(f"{record.kpi_id} {record.period}", []).append(record)
        for name in catalogue():
            period = as_of if name == STOCK else month
            oracle = ask(plain_tables, name, None, {"period": period, "as_of": as_of, "where": {}, "params": {}})
            told = [(record.value, record.n) for record in found[f"{name} {period}"]]
            if len(told) == 1:  # on several scales each has its own record
                assert told[0] == pytest.approx((oracle["value"], oracle["n"])), (name, as_of)

"""Loading again: what is the same changes nothing, what differs replaces its old self, a later file adds."""

import csv
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from mittari.errors import UserError
from mittari.facts import TABLES
from mittari.load import LoadReport, load, load_rows
from mittari.settings import Settings
from mittari.store import Warehouse

Bring = Callable[..., LoadReport]
Rows = Callable[[str], list[tuple[Any, ...]]]

NOW = datetime(2026, 11, 5, 12, 0)
LATER = NOW + timedelta(days=1)
CALLS = "call_id,queued_at,wait_s,outcome,agent_id\n"
K1, K2 = "k1,2026-03-02T08:00:00Z,5,answered,e1\n", "k2,2026-03-03T08:00:00Z,9,abandoned,\n"
GOLDEN = Path(__file__).parents[1] / "golden" / "fixtures"


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, `loaded_at` and the versions among them."""
    connection = warehouse.connection()
    return {
        name: connection.execute(f'SELECT * FROM "{name}" ORDER BY ALL').fetchall()
        for name in (*TABLES, "versions", "meta")
    }


def test_a_folder_loaded_twice_changes_nothing(warehouse: Warehouse, settings: Settings) -> None:
    first = load(warehouse, settings, GOLDEN, now=NOW)
    before, version = everything(warehouse), warehouse.data_version(TABLES)
    assert sum(report.rejected for report in first) == 0
    again = load(warehouse, settings, GOLDEN, now=LATER)
    assert everything(warehouse) == before
    assert warehouse.data_version(TABLES) == version
    assert [report.unchanged + report.duplicates for report in again] == [report.rows for report in again]
    assert not any(report.changed for report in again)


def test_rejects_are_not_written_again(bring: Bring, warehouse: Warehouse) -> None:
    content = CALLS + K1 + K2.replace("abandoned", "lost") + "torn\n"
    bring("calls.csv", content)
    before = everything(warehouse)
    report = bring("calls.csv", content, now=LATER)
    assert (report.unchanged, report.rejected) == (1, 2)
    assert everything(warehouse) == before


def test_a_changed_row_replaces_its_old_self_and_bumps_the_version(
    bring: Bring, rows: Rows, warehouse: Warehouse
) -> None:
    bring("calls.csv", CALLS + K1 + K2)
    version = warehouse.data_version(["calls"])
    report = bring("calls.csv", CALLS + K1.replace(",5,", ",7,") + K2, now=LATER)
    assert (report.inserted, report.replaced, report.unchanged) == (0, 1, 1)
    assert rows("SELECT call_id, wait_s, loaded_at FROM calls ORDER BY 1") == [("k1", 7.0, LATER), ("k2", 9.0, NOW)]
    assert warehouse.data_version(["calls"]) == version + 1
    assert warehouse.data_version(["orders"]) == 0


def test_a_value_that_becomes_empty_is_a_change(bring: Bring, rows: Rows) -> None:
    bring("calls.csv", CALLS + K1)
    assert bring("calls.csv", CALLS + K1.replace("e1", "")).replaced == 1
    assert rows("SELECT agent_id FROM calls") == [(None,)]


def test_columns_that_a_later_file_does_not_bring_keep_their_values(bring: Bring, rows: Rows) -> None:
    bring("calls.csv", CALLS + K1)
    report = bring("calls.csv", "call_id,queued_at,wait_s,outcome\nk1,2026-03-02T08:00:00Z,6,answered\n")
    assert report.replaced == 1
    assert rows("SELECT wait_s, agent_id FROM calls") == [(6.0, "e1")]


def test_empty_parts_of_a_key_are_equal(bring: Bring) -> None:
    content = "period,category,amount,currency\n2026-03,cogs,5,EUR\n"
    assert bring("cost_entries.csv", content).inserted == 1
    assert bring("cost_entries.csv", content).unchanged == 1
    assert bring("cost_entries.csv", content.replace(",5,", ",6,")).replaced == 1


def test_a_dry_run_reports_and_changes_nothing(bring: Bring, warehouse: Warehouse) -> None:
    before = everything(warehouse)
    report = bring("calls.csv", CALLS + K1 + "k2,torn\n", dry_run=True)
    assert (report.inserted, report.rejected) == (1, 1)
    assert everything(warehouse) == before


def test_progress_is_told_from_beginning_to_end(bring: Bring) -> None:
    told: list[tuple[str, float]] = []
    bring("calls.csv", CALLS + K1, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (told[0][0], shares[-1]) == ("reading calls.csv", 1.0)


def test_coverage_runs_from_the_first_to_the_last_local_day_and_grows_together(bring: Bring, rows: Rows) -> None:
    covered = "SELECT from_date, to_date FROM coverage WHERE \"table\" = 'calls' ORDER BY 1"
    report = bring("calls.csv", CALLS + K1 + K2.replace("T08", "T23"))
    assert report.covers == (date(2026, 3, 2), date(2026, 3, 4))
    bring("b.csv", CALLS + K2.replace("k2", "k3").replace("03-03", "03-08"), table="calls")
    assert rows(covered) == [(date(2026, 3, 2), date(2026, 3, 4)), (date(2026, 3, 8), date(2026, 3, 8))]
    bring("c.csv", CALLS + K2.replace("k2", "k4"), table="calls", covers="2026-03-05..2026-03-07")
    assert rows(covered) == [(date(2026, 3, 2), date(2026, 3, 8))]


def test_declared_coverage_in_a_folder_is_not_widened_by_rows(
    warehouse: Warehouse, settings: Settings, rows: Rows
) -> None:
    load(warehouse, settings, GOLDEN, now=NOW)
    assert rows("SELECT from_date, to_date FROM coverage WHERE \"table\" = 'conversations'") == [
        (date(2020, 1, 1), date(2025, 12, 31))
    ]


@pytest.mark.parametrize("span", ["2026-03", "2026-03-05..2026-03-01", "2026-03-05..soon"])
def test_days_that_cannot_be_understood_are_refused(bring: Bring, span: str) -> None:
    with pytest.raises(UserError, match="--covers"):
        bring("calls.csv", CALLS + K1, covers=span)


def test_days_in_the_wrong_order_are_refused(bring: Bring) -> None:
    with pytest.raises(UserError, match=r"^--covers: the last day lies before the first in 2026-03-05\.\.2026-03-01"):
        bring("calls.csv", CALLS + K1, covers=(date(2026, 3, 5), date(2026, 3, 1)))


def test_rows_in_memory_meet_the_same_checks(warehouse: Warehouse, settings: Settings, rows: Rows) -> None:
    columns = {
        "call_id": ["k1", "k2", "k3"],
        "queued_at": np.array(["2026-03-02T08:00", "2026-07-02T08:00", "NaT"], dtype="datetime64[us]"),
        "wait_s": np.array([5.0, -1.0, 2.0]),
        "outcome": ["answered", "answered", "answered"],
        "is_test": [None, True, 0],
    }
    report = load_rows(warehouse, settings, "calls", columns, NOW)
    assert (report.inserted, report.rejected) == (1, 2)
    assert [(reject.line, reject.column) for reject in report.rejects] == [(2, "wait_s"), (3, "queued_at")]
    assert rows("SELECT call_id, queued_at, queued_local FROM calls") == [
        ("k1", datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 10))
    ]
    assert load_rows(warehouse, settings, "calls", columns, LATER).unchanged == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"call_id": ["k1"], "wait": [1]}, "no column wait"),
        ({"call_id": ["k1"]}, "are missing"),
        ({"call_id": ["k1"], "queued_at": [], "wait_s": [1], "outcome": ["answered"]}, "differ in length"),
        ({"call_id": ["k1"], "queued_local": [1]}, "no column queued_local"),
    ],
)
def test_rows_in_memory_that_do_not_fit_the_table_are_refused(
    warehouse: Warehouse, settings: Settings, columns: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        load_rows(warehouse, settings, "calls", columns, NOW)


BLANKS = "".join(chr(code) for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs")
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
message = st.tuples(st.integers(0, 9), words, st.datetimes(datetime(1999, 1, 1), datetime(2039, 1, 1)))


@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(message, min_size=1, max_size=12), st.sampled_from([",", ";", "\t"]))
def test_texts_come_back_as_they_were_written(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, messages: list[tuple[int, str, datetime]], delimiter: str
) -> None:
    """Whatever a text holds, quoted it survives; only its outer blanks go, and an empty text is no text."""
    path = tmp_path / "messages.csv"
    written = {f"m{n}": (n, text, at) for n, text, at in messages}
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        out.writerow(["message_id", "conversation_id", "sent_at", "author_type", "text"])
        for key, (n, text, at) in written.items():
            out.writerow([key, f"c{n}", at.isoformat() + "Z", "agent", text])
    warehouse.connection().execute("DELETE FROM messages")
    report = load(warehouse, settings, path, now=NOW)[0]
    assert (report.inserted, report.rejected) == (len(written), 0), report
    found = warehouse.connection().execute("SELECT message_id, sent_at, text FROM messages").fetchall()
    assert {key: (at, text) for key, at, text in found} == {
        key: (at, text.strip(BLANKS) or None) for key, (_, text, at) in written.items()
    }

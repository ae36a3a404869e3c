"""Every format and way of writing gives the same rows."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mittari.load import LoadReport
from mittari.settings import Settings

Bring = Callable[..., LoadReport]
Rows = Callable[[str], list[tuple[Any, ...]]]

CALLS = "call_id,queued_at,wait_s,outcome\nk1,2026-03-02T08:00:00Z,12.5,answered\nk2,2026-03-02T09:00:00Z,4,abandoned\n"
LOADED = [
    ("k1", datetime(2026, 3, 2, 8), 12.5, "answered"),
    ("k2", datetime(2026, 3, 2, 9), 4.0, "abandoned"),
]
QUERY = "SELECT call_id, queued_at, wait_s, outcome FROM calls ORDER BY call_id"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("calls.csv", CALLS.encode()),
        ("calls.csv", b"\xef\xbb\xbf" + CALLS.encode()),
        ("calls.csv", CALLS.replace("\n", "\r\n").encode()),
        ("calls.csv", CALLS.replace("\n", "\r\n", 1).encode()),
        ("calls.csv", CALLS.replace(",", ";").encode()),
        ("calls.csv", CALLS.replace(",", ";").replace("12.5", "12,5").encode()),
        ("calls.csv", CALLS.rstrip("\n").encode()),
        ("calls.csv", CALLS.replace("answered", '"answered"').encode()),
        ("calls.tsv", CALLS.replace(",", "\t").encode()),
        ("calls.csv.gz", gzip.compress(CALLS.encode())),
        ("calls.csv", CALLS.encode("utf-16")),
        ("Calls 2026-03.csv", CALLS.encode()),
        ("calls.csv", CALLS.replace("call_id", " Call ID ").replace("outcome", "OUTCOME").encode()),
        ("calls.csv", CALLS.replace("T08", " 08").replace("2026-03-02T09:00:00Z", "2.3.2026 11:00").encode()),
        ("calls.csv", CALLS.replace("T08:00:00Z", "T10:00:00+02:00").replace("answered", "Answered").encode()),
    ],
    ids=[
        "csv", "byte order mark", "windows line ends", "mixed line ends", "semicolons", "decimal comma",
        "no last line end", "quotes", "tabs", "gzip", "utf-16", "a date in the name", "headers in other letters",
        "finnish dates", "offsets",
    ],
)  # fmt: skip
def test_ways_of_writing_a_text_file_give_the_same_rows(bring: Bring, rows: Rows, name: str, content: bytes) -> None:
    report = bring(name, content)
    assert (report.table, report.rows, report.inserted, report.rejected) == ("calls", 2, 2, 0), report
    assert rows(QUERY) == LOADED


def test_json_lines_are_read(bring: Bring, rows: Rows) -> None:
    lines = [
        {"call_id": "k1", "queued_at": "2026-03-02T08:00:00Z", "wait_s": 12.5, "outcome": "answered"},
        {"outcome": "abandoned", "wait_s": "4", "queued_at": "2026-03-02T09:00:00Z", "call_id": "k2", "agent_id": None},
    ]
    report = bring("calls.jsonl", "\n\n".join(json.dumps(line) for line in lines))
    assert (report.inserted, report.rejected) == (2, 0)
    assert rows(QUERY) == LOADED


def test_a_line_that_is_no_json_is_a_reject_with_its_line(bring: Bring) -> None:
    good = '{"call_id": "k1", "queued_at": "2026-03-02T08:00:00Z", "wait_s": 1, "outcome": "answered"}'
    report = bring("calls.jsonl", f"{good}\n\n{{oh\n[1]\n")
    assert (report.inserted, [reject.line for reject in report.rejects]) == (1, [3, 4])
    assert "JSON object" in report.rejects[0].reason


def test_parquet_is_read(bring: Bring, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    duckdb.connect().execute(
        "COPY (SELECT 'k1' AS call_id, TIMESTAMPTZ '2026-03-02 08:00:00+00' AS queued_at, "
        "12.5::DECIMAL(9,3) AS wait_s, 'answered' AS outcome "
        "UNION ALL SELECT 'k2', '2026-03-02 09:00:00+00', 4, 'abandoned') "
        f"TO '{path}' (FORMAT parquet)"
    )
    assert bring("calls.parquet", path.read_bytes()).inserted == 2
    assert rows(QUERY) == LOADED


def test_a_workbook_is_read_with_the_rows_of_its_sheet(
    bring: Bring, rows: Rows, workbook: Callable[..., bytes]
) -> None:
    table = [
        ["call_id", "queued_at", "wait_s", "outcome"],
        ["k1", "2026-03-02T08:00:00Z", 12.5, "answered"],
        [],
        ["k2", "2026-03-02T09:00:00Z", 4, "abandoned"],
        ["k3", "2026-03-02T09:00:00Z", 4, "lost"],
    ]
    report = bring("calls.xlsx", workbook(table))
    assert (report.inserted, [(reject.line, reject.column) for reject in report.rejects]) == (2, [(5, "outcome")])
    assert rows(QUERY) == LOADED


def test_a_repeated_header_is_told_apart(bring: Bring) -> None:
    report = bring(
        "calls.csv", CALLS.replace("outcome\n", "outcome,note,note\n").replace("answered\n", "answered,a,b\n")
    )
    assert set(report.ignored) == {"note", "note_2"}
    assert [reject.reason for reject in report.rejects] == ["expected 6 values, found 4"]


def test_an_unknown_header_is_ignored_and_named_with_what_was_meant(bring: Bring) -> None:
    report = bring(
        "calls.csv", CALLS.replace("call_id,", "call_id,agnet_id,").replace("k1,", "k1,e1,").replace("k2,", "k2,,")
    )
    assert report.ignored == {"agnet_id": 'Did you mean "agent_id"?'}


def test_dimensions_of_ones_own_get_a_column(bring: Bring, rows: Rows) -> None:
    head = "conversation_id,customer_id,channel,created_at,first_response_at,solved_at"
    bring("conversations.csv", f"{head},dim_region\nc1,A,email,2026-03-02T08:00:00Z,,,north\n")
    bring("conversations.csv", f"{head}\nc2,A,email,2026-03-02T08:00:00Z,,\n")
    assert rows("SELECT conversation_id, dim_region FROM conversations ORDER BY 1") == [("c1", "north"), ("c2", None)]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-07-01 12:00", datetime(2026, 7, 1, 9)),
        ("2026-10-25 03:30", datetime(2026, 10, 25, 0, 30)),
        ("2026-03-29 03:30", datetime(2026, 3, 29, 1, 30)),
        ("1.7.2026 12.00", datetime(2026, 7, 1, 9)),
        ("2026-07-01", datetime(2026, 6, 30, 21)),
        ("1985-09-29 03:30", datetime(1985, 9, 29, 0, 30)),
    ],
    ids=["summer", "shown twice", "skipped", "day first", "a day is its midnight", "before the tree of offsets"],
)
@pytest.mark.parametrize("many", [False, True])
def test_clock_times_without_an_offset_are_read_in_the_source_zone(
    bring: Bring, rows: Rows, monkeypatch: pytest.MonkeyPatch, written: str, instant: datetime, many: bool
) -> None:
    monkeypatch.setattr("mittari.load.run.BIG_BYTES", 0 if many else 1 << 30)
    bring("calls.csv", f"call_id,queued_at,wait_s,outcome\nk1,{written},1,answered\n")
    assert rows("SELECT queued_at FROM calls") == [(instant,)]


def test_the_source_zone_can_be_declared(bring: Bring, rows: Rows, settings: Settings) -> None:
    assert settings.source_timezone == "Europe/Helsinki"
    bring("calls.csv", CALLS.replace("T08:00:00Z", " 08:00:00"), source_tz="America/Sao_Paulo")
    assert rows("SELECT queued_at, queued_local FROM calls WHERE call_id = 'k1'") == [
        (datetime(2026, 3, 2, 11), datetime(2026, 3, 2, 13))
    ]


def test_a_date_alone_makes_a_promise_due_by_the_end_of_its_day(bring: Bring, rows: Rows) -> None:
    bring("promises.csv", "promise_id,due_at,kept_at\np1,2026-03-28,\np2,28.3.2026,\np3,2026-03-28T10:00:00Z,\n")
    midnight, noon = datetime(2026, 3, 28, 22), datetime(2026, 3, 28, 10)
    assert rows("SELECT due_precision, due_on::VARCHAR, deadline_at FROM promises ORDER BY promise_id") == [
        ("date", "2026-03-28", midnight),
        ("date", "2026-03-28", midnight),
        ("instant", "2026-03-28", noon),
    ]


def test_equal_answers_without_an_id_all_stand_and_next_month_overwrites_none(bring: Bring, rows: Rows) -> None:
    march = "responded_at,kind,score\n2026-03-02T08:00:00Z,nps,9\n2026-03-02T08:00:00Z,nps,9\n"
    bring("responses.csv", march)
    assert rows("SELECT count(DISTINCT response_id) FROM responses") == [(2,)]
    bring("responses.csv", march)
    assert rows("SELECT count(*) FROM responses") == [(2,)]
    bring("responses.csv", march.replace("-03-", "-04-"))
    assert rows("SELECT count(*) FROM responses") == [(4,)]


def test_a_contract_without_an_id_stays_itself_when_it_ends(bring: Bring, rows: Rows) -> None:
    running = "customer_id,started_at,ended_at,mrr,currency\nA,2026-03-01,,10,EUR\n"
    bring("subscriptions.csv", running)
    bring("subscriptions.csv", running.replace(",,", ",2026-04-30,"))
    assert rows("SELECT count(*), max(ended_on)::VARCHAR FROM subscriptions") == [(1, "2026-04-30")]


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_blanks_between_thousands_are_read(bring: Bring, rows: Rows, blank: str) -> None:
    head = "order_id;customer_id;ordered_at;invoice_amount;currency\n"
    amounts = {"a": "1 234,50", "b": "-12 345 678,9", "c": "999", "d": "1 000"}
    written = {key: amount.replace(" ", blank) for key, amount in amounts.items()}
    report = bring("orders.csv", head + "".join(f"{key};A;2026-03-02;{text};EUR\n" for key, text in written.items()))
    assert report.rejected == 0
    assert [float(amount) for (amount,) in rows("SELECT invoice_amount FROM orders ORDER BY order_id")] == [
        1234.5,
        -12345678.9,
        999,
        1000,
    ]


@pytest.mark.parametrize("number", ["1 23", "12 34 567", "1 2345", "1234 567", "5 min"])
def test_blanks_elsewhere_in_a_number_are_refused(bring: Bring, number: str) -> None:
    report = bring("calls.csv", f"call_id;queued_at;wait_s;outcome\nk1;2026-03-02T08:00:00Z;{number};answered\n")
    assert [(reject.column, reject.reason) for reject in report.rejects] == [
        ("wait_s", f'expected a number, found "{number}"')
    ]


@pytest.mark.parametrize(
    ("channel", "status", "read"),
    [
        ("Sähköposti", "ratkaistu", ("email", "solved")),
        ("puhelin", "avoin", ("phone", "open")),
        ("chatti", "suljettu", ("chat", "closed")),
        ("e-post", "løst", ("email", "solved")),
        ("TELEFON", "ÖPPEN", ("phone", "open")),
    ],
)
def test_words_of_enumerations_are_read_in_nordic_languages(
    bring: Bring, rows: Rows, channel: str, status: str, read: tuple[str, str]
) -> None:
    head = "conversation_id,customer_id,channel,status,created_at,first_response_at,solved_at\n"
    bring("conversations.csv", head + f"c1,A,{channel},{status},2026-03-02T08:00:00Z,,\n")
    assert rows("SELECT channel, status FROM conversations") == [read]

"""Rows that cannot be used are set aside with their place and the reason, and the others come in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mittari.load import LoadReport

Bring = Callable[..., LoadReport]
Rows = Callable[[str], list[tuple[Any, ...]]]

CALLS = "call_id,queued_at,wait_s,outcome,agent_id,talk_s,direction\n"
ORDER = "order_id,customer_id,ordered_at,invoice_amount,currency\no1,A,2026-03-02,9,EUR\n"
CONTRACT = "subscription_id,customer_id,started_at,ended_at,mrr,currency\ns1,A,2026-03-02,2026-03-09,9,EUR\n"
HOURS = "calendar_id,tz,weekday,open,close,kind\nx,Europe/Helsinki,1,08:00,16:00,open\n"
MESSAGE = "message_id,conversation_id,sent_at,author_type,is_auto\nm,c,2026-03-02,agent,0\n"
GOOD = "k0,2026-03-02T08:00:00Z,5,answered,e1,60,in\n"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",2026-03-02T08:00:00Z,5,answered,e1,60,in", "call_id", "a value is required here"),
        ("k1,,5,answered,e1,60,in", "queued_at", "a value is required here"),
        ("k1,03/04/2026,5,answered,e1,60,in", "queued_at", 'expected a time, ISO 8601 or d.m.Y, found "03/04/2026"'),
        ("k1,infinity,5,answered,e1,60,in", "queued_at", 'expected a time, ISO 8601 or d.m.Y, found "infinity"'),
        ("k1,2026-02-30T08:00:00Z,5,answered,e1,60,in", "queued_at", "expected a time"),
        ("k1,2026-03-02T08:00:00Z,soon,answered,e1,60,in", "wait_s", 'expected a number, found "soon"'),
        ("k1,2026-03-02T08:00:00Z,nan,answered,e1,60,in", "wait_s", 'expected a number, found "nan"'),
        ("k1,2026-03-02T08:00:00Z,-5,answered,e1,60,in", "wait_s", "expected at least 0, found -5"),
        ("k1,2026-03-02T08:00:00Z,5,answered,e1,-60,in", "talk_s", "expected at least 0, found -60"),
        ("k1,2026-03-02T08:00:00Z,5,lost,e1,60,in", "outcome", "expected one of answered, abandoned"),
        ("k1,2026-03-02T08:00:00Z,5,answered,e1,60,sideways", "direction", 'expected one of in, out, found "sideways"'),
        ("k1,2026-03-02T08:00:00Z,5,answered,e1", None, "expected 7 values, found 5"),
        ("k1,2026-03-02T08:00:00Z,5,answered,e1,60,in,9", None, "expected 7 values, found 8"),
        ('k1,2026-03-02T08:00:00Z,5,answered,"e"1,60,in', None, "quotes do not match"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line_column_and_reason(
    bring: Bring, rows: Rows, row: str, column: str | None, reason: str
) -> None:
    report = bring("calls.csv", CALLS + GOOD + row + "\n" + GOOD.replace("k0", "k9"))
    assert (report.rows, report.inserted, report.rejected) == (3, 2, 1)
    assert [(reject.line, reject.column) for reject in report.rejects] == [(3, column)]
    assert report.rejects[0].reason.startswith(reason)
    kept = rows('SELECT "table", "file", line, "column", reason FROM rejects')
    assert kept == [("calls", "calls.csv", 3, column, report.rejects[0].reason)]


@pytest.mark.parametrize(
    ("name", "content", "column", "reason"),
    [
        ("orders", ORDER.replace("EUR\n", "EURO\n"), "currency", "ISO 4217"),
        ("responses", "responded_at,kind,score\n2026-03-02,nps,11", "score", "scale from 0 to 10"),
        ("responses", "responded_at,kind,score,scale_min,scale_max\n2026-03-02,csat,6,1,5", "score", "the row names"),
        ("responses", "responded_at,kind,score,answered\n2026-03-02,csat,,1", "score", "required"),
        ("subscriptions", CONTRACT.replace("2026-03-09", "2026-03-01"), "ended_at", "ends before started_at"),
        ("employees", "employee_id,start_on,last_day_on\ne1,2026-03-02,2026-03-01", "last_day_on", "before start_on"),
        ("business_calendars", HOURS.replace("Europe/Helsinki", "Mars/Base"), "tz", "time zone"),
        ("business_calendars", HOURS.replace("16:00", "07:00"), "kind", "closes after"),
        ("business_calendars", HOURS.replace("16:00", "25:00"), "close", "a clock time"),
        ("cost_entries", "period,category,amount,currency\n2026-13,cogs,5,EUR", "period", "a month"),
        ("touchpoint_days", "touchpoint,date,visits\nt,2026-03-02,1.5", "visits", "a whole number"),
        ("coverage", "table,from_date,to_date\nspells,2026-03-02,2026-03-03", "table", "name of a table"),
        ("messages", MESSAGE.replace(",0\n", ",perhaps\n"), "is_auto", "0 or 1"),
    ],
)  # fmt: skip
def test_each_rule_of_a_table_names_its_column(bring: Bring, name: str, content: str, column: str, reason: str) -> None:
    report = bring(f"{name}.csv", content + "\n")
    assert (report.inserted, report.rejects[0].column) == (0, column)
    assert reason in report.rejects[0].reason


def test_an_open_question_may_lack_its_score(bring: Bring) -> None:
    report = bring("responses.csv", "responded_at,kind,score,answered\n2026-03-02T08:00:00Z,csat,,0\n,csat,,0\n")
    assert (report.inserted, report.rejected) == (2, 0)


def test_each_column_at_fault_is_a_reject_and_the_row_counts_once(bring: Bring, rows: Rows) -> None:
    report = bring("calls.csv", CALLS + "k1,2026-03-02T08:00:00Z,-1,lost,e1,60,in\n")
    assert report.rejected == 1
    assert rows('SELECT "column", "key", "at"::VARCHAR FROM rejects ORDER BY 1') == [
        ("outcome", "k1", "2026-03-02 08:00:00"),
        ("wait_s", "k1", "2026-03-02 08:00:00"),
    ]


def test_lines_are_those_of_the_file_behind_quoted_line_ends_empty_lines_and_torn_rows(bring: Bring) -> None:
    head = "message_id,conversation_id,sent_at,author_type,text\n"
    good = 'm{},c1,2026-03-02T08:00:00Z,agent,"two\nlines, ""quoted"""\n'
    bad = "m{},c1,2026-03-02T08:00:00Z,robot,text\n"
    report = bring(
        "messages.csv", head + good.format(1) + "\n" + "m2,torn\n" + good.format(3) + bad.format(4) + bad.format(5)
    )
    assert [(reject.line, reject.key) for reject in report.rejects] == [(5, None), (8, "m4"), (9, "m5")]


def test_rows_of_one_key_with_different_content_are_all_refused(bring: Bring, rows: Rows) -> None:
    other = GOOD.replace("answered", "abandoned")
    report = bring("calls.csv", CALLS + GOOD + GOOD.replace("k0", "k1") + other + GOOD)
    assert (report.inserted, report.rejected, report.duplicates) == (1, 3, 0)
    assert [reject.line for reject in report.rejects] == [2, 4, 5]
    assert rows("SELECT call_id FROM calls") == [("k1",)]


def test_equal_rows_of_one_key_are_one_row(bring: Bring) -> None:
    report = bring("calls.csv", CALLS + GOOD * 3)
    assert (report.rows, report.inserted, report.duplicates, report.rejected) == (3, 1, 2, 0)


def test_a_merge_cycle_refuses_all_of_its_rows_and_only_those(bring: Bring, rows: Rows) -> None:
    head = "conversation_id,customer_id,channel,created_at,first_response_at,solved_at,merged_into\n"
    links = {"a": "b", "b": "c", "c": "a", "d": "a", "e": "e", "f": "g", "g": ""}
    report = bring(
        "conversations.csv",
        head + "".join(f"{child},A,email,2026-03-02T08:00:00Z,,,{into}\n" for child, into in links.items()),
    )
    assert sorted(reject.key or "" for reject in report.rejects) == ["a", "b", "c", "e"]
    assert rows("SELECT conversation_id, root_id FROM conversations ORDER BY 1") == [("d", "a"), ("f", "g"), ("g", "g")]


def test_a_cycle_closed_by_a_later_file_refuses_the_later_row(bring: Bring, rows: Rows) -> None:
    head = "conversation_id,customer_id,channel,created_at,first_response_at,solved_at,merged_into\n"
    bring("conversations.csv", head + "a,A,email,2026-03-02T08:00:00Z,,,b\nb,A,email,2026-03-02T08:00:00Z,,,\n")
    report = bring("later.csv", head + "b,A,email,2026-03-02T08:00:00Z,,,a\n", table="conversations")
    assert [(reject.key, reject.reason) for reject in report.rejects] == [("b", "merged in a circle")]
    assert rows("SELECT root_id FROM conversations ORDER BY conversation_id") == [("b",), ("b",)]


def test_decimal_commas_among_decimal_points_are_refused(bring: Bring) -> None:
    head = "call_id;queued_at;wait_s;outcome\n"
    row = "k{0};2026-03-02T08:00:00Z;{1};answered\n"
    assert bring("calls.csv", head + row.format(1, "1,5") + row.format(2, "2")).rejected == 0
    report = bring("calls.csv", head + row.format(1, "1,5") + row.format(2, "2.5") + row.format(3, "1.234,5"))
    assert [(reject.key, reject.column) for reject in report.rejects] == [("k1", "wait_s"), ("k3", "wait_s")]


def test_a_mended_row_clears_its_reject(bring: Bring, rows: Rows) -> None:
    bring("calls.csv", CALLS + GOOD + "k1,2026-03-02T08:00:00Z,5,lost,e1,60,in\n" + "k2,torn\n")
    assert len(rows("SELECT * FROM rejects")) == 2
    report = bring("calls.csv", CALLS + GOOD + GOOD.replace("k0", "k1") + GOOD.replace("k0", "k2"))
    assert (report.inserted, report.unchanged, report.rejected) == (2, 1, 0)
    assert rows("SELECT * FROM rejects") == []


def test_a_row_refused_for_another_reason_replaces_its_reject(bring: Bring, rows: Rows) -> None:
    bring("calls.csv", CALLS + "k1,2026-03-02T08:00:00Z,5,lost,e1,60,in\n")
    bring("calls.csv", CALLS + GOOD + "k1,2026-03-02T08:00:00Z,-5,answered,e1,60,in\n")
    assert rows('SELECT line, "column" FROM rejects') == [(3, "wait_s")]


def test_rejects_of_other_files_stay(bring: Bring, rows: Rows) -> None:
    bad = CALLS + "k1,2026-03-02T08:00:00Z,5,lost,e1,60,in\n"
    bring("calls.csv", bad)
    bring("calls 2.csv", CALLS + GOOD, table="calls")
    assert rows('SELECT "file" FROM rejects') == [("calls.csv",)]


def test_a_file_of_the_same_name_in_another_folder_leaves_rejects_without_a_key(
    bring: Bring, rows: Rows, tmp_path: Path
) -> None:
    for month in ("jan", "feb"):
        (tmp_path / month).mkdir()
    bring("jan/calls.csv", CALLS + GOOD + "k1,torn\n")
    bring("feb/calls.csv", CALLS + GOOD.replace("k0", "k5") + "k6,torn\n" + GOOD.replace("k0", "k7"))
    places = rows('SELECT "file", line, length(file_id) FROM rejects')
    assert places == [("calls.csv", 3, 16), ("calls.csv", 3, 16)]
    assert rows("SELECT count(DISTINCT file_id) FROM rejects") == [(2,)]
    bring("jan/calls.csv", CALLS + GOOD + GOOD.replace("k0", "k1"))
    bring("feb/calls.csv", CALLS + GOOD.replace("k0", "k5") + "k6,torn\n" + GOOD.replace("k0", "k7"))
    assert len(rows("SELECT * FROM rejects")) == 1
    bring("feb/calls.csv", CALLS + GOOD.replace("k0", "k5") + GOOD.replace("k0", "k6"))
    assert rows("SELECT * FROM rejects") == []


def test_what_is_only_odd_is_loaded_and_counted(bring: Bring) -> None:
    head = "conversation_id,customer_id,channel,created_at,first_response_at,solved_at,handoff_at\n"
    row = "c{},A,email,2026-03-02T08:00:00Z,{},,2026-03-02T08:01:00Z\n"
    report = bring("conversations.csv", head + row.format(1, "2026-03-02T07:00:00Z") + row.format(2, ""))
    assert report.inserted == 2
    assert report.warnings == {
        "first_response_at before created_at": 1,
        "handoff_at without bot_first": 2,
        "channels with first_response_at missing in over 20 %": 1,
    }


def test_actions_at_night_smell_of_a_wrong_time_zone(bring: Bring) -> None:
    nightly = "".join(GOOD.replace("k0", f"k{n}").replace("T08", "T01") for n in range(20))
    warnings = bring("calls.csv", CALLS + nightly).warnings
    assert list(warnings.values()) == [20]
    assert "time zone" in next(iter(warnings))

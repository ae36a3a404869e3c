"""Derived columns against values worked out by hand, and against another way of computing them."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from mittari.load import LoadReport, load
from mittari.load.derive.business import calendar_days, calendars_of, open_until
from mittari.load.zones import Zone
from mittari.settings import Settings
from mittari.store import Warehouse
from mittari.time import local_from_utc, utc_from_local

Bring = Callable[..., LoadReport]
Rows = Callable[[str], list[tuple[Any, ...]]]

GOLDEN = Path(__file__).parents[1] / "golden" / "fixtures"
HEAD = "conversation_id,customer_id,channel,created_at,first_response_at,solved_at"
MESSAGES = "message_id,conversation_id,sent_at,author_type,author_id,is_public,is_auto\n"
EVENTS = "conversation_id,at,kind,value\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("messages_first", [True, False])
def test_bots_notices_and_private_notes_are_no_answer(bring: Bring, rows: Rows, messages_first: bool) -> None:
    """The worked example of SPEC 4.1: c03 was answered at 10:02:45."""
    messages = (GOLDEN / "messages.csv").read_text()
    conversations = (
        HEAD + ",bot_first,handoff_at\nc03,C,chat,2025-03-04T10:00:00Z,,2025-03-04T10:14:00Z,1,2025-03-04T10:02:00Z\n"
    )
    files = {"messages.csv": messages, "conversations.csv": conversations}
    for name in sorted(files, reverse=messages_first):
        bring(name, files[name])
    assert rows("SELECT wait_started_at, answered_at, spoke_last_at FROM conversations") == [
        (at("2025-03-04 10:02"), at("2025-03-04 10:02:45"), at("2025-03-04 10:02:45"))
    ]


def test_a_value_in_the_file_wins_over_messages_and_events(bring: Bring, rows: Rows) -> None:
    bring("messages.csv", MESSAGES + "m1,c1,2026-03-02T08:05:00Z,agent,e1,1,0\n")
    bring("status_events.csv", EVENTS + "c1,2026-03-02T09:00:00Z,status,solved\n")
    bring(
        "conversations.csv",
        f"{HEAD},first_responder_id\nc1,A,email,2026-03-02T08:00:00Z,2026-03-02T08:30:00Z,2026-03-02T10:00:00Z,e9\n",
    )
    given_and_derived = "first_response_at, answered_at, answered_by, last_solved_at, solved_last_at, solved_first_at"
    assert rows(f"SELECT {given_and_derived} FROM conversations") == [
        (
            at("2026-03-02 08:30"),
            at("2026-03-02 08:30"),
            "e9",
            at("2026-03-02 10:00"),
            at("2026-03-02 10:00"),
            at("2026-03-02 09:00"),
        )
    ]


def test_the_first_of_several_answers_ends_the_wait_and_the_last_word_is_kept(bring: Bring, rows: Rows) -> None:
    """The first person to answer is named, whoever speaks later."""
    said = (("m1", "08:05", "agent,e1"), ("m2", "08:15", "agent,e2"), ("m3", "08:25", "customer,A"))
    bring("messages.csv", MESSAGES + "".join(f"{key},c1,2026-03-02T{at}:00Z,{who},1,0\n" for key, at, who in said))
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T08:00:00Z,,\n")
    assert rows("SELECT answered_at, answered_by, spoke_last_at FROM conversations") == [
        (at("2026-03-02 08:05"), "e1", at("2026-03-02 08:25"))
    ]


def test_only_what_customers_and_agents_say_in_public_is_the_last_word(bring: Bring, rows: Rows) -> None:
    said = (("m1", "08:05", "agent,e1,1"), ("m2", "08:15", "agent,e2,0"), ("m3", "08:25", "bot,,1"))
    bring("messages.csv", MESSAGES + "".join(f"{key},c1,2026-03-02T{at}:00Z,{who},0\n" for key, at, who in said))
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T08:00:00Z,,\n")
    assert rows("SELECT spoke_last_at FROM conversations") == [(at("2026-03-02 08:05"),)]


@pytest.mark.parametrize(("given", "who"), [("08:05", "e1"), ("08:06", None)])
def test_who_answered_is_known_where_file_and_messages_agree(
    bring: Bring, rows: Rows, given: str, who: str | None
) -> None:
    bring("messages.csv", MESSAGES + "m1,c1,2026-03-02T08:05:00Z,agent,e1,1,0\n")
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T08:00:00Z,2026-03-02T{given}:00Z,\n")
    assert rows("SELECT answered_by FROM conversations") == [(who,)]


def test_an_answer_at_the_instant_of_the_question_took_no_open_time(bring: Bring, rows: Rows) -> None:
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T08:00:00Z,2026-03-02T08:00:00Z,2026-03-02T08:00:00Z\n")
    assert rows("SELECT answer_business_s, solve_business_s FROM conversations") == [(0.0, 0.0)]


def test_a_message_that_comes_later_alters_only_its_conversation(bring: Bring, rows: Rows) -> None:
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T08:00:00Z,,\nc2,A,email,2026-03-02T08:00:00Z,,\n")
    bring("messages.csv", MESSAGES + "m1,c1,2026-03-02T09:00:00Z,agent,e1,,\n")
    answered = "SELECT conversation_id, answered_at, answered_by FROM conversations ORDER BY 1"
    assert rows(answered) == [("c1", at("2026-03-02 09:00"), "e1"), ("c2", None, None)]
    bring("messages.csv", MESSAGES + "m1,c2,2026-03-02T09:30:00Z,agent,e2,,\n")
    assert rows(answered) == [("c1", None, None), ("c2", at("2026-03-02 09:30"), "e2")]


def test_solves_and_reopenings_come_from_status_changes(bring: Bring, rows: Rows) -> None:
    """A jump from open to closed is a solve, from solved to closed is none."""
    steps = ["08 new", "09 solved", "10 closed", "11 open", "12 closed"]
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T07:00:00Z,,\n")
    bring(
        "status_events.csv",
        EVENTS + "".join(f"c1,2026-03-02T{step[:2]}:00:00Z,status,{step[3:]}\n" for step in steps),
    )
    assert rows("SELECT solved_first_at, solved_last_at, reopened_latest_at FROM conversations") == [
        (at("2026-03-02 09:00"), at("2026-03-02 12:00"), at("2026-03-02 11:00"))
    ]


def test_the_last_solve_is_the_first_unless_it_was_reopened(bring: Bring, rows: Rows) -> None:
    bring(
        "conversations.csv",
        f"{HEAD},reopened_at\nc1,A,email,2026-03-02T08:00:00Z,,2026-03-02T09:00:00Z,\n"
        "c2,A,email,2026-03-02T08:00:00Z,,2026-03-02T09:00:00Z,2026-03-02T08:30:00Z\n",
    )
    assert rows("SELECT solved_first_at FROM conversations ORDER BY conversation_id") == [
        (at("2026-03-02 09:00"),),
        (None,),
    ]


def group(rows: Rows) -> dict[str, tuple[str, datetime, datetime | None]]:
    found = rows("SELECT conversation_id, root_id, opened_at, answered_at FROM conversations")
    return {name: (root, opened, answered) for name, root, opened, answered in found}


def test_a_merge_group_opens_with_its_earliest_row_of_the_same_customer(bring: Bring, rows: Rows) -> None:
    bring(
        "conversations.csv",
        f"{HEAD},merged_into\nr,A,email,2026-03-02T08:00:00Z,,,\na,A,email,2026-03-02T07:00:00Z,,,r\n"
        "b,B,email,2026-03-02T05:00:00Z,,,a\nc,A,email,2026-03-02T06:00:00Z,,,b\n",
    )
    assert {name: values[:2] for name, values in group(rows).items()} == {
        "r": ("r", at("2026-03-02 06:00")),
        "a": ("r", at("2026-03-02 07:00")),
        "b": ("r", at("2026-03-02 05:00")),
        "c": ("r", at("2026-03-02 06:00")),
    }


def test_a_merge_that_comes_later_alters_the_old_rows_of_the_group(bring: Bring, rows: Rows) -> None:
    head = f"{HEAD},merged_into\n"
    bring("conversations.csv", head + "r,A,email,2026-03-02T08:00:00Z,,,\na,A,email,2026-03-02T07:00:00Z,,,r\n")
    bring("messages.csv", MESSAGES + "m1,a,2026-03-02T08:10:00Z,agent,e1,,\n")
    assert group(rows)["r"] == ("r", at("2026-03-02 07:00"), at("2026-03-02 08:10"))
    bring(
        "more.csv",
        head + "z,A,email,2026-03-02T06:00:00Z,,,\nr,A,email,2026-03-02T08:00:00Z,,,z\n",
        table="conversations",
    )
    assert group(rows) == {
        "z": ("z", at("2026-03-02 06:00"), at("2026-03-02 08:10")),
        "r": ("z", at("2026-03-02 08:00"), None),
        "a": ("z", at("2026-03-02 07:00"), None),
    }
    bring("more.csv", head + "r,A,email,2026-03-02T08:00:00Z,,,\n", table="conversations")
    assert group(rows) == {
        "z": ("z", at("2026-03-02 06:00"), None),
        "r": ("r", at("2026-03-02 07:00"), at("2026-03-02 08:10")),
        "a": ("r", at("2026-03-02 07:00"), None),
    }


def test_a_merged_conversation_whose_beginning_is_corrected_moves_that_of_its_group(bring: Bring, rows: Rows) -> None:
    """And one that turns out to be spam does not move it any more."""
    head = f"{HEAD},merged_into,is_spam\n"
    bring("conversations.csv", head + "r,A,email,2026-03-02T08:00:00Z,,,,\na,A,email,2026-03-02T07:00:00Z,,,r,\n")
    bring("conversations.csv", head + "a,A,email,2026-03-02T07:30:00Z,,,r,\n")
    assert group(rows)["r"][1] == at("2026-03-02 07:30")
    bring("conversations.csv", head + "a,A,email,2026-03-02T07:30:00Z,,,r,1\n")
    bring("conversations.csv", head + "r,A,email,2026-03-02T08:00:00Z,,,,\n")
    assert group(rows)["r"][1] == at("2026-03-02 08:00")


def test_open_time_skips_closed_hours_and_the_weekend_of_a_clock_change(bring: Bring, rows: Rows) -> None:
    """The worked example of G4: Friday 15:30 to Monday 8:20 in Helsinki, summer time begins on Sunday: 3,000 s."""
    bring("business_calendars.csv", (GOLDEN / "business_calendars.csv").read_text())
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2025-03-28T13:30:00Z,2025-03-31T05:20:00Z,2025-03-28T13:31:00Z\n")
    assert rows("SELECT answer_business_s, solve_business_s FROM conversations") == [(3000.0, 60.0)]


def test_new_opening_hours_alter_what_was_loaded_before(bring: Bring, rows: Rows) -> None:
    seconds = "SELECT answer_business_s FROM conversations"
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T05:00:00Z,2026-03-02T06:30:00Z,\n")
    assert rows(seconds) == [(1800.0,)]
    hours = "calendar_id,tz,weekday,open,close,kind\nlong,Europe/Helsinki,1,7.30,24:00,open\n"
    bring("business_calendars.csv", hours)
    assert rows(seconds) == [(3600.0,)]


def test_a_call_ends_after_its_work_when_it_was_answered(bring: Bring, rows: Rows) -> None:
    bring(
        "calls.csv",
        "call_id,queued_at,wait_s,outcome,talk_s,hold_s,acw_s\nk1,2026-03-02T08:00:00Z,10,answered,60,,30\n"
        "k2,2026-03-02T08:00:00Z,10.5,abandoned,60,,30\n",
    )
    assert rows("SELECT ended_at, ended_local FROM calls ORDER BY call_id") == [
        (at("2026-03-02 08:01:40"), at("2026-03-02 10:01:40")),
        (at("2026-03-02 08:00:10.5"), at("2026-03-02 10:00:10.5")),
    ]


def test_orders_are_rated_by_their_local_day_and_again_when_rates_come(bring: Bring, rows: Rows) -> None:
    order = "{0},A,2026-03-0{1}T23:00:00Z,5,{2}\n"
    bring(
        "orders.csv",
        "order_id,customer_id,ordered_at,invoice_amount,currency\n"
        + order.format("o1", 2, "EUR") + order.format("o2", 2, "nok") + order.format("o3", 1, "NOK"),
    )  # fmt: skip
    rated = "SELECT order_id, eur_rate FROM orders ORDER BY 1"
    assert rows(rated) == [("o1", 1.0), ("o2", None), ("o3", None)]
    bring(
        "fx_rates.csv", "date,base,quote,rate\n2026-03-03,EUR,NOK,11.5\n2026-02-23,EUR,NOK,11\n2026-02-22,EUR,NOK,9\n"
    )
    assert rows(rated) == [("o1", 1.0), ("o2", 11.5), ("o3", 11.0)]


def test_another_time_zone_in_the_settings_alters_what_was_loaded_before(
    bring: Bring, rows: Rows, warehouse: Warehouse, tmp_path: Path
) -> None:
    bring("conversations.csv", f"{HEAD}\nc1,A,email,2026-03-02T23:00:00Z,,\n")
    bring("calls.csv", "call_id,queued_at,wait_s,outcome\nk1,2026-03-02T23:00:00Z,10,answered\n")
    version = warehouse.data_version(["conversations"])
    load(warehouse, Settings(timezone="Asia/Tokyo"), tmp_path / "calls.csv")
    assert rows("SELECT opened_local FROM conversations") == [(at("2026-03-03 08:00"),)]
    assert rows("SELECT queued_local FROM calls") == [(at("2026-03-03 08:00"),)]
    assert warehouse.data_version(["conversations"]) > version


def test_contracts_begin_and_end_on_local_days(bring: Bring, rows: Rows) -> None:
    bring("subscriptions.csv", "customer_id,started_at,ended_at,mrr,currency\nA,2026-03-01,2026-03-31,10,EUR\n")
    assert rows("SELECT started_at, started_on, ended_on FROM subscriptions") == [
        (at("2026-02-28 22:00"), date(2026, 3, 1), date(2026, 3, 31))
    ]


ZONES = ("Europe/Helsinki", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("zone", ZONES)
def test_zones_in_sql_agree_with_the_clock_of_python(zone: str, many: bool) -> None:
    """Quarters of hours over decades, so that both sides of every change are met, inside and outside the tree."""
    end = "2038-01-01" if many else "2030-12-01"
    times = np.arange(np.datetime64("1996-01-01", "us"), np.datetime64(end, "us"), np.timedelta64(105, "m"))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("times", {"t": times})
    sql = Zone(zone, many)
    found = connection.execute(f"SELECT {sql.to_local('t')} AS l, {sql.to_utc('t')} AS u FROM times").fetchnumpy()
    assert (found["l"] == local_from_utc(times, zone)).all()
    different = times[found["u"] != utc_from_local(times, zone)]
    assert different.size == 0, different[:5]


@rules(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(["std", "chg"]))
def test_open_seconds_in_sql_agree_with_the_calendar(seed: int, calendar_id: str) -> None:
    generator = np.random.default_rng(seed)
    low, high = (np.datetime64(day, "us").astype(np.int64) for day in ("2024-12-20", "2025-08-20"))
    start, end = generator.integers(low, high, (2, 300)).astype("datetime64[us]")
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE business_calendars AS FROM read_csv('{GOLDEN / 'business_calendars.csv'}', "
                       "types = {'open': 'VARCHAR', 'close': 'VARCHAR', 'weekday': 'BIGINT', 'date': 'DATE', "
                       "'valid_from': 'DATE', 'valid_to': 'DATE'})")  # fmt: skip
    settings = Settings()
    width, _ = calendar_days(connection, settings, date(2024, 12, 1), date(2025, 9, 1))
    calendars, default = calendars_of(connection, settings, date(2024, 12, 1), date(2025, 9, 1))
    assert default == "std"
    connection.register("spans", {"n": np.arange(300), "a": start, "b": end})
    found = connection.execute(
        f"SELECT (({open_until('s.b', 'e', width)}) - ({open_until('s.a', 'd', width)})) / 1e6 AS seconds "
        f"FROM spans AS s JOIN calendar_days AS d ON d.day = s.a::DATE AND d.calendar_id = '{calendar_id}' "
        f"JOIN calendar_days AS e ON e.day = s.b::DATE AND e.calendar_id = '{calendar_id}' ORDER BY n"
    ).fetchnumpy()["seconds"]
    forward = end >= start
    expected = calendars[calendar_id].open_seconds(start, end)
    assert np.allclose(found[forward], expected[forward], rtol=0, atol=1e-6)


def test_the_golden_folder_loads_whole_with_its_worked_numbers(
    warehouse: Warehouse, settings: Settings, rows: Rows
) -> None:
    reports = load(warehouse, settings, GOLDEN)
    assert sum(report.rejected for report in reports) == 0
    assert rows("SELECT answered_at FROM conversations WHERE conversation_id = 'c03'") == [(at("2025-03-04 10:02:45"),)]
    assert rows("SELECT answer_business_s FROM conversations WHERE conversation_id = 'c02'") == [(3600.0,)]
    assert rows("SELECT eur_rate FROM orders WHERE order_id = 'o3'") == [(11.808,)]

"""Periods as people write them, and the two directions between wall clocks and UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.errors import UserError
from mittari.time import (
    Instant,
    Period,
    days,
    local_from_utc,
    local_midnight,
    parse_period,
    period_around,
    preceding,
    previous,
    same_last_year,
    to_local,
    to_utc,
    utc_from_local,
    zone_offsets,
)

HELSINKI = "Europe/Helsinki"
TODAY = date(2026, 10, 5)
ZONES = ("Europe/Helsinki", "Europe/Oslo", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def period(text: str, zone: str = HELSINKI) -> Period:
    found = parse_period(text, zone, TODAY)
    assert isinstance(found, Period)
    return found


@pytest.mark.parametrize(
    ("text", "first_day", "last_day"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-W40", date(2026, 9, 28), date(2026, 10, 4)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-10-05", date(2026, 10, 5), date(2026, 10, 5)),
        ("2026-10-01..2026-10-15", date(2026, 10, 1), date(2026, 10, 15)),
    ],
)
def test_a_period_means_these_days_and_keeps_its_text(text: str, first_day: date, last_day: date) -> None:
    found = period(text)
    assert (found.first_day, found.last_day, found.text) == (first_day, last_day, text)


def test_a_period_is_cut_at_local_midnight() -> None:
    assert period("2026-10").start == datetime(2026, 9, 30, 21)  # summer time, UTC+3
    assert period("2026-10").end == datetime(2026, 10, 31, 22)  # winter time, UTC+2


def test_the_days_on_which_clocks_change_have_23_and_25_hours() -> None:
    spring, autumn = period("2025-03-30"), period("2025-10-26")
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)


def test_last_days_end_with_today_and_are_written_as_the_dates_they_mean() -> None:
    assert period("last-30-days").text == "2026-09-06..2026-10-05"
    assert period("last-1-day").text == "2026-10-05..2026-10-05"
    assert period(period("last-30-days").text) == period("last-30-days")


def test_letter_case_and_blanks_around_a_period_do_not_matter() -> None:
    assert period(" 2026-w40 ") == period("2026-W40")
    assert period("2026-q3") == period("2026-Q3")


def test_an_instant_is_understood_with_an_offset_or_as_local_time() -> None:
    at_nine = Instant(datetime(2026, 6, 29, 9), "2026-06-29T09:00:00Z")
    assert parse_period("2026-06-29T09:00Z", HELSINKI, TODAY) == at_nine
    assert parse_period("2026-06-29T12:00+03:00", HELSINKI, TODAY) == at_nine
    assert parse_period("2026-06-29T12:00", HELSINKI, TODAY) == at_nine
    assert parse_period(at_nine.text, HELSINKI, TODAY) == at_nine


@pytest.mark.parametrize(
    "text",
    [
        "", "foo", "2026-13", "2026-3", "2026-Q5", "2026-W54", "2025-W53", "2026-02-30", "26-10", "last-0-days",
        "last-99999-days", "2026-06-29T25:00Z", "2026-10-01..", "..", "2026-10..2026-11", "9999", "٢٠٢٦",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(UserError, match="is no period") as error:
        parse_period(text, HELSINKI, TODAY)
    assert "2026-W40" in str(error.value)
    assert "last-30-days" in str(error.value)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UserError, match="ends before it begins"):
        period("2026-10-15..2026-10-01")


def test_a_period_outside_the_years_of_calendars_is_refused() -> None:
    with pytest.raises(UserError, match="between the years 1900 and 2200"):
        period("0001")


def test_an_unknown_time_zone_is_named() -> None:
    with pytest.raises(UserError, match="Europe/Helsingfors"):
        period("2026-10", "Europe/Helsingfors")


@pytest.mark.parametrize(
    ("text", "before", "year_before"),
    [
        ("2026-01", "2025-12", "2025-01"),
        ("2026-W01", "2025-W52", "2025-W01"),
        ("2021-W01", "2020-W53", "2020-W01"),
        ("2020-W53", "2020-W52", "2019-W52"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2024-03-01", "2024-02-29", "2023-03-01"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2026-10-01..2026-10-15", "2026-09-16..2026-09-30", "2025-10-01..2025-10-15"),
    ],
)
def test_the_period_before_and_the_one_a_year_before(text: str, before: str, year_before: str) -> None:
    assert previous(period(text)) == period(before)
    assert same_last_year(period(text)) == period(year_before)


def test_preceding_periods_come_oldest_first_and_end_with_the_given_one() -> None:
    assert [found.text for found in preceding(period("2026-02"), 4)] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert preceding(period("2026"), 1) == [period("2026")]
    with pytest.raises(ValueError, match="at least one"):
        preceding(period("2026"), 0)


def test_the_days_of_a_period_are_counted_with_the_last() -> None:
    assert days(period("2026-10-30..2026-11-02")) == [
        date(2026, 10, 30),
        date(2026, 10, 31),
        date(2026, 11, 1),
        date(2026, 11, 2),
    ]
    assert period("2024").day_count == 366


@given(
    day=st.dates(date(1950, 1, 1), date(2090, 1, 1)),
    kind=st.sampled_from(["day", "week", "month", "quarter", "year"]),
    zone=st.sampled_from(ZONES),
)
def test_periods_join_without_a_gap_and_their_text_means_the_same_again(day: date, kind: str, zone: str) -> None:
    around = period_around(day, kind, zone)  # type: ignore[arg-type]
    assert around.first_day <= day <= around.last_day
    assert parse_period(around.text, zone, TODAY) == around
    before = previous(around)
    assert (before.end, before.kind) == (around.start, around.kind)
    assert before.last_day + timedelta(days=1) == around.first_day


def test_a_day_that_begins_with_a_jump_of_the_clock_begins_right_after_it() -> None:
    # Brazil's summer time began at midnight: the wall clock went from 23:59 on the third to 01:00 on the fourth.
    begins = local_midnight(date(2018, 11, 4), "America/Sao_Paulo")
    assert begins == datetime(2018, 11, 4, 3)
    assert to_local(begins, "America/Sao_Paulo") == datetime(2018, 11, 4, 1)
    # Toronto 1919: from 23:30 to 00:30.
    assert to_local(local_midnight(date(1919, 3, 31), "America/Toronto"), "America/Toronto") == datetime(
        1919, 3, 31, 0, 30
    )


def test_a_day_that_a_zone_skipped_is_empty() -> None:
    skipped = parse_period("2011-12-30", "Pacific/Apia", TODAY)
    assert isinstance(skipped, Period)
    assert skipped.start == skipped.end == datetime(2011, 12, 30, 10)


def test_the_offsets_of_a_zone_change_where_the_law_says() -> None:
    starts, offsets = zone_offsets(HELSINKI, 2025, 2025)
    assert starts[1:].tolist() == [datetime(2025, 3, 30, 1), datetime(2025, 10, 26, 1)]
    assert offsets.tolist() == [7200, 10800, 7200]


def test_a_wall_clock_time_that_exists_twice_is_its_first_occurrence() -> None:
    assert to_utc(datetime(2025, 10, 26, 3, 30), HELSINKI) == datetime(2025, 10, 26, 0, 30)
    local = np.array(["2025-10-26T02:59", "2025-10-26T03:30", "2025-10-26T04:00"], dtype="datetime64[us]")
    expected = ["2025-10-25T23:59", "2025-10-26T00:30", "2025-10-26T02:00"]
    assert (utc_from_local(local, HELSINKI) == np.array(expected, dtype="datetime64[us]")).all()


def test_a_wall_clock_time_that_does_not_exist_moves_forward() -> None:
    assert to_utc(datetime(2025, 3, 30, 3, 30), HELSINKI) == datetime(2025, 3, 30, 1, 30)
    local = np.array(["2025-03-30T02:59", "2025-03-30T03:30", "2025-03-30T04:00"], dtype="datetime64[us]")
    expected = ["2025-03-30T00:59", "2025-03-30T01:30", "2025-03-30T01:00"]
    assert (utc_from_local(local, HELSINKI) == np.array(expected, dtype="datetime64[us]")).all()


def test_missing_times_stay_missing() -> None:
    nothing = np.array(["NaT", "2025-01-01"], dtype="datetime64[us]")
    assert np.isnat(utc_from_local(nothing, HELSINKI)).tolist() == [True, False]
    assert np.isnat(local_from_utc(nothing, HELSINKI)).tolist() == [True, False]
    assert utc_from_local(nothing[:0], HELSINKI).size == 0


@given(local=st.datetimes(datetime(1951, 1, 1), datetime(2090, 1, 1)), zone=st.sampled_from(ZONES))
def test_a_whole_array_agrees_with_the_standard_library(local: datetime, zone: str) -> None:
    as_array = np.array([local], dtype="datetime64[us]")
    in_utc = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    assert utc_from_local(as_array, zone).item() == in_utc
    in_zone = local.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert local_from_utc(as_array, zone).item() == in_zone


@pytest.mark.parametrize("zone", ZONES)
def test_an_array_agrees_with_the_standard_library_around_every_change(zone: str) -> None:
    changes, offsets = zone_offsets(zone, 2008, 2012)
    around = np.arange(-180, 181, 10) * np.timedelta64(60_000_000, "us")
    local = (changes[1:, None] + (offsets[:-1, None] * 1_000_000).astype("timedelta64[us]") + around).ravel()
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for moment in local.tolist()]
    assert utc_from_local(local, zone).tolist() == expected

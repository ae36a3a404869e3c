"""Open time between two instants, against numbers worked out by hand and a slow count minute by minute."""

import timeit
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mittari.errors import UserError
from mittari.time import (
    Calendar,
    CalendarRow,
    calendar_rows_from_hours,
    calendars_from_rows,
    to_utc,
)

HELSINKI = "Europe/Helsinki"
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2025, 12, 31)


def row(weekday: int | None = None, opens: str | None = None, closes: str | None = None, **more: object) -> CalendarRow:
    made = CalendarRow(
        calendar_id="std",
        tz=HELSINKI,
        weekday=weekday,
        date=None,
        open=opens,
        close=closes,
        kind="open",
        valid_from=None,
        valid_to=None,
    )
    return made | more  # type: ignore[return-value]


def office_hours() -> list[CalendarRow]:
    return [row(weekday, "08:00", "16:00") for weekday in range(1, 6)]


def calendar(rows: Iterable[CalendarRow]) -> Calendar:
    return calendars_from_rows(rows, FIRST_DAY, LAST_DAY)["std"]


def seconds(of: Calendar, start: str, end: str) -> float:
    """Open seconds between two Helsinki wall clock times."""
    return float(of.open_seconds(instants(start), instants(end))[0])


def instants(*local: str) -> np.ndarray:
    return np.array([to_utc(datetime.fromisoformat(text), HELSINKI) for text in local], dtype="datetime64[us]")


def test_a_wait_over_the_weekend_on_which_summer_time_begins_counts_open_hours_only() -> None:
    # Friday 15:30-16:00 is 30 minutes, Monday 08:00-08:20 is 20.
    assert seconds(calendar(office_hours()), "2025-03-28T15:30", "2025-03-31T08:20") == 3000
    start, end = instants("2025-03-28T15:30", "2025-03-31T08:20")
    assert (end - start) / np.timedelta64(1, "s") == 229_800


def test_a_holiday_row_closes_the_day_and_a_dated_row_replaces_its_weekday() -> None:
    rows = [
        *office_hours(),
        row(date=date(2025, 4, 18), kind="holiday"),
        row(date=date(2025, 4, 19), opens="10:00", closes="12:00"),
        row(date=date(2025, 4, 22), opens="07:00", closes="09:30"),
    ]
    opened = calendar(rows)
    assert seconds(opened, "2025-04-18T00:00", "2025-04-19T00:00") == 0
    assert seconds(opened, "2025-04-19T00:00", "2025-04-20T00:00") == 2 * 3600
    assert seconds(opened, "2025-04-22T00:00", "2025-04-23T00:00") == 2.5 * 3600
    assert seconds(opened, "2025-04-17T00:00", "2025-04-18T00:00") == 8 * 3600


def test_a_holiday_row_wins_over_an_open_row_of_the_same_date() -> None:
    christmas = date(2025, 12, 24)
    rows = [*office_hours(), row(date=christmas, opens="08:00", closes="12:00"), row(date=christmas, kind="holiday")]
    assert seconds(calendar(rows), "2025-12-24T00:00", "2025-12-25T00:00") == 0


def test_hours_that_change_in_the_middle_of_a_wait_count_as_they_were_on_each_day() -> None:
    rows = [row(day, "08:00", "16:00", valid_to=date(2025, 7, 9)) for day in range(1, 6)]
    rows += [row(day, "10:00", "14:00", valid_from=date(2025, 7, 10)) for day in range(1, 6)]
    # Wednesday the ninth still 15:00-16:00, Thursday the tenth already 10:00-11:30.
    assert seconds(calendar(rows), "2025-07-09T15:00", "2025-07-10T11:30") == 3600 + 5400


def test_several_intervals_a_day_count_each_and_overlapping_ones_once() -> None:
    split = [row(1, "08:00", "12:00"), row(1, "13:00", "16:00")]
    assert seconds(calendar(split), "2025-03-03T11:00", "2025-03-03T14:00") == 2 * 3600
    overlapping = [row(1, "08:00", "12:00"), row(1, "09:00", "10:00"), row(1, "11:00", "16:00")]
    assert seconds(calendar(overlapping), "2025-03-03T00:00", "2025-03-04T00:00") == 8 * 3600


def test_open_around_the_clock_is_calendar_time_on_every_day() -> None:
    always = calendar([row(weekday, "00:00", "24:00") for weekday in range(1, 8)])
    assert seconds(always, "2025-03-30T00:00", "2025-03-31T00:00") == 23 * 3600
    assert seconds(always, "2025-10-26T00:00", "2025-10-27T00:00") == 25 * 3600
    assert seconds(always, "2025-01-01T00:00", "2026-01-01T00:00") == 365 * 86_400


def test_an_end_before_its_start_and_a_missing_end_have_no_duration() -> None:
    opened = calendar(office_hours())
    start = instants("2025-03-03T10:00", "2025-03-03T10:00", "2025-03-03T10:00")
    end = np.array(["NaT", "2025-03-03T07:00", "2025-03-03T08:30"], dtype="datetime64[us]")
    found = opened.open_seconds(start, end)
    assert np.isnan(found[:2]).all()
    assert found[2] == 1800
    assert np.isnan(opened.open_seconds(end[:1], start[:1])).all()


def test_a_due_time_falls_into_open_hours_and_at_closing_time_when_it_fits_exactly() -> None:
    opened = calendar(office_hours())
    start = instants("2025-03-28T15:30")

    def due(allowed: float) -> np.datetime64:
        return opened.add_open_seconds(start, np.array([allowed]))[0]

    assert due(3000) == instants("2025-03-31T08:20")[0]
    assert due(1800) == instants("2025-03-28T16:00")[0]
    assert due(0) == start[0]
    assert np.isnat(due(-1))
    assert np.isnat(due(np.nan))


def test_a_calendar_widens_by_itself_for_instants_outside_its_span() -> None:
    one_week = calendars_from_rows(office_hours(), date(2025, 3, 3), date(2025, 3, 9))["std"]
    assert seconds(one_week, "2024-12-30T00:00", "2025-06-30T00:00") == 26 * 5 * 8 * 3600
    due = one_week.add_open_seconds(instants("2025-03-03T08:00"), np.array([52 * 5 * 8 * 3600.0]))
    assert due[0] == instants("2026-02-27T16:00")[0]
    far = np.array(["9999-12-31T23:59:59"], dtype="datetime64[us]")
    assert one_week.open_seconds(far, far).tolist() == [0]


def test_a_calendar_that_is_never_open_is_refused() -> None:
    with pytest.raises(UserError, match="never open"):
        calendar([row(1, kind="holiday")])
    with pytest.raises(UserError, match="never open"):
        calendar(
            [row(date=date(2025, 5, 1), opens="08:00", closes="16:00"), row(date=date(2025, 5, 1), kind="holiday")]
        )


def test_a_calendar_that_is_open_at_another_time_is_not_refused() -> None:
    closed_since = [row(1, "08:00", "16:00", valid_to=date(2019, 12, 31))]
    assert seconds(calendar(closed_since), "2025-01-01T00:00", "2025-12-31T00:00") == 0
    with pytest.raises(UserError, match="closed for good"):
        calendar(closed_since).add_open_seconds(instants("2025-03-03T08:00"), np.array([60.0]))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (row(1, "16:00", "08:00"), "not after it opens"),
        (row(1, "08:00", "24:30"), "from 00:00 to 24:00, found 24:30"),
        (row(1, None, "16:00"), "from 00:00 to 24:00, found None"),
        (row(8, "08:00", "16:00"), "found 8"),
        (row(None, "08:00", "16:00"), "expected a date, or a weekday"),
        (row(1, "08:00", "16:00", tz="Europe/Oslo"), "expected one time zone, found Europe/Helsinki, Europe/Oslo"),
    ],
)
def test_a_row_that_makes_no_sense_names_its_calendar(wrong: CalendarRow, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        calendar([row(2, "08:00", "16:00"), wrong])
    assert error.value.where == 'calendar "std"'


def test_hours_as_people_write_them_become_rows_closed_on_public_holidays() -> None:
    rows = calendar_rows_from_hours("Mon-Fri 08:00-16:00, Sat 10:00-14:00", HELSINKI, "FI", [2025])
    opened = calendar(rows)
    assert seconds(opened, "2025-03-03T00:00", "2025-03-10T00:00") == (5 * 8 + 4) * 3600
    assert seconds(opened, "2025-12-06T00:00", "2025-12-07T00:00") == 0  # Independence Day, a Saturday
    assert seconds(opened, "2025-12-25T00:00", "2025-12-27T00:00") == 0


def test_hours_and_holidays_that_cannot_be_understood_are_refused() -> None:
    with pytest.raises(UserError, match="expected opening hours"):
        calendar_rows_from_hours("weekdays 8-16", HELSINKI)
    with pytest.raises(UserError, match='no public holidays are known for "QQ"'):
        calendar_rows_from_hours("Mon 08:00-16:00", HELSINKI, "QQ", [2025])


@pytest.mark.long
def test_a_million_durations_take_well_under_a_second() -> None:
    opened = calendar(office_hours())
    random = np.random.default_rng(2025)
    start = np.datetime64("2025-01-02", "us") + random.integers(0, 300 * 86_400, 1_000_000).astype("timedelta64[s]")
    end = start + random.integers(0, 9 * 86_400, 1_000_000).astype("timedelta64[s]")
    fastest = min(timeit.repeat(lambda: opened.open_seconds(start, end), number=1, repeat=5))
    assert fastest < 1


night_shop = [
    *(row(weekday, "07:10", "19:50") for weekday in range(1, 6)),
    row(6, "00:00", "03:30"),
    row(6, "21:00", "24:00"),
    row(7, "00:00", "03:20"),
    row(7, "03:40", "05:00"),
]


def counted_by_minute(rows: list[CalendarRow], start: datetime, end: datetime) -> int:
    """Open seconds, one minute after the other: is the wall clock inside an interval of its weekday?"""
    total, minute = 0, start
    while minute < end:
        local = minute.replace(tzinfo=UTC).astimezone(ZoneInfo(HELSINKI))
        clock = f"{local:%H:%M}"
        is_open = any(r["weekday"] == local.isoweekday() and str(r["open"]) <= clock < str(r["close"]) for r in rows)
        total += 60 * is_open
        minute += timedelta(minutes=1)
    return total


@settings(max_examples=60, deadline=None)
@given(
    night=st.sampled_from([datetime(2025, 3, 29, 12), datetime(2025, 10, 25, 12), datetime(2025, 6, 6, 12)]),
    begins=st.integers(-24 * 60, 24 * 60),
    lasts=st.integers(0, 30 * 60),
)
def test_open_time_equals_a_count_minute_by_minute_also_when_clocks_change(
    night: datetime, begins: int, lasts: int
) -> None:
    start = night + timedelta(minutes=begins)
    end = start + timedelta(minutes=lasts)
    found = calendar(night_shop).open_seconds(np.array([start], "datetime64[us]"), np.array([end], "datetime64[us]"))
    assert found[0] == counted_by_minute(night_shop, start, end)


moments = st.datetimes(datetime(2024, 12, 1), datetime(2026, 2, 1)).map(lambda moment: np.datetime64(moment, "us"))
night_calendar = calendar(night_shop)


@given(st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_open_time_adds_up_over_a_split_and_never_exceeds_calendar_time(three: list[np.datetime64]) -> None:
    start, middle, end = (np.array([moment]) for moment in three)
    whole = night_calendar.open_seconds(start, end)[0]
    parts = night_calendar.open_seconds(start, middle)[0] + night_calendar.open_seconds(middle, end)[0]
    assert whole == pytest.approx(parts, abs=1e-6)
    assert 0 <= whole <= (end - start)[0] / np.timedelta64(1, "s")


@given(start=moments, allowed=st.integers(0, 10**12).map(lambda microseconds: microseconds / 1e6))
def test_a_due_time_is_the_first_instant_at_which_the_time_allowed_has_passed(
    start: np.datetime64, allowed: float
) -> None:
    begins = np.array([start])
    due = night_calendar.add_open_seconds(begins, np.array([allowed]))
    assert night_calendar.open_seconds(begins, due)[0] == pytest.approx(allowed, abs=1e-6)
    if allowed > 0:
        just_before = due - np.timedelta64(1, "us")
        assert night_calendar.open_seconds(begins, just_before)[0] < allowed

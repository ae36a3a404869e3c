"""Quiet hours, against a clock that is read minute by minute."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.collect.invite.quiet import next_allowed
from mittari.settings import WEEKDAYS, QuietHours, quiet_hours
from mittari.time.zones import to_local

HELSINKI = "Europe/Helsinki"
NIGHT = quiet_hours("20:00-08:00")


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ((2026, 10, 7, 9, 0), (2026, 10, 7, 9, 0)),
        ((2026, 10, 7, 16, 59), (2026, 10, 7, 16, 59)),
        ((2026, 10, 7, 17, 0), (2026, 10, 8, 5, 0)),
        ((2026, 10, 7, 22, 30), (2026, 10, 8, 5, 0)),
        ((2026, 10, 8, 4, 59), (2026, 10, 8, 5, 0)),
        ((2026, 10, 24, 20, 0), (2026, 10, 25, 6, 0)),  # summer time ends in that night: eight is an hour later in UTC
        ((2027, 3, 27, 20, 0), (2027, 3, 28, 5, 0)),  # and begins in this one
    ],
)
def test_a_message_of_the_night_waits_for_the_morning(at: tuple[int, ...], allowed: tuple[int, ...]) -> None:
    assert next_allowed(datetime(*at), NIGHT, HELSINKI) == datetime(*allowed)  # type: ignore[arg-type]


def test_a_quiet_day_is_over_at_the_end_of_the_next_quiet_night() -> None:
    quiet = quiet_hours("20:00-08:00, Sat-Sun")
    friday_evening = datetime(2026, 10, 9, 17, 30)
    assert next_allowed(friday_evening, quiet, HELSINKI) == datetime(2026, 10, 12, 5, 0)
    assert next_allowed(friday_evening, quiet_hours("none"), HELSINKI) == friday_evening
    assert next_allowed(datetime(2026, 10, 11, 9), quiet_hours("Sun"), HELSINKI) == datetime(2026, 10, 11, 21)


QUIET = st.builds(
    QuietHours,
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.frozensets(st.integers(1, len(WEEKDAYS)), max_size=2),
)
AROUND_CHANGES = st.sampled_from([datetime(2026, 10, 24, 18), datetime(2027, 3, 27, 18), datetime(2026, 7, 3, 12)])


@given(quiet=QUIET, begin=AROUND_CHANGES, minutes=st.integers(0, 36 * 60))
def test_it_is_the_first_minute_at_which_the_clock_shows_no_quiet_time(
    quiet: QuietHours, begin: datetime, minutes: int
) -> None:
    at = begin + timedelta(minutes=minutes)
    looked = at
    while _is_quiet(looked, quiet):
        looked += timedelta(minutes=1)
        if looked - at > timedelta(days=6):
            return
    assert next_allowed(at, quiet, HELSINKI) == looked


def _is_quiet(at: datetime, quiet: QuietHours) -> bool:
    local = to_local(at, HELSINKI)
    minute = local.hour * 60 + local.minute
    if local.isoweekday() in quiet.weekdays:
        return True
    if quiet.start <= quiet.end:
        return quiet.start <= minute < quiet.end
    return not quiet.end <= minute < quiet.start

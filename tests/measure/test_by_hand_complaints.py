"""How complaints ended: upheld or not, and closed in three business days or eight weeks, by hand.

Without calendars of its own an installation is open from Monday to Friday. 7 March 2025 is a Friday.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, made_again, solved, value
from mittari.workspace.local import LocalWorkspace

NAME = "complaints_per_1000_customers"
UPHELD, THREE_DAYS, EIGHT_WEEKS = (f"{NAME}.{output}" for output in ("upheld", "closed_3_days", "closed_8_weeks"))
SECOND = timedelta(seconds=1)


def complaint(number: int, opened: datetime, **more: Any) -> dict[str, Any]:
    return {**case(number, opened, is_complaint=1), "customer_id": f"k{number}", **more}


def status(workspace: LocalWorkspace, name: str, as_of: datetime) -> str:
    return workspace.kpi(name, "2025-03", as_of=f"{as_of.isoformat()}Z").one().status


def test_of_the_complaints_that_were_decided_some_were_justified(empty: LocalWorkspace) -> None:
    """In part counts as upheld; what is not decided is open, what is no complaint has no outcome."""
    outcomes = ["upheld", "partly_upheld", "not_upheld", None]
    rows = [complaint(n, at(3), complaint_outcome=outcome) for n, outcome in enumerate(outcomes)]
    load(empty, "conversations", *rows, case(8, at(3), complaint_outcome="upheld", is_complaint=0))
    record = made_again(empty, UPHELD)
    assert (record.value, record.n, record.n_na) == (pytest.approx(2 / 3), 3, 1)


def test_the_same_matter_of_a_customer_ends_once(empty: LocalWorkspace) -> None:
    rows = [complaint(n, at(3, 9, n), customer_id="k", complaint_outcome="upheld", **solved(at(4))) for n in range(2)]
    load(empty, "conversations", *rows)
    assert [value(empty, name)[1] for name in (UPHELD, THREE_DAYS, EIGHT_WEEKS)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("opened", "closed", "share"),
    [
        (at(7, 9), at(12, 21, 59, 59), 1),
        (at(7, 9), at(12, 22), 0),
        (at(7, 21, 59), at(12, 21, 59), 1),
        (at(7, 22), at(12, 21, 59), 1),
        (at(8, 9), at(12, 21, 59), 1),
        (at(8, 9), at(12, 22), 0),
        (at(10, 9), at(13, 21, 59), 1),
        (at(10, 9), at(13, 22), 0),
        (at(28, 9), datetime(2025, 4, 2, 20, 59), 1),
        (at(28, 9), datetime(2025, 4, 2, 21), 0),
    ],
)
def test_the_third_business_day_ends_at_its_local_midnight(
    empty: LocalWorkspace, opened: datetime, closed: datetime, share: float
) -> None:
    """The day of arrival does not count, nor do Saturday and Sunday: from Friday the third is Wednesday, 22:00 UTC.

    What comes on Saturday has until Wednesday, too. On 30 March the clocks change: midnight is then at 21:00 UTC.
    """
    load(empty, "conversations", complaint(1, opened, **solved(closed)))
    assert made_again(empty, THREE_DAYS).value == share


def test_the_calendar_of_the_case_says_what_a_business_day_is(empty: LocalWorkspace) -> None:
    """The shop opens on Saturdays too, and is closed on Monday the 10th: from Friday the third is Wednesday again."""
    hours = {"tz": "Europe/Helsinki", "open": "08:00", "close": "16:00", "kind": "open"}
    week = [{"calendar_id": "shop", "weekday": day, **hours} for day in range(1, 7)]
    closed = {"calendar_id": "shop", "tz": "Europe/Helsinki", "date": at(10), "kind": "holiday"}
    office = [{"calendar_id": "std", "weekday": day, **hours} for day in range(1, 6)]
    load(empty, "business_calendars", *week, *office)
    rows = [complaint(n, at(7), calendar_id=name, **solved(at(11, 23))) for n, name in enumerate(("shop", "std"))]
    load(empty, "conversations", *rows)
    assert value(empty, THREE_DAYS) == (0.5, 2)
    load(empty, "business_calendars", closed)
    assert value(empty, THREE_DAYS) == (1, 2)


@pytest.mark.parametrize(("after", "share"), [(timedelta(days=56), 1), (timedelta(days=56) + SECOND, 0)])
def test_eight_weeks_are_fifty_six_days(empty: LocalWorkspace, after: timedelta, share: float) -> None:
    load(empty, "conversations", complaint(1, at(3), **solved(at(3) + after)))
    assert made_again(empty, EIGHT_WEEKS).value == share


@pytest.mark.parametrize("name", [THREE_DAYS, EIGHT_WEEKS])
def test_what_is_open_or_open_again_is_not_closed(empty: LocalWorkspace, name: str) -> None:
    again = {**solved(at(4)), "reopened_at": at(5)}
    load(
        empty, "conversations", complaint(1, at(3), **again), complaint(2, at(3)), complaint(3, at(3), **solved(at(4)))
    )
    assert value(empty, name) == (pytest.approx(1 / 3), 3)
    assert value(empty, name, as_of=f"{at(4, 12).isoformat()}Z") == (pytest.approx(2 / 3), 3)


def test_a_complaint_is_mature_when_its_time_is_over(empty: LocalWorkspace) -> None:
    """Come on Monday 31 March: three days are over on Thursday at midnight, eight weeks on 26 May."""
    load(empty, "conversations", complaint(1, at(31, 9)))
    assert status(empty, THREE_DAYS, datetime(2025, 4, 3, 20, 59, 59)) == "provisional"
    assert status(empty, THREE_DAYS, datetime(2025, 4, 3, 21)) == "final"
    assert status(empty, EIGHT_WEEKS, datetime(2025, 4, 30)) == "provisional"
    assert status(empty, EIGHT_WEEKS, datetime(2025, 5, 1)) == "final"  # 30 days after the period, whatever is open


def test_a_complaint_closed_at_once_waits_for_no_third_day(empty: LocalWorkspace) -> None:
    load(empty, "conversations", complaint(1, at(31, 9), **solved(at(31, 10))))
    assert status(empty, THREE_DAYS, datetime(2025, 4, 1)) == "final"


@pytest.mark.parametrize(("second", "when"), [(59, "provisional"), (60, "final")])
def test_an_early_complaint_is_mature_after_eight_weeks_to_the_second(
    empty: LocalWorkspace, second: int, when: str
) -> None:
    load(empty, "conversations", complaint(1, at(5)), complaint(2, at(20), **solved(at(21))))
    assert status(empty, EIGHT_WEEKS, datetime(2025, 4, 30, 8, 59) + timedelta(seconds=second)) == when


def test_only_how_complaints_ended_needs_what_was_overwritten(empty: LocalWorkspace) -> None:
    twice = {"reopened_at": at(5), "reopened_last_at": at(12), "reopen_count": 2, **solved(at(4), at(15))}
    load(empty, "conversations", complaint(1, at(3), **twice))
    as_of = f"{at(8).isoformat()}Z"
    flags = {name: empty.kpi(name, "2025-03", as_of=as_of).one().flags for name in (THREE_DAYS, f"{NAME}.count")}
    assert "as_of_partial" in flags[THREE_DAYS]
    assert "as_of_partial" not in flags[f"{NAME}.count"]
    assert value(empty, f"{NAME}.count", as_of=AS_OF)[1] == 1

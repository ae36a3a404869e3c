"""Rules of working time and employments, worked out by hand on a few rows each.

March 2025 in Helsinki begins on 28 February at 22:00 UTC and ends on 31 March at 21:00 UTC.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, recorded, solved, value
from mittari.workspace.local import LocalWorkspace

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
Row = dict[str, Any]


def work(agent: str, day: str, **more: Any) -> Row:
    row = {"agent_id": agent, "date": day, "paid_s": 10_800.0, "handling_s": 5_400.0, "idle_s": 1_800.0, "aux_s": 900.0}
    return row | more


def employed(name: str, start: str, last: str | None = None, leave_type: str | None = None, **more: Any) -> Row:
    return {"employee_id": name, "start_on": start, "last_day_on": last, "leave_type": leave_type, **more}


def test_solves_count_on_days_with_recorded_time_of_that_agent(empty: LocalWorkspace) -> None:
    """e1 worked on the 3rd for two hours: one solve. e2 has no hours, and e1 none on the 4th."""
    load(empty, "work_time", work("e1", "2025-03-03"))
    load(
        empty,
        "conversations",
        case(1, at(1), agent_id="e1", **solved(at(3))),
        case(2, at(1), agent_id="e1", **solved(at(4))),
        case(3, at(1), agent_id="e2", **solved(at(3))),
        case(4, at(1), **solved(at(3))),
        case(5, at(1), agent_id="e1", resolved_by="bot", **solved(at(3))),
        case(6, at(1), agent_id="e1", is_spam=1, **solved(at(3))),
        case(7, at(1), agent_id="e1"),
    )
    assert value(empty, "cases_per_agent_hour") == (0.5, 1)
    assert value(empty, "cases_per_agent_hour.per_paid_hour") == (pytest.approx(1 / 3), 1)
    assert value(empty, "cases_per_agent_hour", where={"agent_id": "e2"})[0] is None
    receipt = empty.kpi("cases_per_agent_hour", "2025-03", as_of=AS_OF).receipt()
    assert receipt.left_out == {"no working time recorded for that agent and day": 3}


def test_a_case_we_began_is_solved_like_any_other(empty: LocalWorkspace) -> None:
    load(empty, "work_time", work("e1", "2025-03-03"), work("e1", "2025-03-04"))
    load(empty, "conversations", case(1, at(1), agent_id="e1", direction="out", **solved(at(3))))
    assert value(empty, "cases_per_agent_hour") == (0.25, 2)


@pytest.mark.parametrize(
    ("solve", "day"), [(at(3, 21, 59, 59), "2025-03-03"), (at(3, 22), "2025-03-04"), (at(4, 21, 59), "2025-03-04")]
)
def test_a_solve_belongs_to_its_local_day(empty: LocalWorkspace, solve: datetime, day: str) -> None:
    load(empty, "work_time", work("e1", day))
    load(empty, "conversations", case(1, at(1), agent_id="e1", **solved(solve)))
    assert value(empty, "cases_per_agent_hour") == (0.5, 1)


@pytest.mark.parametrize("column", ["reopened_at", "reopened_last_at"])
@pytest.mark.parametrize(
    ("after", "per_hour"), [(timedelta(0), 0.0), (DAY, 0.0), (7 * DAY, 0.0), (7 * DAY + SECOND, 0.5)]
)
def test_a_solve_reopened_within_a_week_is_taken_back(
    empty: LocalWorkspace, column: str, after: timedelta, per_hour: float
) -> None:
    load(empty, "work_time", work("e1", "2025-03-03"))
    load(empty, "conversations", case(1, at(1), agent_id="e1", **solved(at(3)), **{column: at(3) + after}))
    assert value(empty, "cases_per_agent_hour") == (per_hour, 1)


def test_a_case_solved_again_is_credited_where_it_was_solved_last(empty: LocalWorkspace) -> None:
    load(empty, "work_time", work("e1", "2025-03-03"), work("e1", "2025-03-06"))
    load(empty, "conversations", case(1, at(1), agent_id="e1", reopened_at=at(4), **solved(at(3), at(6))))
    rows = empty.kpi("cases_per_agent_hour", "2025-03", as_of=AS_OF).rows()
    assert {row["key"]: row["x"] for row in rows} == {"e1 2025-03-03": 0, "e1 2025-03-06": 1}


def test_productivity_stands_when_the_last_solve_is_a_week_old(empty: LocalWorkspace) -> None:
    load(empty, "work_time", work("e1", "2025-03-31"))
    load(empty, "conversations", case(1, at(1), agent_id="e1", **solved(at(31))))
    for as_of, status in (("2025-04-07T08:59:59Z", "provisional"), ("2025-04-07T09:00:00Z", "final")):
        assert empty.kpi("cases_per_agent_hour", "2025-03", as_of=as_of).one().status == status


def test_occupancy_and_utilisation_divide_handling_by_paid_time(empty: LocalWorkspace) -> None:
    load(empty, "work_time", work("e1", "2025-03-03"), work("e2", "2025-03-03", handling_s=0.0))
    assert value(empty, "occupancy_rate") == (0.6, 2)
    assert value(empty, "utilization_rate") == (pytest.approx(9_000 / 21_600), 2)
    assert value(empty, "occupancy_rate", where={"agent_id": "e1"}) == (0.75, 1)


@pytest.mark.parametrize("kpi", ["occupancy_rate", "utilization_rate", "cases_per_agent_hour"])
def test_working_days_of_the_period_count(empty: LocalWorkspace, kpi: str) -> None:
    days = ("2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01")
    recorded(empty, "conversations")
    load(empty, "work_time", *[work("e1", day) for day in days])
    assert value(empty, kpi)[1] == 2


@pytest.mark.parametrize(("as_of", "n"), [("2025-03-09T21:59:59Z", 0), ("2025-03-09T22:00:00Z", 1)])
def test_a_working_day_is_known_when_it_has_begun(empty: LocalWorkspace, as_of: str, n: int) -> None:
    load(empty, "work_time", work("e1", "2025-03-10"))
    assert value(empty, "occupancy_rate", as_of=as_of)[1] == n


def test_who_leaves_counts_unless_moved_or_at_the_end_of_a_term(empty: LocalWorkspace) -> None:
    """Ten days of March each for the seven who leave, all 31 for one: 101 days of employment."""
    kinds = ("voluntary", "dismissed", "redundancy", "retirement", None, "transfer", "end_of_term")
    leavers = [employed(f"a{n}", "2024-01-01", "2025-03-10", kind) for n, kind in enumerate(kinds)]
    load(empty, "employees", *leavers, employed("b", "2025-03-01"))
    headcount = 101 / 31
    assert value(empty, "employee_turnover_rate") == (pytest.approx(5 / headcount), 5)
    assert value(empty, "employee_turnover_rate.voluntary") == (pytest.approx(1 / headcount), 1)
    assert value(empty, "employee_turnover_rate.annualised") == (pytest.approx(5 / headcount * 365.25 / 31), 5)


@pytest.mark.parametrize(("last", "n"), [("2025-02-28", 0), ("2025-03-01", 1), ("2025-03-31", 1), ("2025-04-01", 0)])
def test_the_last_day_puts_a_leaver_into_a_month(empty: LocalWorkspace, last: str, n: int) -> None:
    load(empty, "employees", employed("a", "2024-01-01", last, "voluntary"), employed("b", "2024-01-01"))
    load(empty, "employees", employed("c", "2025-03-31"))
    assert value(empty, "employee_turnover_rate")[1] == n


@pytest.mark.parametrize(("as_of", "n", "kept"), [("2025-03-09T21:59:59Z", 0, 1.0), ("2025-03-09T22:00:00Z", 1, 0.0)])
def test_a_leaver_is_known_from_the_midnight_that_opens_the_last_day(
    empty: LocalWorkspace, as_of: str, n: int, kept: float
) -> None:
    load(empty, "employees", employed("a", "2024-01-01", "2025-03-10", "dismissed"))
    assert value(empty, "employee_turnover_rate", as_of=as_of)[1] == n
    assert value(empty, "employee_retention_rate", as_of=as_of) == (kept, 1)


@pytest.mark.parametrize(("as_of", "days"), [("2025-03-19T21:59:59Z", 5), ("2025-03-19T22:00:00Z", 17)])
def test_who_begins_is_known_from_the_first_day_on(empty: LocalWorkspace, as_of: str, days: int) -> None:
    """One left on the 5th, one begins on the 20th and stays for the last twelve days."""
    load(empty, "employees", employed("a", "2024-01-01", "2025-03-05", "dismissed"), employed("b", "2025-03-20"))
    assert value(empty, "employee_turnover_rate", as_of=as_of) == (pytest.approx(31 / days), 1)


def test_who_has_two_employments_in_a_row_stays(empty: LocalWorkspace) -> None:
    load(empty, "employees", employed("a", "2024-01-01", "2025-03-10", "transfer"), employed("a", "2025-03-11"))
    load(empty, "employees", employed("b", "2024-01-01", "2025-03-30", "transfer"))
    assert value(empty, "employee_retention_rate") == (0.5, 2)


def test_retention_looks_at_the_first_and_the_last_day(empty: LocalWorkspace) -> None:
    """a leaves on the last day and b on the first; c began on the first day, d on the second, e left before."""
    rows = (
        employed("a", "2024-01-01", "2025-03-31"),
        employed("b", "2024-01-01", "2025-03-01"),
        employed("c", "2025-03-01"),
        employed("d", "2025-03-02"),
        employed("e", "2024-01-01", "2025-02-28"),
        employed("f", "2025-04-01"),
    )
    load(empty, "employees", *rows)
    assert value(empty, "employee_retention_rate") == (pytest.approx(2 / 3), 3)
    assert empty.kpi("employee_retention_rate", "2025-03", as_of=AS_OF).receipt().left_out == {"hired in the period": 1}


def test_people_belong_to_the_team_of_the_first_day(empty: LocalWorkspace) -> None:
    load(empty, "employees", employed("a", "2024-01-01", "2025-03-10", "transfer", team_id="t1"))
    load(empty, "employees", employed("a", "2025-03-11", team_id="t2"), employed("b", "2024-01-01", team_id="t2"))
    assert value(empty, "employee_retention_rate", where={"team_id": "t1"}) == (1, 1)
    assert value(empty, "employee_retention_rate", where={"team_id": "t2"}) == (1, 1)

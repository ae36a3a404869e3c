"""Rules of working time, employments, later answers, promised times and states, worked out by hand on a few rows each.

March 2025 in Helsinki begins on 28 February at 22:00 UTC and ends on 31 March at 21:00 UTC.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, solved, value
from mittari.workspace.local import LocalWorkspace

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
Row = dict[str, Any]


def work(agent: str, day: str, **more: Any) -> Row:
    row = {"agent_id": agent, "date": day, "paid_s": 10_800.0, "handling_s": 5_400.0, "idle_s": 1_800.0, "aux_s": 900.0}
    return row | more


def employed(name: str, start: str, last: str | None = None, leave_type: str | None = None, **more: Any) -> Row:
    return {"employee_id": name, "start_on": start, "last_day_on": last, "leave_type": leave_type, **more}


def said(number: int, sent: datetime, who: str = "customer", **more: Any) -> Row:
    row = {"message_id": f"m{number}", "conversation_id": "c1", "sent_at": sent, "author_type": who}
    return row | {"author_id": "e1" if who == "agent" else None} | more


def allowed(metric: str, seconds: float, policy: str = "p", **more: Any) -> Row:
    return {"policy_id": policy, "metric": metric, "target_s": seconds} | more


def state(sent: datetime, to: str, name: str = "c1", kind: str = "status") -> Row:
    return {"conversation_id": name, "at": sent, "kind": kind, "value": to}


# Working time and what is solved in it.


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
    load(empty, "work_time", *[work("e1", day) for day in days])
    assert value(empty, kpi)[1] == 2


@pytest.mark.parametrize(("as_of", "n"), [("2025-03-09T21:59:59Z", 0), ("2025-03-09T22:00:00Z", 1)])
def test_a_working_day_is_known_when_it_has_begun(empty: LocalWorkspace, as_of: str, n: int) -> None:
    load(empty, "work_time", work("e1", "2025-03-10"))
    assert value(empty, "occupancy_rate", as_of=as_of)[1] == n


# Who leaves and who stays.


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


# Later answers.

ANSWERED = case(1, at(3), first_response_at=at(3, 10))


def test_a_later_wait_runs_from_the_first_unanswered_message_to_the_next_answer(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED)
    load(
        empty,
        "messages",
        said(1, at(3, 11)),
        said(2, at(3, 12)),
        said(3, at(3, 12, 30), "bot"),
        said(4, at(3, 12, 40), "system"),
        said(5, at(3, 13), "agent"),
        said(6, at(3, 14), "agent"),
        said(7, at(3, 15)),
        said(8, at(3, 15, 30), "agent"),
    )
    assert value(empty, "next_response_time") == (4_500, 2)
    assert value(empty, "next_response_time.p90") == (pytest.approx(6_660), 2)


@pytest.mark.parametrize("unseen", [{"is_public": 0}, {"is_auto": 1}])
def test_what_the_customer_does_not_see_or_no_person_wrote_ends_no_wait(empty: LocalWorkspace, unseen: Row) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent", **unseen), said(3, at(3, 13), "agent"))
    assert value(empty, "next_response_time") == (7_200, 1)


def test_a_hidden_message_of_the_customer_opens_no_wait(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(3, 11), is_public=0), said(2, at(3, 12)), said(3, at(3, 13), "agent"))
    assert value(empty, "next_response_time") == (3_600, 1)


@pytest.mark.parametrize(("sent", "n"), [(at(3, 9, 30), 0), (at(3, 10), 0), (at(3, 10, 0, 1), 1)])
def test_messages_up_to_the_first_answer_belong_to_the_first_wait(
    empty: LocalWorkspace, sent: datetime, n: int
) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, sent), said(2, at(3, 11), "agent"))
    assert value(empty, "next_response_time")[1] == n


def test_the_first_answer_that_only_the_file_knows_parts_two_messages(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(3)), said(2, at(3, 11)), said(3, at(3, 12), "agent"))
    assert value(empty, "next_response_time") == (3_600, 1)


def test_who_writes_at_the_instant_of_an_answer_was_answered_at_once(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(2, at(3, 11)), said(1, at(3, 11), "agent"), said(3, at(3, 12), "agent"))
    assert value(empty, "next_response_time") == (0, 1)


def test_without_a_first_answer_there_is_no_later_one(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3)))
    load(empty, "messages", said(1, at(3)), said(2, at(3, 11)))
    assert empty.kpi("next_response_time", "2025-03", as_of=AS_OF).rows() == []


@pytest.mark.parametrize("mark", [{"direction": "out"}, {"is_spam": 1}, {"is_test": 1}, {"deleted_at": at(9)}])
def test_conversations_that_do_not_count_have_no_later_waits(empty: LocalWorkspace, mark: Row) -> None:
    load(empty, "conversations", ANSWERED | mark)
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent"), said(3, at(3, 13)))
    record = empty.kpi("next_response_time", "2025-03", as_of=AS_OF).one()
    assert (record.n, record.n_censored) == (0, 0)


def test_a_wait_without_an_answer_is_censored_and_keeps_the_number_open(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent"), said(3, at(3, 13)))
    for as_of, status in (("2025-04-10", "provisional"), ("2025-05-10", "final")):
        record = empty.kpi("next_response_time", "2025-03", as_of=as_of).one()
        assert (record.n, record.n_censored, record.status) == (1, 1, status)


@pytest.mark.parametrize(
    ("left", "status"), [(None, "provisional"), (at(3, 12, 59, 59), "provisional"), (at(3, 13), "final")]
)
def test_who_left_waits_no_longer(empty: LocalWorkspace, left: datetime | None, status: str) -> None:
    load(empty, "conversations", ANSWERED | {"abandoned_at": left})
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent"), said(3, at(3, 13)))
    record = empty.kpi("next_response_time", "2025-03", as_of="2025-04-10").one()
    assert (record.n, record.n_censored, record.status) == (1, 1, status)


@pytest.mark.parametrize(
    ("as_of", "censored"),
    [("2025-04-01T11:00:00Z", 1), ("2025-04-01T19:59:59Z", 1), ("2025-04-01T20:00:00Z", 0), ("2025-04-02", 0)],
)
def test_an_unanswered_message_in_a_solved_case_is_a_thank_you_after_a_day(
    empty: LocalWorkspace, as_of: str, censored: int
) -> None:
    load(empty, "conversations", ANSWERED | solved(at(31, 19)))
    load(empty, "messages", said(1, at(31, 11)), said(2, at(31, 12), "agent"), said(3, at(31, 20)))
    record = empty.kpi("next_response_time", "2025-03", as_of=as_of).one()
    assert (record.n, record.n_censored) == (1, censored)
    assert record.status == ("provisional" if censored else "final")


def test_an_unanswered_message_in_an_open_case_is_no_thank_you(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED | solved(at(4)) | {"reopened_at": at(5)})
    load(empty, "messages", said(1, at(5)))
    assert empty.kpi("next_response_time", "2025-03", as_of="2025-04-10").one().n_censored == 1


def test_a_thank_you_that_was_answered_after_all_counts(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED | solved(at(4)))
    load(empty, "messages", said(1, at(5)), said(2, at(7), "agent"))
    assert value(empty, "next_response_time") == (172_800, 1)


@pytest.mark.parametrize(("as_of", "told"), [("2025-04-01T11:59:59Z", (0, 1)), ("2025-04-01T12:00:00Z", (1, 0))])
def test_an_answer_is_known_from_its_instant_on(empty: LocalWorkspace, as_of: str, told: tuple[int, int]) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(31, 12)), said(2, datetime(2025, 4, 1, 12), "agent"))
    record = empty.kpi("next_response_time", "2025-03", as_of=as_of).one()
    assert (record.n, record.n_censored) == told


@pytest.mark.parametrize(("as_of", "waits"), [("2025-03-20T08:59:59Z", 0), ("2025-03-20T09:00:00Z", 1)])
def test_a_later_wait_is_known_from_its_instant_on(empty: LocalWorkspace, as_of: str, waits: int) -> None:
    load(empty, "conversations", ANSWERED)
    load(empty, "messages", said(1, at(20)))
    assert empty.kpi("next_response_time", "2025-03", as_of=as_of).one().n_censored == waits


@pytest.mark.parametrize(
    ("sent", "n"),
    [(datetime(2025, 2, 28, 21, 59, 59), 0), (datetime(2025, 2, 28, 22), 1), (at(31, 20, 59, 59), 1), (at(31, 21), 0)],
)
def test_a_wait_belongs_to_the_month_in_which_it_began(empty: LocalWorkspace, sent: datetime, n: int) -> None:
    load(empty, "conversations", case(1, datetime(2025, 2, 1), first_response_at=datetime(2025, 2, 2)))
    load(empty, "messages", said(1, sent), said(2, sent + DAY, "agent"))
    assert value(empty, "next_response_time")[1] == n


def test_messages_of_a_merged_conversation_belong_to_its_root(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED, case(2, at(3), merged_into="c1"))
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent", conversation_id="c2"))
    assert value(empty, "next_response_time") == (3_600, 1)
    load(empty, "conversations", case(2, at(3), merged_into=None))
    assert value(empty, "next_response_time")[1] == 0


def test_a_later_wait_belongs_to_who_ended_it(empty: LocalWorkspace) -> None:
    load(empty, "conversations", ANSWERED | {"agent_id": "e1"})
    load(empty, "messages", said(1, at(3, 11)), said(2, at(3, 12), "agent", author_id="e2"))
    assert value(empty, "next_response_time", where={"agent_id": "e2"}) == (3_600, 1)
    assert value(empty, "next_response_time", where={"agent_id": "e1"})[1] == 0


# Promised times.

HOUR_S = 3_600.0


@pytest.mark.parametrize(("answered", "share"), [(at(3, 10), 1), (at(3, 10, 0, 1), 0)])
def test_a_promise_is_met_up_to_the_instant_it_is_due(empty: LocalWorkspace, answered: datetime, share: int) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, at(3), first_response_at=answered))
    assert value(empty, "sla_attainment_rate") == (share, 1)
    assert value(empty, "sla_attainment_rate", where={"metric": "first_response"}) == (share, 1)
    assert value(empty, "sla_attainment_rate", where={"metric": "resolution"})[1] == 0


@pytest.mark.parametrize(("left", "n"), [(at(3, 9, 59, 59), 0), (at(3, 10), 1)])
def test_who_leaves_before_it_is_due_cancels_a_promise(empty: LocalWorkspace, left: datetime, n: int) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, at(3), abandoned_at=left))
    assert value(empty, "sla_attainment_rate")[1] == n


@pytest.mark.parametrize(("as_of", "n"), [("2025-03-03T09:59:59Z", 0), ("2025-03-03T10:00:00Z", 1)])
def test_a_promise_is_broken_from_the_instant_it_is_due(empty: LocalWorkspace, as_of: str, n: int) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, at(3), first_response_at=at(5)))
    table = empty.kpi("sla_attainment_rate", "2025-03", as_of=as_of)
    assert (table.one().n, table.receipt().left_out) == (n, {} if n else {"still running": 1})


@pytest.mark.parametrize(("as_of", "n"), [("2025-03-03T09:29:59Z", 0), ("2025-03-03T09:30:00Z", 1)])
def test_a_promise_is_kept_from_the_instant_of_the_answer(empty: LocalWorkspace, as_of: str, n: int) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, at(3), first_response_at=at(3, 9, 30)))
    assert value(empty, "sla_attainment_rate", as_of=as_of)[1] == n


@pytest.mark.parametrize(
    ("opened", "answered", "month"),
    [
        (at(31, 20, 30), at(31, 20, 59, 59), "2025-03"),
        (at(31, 20, 30), at(31, 21), "2025-04"),
        (at(31, 19, 59, 59), None, "2025-03"),
        (at(31, 20), None, "2025-04"),
    ],
)
def test_a_promise_belongs_to_the_month_in_which_it_was_decided(
    empty: LocalWorkspace, opened: datetime, answered: datetime | None, month: str
) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, opened, first_response_at=answered))
    assert {name: value(empty, "sla_attainment_rate", name)[1] for name in ("2025-03", "2025-04")} == {
        "2025-03": int(month == "2025-03"),
        "2025-04": int(month == "2025-04"),
    }


def test_the_most_special_target_holds(empty: LocalWorkspace) -> None:
    """Answered after an hour and a half: met by the two hours of urgent cases, not by what holds otherwise."""
    load(
        empty,
        "sla_targets",
        allowed("first_response", HOUR_S, "any"),
        allowed("first_response", 2 * HOUR_S, "urgent", priority="urgent"),
        allowed("first_response", HOUR_S / 2, "mail", channel="email"),
        allowed("first_response", HOUR_S / 2, "chat", channel="chat"),
    )
    answered = {"first_response_at": at(3, 10, 30)}
    load(empty, "conversations", case(1, at(3), priority="urgent", **answered), case(2, at(3), **answered))
    assert value(empty, "sla_attainment_rate") == (0.5, 2)
    load(empty, "sla_targets", allowed("first_response", 2 * HOUR_S, "mail", channel="email"))
    assert value(empty, "sla_attainment_rate") == (1, 2)
    load(empty, "sla_targets", allowed("first_response", HOUR_S, "newer", channel="email", valid_from="2025-01-01"))
    assert value(empty, "sla_attainment_rate") == (0.5, 2)


def test_without_a_target_for_the_case_nothing_was_promised(empty: LocalWorkspace) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S, channel="chat"))
    load(empty, "sla_targets", allowed("first_response", HOUR_S, priority="urgent"))
    load(empty, "conversations", case(1, at(3)), case(2, at(3), priority="low"), case(3, at(3), channel="chat"))
    assert value(empty, "sla_attainment_rate") == (0, 1)


@pytest.mark.parametrize(
    ("opened", "n"),
    [(at(2, 21, 59, 59), 0), (at(2, 22), 1), (at(4, 21, 59, 59), 1), (at(4, 22), 0)],
)
def test_the_policy_is_that_of_the_local_day_on_which_the_case_began(
    empty: LocalWorkspace, opened: datetime, n: int
) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S, valid_from="2025-03-03", valid_to="2025-03-04"))
    load(empty, "conversations", case(1, opened))
    assert value(empty, "sla_attainment_rate")[1] == n


@pytest.mark.parametrize("spam", [{"is_spam": 1}, {"merged_into": "c9"}, {"direction": "out"}, {"bot_first": 1}])
def test_where_nobody_waits_for_us_nothing_is_promised(empty: LocalWorkspace, spam: Row) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    load(empty, "conversations", case(1, at(3), **spam))
    assert value(empty, "sla_attainment_rate")[1] == 0


def test_the_first_answer_is_due_from_the_handoff_on(empty: LocalWorkspace) -> None:
    load(empty, "sla_targets", allowed("first_response", HOUR_S))
    bot = {"bot_first": 1, "handoff_at": at(3, 10)}
    load(empty, "conversations", case(1, at(3), **bot, first_response_at=at(3, 11)))
    assert value(empty, "sla_attainment_rate") == (1, 1)


def test_a_solve_is_due_from_the_beginning_and_counts_while_it_stands(empty: LocalWorkspace) -> None:
    """Due on the 4th at nine: the first is solved then, the second a second later; the others were reopened."""
    load(empty, "sla_targets", allowed("resolution", 24 * HOUR_S))
    load(
        empty,
        "conversations",
        case(1, at(3), **solved(at(4))),
        case(2, at(3), **solved(at(4, 9, 0, 1))),
        case(3, at(3), reopened_at=at(3, 12), **solved(at(3, 11))),
        case(4, at(3), reopened_at=at(3, 12), **solved(at(3, 11), at(6))),
        case(5, at(3), bot_first=1, resolved_by="bot", **solved(at(3, 11))),
    )
    assert value(empty, "sla_attainment_rate") == (0.4, 5)
    assert value(empty, "sla_attainment_rate", "2025-03-04") == (0.25, 4)


def test_later_answers_are_promised_too(empty: LocalWorkspace) -> None:
    load(empty, "sla_targets", allowed("next_response", HOUR_S))
    load(empty, "conversations", ANSWERED | solved(at(6)))
    load(
        empty,
        "messages",
        said(1, at(3, 11)),
        said(2, at(3, 12), "agent"),
        said(3, at(3, 13)),
        said(4, at(3, 14, 0, 1), "agent"),
        said(5, at(31, 18)),
    )
    found = empty.kpi("sla_attainment_rate", "2025-03", as_of=AS_OF).one()
    assert (found.value, found.n, found.components["G"]) == (0.5, 2, 1)
    assert value(empty, "sla_attainment_rate", as_of="2025-04-01T17:59:59Z") == (pytest.approx(1 / 3), 3)
    assert value(empty, "sla_attainment_rate", "2025-03-03", where={"metric": "next_response"}) == (0.5, 2)


def hours(name: str, opens: str = "10:00", closes: str = "12:00", **more: Any) -> list[Row]:
    """Every day of the week in UTC."""
    row = {"calendar_id": name, "tz": "UTC", "open": opens, "close": closes, "kind": "open"}
    return [row | {"weekday": weekday} | more for weekday in range(1, 8)]


@pytest.mark.parametrize(
    ("target", "own", "due"),
    [
        ("short", "long", at(3, 11)),
        (None, "long", at(3, 10)),
        (None, None, at(3, 10, 30)),
    ],
)
def test_a_target_has_its_own_hours_else_those_of_the_case_else_the_usual_ones(
    empty: LocalWorkspace, target: str | None, own: str | None, due: datetime
) -> None:
    """An hour allowed from nine on: the calendar `std` opens at half past nine."""
    load(empty, "business_calendars", *hours("short"), *hours("long", "08:00"), *hours("std", "09:30"))
    load(empty, "sla_targets", allowed("first_response", HOUR_S, clock="business", calendar_id=target))
    both = [case(n, at(3), calendar_id=own, first_response_at=due + n * SECOND) for n in (0, 1)]
    load(empty, "conversations", *both)
    assert value(empty, "sla_attainment_rate") == (0.5, 2)


def test_hours_that_change_later_move_what_is_due(empty: LocalWorkspace) -> None:
    load(empty, "business_calendars", *hours("std", "08:00"))
    load(empty, "sla_targets", allowed("first_response", HOUR_S, clock="business"))
    load(empty, "conversations", case(1, at(3), first_response_at=at(3, 10, 30)))
    assert value(empty, "sla_attainment_rate") == (0, 1)
    load(empty, "business_calendars", *hours("std", "08:00", "09:00"), *hours("std"))
    assert value(empty, "sla_attainment_rate") == (1, 1)


def test_a_calendar_that_closes_for_good_breaks_no_promise(empty: LocalWorkspace) -> None:
    load(empty, "business_calendars", *hours("std", valid_to="2025-03-04"))
    load(empty, "sla_targets", allowed("first_response", 3 * HOUR_S, clock="business"))
    load(empty, "conversations", case(1, at(3)), case(2, at(4)), case(3, at(4), first_response_at=at(20)))
    assert value(empty, "sla_attainment_rate") == (0.5, 2)


def test_a_calendar_nobody_knows_promises_nothing(empty: LocalWorkspace) -> None:
    load(empty, "business_calendars", *hours("std"))
    load(empty, "sla_targets", allowed("first_response", HOUR_S, clock="business", calendar_id="unknown"))
    load(empty, "conversations", case(1, at(3)))
    assert value(empty, "sla_attainment_rate")[1] == 0


# Time in which the customer waits for us.


def test_a_customer_waits_while_it_is_ours_to_act(empty: LocalWorkspace) -> None:
    """An hour new, one open, one on hold; pending and solved is no wait, what happens after the last solve neither."""
    changes = ("new", "pending", "Open", "on_hold", "solved")
    load(empty, "conversations", case(1, at(3), first_response_at=at(3, 10)))
    load(empty, "status_events", *[state(at(3, 9 + n), to) for n, to in enumerate(changes)])
    load(empty, "status_events", state(at(3, 10, 30), "e1", kind="assign"))
    assert value(empty, "requester_wait_time") == (10_800, 1)
    load(empty, "status_events", state(at(3, 15), "open"), state(at(3, 16), "closed"))
    assert value(empty, "requester_wait_time") == (14_400, 1)
    assert value(empty, "requester_wait_time.mean", as_of="2025-03-03T14:00:00Z") == (10_800, 1)


def test_a_solve_that_the_file_gives_ends_the_wait(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(3, 11))))
    load(empty, "status_events", state(at(3), "new"), state(at(3, 12), "solved"))
    assert value(empty, "requester_wait_time") == (7_200, 1)


def test_a_wait_that_nothing_ended_runs_to_the_solve(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(3, 11))), case(2, at(3), **solved(at(3, 11))))
    load(empty, "status_events", state(at(3), "open"), state(at(3), "pending", "c2"))
    assert value(empty, "requester_wait_time.mean") == (3_600, 2)


@pytest.mark.parametrize(("recorded", "n"), [(at(3, 11), 1), (at(3, 11, 0, 1), 0)])
def test_without_a_state_up_to_the_solve_nothing_is_known(empty: LocalWorkspace, recorded: datetime, n: int) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(3, 11))))
    load(empty, "status_events", state(recorded, "open"))
    table = empty.kpi("requester_wait_time", "2025-03", as_of=AS_OF)
    assert (table.one().n, table.receipt().left_out) == (n, {} if n else {"no record of its states": 1})


@pytest.mark.parametrize("mark", [{"direction": "out"}, {"is_spam": 1}, {"reopened_at": at(5)}])
def test_what_is_not_solved_for_a_customer_has_no_total_wait(empty: LocalWorkspace, mark: Row) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(3, 11)), **mark))
    load(empty, "status_events", state(at(3), "open"))
    assert value(empty, "requester_wait_time")[1] == 0


@pytest.mark.parametrize(("as_of", "wait"), [("2025-03-04T08:59:59Z", 7_200), ("2025-03-04T09:00:00Z", 25_200)])
def test_a_total_wait_is_that_of_the_last_solve_known(empty: LocalWorkspace, as_of: str, wait: int) -> None:
    """Two hours until the first solve; reopened and never in the states again, five hours until the last."""
    load(empty, "conversations", case(1, at(3), **solved(at(3, 11), at(4)), reopened_at=at(4, 4)))
    load(empty, "status_events", state(at(3), "new"), state(at(3, 11), "solved"), state(at(4, 4), "open"))
    found = empty.kpi("requester_wait_time", "2025-03-03" if wait == 7_200 else "2025-03", as_of=as_of).one()
    assert (found.value, found.n) == ((None, 0) if wait == 7_200 else (wait, 1))
    early = empty.kpi("requester_wait_time", "2025-03", as_of="2025-03-04T03:59:59Z").one()
    assert (early.value, early.n) == (7_200, 1)

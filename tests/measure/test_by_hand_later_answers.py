"""Rules of later answers and of the total wait of a customer, worked out by hand on a few rows each.

March 2025 in Helsinki begins on 28 February at 22:00 UTC and ends on 31 March at 21:00 UTC.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, solved, value
from mittari.workspace.local import LocalWorkspace

DAY = timedelta(days=1)
Row = dict[str, Any]


def said(number: int, sent: datetime, who: str = "customer", **more: Any) -> Row:
    row = {"message_id": f"m{number}", "conversation_id": "c1", "sent_at": sent, "author_type": who}
    return row | {"author_id": "e1" if who == "agent" else None} | more


def state(sent: datetime, to: str, name: str = "c1", kind: str = "status") -> Row:
    return {"conversation_id": name, "at": sent, "kind": kind, "value": to}


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

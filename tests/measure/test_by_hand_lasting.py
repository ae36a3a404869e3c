"""What is solved for good: bots and first contacts by hand, where no golden record looks."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import at, call, case, load, solved, status, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
LATE = datetime(2025, 3, 31, 12)
FCR, BOT = "first_contact_resolution_rate", "bot_resolution_rate"


def by_bot(number: int, opened: datetime, done: datetime | None, **more: Any) -> dict[str, Any]:
    times = {} if done is None else solved(done)
    return case(number, opened, **{"bot_first": 1, "resolved_by": "bot", "channel": "chat", **times, **more})


def by_person(number: int, opened: datetime, done: datetime, **more: Any) -> dict[str, Any]:
    return case(number, opened, **{"resolved_by": "agent", "first_response_at": opened, **solved(done), **more})


SOLVED_AT = at(4)
RETURNS = [
    ("conversations", case(2, SOLVED_AT + WEEK), False),
    ("conversations", case(2, SOLVED_AT + WEEK + SECOND), True),
    ("conversations", case(2, SOLVED_AT + SECOND), False),
    ("conversations", case(2, SOLVED_AT), True),
    ("conversations", case(2, at(5), reason_code=None), False),
    ("conversations", case(2, at(5), reason_code="other"), True),
    ("conversations", case(2, at(5), customer_id="other"), True),
    ("conversations", case(2, at(5), direction="out"), True),
    ("conversations", case(2, at(5), is_test=1), True),
    ("conversations", case(2, at(5), channel="chat", abandoned_at=at(5, 9, 0, 10)), True),
    ("conversations", case(2, at(5), channel="chat", abandoned_at=at(5, 9, 0, 11)), False),
    ("calls", call(2, at(5)), False),
    ("calls", call(2, at(5), "voicemail"), False),
    ("calls", call(2, at(5), "abandoned", 5), True),
    ("calls", call(2, at(5), direction="out"), True),
]


@pytest.mark.parametrize(("table", "later", "lasts"), RETURNS)
@pytest.mark.parametrize("name", [BOT, FCR])
def test_a_solution_lasts_unless_the_customer_comes_back_about_it(
    empty: LocalWorkspace, name: str, table: str, later: dict[str, Any], lasts: bool
) -> None:
    """The one that may come back is not handled, so it is no first contact itself."""
    first = by_bot(1, at(3), SOLVED_AT) if name == BOT else by_person(1, at(3), SOLVED_AT)
    load(empty, "conversations", first)
    load(empty, table, later)
    assert value(empty, name) == (lasts, 1)


def test_a_solution_for_no_reason_ends_with_any_return(empty: LocalWorkspace) -> None:
    load(empty, "conversations", by_person(1, at(3), at(4), reason_code=None), case(2, at(5)))
    assert value(empty, FCR) == (0, 1)


def test_who_comes_back_before_the_solve_was_only_in_a_hurry(empty: LocalWorkspace) -> None:
    load(empty, "conversations", by_person(1, at(3), at(5)), case(2, at(4)))
    assert value(empty, FCR) == (1, 1)


@pytest.mark.parametrize(
    "more",
    [
        {"handoff_at": at(3, 10)},
        {"first_response_at": at(3, 10)},
        {"resolved_by": "agent"},
        {"resolved_by": None},
        {"first_solved_at": None, "last_solved_at": None},
        {"reopened_at": at(10)},
    ],
)
def test_only_what_a_bot_solved_alone_and_for_good_is_its_solution(empty: LocalWorkspace, more: dict[str, Any]) -> None:
    load(empty, "conversations", by_bot(1, at(3), at(4), **more), by_bot(2, at(3), at(4), customer_id="other"))
    load(empty, "conversations", by_bot(3, at(3), at(4), bot_first=0), by_bot(4, at(3), at(4), direction="out"))
    assert value(empty, BOT) == (0.5, 2)


def test_a_bot_is_judged_by_the_solve_that_stands(empty: LocalWorkspace) -> None:
    """Solved again on the 6th: who came back before that has an answer."""
    load(empty, "conversations", by_bot(1, at(3), at(4), reopened_at=at(5), last_solved_at=at(6)), case(2, at(5)))
    assert value(empty, BOT) == (1, 1)


def test_a_return_to_a_bot_is_found_however_late_it_solved(empty: LocalWorkspace) -> None:
    done = LATE + timedelta(days=50)
    load(empty, "conversations", by_bot(1, LATE, done), case(2, done + WEEK))
    assert value(empty, BOT) == (0, 1)


def test_what_a_bot_began_matures_in_seven_days(empty: LocalWorkspace) -> None:
    """Seven days after the solve, and without one after the beginning; handed over it is not the bot's any more."""
    load(empty, "conversations", by_bot(1, LATE - WEEK, LATE))
    assert status(empty, BOT, LATE + WEEK - SECOND) == "provisional"
    assert status(empty, BOT, LATE + WEEK) == "final"
    load(empty, "conversations", by_bot(1, LATE, None), by_bot(2, LATE + SECOND, None, handoff_at=LATE + SECOND))
    assert status(empty, BOT, LATE + WEEK - SECOND) == "provisional"
    assert status(empty, BOT, LATE + WEEK) == "final"


@pytest.mark.parametrize(("after", "share"), [(timedelta(days=30), 1), (timedelta(days=30) + SECOND, 0)])
def test_a_first_contact_has_thirty_days_to_be_solved(empty: LocalWorkspace, after: timedelta, share: int) -> None:
    load(empty, "conversations", by_person(1, at(3), at(3) + after))
    assert value(empty, FCR) == (share, 1)


def test_a_return_after_a_late_solve_is_still_found(empty: LocalWorkspace) -> None:
    """Begun on the last day of March, solved 30 days later, followed by a return 7 days after that."""
    done = LATE + timedelta(days=30)
    load(empty, "conversations", by_person(1, LATE, done), case(2, done + WEEK))
    assert value(empty, FCR) == (0, 1)


def test_a_first_contact_at_the_first_midnight_counts(empty: LocalWorkspace) -> None:
    """1 March begins in Helsinki at 22:00 UTC the day before."""
    midnight = datetime(2025, 2, 28, 22)
    load(empty, "conversations", by_person(1, midnight, midnight + SECOND), case(2, midnight + 2 * SECOND))
    assert value(empty, FCR) == (0, 1)


def test_first_contacts_are_handled_known_and_no_repeats(empty: LocalWorkspace) -> None:
    load(
        empty,
        "conversations",
        by_person(1, at(3), at(4), customer_id="a"),
        by_person(2, at(6), at(7), customer_id="a"),
        by_person(3, at(3), at(4), customer_id=None),
        by_person(4, at(3), at(4), customer_id="b", direction="out"),
        case(5, at(3), customer_id="c", **solved(at(4))),
        by_bot(6, at(3), at(4), customer_id="d"),
        by_person(7, at(3), at(4), customer_id="e"),
    )
    assert value(empty, FCR) == (pytest.approx(2 / 3), 3)


@pytest.mark.parametrize(
    ("more", "share"),
    [
        ({"reopened_at": at(4) + WEEK}, 0),
        ({"reopened_at": at(4) + WEEK + SECOND}, 1),
        ({"reopened_at": at(5), "reopen_is_trivial": 1}, 1),
    ],
)
def test_a_first_contact_reopened_within_seven_days_has_failed(
    empty: LocalWorkspace, more: dict[str, Any], share: int
) -> None:
    load(empty, "conversations", by_person(1, at(3), at(4), **more))
    assert value(empty, FCR) == (share, 1)


def test_until_a_first_contact_is_mature_nothing_is_known(empty: LocalWorkspace) -> None:
    """Seven days after the solve, without one thirty after the beginning, it counts."""
    load(empty, "conversations", by_person(1, at(30), LATE), by_person(2, at(8), LATE, customer_id="b"))
    load(empty, "conversations", case(3, at(12), first_response_at=at(12), customer_id="c"))

    def found(as_of: datetime) -> tuple[Any, ...]:
        record = empty.kpi(FCR, "2025-03", as_of=f"{as_of.isoformat()}Z").one()
        return record.n, record.n_censored, record.status

    assert found(LATE + WEEK - SECOND) == (0, 3, "no_data")
    assert found(LATE + WEEK) == (2, 1, "provisional")
    assert found(at(12) + timedelta(days=30) - SECOND) == (2, 1, "provisional")
    assert found(at(12) + timedelta(days=30)) == (3, 0, "final")


def test_a_call_is_solved_when_it_is_over(empty: LocalWorkspace) -> None:
    """The customer of the first writes a day later; of an abandoned call nothing was handled."""
    load(empty, "calls", call(1, at(3)), call(2, at(3), customer_id="b"), call(3, at(3), "abandoned", customer_id="c"))
    load(empty, "conversations", case(4, at(4)))
    assert value(empty, FCR, where={"channel": "phone"}) == (0.5, 2)


# The methods of other tools


def said(number: int, conversation: int, when: datetime, **more: Any) -> dict[str, Any]:
    row = {"message_id": f"m{number}", "conversation_id": f"c{conversation}", "sent_at": when, "author_type": "agent"}
    return {**row, **more}


def one_case(number: int, **more: Any) -> dict[str, Any]:
    return by_person(number, at(3), at(4), customer_id=f"k{number}", **more)


def test_one_touch_is_one_public_answer_of_a_person(empty: LocalWorkspace) -> None:
    """Of the first only one answer counts; the second had two, one of them in a merged one; the third is not known."""
    load(empty, "conversations", *[one_case(n) for n in (1, 2, 3)], case(4, at(3), merged_into="c2"))
    load(
        empty,
        "messages",
        said(1, 1, at(3, 10)),
        said(2, 1, at(3, 11), is_public=0),
        said(3, 1, at(3, 12), is_auto=1),
        said(4, 1, at(3, 13), author_type="customer"),
        said(5, 2, at(3, 10)),
        said(6, 4, at(5)),
    )
    record = empty.kpi(FCR, "2025-03", as_of="2025-12-01", fcr_method="one_touch").one()
    assert (record.value, record.n, record.n_na) == (0.5, 2, 1)
    assert value(empty, FCR, fcr_method="first_response_closed") == (1, 2)
    early = empty.kpi(FCR, "2025-03", as_of="2025-03-11T09:00:00Z", fcr_method="one_touch").one()
    assert (early.n, early.n_na) == (2, 1)


def test_closed_with_the_first_response_looks_no_further_than_the_solve(empty: LocalWorkspace) -> None:
    """The second answer comes at the solve in the first, a second after it in the second; the third is reopened."""
    load(empty, "conversations", one_case(1), one_case(2), one_case(3, reopened_at=at(5)))
    load(empty, "messages", *[said(n, n, at(3, 10)) for n in (1, 2, 3)])
    load(empty, "messages", said(4, 1, at(4)), said(5, 2, at(4) + SECOND))
    assert value(empty, FCR, fcr_method="first_response_closed") == (pytest.approx(1 / 3), 3)


def test_an_answer_is_known_from_its_instant_on(empty: LocalWorkspace) -> None:
    load(empty, "conversations", one_case(1))
    load(empty, "messages", said(1, 1, at(3, 10)), said(2, 1, at(20)))
    before, after = "2025-03-20T08:59:59Z", "2025-03-20T09:00:00Z"
    assert value(empty, FCR, as_of=before, fcr_method="one_touch") == (1, 1)
    assert value(empty, FCR, as_of=after, fcr_method="one_touch") == (0, 1)


def test_a_call_is_one_touch(empty: LocalWorkspace) -> None:
    load(empty, "calls", call(1, at(3), agent_id="e1"))
    for method in ("one_touch", "first_response_closed", "closed_once_one_teammate"):
        assert value(empty, FCR, where={"channel": "phone"}, fcr_method=method) == (1, 1)


def test_closed_once_by_one_teammate_needs_both_to_be_known(empty: LocalWorkspace) -> None:
    one, two = {"agent_id": "e1", "first_responder_id": "e1"}, {"agent_id": "e1", "first_responder_id": "e2"}
    load(
        empty,
        "conversations",
        one_case(1, **one),
        one_case(2, **two),
        one_case(3, **one, reopened_at=at(30)),
        one_case(4, agent_id="e1"),
        one_case(5, first_responder_id="e1"),
    )
    record = empty.kpi(FCR, "2025-03", as_of="2025-12-01", fcr_method="closed_once_one_teammate").one()
    assert (record.value, record.n, record.n_na) == (pytest.approx(1 / 3), 3, 2)


def test_a_method_nobody_knows_is_refused(empty: LocalWorkspace) -> None:
    with pytest.raises(UserError, match="one_touch"):
        value(empty, FCR, fcr_method="guess")

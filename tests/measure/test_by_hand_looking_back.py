"""What a look back cannot know: `as_of_partial` is told where a number would need what was overwritten since."""

from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import at, case, load
from mittari.workspace.local import LocalWorkspace

FLAG = "as_of_partial"
TWICE = {
    "first_solved_at": at(3),
    "reopened_at": at(5),
    "reopened_last_at": at(12),
    "last_solved_at": at(15),
    "reopen_count": 2,
}
"""Solved on the 3rd, reopened on the 5th, solved some day before the 12th, reopened then and solved on the 15th."""


def partial(workspace: LocalWorkspace, name: str, as_of: datetime, period: str = "2025-03", **more: Any) -> bool:
    """Whether the record of the period as of the instant says so."""
    table = workspace.kpi(name, period, as_of=f"{as_of.isoformat()}Z", **more)
    return any(FLAG in record.flags for record in table)


@pytest.mark.parametrize(
    ("moment", "unknown"),
    [
        (at(2), False),
        (at(3), False),
        (at(4), False),
        (at(5, 8, 59, 59), False),
        (at(5), True),
        (at(8), True),
        (at(12, 8, 59, 59), True),
        (at(12), False),
        (at(13), False),
        (at(15), False),
        (at(20), False),
    ],
)
def test_solves_between_the_first_and_the_last_are_kept_nowhere(
    empty: LocalWorkspace, moment: datetime, unknown: bool
) -> None:
    load(
        empty, "conversations", case(1, at(1), **TWICE), case(2, at(1, 10), first_solved_at=at(2), last_solved_at=at(2))
    )
    assert partial(empty, "resolution_rate", moment) is unknown
    assert partial(empty, "open_conversation_count", moment) is unknown
    assert not partial(empty, "conversation_count", moment)


def test_the_newest_state_is_known(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(1), **TWICE))
    for name in ("resolution_rate", "solved_count", "open_conversation_count"):
        assert FLAG not in empty.kpi(name, "2025-03").one().flags


def test_one_reopening_leaves_nothing_out(empty: LocalWorkspace) -> None:
    once = {"first_solved_at": at(3), "reopened_at": at(5), "last_solved_at": at(15), "reopen_count": 1}
    load(empty, "conversations", case(1, at(1), **once))
    assert not any(partial(empty, "resolution_rate", at(day)) for day in range(1, 20))


def test_a_count_of_reopenings_tells_of_those_without_a_time(empty: LocalWorkspace) -> None:
    """Two reopenings, of which only the first is told: it was solved and reopened some time before the 15th."""
    once = {"first_solved_at": at(3), "reopened_at": at(5), "last_solved_at": at(15), "reopen_count": 2}
    load(empty, "conversations", case(1, at(1), **once))
    assert not partial(empty, "resolution_rate", at(4))
    assert partial(empty, "resolution_rate", at(6))
    assert partial(empty, "resolution_rate", at(14))
    assert not partial(empty, "resolution_rate", at(15))


@pytest.mark.parametrize(("count", "unknown"), [(1, False), (2, True), (None, True)])
def test_where_only_the_last_reopening_is_told_the_first_may_be_another(
    empty: LocalWorkspace, count: int | None, unknown: bool
) -> None:
    late = {"first_solved_at": at(3), "reopened_last_at": at(12), "last_solved_at": at(15), "reopen_count": count}
    load(empty, "conversations", case(1, at(1), first_response_at=at(2), **late))
    assert partial(empty, "reopen_rate", at(11)) is unknown
    assert partial(empty, "first_contact_resolution_rate", at(11)) is unknown
    assert not partial(empty, "reopen_rate", at(2))
    assert not partial(empty, "reopen_rate", at(13))


def test_the_first_reopening_is_enough_for_the_share_of_those_reopened(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(1), **TWICE))
    assert not partial(empty, "reopen_rate", at(8))
    assert partial(empty, "resolution_rate", at(8))


def test_a_record_of_states_tells_what_was_open(empty: LocalWorkspace) -> None:
    """With status events the open ones are known at any instant, the daily solves beside them are not."""
    load(empty, "conversations", case(1, at(1), **TWICE), case(2, at(1)))
    load(empty, "conversations", case(3, at(1), first_solved_at=at(5), last_solved_at=at(5)))
    load(empty, "status_events", {"conversation_id": "c1", "at": at(3), "kind": "status", "value": "solved"})
    assert not partial(empty, "open_conversation_count", at(8))
    assert not partial(empty, "open_conversation_age", at(8))
    assert partial(empty, "open_conversation_count.days_of_work", at(8))


def test_whoever_solved_it_last_is_taken_for_the_solver_at_any_instant(empty: LocalWorkspace) -> None:
    """Reopened on the 5th and solved by another on the 15th: on the 4th nothing but the solver could be another."""
    again = {"first_solved_at": at(3), "reopened_at": at(5), "last_solved_at": at(15), "agent_id": "b"}
    load(empty, "conversations", case(1, at(1), **again))
    assert not partial(empty, "solved_count", at(4), where={"agent_id": "b"})


def test_a_merge_was_not_known_before_it_was_made(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(1)), case(2, at(2), merged_into="c1"))
    load(empty, "status_events", {"conversation_id": "c2", "at": at(9), "kind": "merge", "value": "c1"})
    assert partial(empty, "conversation_count", at(5))
    assert not partial(empty, "conversation_count", at(9))
    assert not partial(empty, "conversation_count", at(1, 20))


def test_periods_that_end_before_say_nothing(empty: LocalWorkspace) -> None:
    """Seen from 8 March: February had been over when the case began, and what was solved in April is not asked."""
    load(
        empty,
        "conversations",
        case(1, at(1), **TWICE),
        case(2, datetime(2025, 2, 3, 9), first_solved_at=datetime(2025, 2, 4), last_solved_at=datetime(2025, 2, 4)),
    )
    table = empty.kpi("resolution_rate", ["2025-02", "2025-03"], as_of=f"{at(8).isoformat()}Z")
    assert {record.period: FLAG in record.flags for record in table} == {"2025-02": False, "2025-03": True}


@pytest.mark.parametrize("mark", [{"is_spam": 1}, {"is_test": 1}, {"merged_into": "c9"}])
def test_what_never_counts_is_not_missed(empty: LocalWorkspace, mark: dict[str, Any]) -> None:
    other = case(2, at(1, 10), first_solved_at=at(2), last_solved_at=at(2))
    load(empty, "conversations", case(1, at(1), **TWICE, **mark), other, case(9, at(1)))
    assert not partial(empty, "resolution_rate", at(8))


def test_a_merge_that_is_told_later_is_seen_at_once(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(1)), case(2, at(2), merged_into="c1"))
    assert not partial(empty, "conversation_count", at(5))
    load(empty, "status_events", {"conversation_id": "c2", "at": at(9), "kind": "merge", "value": "c1"})
    assert partial(empty, "conversation_count", at(5))

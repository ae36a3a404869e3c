"""Targets for a resolution that stand still while we wait for the customer, worked out by hand.

A case opens on 3 March 2025, a Monday, at 09:00 UTC (11:00 in Helsinki) and may take four hours.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, made_again, solved, value
from mittari.workspace.local import LocalWorkspace

SECOND = timedelta(seconds=1)
FOUR_HOURS = {"policy_id": "p", "metric": "resolution", "target_s": 4 * 3_600.0, "pauses_in_pending": 1}
OPEN_HOURS = [
    {"calendar_id": "std", "tz": "Europe/Helsinki", "weekday": day, "open": "08:00", "close": "16:00", "kind": "open"}
    for day in range(1, 6)
]
NAME = "sla_attainment_rate"


def states(*changes: tuple[datetime, str]) -> list[dict[str, Any]]:
    return [{"conversation_id": "c1", "at": when, "kind": "status", "value": state} for when, state in changes]


def met(workspace: LocalWorkspace, when: datetime, *changes: tuple[datetime, str], **target: Any) -> float | None:
    """The share met of the one promise, the case solved at the instant after these changes of its state."""
    load(workspace, "sla_targets", {**FOUR_HOURS, **target})
    load(workspace, "status_events", *states((at(3), "new"), *changes))
    load(workspace, "conversations", case(1, at(3), **solved(when)))
    record = made_again(workspace, NAME)
    assert record.n == 1
    return record.value


@pytest.mark.parametrize(("when", "share"), [(at(3, 15), 1), (at(3, 15) + SECOND, 0)])
def test_two_hours_of_waiting_for_the_customer_put_it_off_by_two(
    empty: LocalWorkspace, when: datetime, share: float
) -> None:
    assert met(empty, when, (at(3, 10), "pending"), (at(3, 12), "open")) == share


@pytest.mark.parametrize("target", [{"pauses_in_pending": 0}, {"pauses_in_pending": None}])
def test_it_stands_still_only_where_the_policy_says_so(empty: LocalWorkspace, target: dict[str, Any]) -> None:
    assert met(empty, at(3, 13) + SECOND, (at(3, 10), "pending"), (at(3, 12), "open"), **target) == 0


@pytest.mark.parametrize("state", ["open", "on_hold", "solved"])
def test_other_states_do_not_stop_the_clock(empty: LocalWorkspace, state: str) -> None:
    assert met(empty, at(3, 13) + SECOND, (at(3, 10), state), (at(3, 12), "open")) == 0


@pytest.mark.parametrize(("when", "share"), [(at(3, 16, 30), 1), (at(3, 16, 30) + SECOND, 0)])
def test_each_pause_counts_that_begins_before_what_is_due_by_then(
    empty: LocalWorkspace, when: datetime, share: float
) -> None:
    """Due at 13, by the first at 15, by the second, which begins after 13, at 16:30; the third comes too late."""
    pauses = [(at(3, 10), "pending"), (at(3, 12), "open"), (at(3, 14), "pending"), (at(3, 15, 30), "open")]
    late = [(at(3, 16, 30), "pending"), (at(3, 20), "open")]
    assert met(empty, when, *pauses, *late) == share


def test_two_changes_to_pending_are_one_wait(empty: LocalWorkspace) -> None:
    changes = [(at(3, 10), "pending"), (at(3, 11), "pending"), (at(3, 12), "open")]
    assert met(empty, at(3, 15), *changes) == 1


def test_a_pause_before_the_case_opened_does_not_count(empty: LocalWorkspace) -> None:
    load(empty, "status_events", *states((at(3, 7), "pending")))
    assert met(empty, at(3, 14), (at(3, 9, 30), "open")) == 0


@pytest.mark.parametrize(("as_of", "n"), [("2025-03-03T12:59:59Z", 0), (AS_OF, 0)])
def test_while_we_wait_nothing_falls_due(empty: LocalWorkspace, as_of: str, n: int) -> None:
    load(empty, "sla_targets", FOUR_HOURS)
    load(empty, "status_events", *states((at(3, 10), "pending")))
    load(empty, "conversations", case(1, at(3)))
    table = empty.kpi(NAME, "2025-03", as_of=as_of)
    assert table.one().n == n


def test_on_a_business_clock_only_open_hours_of_the_wait_count(empty: LocalWorkspace) -> None:
    """11 to 16 local is five open hours; pending from 15 on Monday to 9 on Tuesday is 1 + 1 open hours.

    Four hours end at 15:00, where the wait begins: it changes nothing. From 14:00 on it is 2 + 1: due on Tuesday at
    10:00, 8:00 UTC.
    """
    load(empty, "business_calendars", *OPEN_HOURS)
    business = {"clock": "business"}
    assert met(empty, at(4, 7), (at(3, 13), "pending"), (at(4, 7), "open"), **business) == 0
    load(empty, "status_events", *states((at(3, 12), "pending")))
    assert value(empty, NAME) == (1, 1)
    load(empty, "conversations", case(1, at(3), **solved(at(4, 8))))
    assert value(empty, NAME) == (1, 1)
    load(empty, "conversations", case(1, at(3), **solved(at(4, 8) + SECOND)))
    assert value(empty, NAME) == (0, 1)


def test_the_order_in_which_files_come_does_not_matter(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(3, 14))))
    assert value(empty, NAME)[1] == 0 or value(empty, NAME)[1] is None
    load(empty, "sla_targets", FOUR_HOURS)
    assert value(empty, NAME) == (0, 1)
    load(empty, "status_events", *states((at(3), "new"), (at(3, 10), "pending"), (at(3, 12), "open")))
    assert value(empty, NAME) == (1, 1)


def test_first_answers_do_not_pause(empty: LocalWorkspace) -> None:
    load(empty, "sla_targets", {**FOUR_HOURS, "metric": "first_response"})
    load(empty, "status_events", *states((at(3), "new"), (at(3, 10), "pending"), (at(3, 12), "open")))
    load(empty, "conversations", case(1, at(3), first_response_at=at(3, 14)))
    assert value(empty, NAME) == (0, 1)


def test_each_case_has_its_own_pauses(empty: LocalWorkspace) -> None:
    load(empty, "sla_targets", FOUR_HOURS)
    changes = [
        (1, 10, "pending"),
        (1, 12, "open"),
        (2, 10, "pending"),
        (2, 11, "open"),
        (2, 12, "pending"),
        (2, 13, "open"),
    ]
    events = [
        {"conversation_id": f"c{n}", "at": at(3, hour), "kind": "status", "value": state} for n, hour, state in changes
    ]
    load(empty, "status_events", *events)
    load(empty, "conversations", *[case(n, at(3), **solved(at(3, 15))) for n in (1, 2, 3)])
    load(empty, "conversations", case(4, at(3), **solved(at(3, 13))))
    assert value(empty, NAME) == (0.75, 4)

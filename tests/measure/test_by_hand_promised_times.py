"""Rules of service-level targets, worked out by hand on a few rows each.

March 2025 in Helsinki begins on 28 February at 22:00 UTC and ends on 31 March at 21:00 UTC.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, solved, value
from mittari.workspace.local import LocalWorkspace

SECOND = timedelta(seconds=1)
Row = dict[str, Any]


def said(number: int, sent: datetime, who: str = "customer", **more: Any) -> Row:
    row = {"message_id": f"m{number}", "conversation_id": "c1", "sent_at": sent, "author_type": who}
    return row | {"author_id": "e1" if who == "agent" else None} | more


def allowed(metric: str, seconds: float, policy: str = "p", **more: Any) -> Row:
    return {"policy_id": policy, "metric": metric, "target_s": seconds} | more


ANSWERED = case(1, at(3), first_response_at=at(3, 10))

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


def test_each_case_has_the_hours_of_its_own_calendar(empty: LocalWorkspace) -> None:
    """An hour allowed from nine on is over at ten in the long hours and at eleven in the short ones."""
    load(empty, "business_calendars", *hours("short"), *hours("long", "08:00"))
    load(empty, "sla_targets", allowed("first_response", HOUR_S, clock="business"))
    answered = {"first_response_at": at(3, 10, 30)}
    load(
        empty,
        "conversations",
        *[case(n, at(3), calendar_id=own, **answered) for n, own in enumerate(("short", "long"))],
    )
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

"""Rules of service that no golden record touches, worked out by hand on a few rows each."""

from datetime import datetime

import pytest

from measure.by_hand import Own, at, call, case, load, solved, value
from mittari.measure.outputs import Count
from mittari.workspace.local import LocalWorkspace


def test_a_contact_at_the_first_midnight_can_be_a_repeat(empty: LocalWorkspace) -> None:
    """1 March begins in Helsinki at 22:00 UTC the day before."""
    before, midnight = datetime(2025, 2, 27, 9), datetime(2025, 2, 28, 22)
    load(empty, "conversations", case(1, before, **solved(datetime(2025, 2, 27, 12))), case(2, midnight))
    assert value(empty, "repeat_contact_rate") == (1, 1)


@pytest.mark.parametrize(("outcome", "repeats"), [("answered", 0), ("abandoned", 0), ("callback", 1)])
def test_only_a_call_that_went_elsewhere_stays_open(empty: LocalWorkspace, outcome: str, repeats: int) -> None:
    """Eleven days later an answered and an abandoned call are long over; a callback is open for 30 days."""
    load(empty, "calls", call(1, at(1), outcome))
    load(empty, "conversations", case(1, at(12)))
    assert value(empty, "repeat_contact_rate") == (repeats, 1)


def test_only_who_is_answered_or_helped_by_a_bot_is_handled(own: Own, empty: LocalWorkspace) -> None:
    """The second by a bot, the third by a person's answer; in the first nobody is known to have spoken."""
    load(
        empty,
        "conversations",
        case(1, at(3), resolved_by="agent", **solved(at(4))),
        case(2, at(3), resolved_by="bot", **solved(at(4))),
        case(3, at(3), resolved_by="agent", first_response_at=at(4)),
        case(4, at(3), resolved_by="bot"),
    )
    assert own("contacts", lambda rows: Count(of=rows.handled, at=rows.opened_at), "conversations")[0] == 2


def test_only_promises_kept_too_late_are_late(empty: LocalWorkspace) -> None:
    """The first is two hours late. The second was moved by the customer, the third is called broken, though kept."""
    promise = {"made_at": at(1), "due_at": at(10), "due_precision": "instant"}
    load(
        empty,
        "promises",
        promise | {"promise_id": "v1", "kept_at": at(10, 11)},
        promise | {"promise_id": "v2", "kept_at": at(11), "renegotiated_by": "customer"},
        promise | {"promise_id": "v3", "kept_at": at(12), "status": "broken"},
    )
    assert value(empty, "promise_keeping_rate") == (0, 2)
    assert value(empty, "promise_keeping_rate.lateness_median") == (2 * 3600, 1)


def test_where_only_answers_count_who_left_at_once_does_not(empty: LocalWorkspace) -> None:
    load(empty, "calls", call(1, at(3), wait_s=10), call(2, at(3), "abandoned", wait_s=0))
    assert value(empty, "service_level", sl_method="answered_only") == (1, 1)

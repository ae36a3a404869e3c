"""Rules of service that no golden record touches, worked out by hand on a few rows each."""

from datetime import datetime

import pytest

from measure.by_hand import AS_OF, Own, at, call, case, load, solved, value
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


def test_a_promise_we_moved_is_broken_even_if_it_was_kept(empty: LocalWorkspace) -> None:
    """The first was kept in time all the same. The second was kept, but is not late: it is broken."""
    promise = {"made_at": at(1), "due_precision": "instant"}
    load(
        empty,
        "promises",
        promise | {"promise_id": "v1", "due_at": at(10), "kept_at": at(9), "renegotiated_by": "company"},
        promise | {"promise_id": "v2", "due_at": at(10), "kept_at": at(12), "renegotiated_by": "company"},
        promise | {"promise_id": "v3", "due_at": at(10), "kept_at": at(9)},
    )
    assert value(empty, "promise_keeping_rate") == (pytest.approx(1 / 3), 3)
    assert value(empty, "promise_keeping_rate.lateness_median") == (None, 0)


def test_a_promise_is_waited_for_from_when_it_is_made(empty: LocalWorkspace) -> None:
    """On 5 March one of two promises for 10 March is made; of two more nobody wrote down when they were made."""
    promise = {"due_at": at(10), "due_precision": "instant"}
    made = enumerate((at(4), at(6), None, None))
    load(empty, "promises", *[promise | {"promise_id": f"v{n}", "made_at": when} for n, when in made])
    assert empty.kpi("promise_keeping_rate", "2025-03", as_of="2025-03-05").one().n_censored == 3


@pytest.mark.parametrize(
    ("method", "counted"), [("short_excluded", 5), ("all_offered", 7), ("after_threshold", 3), ("answered_only", 2)]
)
def test_who_counts_as_lost_depends_on_the_method(empty: LocalWorkspace, method: str, counted: int) -> None:
    """Two calls are answered, one of them in time. Of the lost ones 3, 5 or 1 count; a callback and ours never do."""
    load(
        empty,
        "calls",
        *[call(wait, at(3), wait_s=wait) for wait in (20, 21)],
        *[call(100 + wait, at(3), "abandoned", wait_s=wait) for wait in (0, 5, 6, 20, 21)],
        call(200, at(3), "callback", wait_s=30),
        call(201, at(3), "abandoned", wait_s=30, direction="out"),
        call(202, at(3), wait_s=10, direction="out"),
    )
    assert value(empty, "service_level", sl_method=method) == (pytest.approx(1 / counted), counted)


def test_an_answer_at_the_instant_of_leaving_is_an_answer(empty: LocalWorkspace) -> None:
    """Five seconds after the question: unanswered it would be a short wait, which nobody counts."""
    load(empty, "conversations", case(1, at(3), first_response_at=at(3, 9, 0, 5), abandoned_at=at(3, 9, 0, 5)))
    assert value(empty, "response_rate") == (1, 1)


def test_a_status_at_the_instant_asked_for_is_known(empty: LocalWorkspace) -> None:
    """March ends in Helsinki on the 31st at 21:00 UTC: a case solved long ago is opened again at that instant."""
    old = case(1, datetime(2025, 1, 7, 9), **solved(datetime(2025, 1, 8, 9)))
    load(empty, "conversations", old, case(2, at(31)))
    assert value(empty, "open_conversation_count", as_of="2025-03-31T21:00:00Z") == (1, 1)
    opened = {"conversation_id": "c1", "at": datetime(2025, 3, 31, 21), "kind": "status", "value": "open"}
    load(empty, "status_events", opened)
    assert value(empty, "open_conversation_count", as_of="2025-03-31T20:59:59Z") == (1, 1)
    assert value(empty, "open_conversation_count", as_of="2025-03-31T21:00:00Z") == (2, 2)


def test_events_of_another_kind_are_no_history_of_the_status(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(4))), case(2, at(31)))
    load(empty, "status_events", {"conversation_id": "c1", "at": at(5), "kind": "team", "value": "open"})
    assert value(empty, "open_conversation_count") == (1, 1)


def test_a_conversation_we_began_is_not_pending(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), direction="out"), case(2, at(31)))
    load(
        empty,
        "status_events",
        {"conversation_id": "c1", "at": at(4), "kind": "status", "value": "pending"},
        {"conversation_id": "c2", "at": at(31, 10), "kind": "status", "value": "pending"},
    )
    assert value(empty, "open_conversation_count.pending")[0] == 1


def test_a_repeat_is_none_from_the_instant_the_earlier_contact_is_deleted(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(4)), deleted_at=at(20)), case(2, at(5)))
    assert value(empty, "repeat_contact_rate", as_of="2025-03-20T08:59:59Z") == (0.5, 2)
    assert value(empty, "repeat_contact_rate", as_of="2025-03-20T09:00:00Z") == (0, 1)


def test_a_number_whose_column_no_file_has_brought_is_no_zero(empty: LocalWorkspace) -> None:
    """Leads were never recorded, complaints were (there is none): the first says so, the second is a true zero."""
    load(empty, "conversations", case(1, at(1), first_response_at=at(4), is_complaint=0), case(2, at(31)))
    leads = empty.kpi("lead_conversion_rate", "2025-03", as_of=AS_OF).one()
    assert (leads.value, leads.status) == (None, "no_data")
    assert leads.note == "needs the column lead_at of conversations, in which no file has brought a value"
    assert value(empty, "complaints_per_1000_customers.count") == (0, 0)
    load(empty, "conversations", case(1, at(1), first_response_at=at(4), is_complaint=0, lead_at=at(5)))
    assert value(empty, "lead_conversion_rate") == (1, 1)


def test_a_number_that_lacks_its_second_table_names_it(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), first_response_at=at(4)))
    sales = empty.kpi("sales_conversion_rate", "2025-03", as_of=AS_OF).one()
    assert (sales.value, sales.status) == (None, "no_data")
    assert sales.note == "needs the table orders, which is empty: import it with `mittari import orders.csv`"

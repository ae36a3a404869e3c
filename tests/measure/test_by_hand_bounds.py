"""What lies exactly on a bound, and how far a relation looks where a KPI of one's own says nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, Own, answer, at, call, case, contract, load, order, solved, value
from mittari.measure.outputs import Count, Proportion
from mittari.workspace.local import LocalWorkspace

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
SENT = at(3)


@pytest.mark.parametrize(("after", "in_time"), [(14 * DAY, 1), (14 * DAY + SECOND, 0)])
def test_a_form_has_fourteen_days_unless_the_kpi_says_more(
    own: Own, empty: LocalWorkspace, after: timedelta, in_time: int
) -> None:
    load(empty, "survey_invites", {"invite_id": "i1", "customer_id": "k1", "sent_at": SENT})
    load(empty, "responses", answer(1, "nps", 9, invite_id="i1", responded_at=SENT + after))
    found = own("invitations", lambda rows: Count(of=rows.answered_in_time, at=rows.sent_at), "survey_invites")
    assert found[1] == in_time


def test_the_first_form_that_came_back_counts(empty: LocalWorkspace) -> None:
    load(empty, "survey_invites", {"invite_id": "i1", "customer_id": "k1", "sent_at": SENT})
    forms = [answer(n, "nps", 9, invite_id="i1", responded_at=SENT + days * DAY) for n, days in ((1, 1), (2, 20))]
    load(empty, "responses", *forms)
    assert value(empty, "survey_response_rate") == (1, 1)


@pytest.mark.parametrize(("as_of", "waiting"), [("2025-03-03T08:59:59Z", 0), ("2025-03-03T09:00:00Z", 1)])
def test_an_invitation_is_known_from_the_instant_it_was_sent(empty: LocalWorkspace, as_of: str, waiting: int) -> None:
    load(empty, "survey_invites", {"invite_id": "i1", "customer_id": "k1", "sent_at": SENT})
    record = empty.kpi("survey_response_rate", "2025-03", as_of=as_of).one()
    assert record.n_censored == waiting


@pytest.mark.parametrize(("bought", "counts"), [("2024-04-01", 1), ("2024-03-31", 0)])
def test_a_buyer_bought_within_a_year_unless_the_kpi_says_more(
    own: Own, empty: LocalWorkspace, bought: str, counts: int
) -> None:
    """From the end of March 2025 a year of 365 days goes back to 1 April 2024."""
    load(empty, "orders", order(1, "a", f"{bought}T12:00"), order(2, "b", "2025-03-31T12:00"))
    found = own("buyers", lambda rows: Proportion(hit=rows.days >= 1, of=rows.eligible, at=None), "orders")
    assert found[1] == 1 + counts


@pytest.mark.parametrize(("after", "scored"), [(90 * DAY, 1), (90 * DAY + SECOND, 0)])
def test_a_second_chance_has_ninety_days_unless_the_kpi_says_more(
    own: Own, empty: LocalWorkspace, after: timedelta, scored: int
) -> None:
    low, again = answer(1, "nps", 3), answer(2, "nps", 9, customer_id="k1")
    load(empty, "responses", low, {**again, "responded_at": low["responded_at"] + after})
    found = own("low_scores", lambda rows: Count(of=rows.scored_again, at=rows.responded_at), "responses")
    assert found[1] == scored


@pytest.mark.parametrize(("after", "reacted"), [(48 * HOUR, 1), (48 * HOUR + SECOND, 0)])
def test_a_reaction_has_two_days_unless_the_kpi_says_more(
    own: Own, empty: LocalWorkspace, after: timedelta, reacted: int
) -> None:
    low = answer(1, "nps", 3)
    load(empty, "responses", low)
    contact: dict[str, Any] = {"action_id": "a1", "response_id": "r1", "kind": "contact", "opened_at": at(3)}
    load(empty, "feedback_actions", {**contact, "first_contact_at": low["responded_at"] + after})
    found = own("reactions", lambda rows: Proportion(hit=rows.reacted, of=rows.is_due, at=None), "responses")
    assert found == (reacted, 1)


@pytest.mark.parametrize(("as_of", "tagged"), [("2025-03-04T08:59:59Z", 0), ("2025-03-04T09:00:00Z", 1)])
def test_the_tag_of_a_merged_conversation_is_known_from_its_beginning(
    empty: LocalWorkspace, as_of: str, tagged: int
) -> None:
    load(empty, "conversations", case(1, at(3)), case(2, at(4), merged_into="c1"))
    load(empty, "conversation_tags", {"conversation_id": "c2", "tag": "bill"})
    assert value(empty, "tag_conversation_count.count", as_of=as_of)[1] == tagged


@pytest.mark.parametrize("calendar", ["std", "unknown"])
def test_without_a_calendar_no_business_wait_is_known(empty: LocalWorkspace, calendar: str) -> None:
    open_hours = {"tz": "Europe/Helsinki", "open": "08:00", "close": "16:00", "kind": "open"}
    load(empty, "business_calendars", *[{"calendar_id": "std", "weekday": day, **open_hours} for day in range(1, 6)])
    answered = {"first_response_at": datetime(2025, 3, 3, 10), "calendar_id": calendar}
    load(empty, "conversations", case(1, at(3), **answered), case(2, at(3), first_response_at=at(3, 9, 30)))
    known = (2, 2700.0) if calendar == "std" else (1, 1800.0)
    for found in (
        value(empty, "first_response_time.business_median"),
        value(empty, "first_response_time", frt_clock="business"),
    ):
        assert (found[1], found[0]) == known


def test_without_a_calendar_nobody_knows_when_the_third_day_is_over(empty: LocalWorkspace) -> None:
    open_hours = {"tz": "Europe/Helsinki", "open": "08:00", "close": "16:00", "kind": "open"}
    load(empty, "business_calendars", *[{"calendar_id": "std", "weekday": day, **open_hours} for day in range(1, 6)])
    complaint = {"is_complaint": 1, "calendar_id": "unknown"}
    load(
        empty,
        "conversations",
        case(1, at(3), **complaint),
        *[case(n, at(n), is_complaint=1, customer_id=f"k{n}") for n in (4, 5)],
    )
    record = empty.kpi("complaints_per_1000_customers.closed_3_days", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_na) == (0.0, 2, 1)


def test_a_contract_within_a_longer_one_ends_nothing(empty: LocalWorkspace) -> None:
    """Of two customers one has a contract for the year, one for January within it, and one from the end of the year."""
    long = contract(1, "a", "2025-01-01", "2025-06-01")
    short = contract(2, "a", "2025-01-10", "2025-01-20")
    load(empty, "subscriptions", long, short, contract(3, "a", "2025-03-10"), contract(4, "b", "2025-01-01"))
    assert value(empty, "customer_churn_rate") == (0, 2)
    assert value(empty, "customer_churn_rate", "2025-01-15..2025-02-28") == (0, 2)
    assert value(empty, "customer_churn_rate", "2025-06") == (0, 2)
    assert value(empty, "churned_customer_count", "2025-06")[1] == 0


def test_who_buys_again_the_day_after_the_month_was_a_customer_in_it(empty: LocalWorkspace) -> None:
    load(empty, "orders", order(1, "k", "2025-02-10T12:00"), order(2, "k", "2025-04-01T12:00"))
    load(empty, "calls", call(1, at(3)))
    load(empty, "customers", {"customer_id": "k", "segment": "b2b"})
    assert value(empty, "customer_profitability", cost_per_contact=5) == (-5.0, 1)
    assert value(empty, "repeat_purchase_rate") == (0, 1)
    assert value(empty, "repeat_purchase_rate", where={"customer.segment": "b2b"}) == (0, 1)


def test_a_call_has_solved_nothing_before_it_ended_and_none_that_nobody_took(empty: LocalWorkspace) -> None:
    """The first is answered at 9:01 and lasts ten minutes."""
    load(empty, "calls", call(1, at(3), talk_s=600.0, hold_s=0.0, acw_s=0.0), call(2, at(3), "abandoned"))
    phone = {"channel": "phone"}
    assert value(empty, "resolution_rate", where=phone) == (0.5, 2)
    assert value(empty, "resolution_time", where=phone)[1] == 1
    assert value(empty, "resolution_time", where=phone, as_of="2025-03-03T09:10:59Z")[1] == 0
    assert value(empty, "resolution_time", where=phone, as_of="2025-03-03T09:11:00Z")[1] == 1


@pytest.mark.parametrize("again", [call(2, at(4)), case(2, at(4))], ids=["call", "letter"])
def test_a_contact_repeats_another_until_that_is_deleted(empty: LocalWorkspace, again: dict[str, Any]) -> None:
    load(empty, "conversations", case(1, at(3), deleted_at=at(20)))
    load(empty, "calls" if "call_id" in again else "conversations", again)
    where = {"channel": again.get("channel", "phone")}
    assert value(empty, "repeat_contact_rate", where=where, as_of="2025-03-20T08:59:59Z")[0] == (
        1 if "call_id" in again else 0.5
    )
    assert value(empty, "repeat_contact_rate", where=where, as_of="2025-03-20T09:00:00Z")[0] == 0


def test_a_last_solve_counts_from_its_instant_on(empty: LocalWorkspace) -> None:
    """Solved in February and again in March: seen from that very instant it is March's."""
    load(empty, "conversations", case(1, datetime(2025, 2, 3, 9), **solved(datetime(2025, 2, 10, 9), at(5))))
    assert value(empty, "resolution_time", as_of="2025-03-05T09:00:00Z")[1] == 1
    assert value(empty, "resolution_time", as_of="2025-03-05T08:59:59Z")[1] == 0


def test_who_ordered_the_day_before_is_a_customer_at_the_opening(empty: LocalWorkspace) -> None:
    load(empty, "orders", order(1, "a", "2025-02-28T12:00"), order(2, "b", "2025-03-01T12:00"))
    assert value(empty, "customer_churn_rate", basis="orders") == (0, 1)


@pytest.mark.parametrize(("as_of", "scores"), [("2025-03-10T08:59:59Z", 100.0), ("2025-03-10T09:00:00Z", -100.0)])
def test_the_next_score_replaces_the_first_from_its_instant_on(
    empty: LocalWorkspace, as_of: str, scores: float
) -> None:
    load(empty, "responses", answer(1, "nps", 10), answer(2, "nps", 0, customer_id="k1", responded_at=at(10)))
    assert value(empty, "nps", as_of=as_of) == (scores, 1)


def test_a_call_given_up_is_a_wait_cut_short(empty: LocalWorkspace) -> None:
    """Answered after 10 and after 30 s, given up after 20 and after 25: half are answered after 30 s, not after 10."""
    waits = ((10.0, "answered"), (20.0, "abandoned"), (25.0, "abandoned"), (30.0, "answered"))
    rows = [call(n, at(3 + n), outcome, wait_s, customer_id=f"k{n}") for n, (wait_s, outcome) in enumerate(waits)]
    load(empty, "calls", *rows)
    assert value(empty, "waiting_time.contacts")[0] == 30.0


def test_of_two_scores_at_one_instant_the_one_of_the_later_name_stands(empty: LocalWorkspace) -> None:
    """Loaded in this and in the other order."""
    pairs = [(f"r{n}a", 1.0, f"r{n}b", 5.0) for n in range(10, 30)]
    rows = []
    for number, (first, low, second, high) in enumerate(pairs):
        both = [{"response_id": first, "score": low}, {"response_id": second, "score": high}]
        person = {"customer_id": f"k{number}", "kind": "quality_service", "item": "trust", "responded_at": at(3)}
        rows += [{**one, **person} for one in (both if number % 2 else both[::-1])]
    load(empty, "responses", *rows)
    assert value(empty, "service_quality_score") == (100, 20)
    assert value(empty, "service_quality_score", as_of="2025-03-03T09:00:00Z") == (100, 20)


def test_only_a_call_given_up_has_an_instant_at_which_it_was(own: Own, empty: LocalWorkspace) -> None:
    load(empty, "calls", call(1, at(3)), call(2, at(4)), call(3, at(5), "abandoned"))
    left = own(
        "contacts",
        lambda rows: Count(of=rows.abandoned_at == datetime(2025, 3, 5, 9, 1), at=rows.opened_at),
        "calls",
        where={"channel": "phone"},
    )
    assert left[1] == 1
    any_left = own(
        "contacts",
        lambda rows: Count(of=rows.abandoned_at.notnull(), at=rows.opened_at),
        "calls",
        where={"channel": "phone"},
    )
    assert any_left[1] == 1

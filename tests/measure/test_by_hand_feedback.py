"""Rules of surveys and of what follows bad answers that no golden record touches, worked out by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, answer, at, load, recorded, value
from mittari.workspace.local import LocalWorkspace

DAY = timedelta(days=1)


def invitation(number: int, sent: datetime, **more: Any) -> dict[str, Any]:
    return {"invite_id": f"i{number}", "customer_id": f"k{number}", "sent_at": sent, **more}


def contact(number: int, first_contact: datetime | None, **more: Any) -> dict[str, Any]:
    row = {"action_id": f"a{number}", "response_id": f"r{number}", "kind": "contact"}
    return {**row, "opened_at": at(1), "first_contact_at": first_contact, **more}


def agreeing(empty: LocalWorkspace, *customers: str) -> None:
    load(empty, "customers", *[{"customer_id": each, "contact_consent": 1} for each in customers])


def counts(empty: LocalWorkspace, name: str, period: str = "2025-03", as_of: str = AS_OF) -> tuple[Any, ...]:
    record = empty.kpi(name, period, as_of=as_of).one()
    return record.value, record.n, record.n_na, record.n_censored, record.status


@pytest.mark.parametrize(("score", "agrees"), [(4, 0), (5, 1), (7, 1)])
def test_on_seven_points_five_agrees_that_it_was_easy(empty: LocalWorkspace, score: int, agrees: int) -> None:
    load(empty, "responses", answer(0, "ces", score))
    assert value(empty, "ces") == (agrees, 1)


@pytest.mark.parametrize(("score", "agrees"), [(3, 0), (4, 1)])
def test_on_five_points_four_agrees_that_it_was_easy(empty: LocalWorkspace, score: int, agrees: int) -> None:
    load(empty, "responses", answer(0, "ces", score, scale_min=1, scale_max=5))
    assert value(empty, "ces") == (agrees, 1)


@pytest.mark.parametrize(
    ("name", "kind", "score"),
    [
        ("ces", "ces", 6),
        ("repurchase_intent", "repurchase", 4),
        ("willingness_to_pay_share", "wtp", 4),
        ("first_contact_resolution_rate_survey", "resolved", 1),
    ],
)
def test_tests_do_not_count_and_open_questions_are_told_apart(
    empty: LocalWorkspace, name: str, kind: str, score: int
) -> None:
    load(
        empty,
        "responses",
        answer(0, kind, score),
        answer(1, kind, score, is_test=1),
        answer(2, kind, score, answered=0),
        answer(3, "image", score),
    )
    assert counts(empty, name)[:3] == (1, 1, 1)


@pytest.mark.parametrize(
    ("came", "share"), [(14 * DAY, 1), (14 * DAY + timedelta(seconds=1), 0), (timedelta(seconds=-1), 1)]
)
def test_a_form_comes_back_within_fourteen_days(empty: LocalWorkspace, came: timedelta, share: int) -> None:
    load(empty, "survey_invites", invitation(0, at(3)))
    load(empty, "responses", answer(0, "nps", 9, invite_id="i0", responded_at=at(3) + came))
    assert value(empty, "survey_response_rate") == (share, 1)


def test_an_invitation_is_waited_for_until_its_days_are_over(empty: LocalWorkspace) -> None:
    load(empty, "survey_invites", invitation(0, at(3)), invitation(1, at(4)), invitation(2, at(31, 20)))
    load(empty, "responses", answer(1, "nps", 9, invite_id="i1", responded_at=at(5)))
    assert counts(empty, "survey_response_rate", as_of="2025-03-17T08:59:59Z") == (None, 0, 0, 2, "no_data")
    assert counts(empty, "survey_response_rate", as_of="2025-03-17T09:00:00Z") == (0, 1, 0, 1, "provisional")
    assert counts(empty, "survey_response_rate", as_of="2025-04-14T20:00:00Z") == (1 / 3, 3, 0, 0, "final")


@pytest.mark.parametrize("mark", [{"is_test": 1}, {"delivered": 0}])
def test_a_test_or_bounced_invitation_is_no_invitation(empty: LocalWorkspace, mark: dict[str, int]) -> None:
    recorded(empty, "responses")
    load(empty, "survey_invites", invitation(0, at(3), **mark), invitation(1, at(3), delivered=1))
    assert value(empty, "survey_response_rate") == (0, 1)


def test_a_form_with_an_open_question_came_back(empty: LocalWorkspace) -> None:
    load(empty, "survey_invites", invitation(0, at(3)))
    load(empty, "responses", answer(0, "nps", 9, invite_id="i0", answered=0, responded_at=at(4)))
    assert value(empty, "survey_response_rate") == (1, 1)


@pytest.mark.parametrize(
    ("kind", "more", "counted"),
    [
        ("csat", {}, 1),
        ("ces", {}, 1),
        ("wtp", {}, 1),
        ("nps", {"nps_kind": "transactional"}, 1),
        ("nps", {}, 0),
        ("image", {}, 0),
        ("relationship", {}, 0),
        ("enps", {}, 0),
        ("csat", {"is_test": 1}, 0),
        ("csat", {"touch_at": None}, 0),
    ],
)
def test_only_answers_about_an_experience_have_a_delay(
    empty: LocalWorkspace, kind: str, more: dict[str, Any], counted: int
) -> None:
    load(empty, "responses", answer(0, kind, 1, **{"touch_at": at(1, 8), "responded_at": at(1, 9), **more}))
    assert value(empty, "feedback_delay") == (3600 if counted else None, counted)


@pytest.mark.parametrize(
    ("kind", "score", "bad"),
    [("nps", 6, 1), ("nps", 7, 0), ("csat", 2, 1), ("csat", 3, 0), ("ces", 3, 1), ("ces", 4, 0), ("image", 1, 0)],
)
def test_bad_are_detractors_the_two_lowest_boxes_and_hard(
    empty: LocalWorkspace, kind: str, score: int, bad: int
) -> None:
    agreeing(empty, "k0")
    load(empty, "responses", answer(0, kind, score))
    load(empty, "feedback_actions", contact(0, at(2)))
    assert value(empty, "closed_loop_rate")[1] == bad


@pytest.mark.parametrize(
    ("more", "first_contact", "reacted"),
    [
        ({}, at(3, 9), 1),
        ({}, at(3, 9, 0, 1), 0),
        ({}, None, 0),
        ({"is_auto": 1}, at(1, 10), 0),
        ({"kind": "fix"}, at(1, 10), 0),
    ],
)
def test_a_person_reacts_within_forty_eight_hours(
    empty: LocalWorkspace, more: dict[str, Any], first_contact: datetime | None, reacted: int
) -> None:
    agreeing(empty, "k0")
    load(empty, "responses", answer(0, "csat", 1))
    load(empty, "feedback_actions", contact(0, first_contact, **more))
    assert value(empty, "closed_loop_rate") == (reacted, 1)


def test_the_first_of_several_contacts_counts(empty: LocalWorkspace) -> None:
    agreeing(empty, "k0")
    load(empty, "responses", answer(0, "csat", 1))
    load(empty, "feedback_actions", contact(0, at(9)), contact(0, at(2), action_id="a1"))
    assert value(empty, "closed_loop_rate") == (1, 1)
    assert value(empty, "closed_loop_rate", as_of="2025-03-01") == (None, 0)


def test_bad_answers_count_when_their_hours_are_over(empty: LocalWorkspace) -> None:
    """In Helsinki March begins on 28 February at 22:00 UTC and ends on the 31st at 21:00."""
    recorded(empty, "feedback_actions")
    agreeing(empty, "k0", "k1", "k2")
    moments = (datetime(2025, 2, 26, 21, 59, 59), datetime(2025, 2, 26, 22), datetime(2025, 3, 29, 21))
    load(empty, "responses", *[answer(n, "csat", 1, responded_at=moment) for n, moment in enumerate(moments)])
    assert value(empty, "closed_loop_rate") == (0, 1)
    assert value(empty, "closed_loop_rate", "2025-02") == (0, 1)
    assert value(empty, "closed_loop_rate", "2025-04") == (0, 1)
    assert counts(empty, "closed_loop_rate", "2025-04", "2025-03-31T20:59:59Z")[1:4] == (0, 0, 1)
    assert counts(empty, "closed_loop_rate", "2025-04", "2025-03-31T21:00:00Z")[1:4] == (1, 0, 0)


def test_who_did_not_agree_to_be_contacted_is_told_apart(empty: LocalWorkspace) -> None:
    recorded(empty, "feedback_actions")
    load(empty, "customers", {"customer_id": "k0", "contact_consent": 0}, {"customer_id": "k1"})
    load(empty, "responses", *[answer(n, "csat", 1) for n in range(3)], answer(3, "csat", 1, customer_id=None))
    assert counts(empty, "closed_loop_rate")[:4] == (None, 0, 4, 0)
    agreeing(empty, "k2")
    assert counts(empty, "closed_loop_rate")[:4] == (0, 1, 3, 0)
    assert counts(empty, "closed_loop_rate", as_of="2025-03-02")[2:4] == (0, 0)


def recovered(empty: LocalWorkspace, *later: dict[str, Any], followed: bool = True) -> None:
    load(empty, "responses", answer(0, "csat", 1), *later)
    if followed:
        load(empty, "feedback_actions", contact(0, at(2)))


def again(number: int, after: timedelta, score: int, **more: Any) -> dict[str, Any]:
    return {**answer(number, "csat", score, customer_id="k0", responded_at=at(1) + after), **more}


@pytest.mark.parametrize(
    ("later", "share"),
    [
        ([again(1, 90 * DAY, 5)], (1, 1)),
        ([again(1, 90 * DAY + timedelta(seconds=1), 5)], (None, 0)),
        ([again(1, timedelta(0), 5)], (None, 0)),
        ([again(1, 20 * DAY, 5), again(2, 40 * DAY, 3)], (1, 1)),
        ([again(1, 40 * DAY, 5), again(2, 50 * DAY, 2)], (0, 1)),
        ([again(1, 40 * DAY, 5, customer_id="k9")], (None, 0)),
        ([again(1, 40 * DAY, 5, kind="ces")], (None, 0)),
        ([again(1, 40 * DAY, 5, answered=0)], (None, 0)),
        ([again(1, 40 * DAY, 5, is_test=1)], (None, 0)),
    ],
)
def test_the_last_score_in_ninety_days_tells_whether_an_experience_turned_good(
    empty: LocalWorkspace, later: list[dict[str, Any]], share: tuple[float | None, int]
) -> None:
    recovered(empty, *later)
    assert value(empty, "service_recovery_rate") == share


def test_recovery_is_of_those_followed_up_and_compared_with_the_others(empty: LocalWorkspace) -> None:
    recovered(empty, again(1, 9 * DAY, 5), answer(3, "csat", 2))
    assert value(empty, "service_recovery_rate") == (1, 1)
    assert value(empty, "service_recovery_rate.conservative") == (1, 1)
    load(empty, "responses", answer(6, "csat", 2), answer(7, "csat", 1))
    load(empty, "feedback_actions", contact(7, at(9)))
    receipt = empty.kpi("service_recovery_rate", "2025-03", as_of=AS_OF).receipt()
    assert receipt.left_out == {"nobody followed it up": 2, "not scored again": 1}
    receipt = empty.kpi("service_recovery_rate.conservative", "2025-03", as_of=AS_OF).receipt()
    assert receipt.left_out == {"nobody followed it up": 2}
    assert value(empty, "service_recovery_rate.effect") == (None, 0)
    load(empty, "responses", answer(4, "csat", 1, customer_id="k3", responded_at=at(9)))
    assert value(empty, "service_recovery_rate.effect") == (1, 2)
    load(empty, "feedback_actions", contact(3, at(5)))
    assert value(empty, "service_recovery_rate") == (0.5, 2)
    assert value(empty, "service_recovery_rate", as_of="2025-03-12") == (0.5, 2)
    assert value(empty, "service_recovery_rate", as_of="2025-03-10T08:00:00Z") == (0, 1)


def test_a_recovery_is_waited_for_until_ninety_days_are_over(empty: LocalWorkspace) -> None:
    recovered(empty, again(1, 9 * DAY, 5))
    assert counts(empty, "service_recovery_rate", as_of="2025-05-30T08:59:59Z")[4] == "provisional"
    assert counts(empty, "service_recovery_rate", as_of="2025-05-30T09:00:00Z")[4] == "final"

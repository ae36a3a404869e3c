"""Rules of reopening, complaints, chats and tags that no golden record touches, by hand on a few rows each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import at, call, case, contract, load, recorded, solved, status, value
from mittari.workspace.local import LocalWorkspace

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
LATE = datetime(2025, 3, 31, 12)
CHATS, TAGS = "chat_abandonment_rate", "tag_conversation_count"


def answered(minutes: int = 5) -> dict[str, Any]:
    return {"first_response_at": at(3, 9, minutes), "resolved_by": "agent"}


# Reopening


@pytest.mark.parametrize(("later", "share"), [(WEEK, 1), (WEEK + SECOND, 0)])
def test_a_case_reopened_after_exactly_seven_days_is_reopened(
    empty: LocalWorkspace, later: timedelta, share: int
) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(4)), reopened_at=at(4) + later))
    assert value(empty, "reopen_rate") == (share, 1)


def test_a_customer_who_only_says_thanks_reopens_nothing(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), **solved(at(4)), reopened_at=at(5), reopen_is_trivial=1))
    assert value(empty, "reopen_rate") == (0, 1)


def test_the_first_reopening_counts_and_the_last_where_no_other_is_known(empty: LocalWorkspace) -> None:
    """The first was reopened in time and once more later; of the others only the last reopening is known."""
    first, much_later = {"reopened_at": at(5), "reopened_last_at": at(20)}, {"reopened_last_at": at(20)}
    load(
        empty,
        "conversations",
        case(1, at(3), **solved(at(4)), **first),
        case(2, at(3), **solved(at(4)), **much_later),
        case(3, at(3), **solved(at(4)), reopened_last_at=at(5)),
    )
    assert value(empty, "reopen_rate") == (pytest.approx(2 / 3), 3)


def test_a_solution_of_ours_counts_and_one_of_spam_does_not(empty: LocalWorkspace) -> None:
    """A case that is not solved, or not yet by then, is no solution either."""
    recorded(empty, "conversations")
    load(
        empty,
        "conversations",
        case(1, at(3), **solved(at(4)), direction="out"),
        case(2, at(3), **solved(at(4)), is_spam=1),
        case(3, at(3)),
        case(4, at(3), **solved(at(20))),
    )
    assert value(empty, "reopen_rate") == (0, 2)
    assert value(empty, "reopen_rate", as_of="2025-03-10") == (0, 1)


def test_a_solution_matures_in_seven_days_even_if_it_was_reopened(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(30), **solved(LATE), reopened_at=LATE + SECOND))
    assert status(empty, "reopen_rate", LATE + WEEK - SECOND) == "provisional"
    assert status(empty, "reopen_rate", LATE + WEEK) == "final"


def test_a_call_is_a_solution_that_nobody_reopens(empty: LocalWorkspace) -> None:
    recorded(empty, "conversations")
    load(empty, "calls", call(1, at(3), talk_s=60), call(2, at(3), "abandoned"), call(3, at(3), is_test=1))
    assert value(empty, "reopen_rate", where={"channel": "phone"}) == (0, 1)
    assert value(empty, "reopen_rate", as_of="2025-03-03T09:01:30Z", where={"channel": "phone"}) == (None, 0)


# Age of what is open


def test_a_case_of_exactly_seven_days_is_not_older(empty: LocalWorkspace) -> None:
    """March ends in Helsinki at 21:00 UTC."""
    load(empty, "conversations", case(1, at(24, 21)), case(2, at(24, 20, 59, 59)), case(3, at(2), **solved(at(3))))
    assert value(empty, "open_conversation_age.over_7d") == (0.5, 2)
    assert value(empty, "open_conversation_age.max") == (7 * 86_400 + 1, 2)


def test_the_age_in_a_period_that_is_not_over_is_that_of_now(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3)))
    assert value(empty, "open_conversation_age", as_of="2025-03-04T09:00:00Z") == (86_400, 1)


# Complaints


def complaint(number: int, opened: datetime, **more: Any) -> dict[str, Any]:
    return case(number, opened, is_complaint=1, customer_id=f"k{number}", **more)


def test_complaints_of_customers_count_among_the_active_ones(empty: LocalWorkspace) -> None:
    """Of four customers one leaves on 1 March: two complaints of three. No complaint, ours and spam do not count."""
    load(empty, "subscriptions", *[contract(n, f"k{n}", "2025-01-01") for n in range(3)])
    load(empty, "subscriptions", contract(9, "k9", "2025-01-01", "2025-03-01"))
    load(
        empty,
        "conversations",
        complaint(1, at(3)),
        complaint(2, at(3)),
        complaint(3, at(3), direction="out"),
        complaint(4, at(3), is_spam=1),
        case(5, at(3)),
    )
    assert value(empty, "complaints_per_1000_customers") == (pytest.approx(2000 / 3), 2)
    assert value(empty, "complaints_per_1000_customers.count") == (2, 2)


def test_only_complaints_escalate_and_those_of_unknown_level_not_out_of_house(empty: LocalWorkspace) -> None:
    load(
        empty,
        "conversations",
        complaint(1, at(3), escalated_at=at(10)),
        complaint(2, at(3), escalated_at=at(10), escalation_level="external"),
        complaint(3, at(3), escalated_at=at(10), escalation_level="internal"),
        complaint(4, at(3), escalation_level="external"),
        complaint(5, at(3), escalated_at=at(10), direction="out"),
        case(6, at(3), escalated_at=at(10), escalation_level="external"),
    )
    assert value(empty, "complaint_escalation_rate") == (0.75, 4)
    assert value(empty, "complaint_escalation_rate.external") == (0.25, 4)
    assert value(empty, "complaint_escalation_rate", as_of="2025-03-10T09:00:00Z") == (0.75, 4)
    assert value(empty, "complaint_escalation_rate", as_of="2025-03-10T08:59:59Z") == (0, 4)


def test_a_complaint_matures_in_eight_weeks(empty: LocalWorkspace) -> None:
    recorded(empty, "conversations")
    load(empty, "conversations", complaint(1, LATE), case(2, datetime(2025, 3, 31, 18)))
    matures = LATE + timedelta(days=56)
    assert status(empty, "complaint_escalation_rate", matures - SECOND) == "provisional"
    assert status(empty, "complaint_escalation_rate", matures) == "final"


# Chats


def chat(number: int, opened: datetime, **more: Any) -> dict[str, Any]:
    return case(number, opened, **{"channel": "chat", **more})


@pytest.mark.parametrize(("short", "left", "counted"), [(10, 2, 2), (11, 1, 1), (60, 0, 0)])
def test_who_leaves_within_so_many_seconds_never_waited(
    empty: LocalWorkspace, short: float, left: int, counted: int
) -> None:
    gone = [chat(n, at(3), abandoned_at=at(3) + timedelta(seconds=n)) for n in (10, 11, 60)]
    load(empty, "conversations", *gone, chat(99, at(3), **answered()))
    assert value(empty, CHATS + ".count", short=short)[1] == left
    assert value(empty, CHATS, short=short) == (pytest.approx(left / (counted + 1)), counted + 1)


def test_only_chats_and_messages_that_need_a_person_count(empty: LocalWorkspace) -> None:
    """Left alone are the first two; the third was answered too late, the fourth before the customer went."""
    gone = {"abandoned_at": at(3, 10)}
    load(
        empty,
        "conversations",
        chat(1, at(3), **gone),
        chat(2, at(3), channel="messaging", **gone),
        chat(3, at(3), first_response_at=at(3, 11), **gone),
        chat(4, at(3), **answered(), **gone),
        chat(5, at(3), bot_first=1, **gone),
        chat(6, at(3), no_reply_needed=1, **gone),
        chat(7, at(3), direction="out", **gone),
        chat(8, at(3), channel="email", **gone),
        chat(9, at(3)),
    )
    assert value(empty, CHATS) == (0.6, 5)


def test_a_chat_counts_when_its_wait_for_a_person_begins(empty: LocalWorkspace) -> None:
    """April begins in Helsinki at 21:00 UTC: the bot handed over a minute later."""
    recorded(empty, "conversations")
    load(empty, "conversations", chat(1, at(31, 20, 59), bot_first=1, handoff_at=at(31, 21, 1)))
    assert value(empty, CHATS) == (None, 0)
    assert value(empty, CHATS, period="2025-04") == (0, 1)


@pytest.mark.parametrize(
    ("letter", "share"),
    [
        ({"first_response_at": at(4)}, 0),
        ({"first_response_at": at(4), "channel": "form"}, 0),
        ({}, 1),
        ({"first_response_at": at(4), "case_id": "other"}, 1),
        ({"first_response_at": at(4), "channel": "social"}, 1),
        ({"first_response_at": at(4), "is_spam": 1}, 1),
    ],
)
def test_a_chat_whose_matter_is_answered_by_letter_is_not_abandoned(
    empty: LocalWorkspace, letter: dict[str, Any], share: int
) -> None:
    load(empty, "conversations", chat(1, at(3), case_id="same", abandoned_at=at(3, 10)))
    load(empty, "conversations", case(2, at(3), **{"case_id": "same", **letter}), case(3, at(3), **answered()))
    assert value(empty, CHATS) == (share, 1)


def test_a_chat_without_a_case_has_no_letter(empty: LocalWorkspace) -> None:
    load(empty, "conversations", chat(1, at(3), abandoned_at=at(3, 10)), case(2, at(3), **answered()))
    assert value(empty, CHATS) == (1, 1)


def test_silence_shows_by_an_answer_nobody_replies_to(empty: LocalWorkspace) -> None:
    recorded(empty, "conversations")
    load(
        empty,
        "conversations",
        chat(1, at(3), silent_abandon=1, **answered()),
        chat(2, at(3), silent_abandon=1),
        chat(3, at(3), **answered()),
        chat(4, at(3), silent_abandon=1, is_spam=1, **answered()),
    )
    assert value(empty, CHATS + ".silent") == (pytest.approx(1 / 3), 3)
    assert value(empty, CHATS) == (0, 3)


def test_a_chat_lasts_until_its_last_word_and_counts_on_that_day(empty: LocalWorkspace) -> None:
    """April begins in Helsinki at 21:00 UTC: the first chat, begun in March, has its last word a minute later."""
    load(
        empty,
        "conversations",
        chat(1, at(31, 20, 59), first_response_at=at(31, 21), last_message_at=at(31, 21, 1)),
        chat(2, at(31, 20), first_response_at=at(31, 20, 1), last_message_at=at(31, 20, 59, 59)),
    )
    assert value(empty, "conversation_duration") == (59 * 60 + 59, 1)
    assert value(empty, "conversation_duration", period="2025-04") == (120, 1)
    assert value(empty, "conversation_duration", as_of="2025-03-31T20:59:58Z") == (None, 0)


def test_only_chats_that_a_person_answered_last(empty: LocalWorkspace) -> None:
    last = {"last_message_at": at(3, 10)}
    load(
        empty,
        "conversations",
        chat(1, at(3), **answered(), **last),
        chat(2, at(3), **last),
        chat(3, at(3), channel="messaging", **answered(), **last),
        chat(4, at(3), direction="out", **answered(), **last),
        chat(5, at(3), abandoned_at=at(3, 9, 4), **answered(), **last),
        chat(6, at(3), abandoned_at=at(3, 9, 5), **answered(), last_message_at=at(3, 11)),
        chat(7, at(3), **answered()),
    )
    assert value(empty, "conversation_duration") == (1.5 * 3600, 2)


# Tags


def tag(number: int, name: str, when: datetime | None = None) -> dict[str, Any]:
    return {"conversation_id": f"c{number}", "tag": name, "tagged_at": when}


def test_a_tag_counts_from_its_instant_on_and_without_one_always(empty: LocalWorkspace) -> None:
    load(empty, "conversations", *[case(n, at(3)) for n in range(1, 5)], case(5, at(3), direction="out"))
    load(empty, "conversation_tags", tag(1, "bill", at(5)), tag(2, " BILL"), tag(3, "price", at(4)))
    load(empty, "conversation_tags", tag(5, "bill", at(4)))
    assert value(empty, TAGS, tag="Bill ") == (2, 2)
    assert value(empty, TAGS, as_of="2025-03-05T09:00:00Z", tag="bill") == (2, 2)
    assert value(empty, TAGS, as_of="2025-03-05T08:59:59Z", tag="bill") == (1, 1)
    assert value(empty, TAGS + ".share", tag="bill") == (0.5, 4)
    assert value(empty, TAGS + ".untagged", tag="bill") == (0.25, 4)


def test_without_a_tag_to_ask_for_any_tag_will_do(empty: LocalWorkspace) -> None:
    load(empty, "conversations", *[case(n, at(3)) for n in range(1, 5)])
    load(empty, "conversation_tags", tag(1, "bill"), tag(1, "price"), tag(2, "price"))
    assert value(empty, TAGS) == (2, 2)
    assert value(empty, TAGS + ".share") == (0.5, 4)


@pytest.mark.parametrize(
    ("child", "count"),
    [
        ({}, 1),
        ({"is_spam": 1}, 0),
        ({"is_test": 1}, 0),
        ({"deleted_at": at(4)}, 0),
        ({"deleted_at": datetime(2025, 12, 2)}, 1),
        ({"created_at": datetime(2025, 12, 2)}, 0),
    ],
)
def test_the_tags_of_a_merged_conversation_are_those_of_its_root(
    empty: LocalWorkspace, child: dict[str, Any], count: int
) -> None:
    load(empty, "conversations", case(1, at(3)), case(2, at(3), merged_into="c1"))
    load(empty, "conversations", {**case(3, at(3), merged_into="c2"), **child})
    load(empty, "conversation_tags", tag(3, "bill"))
    assert value(empty, TAGS, tag="bill")[1] == count

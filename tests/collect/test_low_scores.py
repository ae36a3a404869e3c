"""A low score opens a follow-up, a better one closes it, and what was done about it meanwhile is not undone."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from mittari.collect.links import Context
from mittari.collect.survey.answers import Form, Given, arrivals, comment_arrivals
from mittari.collect.survey.files import survey_of

NOW = datetime(2026, 5, 6, 12, 0)
SURVEY = survey_of(
    "after", {"owner": "Anna", "reaction_time": "4h", "questions": [{"kind": "nps"}, {"kind": "comment"}]}, ""
)
NPS, COMMENT = SURVEY.questions
FORM = Form(id="f1", survey="after", language="en", begun=0)
KNOWN = Context(customer_id="c1")


def follow_up(form: Form, score: float, **changes: Any) -> dict[str, Any] | None:
    survey = replace(SURVEY, **changes)
    found = arrivals(survey, form, NPS, Given(score), KNOWN, NOW)
    rows = [arrival.rows[0] for arrival in found if arrival.table == "feedback_actions"]
    return rows[0] if rows else None


def test_a_low_score_opens_one_with_the_owner() -> None:
    assert follow_up(FORM, 6) == {
        "action_id": "low:f1:nps",
        "response_id": "f1:nps",
        "kind": "contact",
        "opened_at": "2026-05-06T12:00:00.000000Z",
        "closed_at": None,
        "owner": "Anna",
    }
    assert follow_up(FORM, 7) is None


def test_a_better_score_of_the_same_form_closes_it() -> None:
    before = msgspec.structs.replace(FORM, answers={"nps": "3"})
    closed = follow_up(before, 9)
    assert closed is not None
    assert closed["closed_at"] == "2026-05-06T12:00:00.000000Z"


def test_a_comment_that_follows_changes_neither_owner_nor_time() -> None:
    before = msgspec.structs.replace(FORM, answers={"nps": "3"})
    found = comment_arrivals(SURVEY, before, COMMENT, "late", KNOWN, NOW)
    rows = [arrival.rows[0] for arrival in found if arrival.table == "feedback_actions"]
    assert rows == [{"action_id": "low:f1:nps", "response_id": "f1:nps", "kind": "contact"}]


def test_nobody_reacts_to_a_test() -> None:
    assert follow_up(FORM, 0, is_test=True) is None
    trial = msgspec.structs.replace(FORM, trial=True)
    assert follow_up(trial, 0) is None
    assert arrivals(SURVEY, trial, NPS, Given(0), KNOWN, NOW)[0].rows[0]["is_test"] == 1

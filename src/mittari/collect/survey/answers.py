"""From a form to rows: every answer is stored at once, under a key that the same form uses again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mittari.collect.links import Context
from mittari.collect.survey.model import DONT_KNOW, Question, Survey
from mittari.store.inbox import ANONYMOUS, NEWEST, Arrival

LONGEST_TEXT = 4_000
SKIPPED = ""
COARSE = timedelta(minutes=15)


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """A form on its way: handed out signed with every page, so that nothing is kept here between two pages.

    `answers` hold the scores so far as texts, `""` where a question was skipped; comments are not among them. `link` is
    the secret of the link that it came by, `at` the place of the question shown, `begun` seconds since 1970. In a
    `trial` somebody of ours looks at the survey: a test, never counted, to which nobody reacts.
    """

    id: str
    survey: str
    language: str
    begun: int
    at: int = 0
    link: str | None = None
    source: str = "web"
    touchpoint: str | None = None
    location: str | None = None
    consents: bool = False
    trial: bool = False
    answers: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """An answer to one question: a score, a text, ratings by brand, or nothing of these where it was skipped.

    An empty text takes back the one given before.
    """

    score: float | None = None
    text: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)


def arrivals(
    survey: Survey, form: Form, question: Question, given: Given, context: Context | None, now: datetime
) -> list[Arrival]:
    """What one answer brings into the inbox: its row, and for a low score that somebody is to react."""
    how = ANONYMOUS if survey.anonymous else NEWEST
    known = _of_person(survey, form, context)
    at = instant(coarse(now) if survey.anonymous else now)
    if question.kind == "brands":
        if form.trial:  # ratings cannot be marked as tests
            return []
        asked = instant(coarse(_asked_at(survey, form, known)))
        rows = [
            _rating(form, brand, brand == question.own_brand, score, asked) for brand, score in given.ratings.items()
        ]
        return [Arrival("competitor_ratings", rows, how)] if rows else []
    row = _row(survey, form, question, known, at) | {
        "score": given.score,
        "answered": int(given.score is not None),
    }
    if given.text is not None:  # else a comment given before stays
        row["text"] = given.text or None
    found = [Arrival("responses", [row], how)]
    if action := _follow_up(survey, form, question, given, row):
        found.append(Arrival("feedback_actions", [action], how))
    return found


def comment_arrivals(
    survey: Survey, form: Form, question: Question, text: str, context: Context | None, now: datetime
) -> list[Arrival]:
    """A comment joins the row of the answer that it is about, whose score the form still knows."""
    about = survey.question(question.about or "")
    if about is None:
        return []
    score = score_of(form.answers.get(about.id, SKIPPED))
    return arrivals(survey, form, about, Given(score, text), context, now)


def score_of(answer: str) -> float | None:
    """The score that an answer of a form stands for; None when it was skipped or not known."""
    return float(answer) if answer not in (SKIPPED, DONT_KNOW) else None


def _row(survey: Survey, form: Form, question: Question, known: Context, at: str) -> dict[str, Any]:
    row = {
        "response_id": f"{form.id}:{question.id}",
        "invite_id": known.invite_id,
        "survey_id": survey.id,
        "kind": question.kind,
        "item": question.item or ("us" if question.kind == "brand_words" else None),
        "customer_id": known.customer_id,
        "employee_id": known.employee_id,
        "conversation_id": known.conversation_id,
        "order_id": known.order_id,
        "sent_at": known.sent_at,
        "touch_at": known.touch_at,
        "responded_at": at,
        "received_at": at,
        "scale_min": None if question.is_text else question.low,
        "scale_max": None if question.is_text else question.high,
        "nps_kind": _nps_kind(question, known),
        "lang": form.language,
        "source": form.source,
        "touchpoint_id": form.touchpoint or survey.touchpoint,
        "location_id": form.location or survey.location,
        "is_test": int(survey.is_test or form.trial),
    }
    # Left out where unknown: loading then fills them from the contact, and a repeated answer keeps what was filled.
    frozen = {"agent_id": known.agent_id, "team_id": known.team_id, "channel": known.channel}
    return row | {name: value for name, value in frozen.items() if value is not None}


def _nps_kind(question: Question, known: Context) -> str | None:
    if question.kind != "nps":
        return None
    about_contact = known.conversation_id is not None or known.order_id is not None
    return question.nps_kind or ("transactional" if about_contact else "relationship")


def _of_person(survey: Survey, form: Form, context: Context | None) -> Context:
    """What of the invitation may be stored: nothing in an anonymous survey, the contact only without leave."""
    if context is None or survey.anonymous:
        return Context()
    if survey.person == "asked" and not form.consents:
        return Context(agent_id=context.agent_id, team_id=context.team_id, channel=context.channel)
    return context


def _asked_at(survey: Survey, form: Form, known: Context) -> datetime:
    """The instant that is part of the key of a rating: a changed one then replaces the earlier one.

    A person who is known was asked when the invitation was sent, however often the link has been opened since; anybody
    else when the form began.
    """
    if survey.person == "known" and known.sent_at:
        return datetime.fromisoformat(known.sent_at.removesuffix("Z"))
    return datetime(1970, 1, 1) + timedelta(seconds=form.begun)


def _rating(form: Form, brand: str, is_own: bool, score: float, asked: str) -> dict[str, Any]:
    return {
        "respondent_id": form.id,
        "brand": brand,
        "is_own": int(is_own),
        "score": score,
        "category": "nps",
        "asked_at": asked,
    }


def _follow_up(
    survey: Survey, form: Form, question: Question, given: Given, row: Mapping[str, Any]
) -> dict[str, Any] | None:
    """That somebody is to react to a low score; closed again where the same form made it a better one.

    A low score that was told before and stays low keeps what has been done about it since.
    """
    before = score_of(form.answers.get(question.id, SKIPPED))
    was_low = before is not None and question.is_low(before)
    is_low = given.score is not None and question.is_low(given.score)
    if (not is_low and not was_low) or survey.is_test or form.trial:
        return None
    known = {
        "action_id": f"low:{row['response_id']}",
        "response_id": row["response_id"],
        "kind": "contact" if row["customer_id"] or row["employee_id"] else "fix",
    }
    if is_low and was_low:
        return known
    return known | {
        "opened_at": row["responded_at"],
        "closed_at": None if is_low else row["responded_at"],
        "owner": survey.owner,
    }


def coarse(at: datetime) -> datetime:
    """The beginning of the quarter of an hour: in an anonymous survey no finer time is kept."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def instant(at: datetime) -> str:
    """A naive UTC instant as rows hold it."""
    return f"{at.isoformat(timespec='microseconds')}Z"

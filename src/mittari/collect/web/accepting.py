"""An answer taken: read, checked, masked, stored, and the form moved to what comes next."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from mittari.collect.collector import Collector
from mittari.collect.links import Context, Link, find_link, use_link
from mittari.collect.masking import mask
from mittari.collect.survey.answers import (
    LONGEST_TEXT,
    SKIPPED,
    Form,
    Given,
    arrivals,
    comment_arrivals,
    score_of,
)
from mittari.collect.survey.model import COMMENT, DONT_KNOW, Question, Survey

ANSWER = "anonymous answer"


class NoAnswer(Exception):
    """Nothing was chosen, or something that the question does not offer."""


class NoLink(Exception):
    """The link that the form came by is not known any more."""


class Used(Exception):
    """Another form came by the same link and was answered; what was said there stands."""


async def accept(
    collector: Collector, survey: Survey, form: Form, question: Question, fields: Mapping[str, Any]
) -> Form:
    """Store one answer and return the form at what comes next.

    Raises NoAnswer, NoLink and Used; then nothing was stored.
    """
    if form.link is None:
        return await _accept(collector, survey, form, question, fields)
    async with collector.turns.of(form.link):
        return await _accept(collector, survey, form, question, fields)


async def _accept(
    collector: Collector, survey: Survey, form: Form, question: Question, fields: Mapping[str, Any]
) -> Form:
    link = find_link(collector.ledger, form.link) if form.link else None
    if form.link and link is None:
        raise NoLink
    said = collector.said.of(form.id)
    if link and link.done and survey.anonymous and said is None and not form.answers:
        raise Used
    given = _given(question, fields)
    if given is None and "skip" not in fields:
        raise NoAnswer
    consents = form.consents or fields.get("consent") == "yes"
    form = msgspec.structs.replace(form, consents=consents, answers={**form.answers, **(said or {})})
    await _store(collector, survey, form, question, given or Given(), link, "skip" in fields)
    moved = _moved(survey, form, question, fields)
    collector.said.note(form.id, question.id, None if question.is_text else moved.answers.get(question.id))
    return moved


async def _store(
    collector: Collector,
    survey: Survey,
    form: Form,
    question: Question,
    given: Given,
    link: Link | None,
    skipped: bool,
) -> None:
    context = link.context if link else None
    now = collector.clock()
    if survey.anonymous:  # the page's address holds the form and its link: no log of it may lead to the answer
        form = msgspec.structs.replace(form, id=collector.signer.name(ANSWER, form.id))
    if question.kind == COMMENT:
        text = mask(given.text or "")
        told = [] if skipped and not form.consents else comment_arrivals(survey, form, question, text, context, now)
        if survey.person == "asked" and form.consents:
            told = [*_again(survey, form, context, collector), *told]
    else:
        masked = Given(given.score, None if given.text is None else mask(given.text), given.ratings)
        told = arrivals(survey, form, question, masked, context, now)
    if told:
        await collector.inbox.keep(told)
    if form.link and told:
        await asyncio.to_thread(use_link, collector.ledger, form.link)


def _again(survey: Survey, form: Form, context: Context | None, collector: Collector) -> list[Any]:
    """The answers given before leave was given to keep them with the customer, now with the customer."""
    told: list[Any] = []
    for name, said in form.answers.items():
        question = survey.question(name)
        if question is not None and not question.is_text and question.kind != "brands":
            told += arrivals(survey, form, question, Given(score_of(said)), context, collector.clock())
    return told


def _given(question: Question, fields: Mapping[str, Any]) -> Given | None:
    """The answer in a posted form; None when there is none, or one that the question does not offer."""
    if question.is_text:
        text = fields.get("text")
        return Given(text=text.strip()[:LONGEST_TEXT]) if isinstance(text, str) and text.strip() else None
    if question.kind == "brands":
        found = {brand: point_of(question, fields.get(f"b{place}")) for place, brand in enumerate(question.brands)}
        ratings = {brand: score for brand, score in found.items() if score is not None}
        return Given(ratings=ratings) if ratings else None
    said = fields.get("a")
    if question.kind == "resolved" and said == DONT_KNOW:
        return Given()
    score = point_of(question, said)
    return None if score is None else Given(score)


def point_of(question: Question, said: object) -> float | None:
    """The point of the scale that was chosen; None for anything else."""
    if (
        isinstance(said, str)
        and len(said) <= 3
        and said.isascii()
        and said.isdigit()
        and int(said) in question.points()
    ):
        return float(said)
    return None


def _moved(survey: Survey, form: Form, question: Question, fields: Mapping[str, Any]) -> Form:
    """The form after an answer: with it, and at the question that comes next."""
    said = SKIPPED if "skip" in fields or question.is_text or question.kind == "brands" else str(fields.get("a"))
    answers = dict(form.answers) if question.is_text else {**form.answers, question.id: said}
    place = survey.questions.index(question)
    following = survey.next_after(place, answers)
    return msgspec.structs.replace(form, answers=answers, at=len(survey.questions) if following is None else following)


def back_at(survey: Survey, form: Form, question: Question) -> Form:
    """The form at a question once more."""
    return msgspec.structs.replace(form, at=survey.questions.index(question))

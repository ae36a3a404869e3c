"""A survey as its customers meet it: one question a page, every answer stored at once, no script needed.

A link of an e-mail is opened by scanners as well as by people, so opening never stores anything: a score in the address
is shown as chosen, and one press (or, where scripts run and somebody looks, none) sends it.
"""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath

from mittari.collect.collector import Collector
from mittari.collect.links import Context, Link, find_link, use_link
from mittari.collect.masking import mask
from mittari.collect.signing import Forged
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
from mittari.collect.survey.texts import LANGUAGES, language_name, page_words
from mittari.collect.web.pages import Visit, collector_of, page, see

FORM, PLACE, LINKED, ANSWER = "form", "place", "linked form", "anonymous answer"
EDITABLE_S = 24 * 3600
"""A form takes answers for a day: whoever comes back corrects what was said (the last edit within 24 hours counts)."""
FORM_BYTES = 64_000
EPOCH = datetime(1970, 1, 1)


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an open link or its QR code hangs; signed, so that nobody invents places.

    `trial` is for managers who try a survey out, open or not: what they answer is a test and never counted.
    """

    survey: str
    touchpoint: str | None = None
    location: str | None = None
    source: str = "web"
    trial: bool = False


@get("/s/{name:str}")
async def open_survey(request: Visit, name: FromPath[str]) -> Response[Any]:
    """A new form of a survey that anybody with the address may answer."""
    collector = collector_of(request)
    place = read_place(collector, name, request.query_params.get("p"))
    survey = taking_answers(collector, name, place.trial)
    if survey is None or (survey.links != "open" and not place.trial):
        return closed(request)
    language = survey.language(request.query_params.get("l") or accepted(request, survey))
    return see(_address(collector, survey, new_form(collector, survey, language, place)))


@get("/i/{secret:str}")
async def invited(request: Visit, secret: FromPath[str]) -> Response[Any]:
    """The form of somebody who was invited by a link for one use."""
    collector = collector_of(request)
    link = find_link(collector.ledger, secret)
    survey = collector.shelf.open(link.survey) if link else None
    if link is None or survey is None:
        return closed(request)
    language = survey.language(request.query_params.get("l") or link.context.language or accepted(request, survey))
    if link.ends_at <= collector.clock():
        return message(request, language, "expired", 410)
    if link.done:
        return message(request, language, "already", 200)
    # In an anonymous survey the form's name may not lead back to the link.
    name = secrets.token_urlsafe(12) if survey.anonymous else collector.signer.name(LINKED, secret)
    form = Form(
        id=name,
        survey=survey.id,
        language=language,
        begun=seconds_of(collector),
        link=secret,
        source=link.context.source,
    )
    return see(_address(collector, survey, form, request.query_params.get("a")))


@get("/s/{name:str}/next")
async def next_page(request: Visit, name: FromPath[str]) -> Response[Any]:
    """The question that a form has come to, or the thanks at its end."""
    collector = collector_of(request)
    form = read_form(collector, name, request.query_params.get("f"))
    survey = taking_answers(collector, name, form is not None and form.trial)
    if survey is None or form is None:
        return closed(request)
    if wanted := request.query_params.get("l"):
        form = msgspec.structs.replace(form, language=survey.language(wanted))
    if form.at >= len(survey.questions):
        return thanks(request, survey, form)
    return question_page(request, collector, survey, form, chosen=request.query_params.get("a"))


@post("/s/{name:str}/answer", status_code=303, request_max_body_size=FORM_BYTES)
async def answer(request: Visit, name: FromPath[str]) -> Response[Any]:
    """Store one answer, then show what comes next."""
    collector = collector_of(request)
    if wait := collector.limiter.wait_for(sender(request)):
        return busy(request, 429, wait)
    fields = await request.form()
    form = read_form(collector, name, fields.get("f"))
    survey = taking_answers(collector, name, form is not None and form.trial)
    if survey is None or form is None:
        return closed(request)
    question = survey.question(str(fields.get("q", "")))
    if question is None:
        raise ClientException("the survey has no such question")
    try:
        moved = await accept(collector, survey, form, question, fields)
    except NoAnswer:
        return question_page(request, collector, survey, _at(survey, form, question), problem=True)
    except NoLink:
        return closed(request)
    except Used:
        return message(request, form.language, "already", 200)
    return see(_address(collector, survey, moved))


def new_form(collector: Collector, survey: Survey, language: str, place: Place) -> Form:
    """A form of an open survey, with a name of its own."""
    return Form(
        id=secrets.token_urlsafe(12),
        survey=survey.id,
        language=language,
        begun=seconds_of(collector),
        source=place.source,
        touchpoint=place.touchpoint,
        location=place.location,
        trial=place.trial,
    )


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


@get("/s/{name:str}/privacy")
async def privacy(request: Visit, name: FromPath[str]) -> Response[Any]:
    """What is kept of an answer, why one was asked, and who reacts."""
    collector = collector_of(request)
    form = read_form(collector, name, request.query_params.get("f"))
    survey = taking_answers(collector, name, form is not None and form.trial)
    if survey is None:
        return closed(request)
    language = survey.language(form.language if form else request.query_params.get("l"))
    link = find_link(collector.ledger, form.link) if form and form.link else None
    return page(
        request,
        "privacy.html",
        words=page_words(language),
        language=language,
        name=collector.settings.organisation,
        survey=survey,
        kept="kept_open" if link is None and not survey.anonymous else KEPT[survey.person],
        why=WHY.get(link.context.why, "why_known") if link else "why_open",
        days=collector.settings.ask_days,
        time=time_words(survey.reaction_time, language),
        form=request.query_params.get("f") or "",
        linked=bool(link),
        never=f"/i/{form.link}/never" if link and form else None,
        title=page_words(language)["privacy"],
    )


KEPT = {"known": "kept_known", "asked": "kept_asked", "never": "kept_anonymous"}
WHY = {"solved": "why_conversation", "delivered": "why_order", "known": "why_known"}


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
        found = {brand: _point(question, fields.get(f"b{place}")) for place, brand in enumerate(question.brands)}
        ratings = {brand: score for brand, score in found.items() if score is not None}
        return Given(ratings=ratings) if ratings else None
    said = fields.get("a")
    if question.kind == "resolved" and said == DONT_KNOW:
        return Given()
    score = _point(question, said)
    return None if score is None else Given(score)


def _point(question: Question, said: object) -> float | None:
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


def _at(survey: Survey, form: Form, question: Question) -> Form:
    return msgspec.structs.replace(form, at=survey.questions.index(question))


def question_page(
    request: Visit,
    collector: Collector,
    survey: Survey,
    form: Form,
    chosen: str | None = None,
    problem: bool = False,
) -> Response[Any]:
    """One question with its possible answers; none is chosen beforehand, except by whoever chose it in an e-mail."""
    question = survey.questions[form.at]
    asked = asked_words(collector, survey, form, question)
    score = _point(question, chosen) if not question.is_text and question.kind != "brands" else None
    return page(
        request,
        "question.html",
        status=422 if problem else 200,
        words=page_words(form.language),
        language=form.language,
        languages=[(tag, language_name(tag)) for tag in survey.languages],
        name=collector.settings.organisation,
        survey=survey,
        question=question,
        asked=asked,
        ends=question.scale_ends(form.language),
        faces=question.face_words(form.language) if question.faces else [],
        form=collector.signer.sign(FORM, form),
        chosen=None if score is None else int(score),
        problem=problem,
        consent=survey.person == "asked" and form.link is not None and question.kind == COMMENT,
        title=asked,
    )


def asked_words(collector: Collector, survey: Survey, form: Form, question: Question) -> str:
    """The question as this form is asked it: a comment after a low score asks what went wrong."""
    return question.words(form.language, collector.settings.organisation, _was_low(survey, form, question))


def _was_low(survey: Survey, form: Form, question: Question) -> bool:
    return question.about is not None and _is_low(survey, question.about, form.answers.get(question.about, SKIPPED))


def thanks(request: Visit, survey: Survey, form: Form) -> Response[Any]:
    words = page_words(form.language)
    text = thanks_words(survey, form)
    return page(request, "message.html", words=words, language=form.language, title=words["thanks"], text=text)


def thanks_words(survey: Survey, form: Form) -> str:
    """That the answer is stored, and after a low score who looks into it and by when."""
    words = page_words(form.language)
    if not any(_is_low(survey, name, said) for name, said in form.answers.items()):
        return str(words["thanks_text"])
    told = words["thanks_low"].format(owner=survey.owner, time=time_words(survey.reaction_time, form.language))
    return f"{words['thanks_text']} {told}"


def _is_low(survey: Survey, name: str, said: str) -> bool:
    question, score = survey.question(name), score_of(said)
    return question is not None and score is not None and question.is_low(score)


def message(request: Visit, language: str, kind: str, status: int) -> Response[Any]:
    words = page_words(language)
    text = words[f"{kind}_text"]
    return page(request, "message.html", status, words=words, language=language, title=words[kind], text=text)


def closed(request: Visit) -> Response[Any]:
    """Nothing is told of whether there is such a survey."""
    return message(request, _of_browser(request), "closed", 404)


def busy(request: Visit, status: int, wait_s: int) -> Response[Any]:
    """Nothing was stored, and the customer is told so in words; going back brings the form as it was."""
    answer = message(request, _of_browser(request), "busy", status)
    answer.headers["retry-after"] = str(wait_s)
    return answer


def _of_browser(request: Visit) -> str:
    """The language for what is told while no survey is known."""
    tag = (request.headers.get("accept-language") or "en")[:2]
    return tag if tag in LANGUAGES else "nb" if tag == "no" else "en"


def time_words(time: timedelta, language: str) -> str:
    hours = round(time / timedelta(hours=1))
    words = page_words(language)
    if hours >= 48 and hours % 24 == 0:
        return str(words["days"]).format(n=hours // 24)
    return str(words["hours"]).format(n=max(hours, 1))


def read_form(collector: Collector, name: str, text: Any) -> Form | None:
    """The form that a page hands back, if it was ours, of this survey and of today."""
    try:
        form = collector.signer.read(FORM, text, Form) if isinstance(text, str) else None
    except Forged:
        return None
    if form is None or form.survey != name or seconds_of(collector) - form.begun > EDITABLE_S:
        return None
    return form


def taking_answers(collector: Collector, name: str, trial: bool) -> Survey | None:
    """The survey that takes answers; one that is tried out need not be open."""
    return collector.shelf.get(name) if trial else collector.shelf.open(name)


def read_place(collector: Collector, name: str, text: str | None) -> Place:
    try:
        place = collector.signer.read(PLACE, text, Place) if text else None
    except Forged:
        place = None
    return place if place is not None and place.survey == name else Place(name)


def accepted(request: Visit, survey: Survey) -> str | None:
    """The first language of the browser that the survey has."""
    for part in (request.headers.get("accept-language") or "")[:200].split(","):
        tag = part.split(";")[0].strip()
        for known in (tag, tag.split("-")[0], "nb" if tag.startswith(("no", "nn")) else ""):
            if known in survey.languages:
                return known
    return None


def _address(collector: Collector, survey: Survey, form: Form, chosen: str | None = None) -> str:
    """Where a form goes on. The first page has such an address too, so that going back comes to the same form."""
    query = {"f": collector.signer.sign(FORM, form)} | ({"a": chosen} if chosen is not None else {})
    return f"/s/{survey.id}/next?{urlencode(query)}"


def seconds_of(collector: Collector) -> int:
    return int((collector.clock() - EPOCH).total_seconds())


def sender(request: Visit) -> str:
    return request.client.host if request.client else ""


HANDLERS = [open_survey, invited, next_page, answer, privacy]

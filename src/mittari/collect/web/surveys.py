"""A survey as its customers meet it: one question a page, every answer stored at once, no script needed.

A link of an e-mail is opened by scanners as well as by people, so opening never stores anything: a score in the address
is shown as chosen, and one press (or, where scripts run and somebody looks, none) sends it.
"""

import secrets
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath

from mittari.collect.links import find_link
from mittari.collect.survey.answers import Form
from mittari.collect.survey.texts import page_words
from mittari.collect.web.accepting import NoAnswer, NoLink, Used, accept, back_at
from mittari.collect.web.forms import address_of, new_form, read_form, read_place, seconds_of, taking_answers
from mittari.collect.web.pages import Visit, collector_of, page, see
from mittari.collect.web.survey_pages import accepted, busy, closed, message, question_page, thanks, time_words

LINKED = "linked form"
FORM_BYTES = 64_000


@get("/s/{name:str}")
async def open_survey(request: Visit, name: FromPath[str]) -> Response[Any]:
    """A new form of a survey that anybody with the address may answer."""
    collector = collector_of(request)
    place = read_place(collector, name, request.query_params.get("p"))
    survey = taking_answers(collector, name, place.trial)
    if survey is None or (survey.links != "open" and not place.trial):
        return closed(request)
    language = survey.language(request.query_params.get("l") or accepted(request, survey))
    return see(address_of(collector, survey, new_form(collector, survey, language, place)))


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
    return see(address_of(collector, survey, form, request.query_params.get("a")))


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
        return question_page(request, collector, survey, back_at(survey, form, question), problem=True)
    except NoLink:
        return closed(request)
    except Used:
        return message(request, form.language, "already", 200)
    return see(address_of(collector, survey, moved))


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


def sender(request: Visit) -> str:
    return request.client.host if request.client else ""


HANDLERS = [open_survey, invited, next_page, answer, privacy]

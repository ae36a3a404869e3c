"""`/i/SECRET/never`: whoever does not want to be asked says so here, from the mail's own button or from the page.

Opening the page changes nothing, since scanners open every link; the button does, and so does the one-click request of
mail programs (RFC 8058), which is the same POST.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from mittari.collect.collector import Collector
from mittari.collect.invite.outbox import cancel_waiting
from mittari.collect.invite.people import CUSTOMER, EMPLOYEE, opt_out, person_of
from mittari.collect.invite.plan import Why
from mittari.collect.links import Link, find_link
from mittari.collect.survey.texts import page_words, texts
from mittari.collect.web.pages import Visit, collector_of, page
from mittari.collect.web.survey_pages import closed

SMALL = 10_000


@get("/i/{secret:str}/never")
async def ask_never(request: Visit, secret: FromPath[str]) -> Response[Any]:
    """What it means, and the button."""
    collector = collector_of(request)
    link = find_link(collector.ledger, secret)
    if link is None:
        return closed(request)
    language = _language(collector, link)
    words = page_words(language)
    return page(
        request,
        "never.html",
        words=words,
        language=language,
        title=words["why_never"],
        text=texts(language)["invitation"]["never_ask"],
        name=collector.settings.organisation,
        secret=secret,
    )


@post("/i/{secret:str}/never", status_code=200, request_max_body_size=SMALL)
async def never(request: Visit, secret: FromPath[str]) -> Response[Any]:
    """The person is not asked again, whichever survey and way; what waits is called off. Also after the link's end."""
    collector = collector_of(request)
    link = find_link(collector.ledger, secret)
    if link is None:
        return closed(request)
    person = _person(link)
    if person is not None:
        now = collector.clock()
        opt_out(collector.ledger, collector.signer, person, now)
        cancel_waiting(collector.ledger, person, Why.OPTED_OUT, now)
    words = page_words(_language(collector, link))
    return page(
        request,
        "message.html",
        words=words,
        language=_language(collector, link),
        title=words["never_done"],
        text=texts(_language(collector, link))["invitation"]["never_told"],
    )


def _person(link: Link) -> str | None:
    if link.context.customer_id:
        return person_of(CUSTOMER, link.context.customer_id)
    return person_of(EMPLOYEE, link.context.employee_id) if link.context.employee_id else None


def _language(collector: Collector, link: Link) -> str:
    survey = collector.shelf.get(link.survey)
    return survey.language(link.context.language) if survey else link.context.language or "en"


HANDLERS = [ask_never, never]

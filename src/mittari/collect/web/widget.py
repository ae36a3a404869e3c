"""The widget: one script that any site may load; it asks a survey's questions in a corner of the page.

No cookie is set and nothing is kept in the browser. Only sites that the survey names in `origins` may ask.
"""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from mittari.collect.collector import Collector
from mittari.collect.survey.answers import Form
from mittari.collect.survey.files import MOST_POINTS
from mittari.collect.survey.model import Question, Survey
from mittari.collect.survey.texts import page_words
from mittari.collect.web.accepting import NoAnswer, NoLink, Used, accept
from mittari.collect.web.answers import say
from mittari.collect.web.forms import FORM, new_form, read_form, read_place
from mittari.collect.web.pages import Visit, collector_of, static_file
from mittari.collect.web.survey_pages import accepted, asked_words, thanks_words
from mittari.collect.web.surveys import FORM_BYTES, sender

NOT_RATED = "x"
KEPT_AN_HOUR = "public, max-age=3600"


class Posted(msgspec.Struct):
    """What the widget sends: the form as it got it, the question answered, and the answer; fields as on the page.

    `b` has one rating for each brand, in their order.
    """

    f: str
    q: str
    a: str | None = None
    b: list[str] = []
    text: str | None = None
    skip: bool = False


@get("/widget.js")
async def script() -> Response[bytes]:
    """The script, kept by browsers for an hour, so that a new version reaches every site the same day."""
    body, _ = static_file("widget.js")
    headers = {"cache-control": KEPT_AN_HOUR, "cross-origin-resource-policy": "cross-origin"}
    return Response(body, media_type="text/javascript", headers=headers)


@get("/widget/{name:str}")
async def begin(request: Visit, name: FromPath[str]) -> Response[bytes]:
    """The first question of a survey, in the page's language."""
    collector = collector_of(request)
    survey, headers = _asked_from(collector, request, name)
    if survey is None:
        return _refused(headers)
    place = read_place(collector, name, request.query_params.get("p"))
    language = survey.language(request.query_params.get("l") or accepted(request, survey))
    form = msgspec.structs.replace(new_form(collector, survey, language, place), source="widget")
    return say(200, _asked(collector, survey, form), headers)


@post("/widget/{name:str}", status_code=200, request_max_body_size=FORM_BYTES)
async def go_on(request: Visit, name: FromPath[str]) -> Response[bytes]:
    """Store one answer; the answer is the next question, or the thanks. The body is JSON, sent as text/plain."""
    collector = collector_of(request)
    survey, headers = _asked_from(collector, request, name)
    if survey is None:
        return _refused(headers)
    if wait := collector.limiter.wait_for(sender(request)):
        return say(429, {"error": "come again a little later"}, {**headers, "retry-after": str(wait)})
    try:
        posted = msgspec.json.decode(await request.body(), type=Posted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return say(400, {"error": "expected JSON with f, q and an answer"}, headers)
    form = read_form(collector, name, posted.f)
    question = survey.question(posted.q)
    if form is None or question is None:
        return say(400, {"error": "this form is not of today; load the page again"}, headers)
    fields = {key: value for key, value in (("a", posted.a), ("text", posted.text)) if value is not None}
    fields |= {f"b{place}": rating for place, rating in enumerate(posted.b[:MOST_POINTS])}
    try:
        moved = await accept(collector, survey, form, question, fields | ({"skip": "1"} if posted.skip else {}))
    except (NoAnswer, NoLink, Used):
        return say(422, {"error": "choose one of the answers"}, headers)
    if moved.at >= len(survey.questions):
        words = page_words(moved.language)
        return say(200, {"title": words["thanks"], "thanks": thanks_words(survey, moved)}, headers)
    return say(200, _asked(collector, survey, moved), headers)


def _asked_from(collector: Collector, request: Visit, name: FromPath[str]) -> tuple[Survey | None, dict[str, str]]:
    """The survey if the asking site may show it, and the headers that let the site read the answer."""
    survey = collector.shelf.open(name)
    origin = request.headers.get("origin", "")
    if survey is None or survey.links != "open" or origin not in survey.origins:
        return None, {"vary": "Origin"}
    return survey, {"vary": "Origin", "access-control-allow-origin": origin}


def _refused(headers: dict[str, str]) -> Response[bytes]:
    return say(403, {"error": "this site may not show the survey: name it in its origins"}, headers)


def _asked(collector: Collector, survey: Survey, form: Form) -> dict[str, Any]:
    """A question as the widget draws it."""
    question, words = survey.questions[form.at], page_words(form.language)
    low, high = question.scale_ends(form.language)
    return {
        "f": collector.signer.sign(FORM, form),
        "q": question.id,
        "language": form.language,
        "asked": asked_words(collector, survey, form, question),
        "answers": _answers(question, form.language),
        "faces": question.faces,
        "open": question.is_text,
        "low": low,
        "high": high,
        "brands": question.brands or None,
        "points": _ratings(question, form.language),
        "words": {key: words[key] for key in ("send", "skip", "optional", "feedback", "close", "again", "anonymous")},
        "anonymous": survey.anonymous,
    }


def _answers(question: Question, language: str) -> list[tuple[str, str]]:
    """The possible answers: what is sent, and what is read."""
    words = page_words(language)
    if question.is_text or question.kind == "brands":
        return []
    if question.kind == "resolved":
        return [("1", words["yes"]), ("0", words["no"]), ("x", words["dont_know"])]
    if question.faces:
        return list(zip(map(str, question.points()), question.face_words(language), strict=True))
    return [(str(point), str(point)) for point in question.points()]


def _ratings(question: Question, language: str) -> list[tuple[str, str]]:
    """What each brand can be given: what is sent, and what is read. Nothing is chosen beforehand."""
    if question.kind != "brands":
        return []
    low, high = question.scale_ends(language)
    ends = {question.low: f", {low}" if low else "", question.high: f", {high}" if high else ""}
    points = [(str(point), f"{point}{ends.get(point, '')}") for point in question.points()]
    return [(NOT_RATED, "–"), (NOT_RATED, page_words(language)["dont_use"]), *points]


HANDLERS = [script, begin, go_on]

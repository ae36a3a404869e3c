"""What a survey shows: a question, the thanks, and why there is neither."""

from datetime import timedelta
from typing import Any

from litestar import Response

from mittari.collect.collector import Collector
from mittari.collect.survey.answers import SKIPPED, Form, score_of
from mittari.collect.survey.model import COMMENT, Question, Survey
from mittari.collect.survey.texts import LANGUAGES, language_name, page_words
from mittari.collect.web.accepting import point_of
from mittari.collect.web.forms import FORM
from mittari.collect.web.pages import Visit, page


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
    score = point_of(question, chosen) if not question.is_text and question.kind != "brands" else None
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


def accepted(request: Visit, survey: Survey) -> str | None:
    """The first language of the browser that the survey has."""
    for part in (request.headers.get("accept-language") or "")[:200].split(","):
        tag = part.split(";")[0].strip()
        for known in (tag, tag.split("-")[0], "nb" if tag.startswith(("no", "nn")) else ""):
            if known in survey.languages:
                return known
    return None

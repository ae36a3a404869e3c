"""The form of a survey: what it says is checked as a file is, and written as the same file.

It works without JavaScript. Nothing is stored before Save; a survey without an owner or a reaction time is saved, and
stays closed.
"""

import asyncio
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

from mittari.collect.collector import Collector
from mittari.collect.survey.faults import Flaw, flaws_of
from mittari.collect.survey.files import KEYS, QUESTION_KEYS, mistake_of, survey_of, why_closed
from mittari.collect.survey.kinds import FIXED, KIND_WORDS, STARTS, USUAL, ready_text
from mittari.collect.survey.model import COMMENT, SCALES, TEXT_KINDS
from mittari.collect.survey.texts import LANGUAGES, language_name, ready_items
from mittari.collect.survey.writing import HEAD, Changed, survey_path, toml_of, version_of, write_survey
from mittari.collect.web.addresses import trial_address
from mittari.errors import Told, UserError, told
from mittari.show.speech import Speech
from mittari.show.web import survey_fields as fields_of_survey
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.survey_fields import arranged, complete, given_of, one, posted, with_ids

MOST_BYTES = 500_000
NEW = "new"
LEAST_FACES, MOST_FACES = 3, 4


def collector_of(request: Visit) -> Collector:
    site: Site = request.app.state.site
    if site.collector is None:
        raise NotFoundException("nothing is collected here")
    return site.collector


@get("/surveys/new")
async def new_survey(request: Visit) -> Response[Any]:
    """An empty form; `kind` chooses the questions it begins with."""
    return await asyncio.to_thread(empty_form, request)


def empty_form(request: Visit) -> Response[Any]:
    kind = request.query_params.get("kind", USUAL)
    start = STARTS.get(kind, STARTS[USUAL])
    given = {"languages": list(LANGUAGES), "reaction_time": "24h", "questions": [dict(each) for each in start]}
    return form_page(request, None, given, seen="")


@get("/surveys/{name:str}")
async def edit_survey(request: Visit, name: FromPath[str]) -> Response[Any]:
    """The form of a survey that is there."""
    return await asyncio.to_thread(filled_form, request, name)


def filled_form(request: Visit, name: str) -> Response[Any]:
    path = survey_path(collector_of(request).home, name)
    if not path.exists():
        raise NotFoundException(f"there is no survey {name}")
    seen = version_of(path)
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        mistake = mistake_of(error) if isinstance(error, tomllib.TOMLDecodeError) else str(error)
        raise UserError(
            told("the file of this survey cannot be read: {mistake}", mistake=mistake),
            path,
            "Mend it in an editor; the form cannot.",
        ) from error
    return form_page(request, name, given, seen, flaws=flaws_of(name, given), saved="saved" in request.query_params)


@post("/surveys/new", status_code=200, request_max_body_size=MOST_BYTES)
async def make_survey(request: Visit) -> Response[Any]:
    return await _answered(request, None)


@post("/surveys/{name:str}", status_code=200, request_max_body_size=MOST_BYTES)
async def change_survey(request: Visit, name: FromPath[str]) -> Response[Any]:
    return await _answered(request, name)


async def _answered(request: Visit, name: str | None) -> Response[Any]:
    fields = posted((await request.form()).multi_items())
    return await asyncio.to_thread(answered, request, name, fields)


def answered(request: Visit, name: str | None, fields: Mapping[str, Sequence[str]]) -> Response[Any]:
    """What a button of the form does: save, or the form again with its questions arranged otherwise."""
    given, seen, deed = given_of(fields), one(fields, "seen"), one(fields, "do") or "save"
    if deed == "add":
        deed = f"add:{one(fields, 'added')}"
    wanted = name or one(fields, "name")
    if deed != "save":
        given["questions"] = arranged(given["questions"], deed)
        return form_page(request, name, given, seen, wanted=wanted)
    return _saved(request, name, wanted, {**given, "questions": with_ids(given["questions"])}, seen)


def _saved(request: Visit, name: str | None, wanted: str, given: dict[str, Any], seen: str) -> Response[Any]:
    collector = collector_of(request)
    flaws = flaws_of(wanted or "survey", complete(given))
    try:
        path: Path | None = survey_path(collector.home, wanted)
    except UserError as error:
        path = None
        flaws = [Flaw(None, "name", *error.told), *flaws]
    if path is not None and name is None and (wanted == NEW or path.exists()):
        flaws = [Flaw(None, "name", told("there is a survey of this name already"), told("Choose another.")), *flaws]
    if flaws or path is None:
        return form_page(request, name, given, seen, flaws=flaws, wanted=wanted, status=422)
    text = toml_of(complete(given))
    try:
        write_survey(path, text, seen)
    except Changed as error:
        both = {"theirs": error.text, "ours": text}
        return form_page(request, name, given, version_of(path), wanted=wanted, status=409, both=both)
    collector.shelf.forget()
    return Response(None, status_code=303, headers={"location": f"/surveys/{wanted}?{urlencode({'saved': 'yes'})}"})


def form_page(
    request: Visit,
    name: str | None,
    given: Mapping[str, Any],
    seen: str,
    *,
    flaws: Sequence[Flaw] = (),
    wanted: str = "",
    saved: bool = False,
    status: int = 200,
    both: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The form with what was given, and each message beside its field."""
    site: Site = request.app.state.site
    say = site.say
    collector = collector_of(request)
    listed = given.get("questions")
    questions = with_ids([each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else [])
    own = given.get("languages")
    chosen = [str(tag) for tag in own] if isinstance(own, list) and own else list(LANGUAGES)
    opens, closed_by = state_of(name, given) if name and not flaws else (False, None)
    text = site.render(
        "survey_form.html",
        title=str(given.get("title") or name or say("New survey")),
        nonce=request.scope["state"]["nonce"],
        here="surveys",
        waiting=site.waiting(),
        name=name,
        wanted=wanted,
        given=given,
        questions=[
            question_fields(site, number, each, questions, flaws, given) for number, each in enumerate(questions)
        ],
        languages=languages_of(given),
        chosen=chosen,
        language_name=language_name,
        shipped=LANGUAGES,
        addable=addable(say),
        kind_words=KIND_WORDS,
        unseen=fields_of_survey.unseen(given, fields_of_survey.SHOWN, KEYS),
        seen=seen,
        flaws={flaw.key: flaw_text(say, flaw) for flaw in flaws if flaw.question is None and flaw.key},
        general=[flaw_text(say, flaw) for flaw in flaws if flaw.question is None and flaw.key not in SHOWN_KEYS],
        stored=status == 200,
        wrong=len(flaws),
        open=opens,
        closed_by=closed_by,
        trial=trial_of(collector, name) if name else None,
        handwritten=name is not None and handwritten(survey_path(collector.home, name)),
        saved=saved,
        both=both,
    )
    return page(request, text, status=status)


def question_fields(
    site: Site,
    number: int,
    question: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]],
    flaws: Sequence[Flaw],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """One question as the template shows it."""
    say = site.say
    kind, item = str(question.get("kind")), question.get("item")
    own = question.get("text") if isinstance(question.get("text"), dict) else {}
    organisation = site.source.settings.organisation
    texts = [
        (tag, (own or {}).get(tag, ""), (ready_text(tag, kind, item) or "").replace("{name}", organisation))
        if tag in LANGUAGES
        else (tag, (own or {}).get(tag, ""), "")
        for tag in languages_of(given)
    ]
    said = {tag: text or ready for tag, text, ready in texts if text or ready}
    asked_in = next((tag for tag in (say.style.language, *said) if tag in said), "")
    asked = said.get(asked_in, "")
    condition = question.get("ask_if") if isinstance(question.get("ask_if"), dict) else {}
    scored = [each for each in questions[:number] if each.get("kind") not in (*TEXT_KINDS, "brands")]
    mine = [flaw for flaw in flaws if flaw.question == number + 1]
    return {
        "question": question,
        "kind": kind,
        "words": asked_words(say, kind, item),
        "items": ready_items(kind),
        "scales": scales_of(say, kind, fields_of_survey.scale_text(question)),
        "scale": fields_of_survey.scale_text(question),
        "texts": texts,
        "own": bool(own),
        "asked": asked,
        "asked_in": asked_in,
        "condition": condition or {},
        "earlier": [(each["id"], asked_words(say, str(each.get("kind")), each.get("item"))) for each in scored],
        "brands": "\n".join(str(brand) for brand in question.get("brands") or []),
        "unseen": fields_of_survey.unseen(question, fields_of_survey.SHOWN_OF_QUESTION, QUESTION_KEYS),
        "flaws": {flaw.key: flaw_text(say, flaw) for flaw in mine if flaw.key},
        "general": [flaw_text(say, flaw) for flaw in mine if not flaw.key or flaw.key not in PLACED],
        "is_comment": kind == COMMENT,
    }


SHOWN_KEYS = (*fields_of_survey.SHOWN, "name")
PLACED = ("item", "scale", "faces", "about", "text", "ask_if", "brands", "own_brand")


def flaw_text(say: Speech, flaw: Flaw) -> str:
    """The sentence beside a field."""
    return say.sentence(flaw.what, flaw.hint)


def asked_words(say: Speech, kind: str, item: object = None) -> str:
    """A question in a few words: Quality of service, empathy."""
    words = say(KIND_WORDS.get(kind, kind))
    return Markup("{}, {}").format(words, say.words(item)) if isinstance(item, str) and item else words


def scales_of(say: Speech, kind: str, now: str) -> list[tuple[str, str]]:
    """The scales to choose from; none where a kind is asked in one way only."""
    if kind in FIXED or kind in TEXT_KINDS or kind not in SCALES:
        return []
    low, high = SCALES[kind]
    found = {
        "": say("{low} to {high}, as usual", low=low, high=high),
        "faces 1-4": say("Four faces"),
        "faces 1-5": say("Five faces"),
        **{
            f"{least}-{most}": say("{low} to {high}", low=least, high=most) for least, most in ((1, 5), (1, 7), (0, 10))
        },
    }
    found.pop(f"{low}-{high}", None)
    if now not in found:
        least, _, most = now.removeprefix("faces ").partition("-")
        ends = say("{low} to {high}", low=least, high=most)
        found[now] = say("Faces, {scale}", scale=ends) if now.startswith("faces ") else ends
    return list(found.items())


def addable(say: Speech) -> list[tuple[str, str]]:
    """What the button that adds a question offers."""
    return [
        (f"{kind}/{item}" if item else kind, asked_words(say, kind, item))
        for kind in (*SCALES, *TEXT_KINDS)
        for item in ready_items(kind) or (None,)
    ]


def languages_of(given: Mapping[str, Any]) -> list[str]:
    """The languages whose texts are shown: those shipped, and the survey's own."""
    chosen = given.get("languages")
    own = [str(tag) for tag in chosen] if isinstance(chosen, list) else []
    return list(dict.fromkeys([*LANGUAGES, *own]))


def state_of(name: str, given: Mapping[str, Any]) -> tuple[bool, Told | None]:
    """Whether the survey is open, and why not; neither where it cannot be read."""
    try:
        closed_by = why_closed(survey_of(name, complete(given), ""))
    except UserError:
        return False, None
    return closed_by is None, closed_by


def trial_of(collector: Collector, name: str) -> str | None:
    survey = collector.shelf.get(name)
    return trial_address(survey, collector.signer) if survey else None


def handwritten(path: Path) -> bool:
    """Whether the file has comments of its own, which saving by the form would lose."""
    if not path.exists():
        return False
    written = path.read_text(encoding="utf-8", errors="replace")
    return any(line.lstrip().startswith("#") and line.strip() != HEAD.strip() for line in written.splitlines())


HANDLERS = [new_survey, edit_survey, make_survey, change_survey]

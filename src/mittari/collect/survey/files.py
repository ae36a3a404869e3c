"""Survey files: `surveys/NAME.toml` of the home folder, read and checked; the form in the browser writes the same.

A mistake is told with the file and the key. A survey without an owner or a reaction time is read, but does not open:
feedback is not asked for unless somebody will react.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from mittari.collect.survey.model import (
    COMMENT,
    SCALES,
    TEXT_KINDS,
    Condition,
    Invitations,
    Kiosk,
    Question,
    Reason,
    Survey,
)
from mittari.collect.survey.texts import LANGUAGES, question_texts, ready_items
from mittari.errors import Told, UserError, nearest_told, told

FOLDER = "surveys"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
KEYS = {
    "title": "what you call it; customers do not see it",
    "owner": "who reads the answers and reacts to bad ones",
    "reaction_time": "how soon, such as 24h or 2d",
    "languages": "languages offered, the first is the default; all four with ready texts where left out",
    "links": '"open" (anybody with the address) or "invited" (only by links for one use)',
    "person": '"known" (kept with the customer), "asked" (only where the customer allows it) or "never" (anonymous)',
    "touchpoint": "the place or page of the journey that the answers are about",
    "location": "the store or office",
    "keep_texts": "how long comments are kept, such as 730d",
    "keep_persons": "how long answers stay linked with the customer, such as 730d",
    "origins": "sites that may show the widget, such as https://shop.example",
    "is_test": "true while you try it out: answers are stored and never counted",
    "closed": "true when nobody is asked any more",
    "questions": "the questions",
    "invitations": "when people are asked by themselves",
    "kiosk": "how kiosks ask: reasons after a low answer, and idle_s",
}
QUESTION_KEYS = (
    *("id", "kind", "item", "scale", "faces", "about", "text", "low", "high"),
    *("ask_if", "brands", "own_brand", "nps_kind"),
)
KIOSK_KEYS = ("reasons", "idle_s")
MOST_REASONS = 8
IDLE_S = (5, 600)
INVITATION_KEYS = ("after", "by", "delay", "share", "channels", "valid")
DURATION = re.compile(r"([1-9][0-9]{0,4})(min|h|d)")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MOST_POINTS = 11
SHOWN = 80


def read_survey(path: Path) -> Survey:
    """The survey of one file; its name is the file's. Raises UserError with the file and the key at fault."""
    if not NAME.fullmatch(path.stem):
        raise UserError("expected a name of a to z, 0 to 9 and hyphens", path, "Rename the file.")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError("there is no such survey", path, "Make one with `mittari survey new NAME`.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            told("expected text in UTF-8, found another encoding at byte {place}", place=str(error.start)), path
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(mistake_of(error), path) from error
    return survey_of(path.stem, given, str(path))


def mistake_of(error: tomllib.TOMLDecodeError) -> Told:
    """What keeps a file from being TOML, with its place; what is wrong there the reader of TOML says in English."""
    mistake, found, place = str(error).partition(" (at line ")
    if not found:
        return told("expected TOML, found a mistake: {mistake}", mistake=mistake)
    line, _, column = place.rstrip(")").partition(", column ")
    where = {"line": line, "column": column}
    return told("expected TOML, found a mistake in line {line}, column {column}: {mistake}", **where, mistake=mistake)


def survey_of(name: str, given: Mapping[str, Any], where: str) -> Survey:
    """The survey that a table of TOML declares. Raises UserError."""
    _known(given, KEYS, where)
    questions = tuple(_questions(given.get("questions"), where))
    languages = _languages(given, questions, where)
    return Survey(
        id=name,
        title=_text(given, "title", where) or name,
        owner=_text(given, "owner", where) or "",
        reaction_time=duration(given.get("reaction_time"), f"{where}, key reaction_time") or timedelta(0),
        questions=questions,
        languages=languages,
        links=_one_of(given, "links", ("open", "invited"), where),
        person=_one_of(given, "person", ("known", "asked", "never"), where),
        touchpoint=_text(given, "touchpoint", where),
        location=_text(given, "location", where),
        keep_texts=duration(given.get("keep_texts"), f"{where}, key keep_texts"),
        keep_persons=duration(given.get("keep_persons"), f"{where}, key keep_persons"),
        origins=tuple(_origins(given, where)),
        invitations=_invitations(given.get("invitations"), where),
        kiosk=_kiosk(given.get("kiosk"), languages, where),
        is_test=_truth(given, "is_test", where),
        closed=_truth(given, "closed", where),
    )


def why_closed(survey: Survey) -> Told | None:
    """Why the survey takes no answers; None when it is open."""
    if survey.closed:
        return told("it is closed")
    if not survey.owner:
        return told("nobody owns it: name in `owner` who reads the answers and reacts")
    if not survey.reaction_time:
        return told('there is no reaction time: say in `reaction_time` how soon somebody reacts, such as "24h"')
    return None


def duration(given: object, where: str) -> timedelta | None:
    """A duration such as 24h or 30d; None where nothing is given."""
    if given is None or given == "":
        return None
    match = DURATION.fullmatch(given.replace(" ", "")) if isinstance(given, str) else None
    if match is None:
        raise UserError(told("expected a duration such as 30min, 24h or 2d, found {found}", found=shown(given)), where)
    return int(match[1]) * UNITS[match[2]]


def _questions(given: object, where: str) -> Iterator[Question]:
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise UserError("expected at least one [[questions]]", where)
    seen: dict[str, Question] = {}
    for number, each in enumerate(given, start=1):
        question = _question(each, f"{where}, question {number}", seen)
        seen[question.id] = question
        yield question
    if all(question.kind == COMMENT for question in seen.values()):
        raise UserError("expected a question beside the comment, whose text needs an answer to join", where)
    if sum(question.kind == COMMENT for question in seen.values()) > 1:
        raise UserError("expected one open question, found several", where, "Leave one comment; more are not answered.")


def _question(given: Mapping[str, Any], where: str, before: Mapping[str, Question]) -> Question:
    _known(given, QUESTION_KEYS, where)
    kind = given.get("kind")
    if kind not in (*SCALES, *TEXT_KINDS):
        raise UserError(
            told("expected a kind, found {found}", found=shown(kind)),
            where,
            nearest_told(str(kind), [*SCALES, *TEXT_KINDS]) or _kinds(),
        )
    name = given.get("id") or (f"{kind}-{given['item']}" if given.get("item") else kind)
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        raise UserError("expected an id of letters, digits and hyphens", f"{where}, key id")
    if name in before:
        raise UserError(
            told("expected each id once, found {found} again", found=shown(name)), where, "Give one of them another id."
        )
    low, high = _scale(given, kind, where)
    question = Question(
        id=name,
        kind=kind,
        item=_text(given, "item", where),
        low=low,
        high=high,
        faces=_truth(given, "faces", where),
        about=_about(given, kind, before, where),
        text=_by_language(given, "text", where),
        ends=_ends(given, where),
        ask_if=_condition(given.get("ask_if"), before, f"{where}, key ask_if"),
        brands=_brands(given, kind, where),
        own_brand=_text(given, "own_brand", where),
        nps_kind=_text(given, "nps_kind", where),
    )
    if question.faces and high - low not in (3, 4):
        raise UserError("faces are four or five: expected a scale of that many points", where, "Say scale = [1, 4].")
    if question.nps_kind not in (None, "relationship", "transactional"):
        raise UserError('expected "relationship" or "transactional"', f"{where}, key nps_kind")
    if not question.text and kind != COMMENT and not question_texts("en", kind, question.item).get("text"):
        items = ", ".join(ready_items(kind))
        hint = told("Write `text`, or choose an item: {items}.", items=items)
        raise UserError("there is no ready text for this question", where, hint)
    return question


def _scale(given: Mapping[str, Any], kind: str, where: str) -> tuple[int, int]:
    if kind in TEXT_KINDS:
        return 0, 0
    scale = given.get("scale")
    if scale is None:
        return (1, 4) if given.get("faces") is True else SCALES[kind]
    fits = isinstance(scale, list) and len(scale) == 2 and all(type(end) is int for end in scale)
    if not fits or not 0 < scale[1] - scale[0] < MOST_POINTS:
        raise UserError(
            told("expected a scale such as [1, 5], found {found}", found=shown(scale)), f"{where}, key scale"
        )
    if kind in ("nps", "enps", "resolved", "brands") and tuple(scale) != SCALES[kind]:
        low, high = SCALES[kind]
        raise UserError(
            told("{kind} is asked from {low} to {high} only", kind=kind, low=low, high=high), f"{where}, key scale"
        )
    return scale[0], scale[1]


def _about(given: Mapping[str, Any], kind: str, before: Mapping[str, Question], where: str) -> str | None:
    """The question whose answer a comment joins: the one named, or the first with a score."""
    if kind != COMMENT:
        return None
    scored = [name for name, question in before.items() if not question.is_text and question.kind != "brands"]
    about = given.get("about") or (scored[0] if scored else None)
    if about not in scored:
        raise UserError("a comment joins the answer to an earlier question with a score", f"{where}, key about")
    return str(about)


def _condition(given: object, before: Mapping[str, Question], where: str) -> Condition | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise UserError('expected such as {question = "nps", at_most = 6}', where)
    _known(given, ("question", "at_least", "at_most"), where)
    name = given.get("question")
    if name not in before:
        what = told("expected an earlier question, found {found}", found=shown(name))
        raise UserError(what, where, nearest_told(str(name), before))
    bounds = {key: given.get(key) for key in ("at_least", "at_most")}
    numbers = [bound for bound in bounds.values() if bound is not None]
    if not numbers or not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in numbers):
        raise UserError("expected at_least or at_most with a number", where)
    return Condition(str(name), **bounds)


def _brands(given: Mapping[str, Any], kind: str, where: str) -> tuple[str, ...]:
    brands = given.get("brands", [])
    if not isinstance(brands, list) or not all(isinstance(brand, str) and brand.strip() for brand in brands):
        raise UserError("expected a list of names", f"{where}, key brands")
    if (kind == "brands") != bool(brands):
        raise UserError("a question of kind brands, and only that, lists `brands`", where)
    if len(brands) > MOST_POINTS:
        raise UserError(told("expected at most {most} brands: more are not rated with care", most=MOST_POINTS), where)
    own = given.get("own_brand")
    if kind == "brands" and own not in brands:
        raise UserError("expected one of the brands in `own_brand`: yours", where)
    return tuple(brand.strip() for brand in brands)


def _languages(given: Mapping[str, Any], questions: tuple[Question, ...], where: str) -> tuple[str, ...]:
    """The languages offered: each must have the text of every question."""
    own = [set(question.text) for question in questions if question.text]
    chosen = given.get("languages")
    if chosen is None:
        chosen = [language for language in LANGUAGES if all(language in texts for texts in own)]
        chosen = chosen or sorted(set.intersection(*own))
    if not isinstance(chosen, list) or not chosen or not all(_is_tag(language) for language in chosen):
        raise UserError('expected languages such as ["fi", "sv", "nb", "en"]', f"{where}, key languages")
    for language in chosen:
        for question in questions:
            ready = not question.text and language in LANGUAGES
            if language not in question.text and not ready:
                what = told("question {question} has no text in {language}", question=question.id, language=language)
                raise UserError(what, where, told("Write text.{language} for it.", language=language))
    return tuple(dict.fromkeys(chosen))


def _is_tag(language: object) -> bool:
    return isinstance(language, str) and bool(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language))


def _invitations(given: object, where: str) -> Invitations | None:
    if given is None:
        return None
    place = f"{where}, table invitations"
    if not isinstance(given, dict):
        raise UserError("expected a table [invitations]", place)
    _known(given, INVITATION_KEYS, place)
    share = given.get("share", 1.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise UserError("expected a share above 0 and up to 1", f"{place}, key share")
    channels = given.get("channels", [])
    if not isinstance(channels, list) or not all(isinstance(channel, str) for channel in channels):
        raise UserError("expected a list of channels", f"{place}, key channels")
    return Invitations(
        after=_one_of(given, "after", ("solved", "delivered"), place) if "after" in given else None,
        by=_one_of(given, "by", ("email", "sms", "chat"), place),
        delay=duration(given.get("delay"), f"{place}, key delay") or timedelta(hours=24),
        share=float(share),
        channels=tuple(channels),
        valid=duration(given.get("valid"), f"{place}, key valid") or timedelta(days=14),
    )


def _kiosk(given: object, languages: tuple[str, ...], where: str) -> Kiosk:
    if given is None:
        return Kiosk()
    place = f"{where}, table kiosk"
    if not isinstance(given, dict):
        raise UserError("expected a table [kiosk]", place)
    _known(given, KIOSK_KEYS, place)
    idle_s = given.get("idle_s", Kiosk.idle_s)
    if type(idle_s) is not int or not IDLE_S[0] <= idle_s <= IDLE_S[1]:
        what = told("expected whole seconds from {low} to {high}", low=IDLE_S[0], high=IDLE_S[1])
        raise UserError(what, f"{place}, key idle_s")
    reasons = tuple(_reasons(given.get("reasons", []), languages, f"{place}, key reasons"))
    if len({reason.id for reason in reasons}) < len(reasons):
        raise UserError("expected each id once", f"{place}, key reasons")
    return Kiosk(reasons, idle_s)


def _reasons(given: object, languages: tuple[str, ...], where: str) -> Iterator[Reason]:
    if not isinstance(given, list) or len(given) > MOST_REASONS or not all(isinstance(each, dict) for each in given):
        example = '{id = "wait", text = {en = "The wait"}}'
        raise UserError(
            told("expected a list of up to {most} reasons, such as {example}", most=MOST_REASONS, example=example),
            where,
        )
    for each in given:
        _known(each, ("id", "text"), where)
        name, texts = each.get("id"), _by_language(each, "text", where)
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
            raise UserError("expected an id of a to z, digits and hyphens", where)
        if missing := [language for language in languages if language not in texts]:
            what = told("reason {reason} has no text in {language}", reason=name, language=missing[0])
            raise UserError(what, where, told("Write text.{language} for it.", language=missing[0]))
        yield Reason(name, texts)


def _origins(given: Mapping[str, Any], where: str) -> Iterator[str]:
    origins = given.get("origins", [])
    if not isinstance(origins, list):
        raise UserError("expected a list of sites", f"{where}, key origins")
    for origin in origins:
        if not isinstance(origin, str) or not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin):
            what = told("expected a site such as https://shop.example, found {found}", found=shown(origin))
            raise UserError(what, f"{where}, key origins")
        yield origin


def _ends(given: Mapping[str, Any], where: str) -> dict[str, tuple[str, str]]:
    low, high = _by_language(given, "low", where), _by_language(given, "high", where)
    if set(low) != set(high):
        raise UserError("expected `low` and `high` in the same languages", where)
    return {language: (low[language], high[language]) for language in low}


def _by_language(given: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    found = given.get(key, {})
    fits = isinstance(found, dict) and all(_is_tag(tag) and isinstance(text, str) for tag, text in found.items())
    if not fits:
        raise UserError('expected a text by language, such as {en = "How was it?"}', f"{where}, key {key}")
    return {tag: text.strip() for tag, text in found.items() if text.strip()}


def _text(given: Mapping[str, Any], key: str, where: str) -> str | None:
    value = given.get(key)
    if value is not None and (not isinstance(value, str) or len(value) > 200):
        raise UserError(told("expected a short text, found {found}", found=shown(value)), f"{where}, key {key}")
    return (value or "").strip() or None


def _truth(given: Mapping[str, Any], key: str, where: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise UserError(told("expected true or false, found {found}", found=shown(value)), f"{where}, key {key}")
    return value


def _one_of(given: Mapping[str, Any], key: str, choices: tuple[str, ...], where: str) -> Any:
    value = given.get(key, choices[0])
    if value not in choices:
        what = told("expected one of {choices}, found {found}", choices=", ".join(choices), found=shown(value))
        raise UserError(what, f"{where}, key {key}")
    return value


def _known(given: Mapping[str, Any], keys: Any, where: str) -> None:
    for key in given:
        if key not in keys:
            known = told("Known: {names}.", names=", ".join(keys))
            raise UserError(told("there is no key {key}", key=shown(key)), where, nearest_told(key, keys) or known)


def _kinds() -> Told:
    return told("Known: {names}.", names=", ".join([*SCALES, *TEXT_KINDS]))


def shown(value: object) -> str:
    """What a file says instead of what was expected, cut where it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"

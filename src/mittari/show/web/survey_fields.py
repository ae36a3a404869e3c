"""The form of a survey as posted, and the table of TOML that it stands for. Pure.

What the form does not show (brands' ends, invitations, sites of the widget) travels in it unseen, so that saving keeps
it. Adding, removing and moving questions are submit buttons: they give the form back without storing anything.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mittari.collect.survey.kinds import ready_text
from mittari.collect.survey.model import COMMENT
from mittari.collect.survey.texts import LANGUAGES
from mittari.errors import UserError

PLAIN = ("title", "owner", "reaction_time", "links", "person", "touchpoint", "location", "keep_texts", "keep_persons")
TRUTHS = ("is_test", "closed")
SHOWN = (*PLAIN, *TRUTHS, "languages", "questions")
SHOWN_OF_QUESTION = ("id", "kind", "item", "scale", "faces", "about", "text", "ask_if", "brands", "own_brand")
MOST_QUESTIONS = 30
LONGEST = 2_000

Posted = Mapping[str, Sequence[str]]


def posted(items: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    """The fields of a form by name, each with all its values; what is not text is left out."""
    found: dict[str, list[str]] = {}
    for name, value in items:
        if isinstance(value, str):
            found.setdefault(name, []).append(value.replace("\r\n", "\n")[: 20 * LONGEST])
    return found


def one(fields: Posted, name: str) -> str:
    return fields.get(name, [""])[0].strip()


def given_of(fields: Posted) -> dict[str, Any]:
    """The survey that a form says, as a file would."""
    given = _unseen(one(fields, "unseen"), SHOWN)
    given |= {key: text for key in PLAIN if (text := one(fields, key))}
    given |= {key: True for key in TRUTHS if key in fields}
    others = [tag.strip() for tag in one(fields, "other_languages").split(",") if tag.strip()]
    given["languages"] = list(dict.fromkeys([*fields.get("languages", []), *others]))
    count = one(fields, "count")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    given["questions"] = [_question(fields, place) for place in range(min(number, MOST_QUESTIONS))]
    return given


def _question(fields: Posted, place: int) -> dict[str, Any]:
    def said(name: str) -> str:
        return one(fields, f"q{place}.{name}")

    question = _unseen(said("unseen"), SHOWN_OF_QUESTION)
    question |= {key: text for key in ("id", "kind", "item", "about", "own_brand") if (text := said(key))}
    question |= _scale(said("scale"))
    start = f"q{place}.text."
    texts = {name.removeprefix(start): one(fields, name)[:LONGEST] for name in fields if name.startswith(start)}
    if own := {tag: text for tag, text in texts.items() if text}:
        question["text"] = own
    if brands := [brand.strip() for brand in said("brands").splitlines() if brand.strip()]:
        question["brands"] = brands
    if asked_if := said("if"):
        bounds = {key: number_of(text) for key in ("at_least", "at_most") if (text := said(key))}
        question["ask_if"] = {"question": asked_if, **bounds}
    return question


def _scale(text: str) -> dict[str, Any]:
    """`faces 1-4` or `1-7`; nothing for the usual scale of the kind."""
    ends = text.removeprefix("faces ").split("-")
    if not all(end.isascii() and end.isdigit() and len(end) < 4 for end in ends) or len(ends) != 2:
        return {}
    found: dict[str, Any] = {"scale": [int(end) for end in ends]}
    return found | {"faces": True} if text.startswith("faces ") else found


def scale_text(question: Mapping[str, Any]) -> str:
    """The choice of the form that a question's scale is; the usual one is an empty text."""
    faces, scale = question.get("faces") is True, question.get("scale")
    if not isinstance(scale, list) or len(scale) != 2:
        return "faces 1-4" if faces else ""
    return f"{'faces ' if faces else ''}{scale[0]}-{scale[1]}"


def number_of(text: str) -> float | int | str:
    """A number as a file holds it; the text itself where it is none, for the check to name."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def unseen(given: Mapping[str, Any], shown: Sequence[str], known: Collection[str]) -> str:
    """What the form does not show, to travel in it; keys that nobody knows are left out."""
    kept = {key: value for key, value in given.items() if key in known and key not in shown}
    return json.dumps(kept, ensure_ascii=False, default=str)


def _unseen(text: str, shown: Sequence[str]) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UserError("the form came back damaged", hint="Open the survey again.")
    return {key: value for key, value in found.items() if key not in shown}


def with_ids(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The questions with their ids, which answers are stored under: a question that moves keeps its own."""
    taken: set[str] = {str(question["id"]) for question in questions if question.get("id")}
    found = []
    for question in questions:
        name = str(question.get("id") or "")
        if not name:
            kind = str(question.get("kind", "q"))
            usual = f"{kind}-{question['item']}" if question.get("item") else kind
            name = next(each for each in (usual, *(f"{usual}-{n}" for n in range(2, 99))) if each not in taken)
            taken.add(name)
        found.append({**question, "id": name})
    return found


def arranged(questions: Sequence[Mapping[str, Any]], deed: str) -> list[dict[str, Any]]:
    """The questions after a button: `add:nps`, `remove:2`, `up:2` or `down:2`, counted from 0."""
    found = with_ids(questions)
    verb, _, rest = deed.partition(":")
    if verb == "add" and rest and len(found) < MOST_QUESTIONS:
        kind, _, item = rest.partition("/")
        added = {"kind": kind, "item": item} if item else {"kind": kind}
        last = len(found) - 1 if found and found[-1].get("kind") == COMMENT and kind != COMMENT else len(found)
        return with_ids([*found[:last], added, *found[last:]])
    place = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 4 else -1
    if not 0 <= place < len(found):
        return found
    if verb == "remove":
        return found[:place] + found[place + 1 :]
    other = place - 1 if verb == "up" else place + 1
    if verb in ("up", "down") and 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """The survey as it is written: a text left open in one language is the ready one where others have their own."""
    languages = given.get("languages") or list(LANGUAGES)
    questions = []
    for question in given.get("questions", []):
        own = question.get("text")
        if own:
            ready = {
                tag: text
                for tag in languages
                if tag in LANGUAGES and (text := ready_text(tag, str(question.get("kind")), question.get("item")))
            }
            question = {**question, "text": {**ready, **own}}  # the question as it is written
        questions.append(question)
    return {**given, "questions": questions}

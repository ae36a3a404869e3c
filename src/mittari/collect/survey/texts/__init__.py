"""What customers read on pages and in invitations, and what those responsible for devices are told, by language: one
file each, with the same keys."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

LANGUAGES = ("en", "fi", "sv", "nb")
RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"])
SCRIPTS = {"arab": "rtl", "hebr": "rtl", "syrc": "rtl", "thaa": "rtl", "latn": "ltr", "cyrl": "ltr"}
"""Some languages are written in several scripts; a tag such as az-Arab says in which."""


@cache
def texts(language: str) -> dict[str, Any]:
    """All texts of a language that is shipped; English for any other."""
    name = frame_language(language)
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


def page_words(language: str) -> dict[str, Any]:
    """The words around the questions."""
    words: dict[str, Any] = texts(language)["page"]
    return words


def frame_language(language: str) -> str:
    """The language of the words around a question that is asked in `language`: English where none are shipped."""
    return language if language in LANGUAGES else "en"


def direction(language: str) -> str:
    """Which way a language is written: rtl or ltr."""
    base, *more = language.lower().split("-")
    told = [SCRIPTS[part] for part in more if part in SCRIPTS]
    return told[0] if told else "rtl" if base in RIGHT_TO_LEFT else "ltr"


def spoken(language: str) -> Markup:
    """The attributes of a question in a language in which no words of ours stand around it, so that it is read aloud
    and laid out rightly; empty where the whole page is in the language."""
    if frame_language(language) == language:
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(language, direction(language))


def language_name(language: str) -> str:
    """A language in its own words; its tag where none are shipped."""
    return str(texts(language)["name"]) if language in LANGUAGES else language


def question_texts(language: str, kind: str, item: str | None) -> dict[str, str]:
    """The ready text of a question with the words at the ends of its scale; empty where there is none."""
    found = texts(language)["questions"].get(kind, {})
    text = found.get("items", {}).get(item) if item else found.get("text")
    return {name: value for name, value in {**found, "text": text}.items() if isinstance(value, str)}


def ready_items(kind: str) -> tuple[str, ...]:
    """The items of a kind that have ready texts."""
    return tuple(texts("en")["questions"].get(kind, {}).get("items", {}))

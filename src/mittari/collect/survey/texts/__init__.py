"""What customers read on pages and in invitations, and what those responsible for devices are told, by language: one
file each, with the same keys."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "fi", "sv", "nb")


@cache
def texts(language: str) -> dict[str, Any]:
    """All texts of a language that is shipped; English for any other."""
    name = language if language in LANGUAGES else "en"
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


def page_words(language: str) -> dict[str, Any]:
    """The words around the questions."""
    words: dict[str, Any] = texts(language)["page"]
    return words


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

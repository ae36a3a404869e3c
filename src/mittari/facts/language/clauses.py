"""A text as clauses, and its clauses as words: punctuation and joining words like "but" begin a new clause."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mittari.facts.language.words import Words

PIECE = re.compile(r"(?P<word>[^\W_]+(?:['-][^\W_]+)*)|(?P<stop>[.,;:!?…()\[\]\n\r\"“”„«»]+|(?<=\s)[-–—]+(?=\s))")
APOSTROPHES = re.compile("[’‘`´]")


@dataclass(frozen=True)
class Clause:
    """The words of a clause in order; those from `negated_from` on are negated (None: none is)."""

    words: tuple[str, ...]
    negated_from: int | None = None

    def is_negated(self, place: int) -> bool:
        return self.negated_from is not None and place >= self.negated_from


def normal(text: str) -> str:
    """The text in lower case with composed letters and one kind of apostrophe."""
    return unicodedata.normalize("NFC", APOSTROPHES.sub("'", text).lower())


def words_of(text: str) -> list[str]:
    """The words of a text, in order."""
    return [piece["word"] for piece in PIECE.finditer(normal(text)) if piece["word"]]


def clauses(text: str, language: Words) -> list[Clause]:
    """The clauses of a text, each with the part of it that is negated."""
    found: list[Clause] = []
    for opening, words in _pieces(text, language):
        after_negation = bool(found) and found[-1].negated_from is not None
        found.append(Clause(words, _negated_from(opening, words, language, after_negation)))
    return found


def _pieces(text: str, language: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The joining word that opens each clause, or nothing, and its words."""
    joining = language.joiners | language.negating_joiners | language.contrary
    opening, words = "", list[str]()
    for piece in PIECE.finditer(normal(text)):
        word = piece["word"]
        if word and word not in joining:
            words.append(word)
            continue
        if words:
            yield opening, tuple(words)
            opening, words = "", []
        opening = word or opening
    if words:
        yield opening, tuple(words)


def _negated_from(opening: str, words: tuple[str, ...], language: Words, after_negation: bool) -> int | None:
    """A negator turns the whole clause, wherever it stands; "without" and "no" turn what follows them."""
    if opening in language.negating_joiners or (opening in language.contrary and not after_negation):
        return 0
    if any(word in language.negators or word.endswith("n't") for word in words):
        return 0
    return next((place for place, word in enumerate(words) if word in language.without), None)

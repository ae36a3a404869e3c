"""What a comment says: its tone, and which attributes of the brand it names, in which tone and whether negated.

words -> clauses -> dictionary forms -> negation -> praise, blame and attributes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mittari.facts.language.clauses import Clause, clauses
from mittari.facts.language.lemmas import REMEMBERED, lemma
from mittari.facts.language.words import LANGUAGES, Words

UNDECLARED = ("", "und", "mul", "zxx", "mis")
NAMED_OTHERWISE = {"no": "nb"}


@dataclass(frozen=True)
class Term:
    """An attribute that a word names, whether the brand wants to hear it, and how the word judges (None: not told)."""

    attribute: str
    expected: bool
    polarity: int | None


Terms = Mapping[str, tuple[Term, ...]]
"""Words of one language, as given and in their dictionary form, with what they name."""


@dataclass(frozen=True, order=True)
class Mention:
    """An attribute named in a text; `polarity` is that of its clause."""

    attribute: str
    expected: bool
    negated: bool
    polarity: int


@dataclass(frozen=True)
class Reading:
    """`tone` is 1 where clauses only praise, -1 where they only blame, else 0; `speaks`: it has a word of content."""

    tone: int
    speaks: bool
    mentions: frozenset[Mention]


def known_language(tag: str | None) -> str | None:
    """The language that a BCP 47 tag declares, in two letters; None: it declares none."""
    language = (tag or "").strip().replace("_", "-").partition("-")[0].lower()
    return None if language in UNDECLARED else NAMED_OTHERWISE.get(language, language)


def terms_by_language(rows: Iterable[tuple[str, bool, str, str, int | None]]) -> dict[str, Terms]:
    """Terms from rows of attribute, expected, language, words and polarity. Nynorsk without words of its own has those
    of Bokmål."""
    found: dict[str, dict[str, tuple[Term, ...]]] = {}
    for attribute, expected, tag, words, polarity in rows:
        language = known_language(tag)
        if language not in LANGUAGES:
            continue
        of_language, term = found.setdefault(language, {}), Term(attribute, expected, polarity)
        spoken = [word for clause in clauses(words, LANGUAGES[language]) for word in clause.words]
        for word in {*spoken, *(lemma(word, language) for word in spoken)}:
            of_language[word] = (*of_language.get(word, ()), term)
    if "nb" in found:
        found.setdefault("nn", found["nb"])
    return dict(found)


def read(text: str, language: str, terms: Terms) -> Reading:
    """Read a comment in one of our languages."""
    own = LANGUAGES[language]
    speaks, signs, mentions = False, set[int](), set[Mention]()
    for clause in clauses(text, own):
        named = [_terms_of(word, language, terms) for word in clause.words]
        sign = _sign(sum(_judgement(clause, place, named[place], language) for place in range(len(named))))
        signs.add(sign)
        mentions |= {
            Mention(term.attribute, term.expected, clause.is_negated(place), sign)
            for place, of_word in enumerate(named)
            for term in of_word
        }
        speaks = speaks or any(map(bool, named)) or any(_has_content(word, own) for word in clause.words)
    tone = 0 if {1, -1} <= signs else sum(signs)
    return Reading(tone, speaks, frozenset(mentions))


def _terms_of(word: str, language: str, terms: Terms) -> tuple[Term, ...]:
    if not terms:
        return ()
    return terms.get(word) or terms.get(lemma(word, language), ())


def _judgement(clause: Clause, place: int, named: tuple[Term, ...], language: str) -> int:
    """1 for a word that praises, -1 for one that blames; the other way round where it is negated."""
    told = [term.polarity for term in named if term.polarity is not None] if named else []
    polarity = told[0] if told else _polarity(clause.words[place], language)
    return -polarity if polarity and clause.is_negated(place) else polarity


@lru_cache(REMEMBERED)
def _polarity(word: str, language: str) -> int:
    own = LANGUAGES[language]
    for form in (word, lemma(word, language)):
        if form in own.praise or form in own.blame:
            return 1 if form in own.praise else -1
    return 0


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _has_content(word: str, own: Words) -> bool:
    return len(word) > 1 and not word.isnumeric() and word not in own.idle

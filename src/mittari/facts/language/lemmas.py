"""The dictionary form of a word, and which of our languages a text is in, by the dictionaries of simplemma.

They are loaded when the first word is asked for and kept: in the frugal form, Finnish takes two seconds and 60 MB.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from mittari.facts.language.clauses import words_of
from mittari.facts.language.words import LANGUAGES

if TYPE_CHECKING:
    from simplemma import LanguageDetector, Lemmatizer

REMEMBERED = 65_536
"""Words whose dictionary form is kept: most words of a text are among the frequent ones."""
FEWEST_WORDS, LEAST_KNOWN, LEAST_MARGIN = 5, 0.5, 0.2
SAME_FAMILY = {"nn": "nb"}
"""Languages so close that which of the two it is needs no margin."""


@cache
def _lemmatizer() -> "Lemmatizer":
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy

    return Lemmatizer(lemmatization_strategy=DefaultStrategy(low_memory=True))


@cache
def _detector() -> "LanguageDetector":
    from simplemma import LanguageDetector
    from simplemma.strategies import DefaultStrategy

    return LanguageDetector(tuple(LANGUAGES), lemmatization_strategy=DefaultStrategy(low_memory=True))


@lru_cache(REMEMBERED)
def lemma(word: str, language: str) -> str:
    """The dictionary form of a word in one of our languages; of an unknown word, itself."""
    return _lemmatizer().lemmatize(word, language).lower()


def detected(text: str) -> str | None:
    """The language that at least five words speak clearly, half of them known to it; None: it cannot be told."""
    spoken = words_of(text)
    if len(spoken) < FEWEST_WORDS:
        return None
    known = _detector().proportion_in_each_language(text)
    marks = {language: sum(word in own.idle for word in spoken) for language, own in LANGUAGES.items()}
    best = max(LANGUAGES, key=lambda language: (known.get(language, 0.0), marks[language]))
    others = [known.get(each, 0.0) for each in LANGUAGES if _family(each) != _family(best)]
    clear = known.get(best, 0.0) >= LEAST_KNOWN and known.get(best, 0.0) - max(others) >= LEAST_MARGIN
    return best if clear else None


def _family(language: str) -> str:
    return SAME_FAMILY.get(language, language)

"""Reading comments: pure functions from a text, its language and the words of the brand to what it says."""

from mittari.facts.language.lemmas import detected
from mittari.facts.language.reading import Mention, Reading, Terms, known_language, read, terms_by_language
from mittari.facts.language.words import LANGUAGES

__all__ = ["LANGUAGES", "Mention", "Reading", "Terms", "detected", "known_language", "read", "terms_by_language"]

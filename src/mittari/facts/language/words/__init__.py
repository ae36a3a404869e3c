"""What Mittari knows of each language it reads comments in. The lists are its own, small, and about service."""

from mittari.facts.language.words.bokmal import BOKMAL
from mittari.facts.language.words.english import ENGLISH
from mittari.facts.language.words.finnish import FINNISH
from mittari.facts.language.words.model import Words
from mittari.facts.language.words.nynorsk import NYNORSK
from mittari.facts.language.words.swedish import SWEDISH

LANGUAGES: dict[str, Words] = {"fi": FINNISH, "sv": SWEDISH, "nb": BOKMAL, "nn": NYNORSK, "en": ENGLISH}

__all__ = ["LANGUAGES", "Words"]

"""What a comment says: clauses, negation, tone and attributes of the brand, in each language Mittari reads."""

import subprocess
import sys
import unicodedata

import pytest

from commands.running import environment
from mittari.facts.language import LANGUAGES, Mention, detected, known_language, read, terms_by_language
from mittari.facts.language.clauses import clauses, words_of

TERMS = terms_by_language(
    [
        ("reliable", True, "fi", "luotettava", 1),
        ("fast", True, "fi", "nopea nopeasti", 1),
        ("friendly", True, "fi", "ystävällinen", 1),
        ("expensive", False, "fi", "kallis", -1),
        ("traditional", False, "fi", "perinteinen", None),
        ("fast", True, "no", "rask", 1),
        ("fast", True, "sv-SE", "snabb", None),
    ]
)


def tone(text: str, language: str) -> int:
    return read(text, language, {}).tone


def said(text: str, language: str = "fi") -> set[tuple[str, bool, int]]:
    mentions = read(text, language, TERMS[language]).mentions
    return {(each.attribute, each.negated, each.polarity) for each in mentions}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Todella hyvää palvelua"),
        ("fi", "Asiakaspalvelijat olivat ystävällisiä"),
        ("sv", "Mycket trevliga och snabba"),
        ("nb", "Hyggelige og raske folk"),
        ("nn", "Venlege folk, eg er nøgd"),
        ("en", "Friendly people who solved it quickly"),
    ],
)
def test_praise_in_any_form_of_the_word_is_praise(language: str, text: str) -> None:
    assert tone(text, language) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Huonoa ja hidasta"),
        ("sv", "Dålig service"),
        ("nb", "Dyrt og tregt"),
        ("nn", "Dårlege svar"),
        ("en", "Rude and slow"),
    ],
)
def test_blame_in_any_form_of_the_word_is_blame(language: str, text: str) -> None:
    assert tone(text, language) == -1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Palvelu ei ollut hyvää"),
        ("fi", "En suosittele"),
        ("fi", "Emme ole tyytyväisiä"),
        ("fi", "He eivät auttaneet"),
        ("fi", "Luotettava ei ole"),
        ("sv", "Jag är inte nöjd"),
        ("sv", "Aldrig hjälpsam"),
        ("sv", "Ingen hjälp"),
        ("nb", "Jeg er ikke fornøyd"),
        ("nb", "Aldri hyggelig"),
        ("nb", "Ingen hjelp"),
        ("nn", "Eg er ikkje nøgd"),
        ("nn", "Inga hjelp"),
        ("en", "I am not satisfied"),
        ("en", "It doesn't work"),
        ("en", "It doesn’t work"),
        ("en", "Never helpful"),
        ("en", "No help"),
    ],
)
def test_praise_negated_is_blame(language: str, text: str) -> None:
    assert tone(text, language) == -1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Hyvä palvelu ilman jonotusta"),
        ("sv", "Bra service utan krångel"),
        ("nb", "God service uten ventetid"),
        ("nn", "God hjelp utan venting"),
        ("en", "Good service without delays"),
        ("en", "Good service and no delays"),
    ],
)
def test_without_turns_only_what_follows(language: str, text: str) -> None:
    assert tone(text, language) == 1


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fi", "Kallis mutta ystävällinen", 2),
        ("fi", "Ei hidas vaan nopea", 2),
        ("fi", "Hidas eikä luotettava", 2),
        ("sv", "Dyr men bra", 2),
        ("sv", "Inte dyr utan billig", 2),
        ("nb", "Dyr men bra", 2),
        ("nn", "Dyr men bra", 2),
        ("en", "Expensive but good", 2),
        ("en", "Slow. Rude! Why? (Well; so) it – was", 7),
        ("en", "first-class don't", 1),
        ("en", "...", 0),
    ],
)
def test_punctuation_and_joining_words_begin_a_clause(language: str, text: str, number: int) -> None:
    assert len(clauses(text, LANGUAGES[language])) == number


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fi", "Hidas, ei luotettava", -1),
        ("fi", "Ei hidas, vaan nopea", 1),
        ("fi", "Ei hidas vaan nopea", 1),
        ("fi", "Hidas eikä luotettava", -1),
        ("sv", "Inte dyr utan billig", 1),
        ("sv", "Billig, utan problem", 1),
        ("fi", "Kallis mutta ystävällinen", 0),
        ("en", "Fast. Slow.", 0),
        ("en", "Fast slow", 0),
        ("en", "It was Tuesday", 0),
    ],
)
def test_the_tone_of_a_text_is_that_of_its_clauses(language: str, text: str, expected: int) -> None:
    assert tone(text, language) == expected


def test_within_a_clause_the_greater_number_of_words_decides() -> None:
    assert tone("Good friendly but slow", "en") == 0
    assert tone("Good friendly slow", "en") == 1


def test_a_text_names_attributes_with_the_tone_of_their_clause() -> None:
    assert said("Luotettavaa ja nopeaa palvelua") == {("reliable", False, 1), ("fast", False, 1)}
    assert said("Kallis mutta ystävällinen") == {("expensive", False, -1), ("friendly", False, 1)}
    assert said("Hidas, ei luotettava") == {("reliable", True, -1)}
    assert said("Nopea, nopeasti, ei nopea") == {("fast", False, 1), ("fast", True, -1)}
    assert said("Nopea. Nopea kallis.") == {("fast", False, 1), ("fast", False, 0), ("expensive", False, 0)}


def test_a_mention_says_whether_the_brand_wants_to_hear_it() -> None:
    (mention,) = read("kalliita", "fi", TERMS["fi"]).mentions
    assert mention == Mention("expensive", False, False, -1)


def test_a_word_of_the_brand_that_does_not_judge_leaves_that_to_the_list() -> None:
    assert said("perinteistä") == {("traditional", False, 0)}
    assert said("snabba", "sv") == {("fast", False, 1)}


def test_the_judgement_of_a_word_of_the_brand_goes_before_the_list() -> None:
    terms = terms_by_language([("basic", False, "en", "cheap", -1)])
    assert read("cheap", "en", terms["en"]).tone == -1
    assert read("cheap", "en", {}).tone == 1


def test_nynorsk_has_the_words_of_bokmal_where_it_has_none_of_its_own() -> None:
    assert said("raske folk", "nn") == {("fast", False, 1)}
    own = terms_by_language([("fast", True, "nb", "rask", 1), ("fast", True, "nn", "snøgg", 1)])
    assert not read("rask", "nn", own["nn"]).mentions
    assert read("snøgg", "nn", own["nn"]).mentions


def test_words_of_the_brand_in_a_language_that_is_not_read_are_left_aside() -> None:
    assert terms_by_language([("fast", True, "de", "schnell", 1)]) == {}


@pytest.mark.parametrize(("text", "speaks"), [("Palvelu", True), ("ja se oli", False), ("10", False), ("a b", False)])
def test_a_text_of_idle_words_says_nothing(text: str, speaks: bool) -> None:
    assert read(text, "fi", {}).speaks is speaks


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("fi", "fi"), ("FI-fi", "fi"), ("nb_NO", "nb"), ("no", "nb"), ("nn", "nn"), ("de", "de"),
        ("und", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_tag_names_a_language(tag: str | None, language: str | None) -> None:
    assert known_language(tag) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Palvelu oli todella hyvää ja nopeaa", "fi"),
        ("Tjänsten var mycket bra och snabb", "sv"),
        ("Tjenesten var veldig bra og rask", "nb"),
        ("Tenesta var veldig bra og rask, eg er nøgd", "nn"),
        ("The service was very good and fast", "en"),
        ("palvelu oli hyvää nopeaa", None),
        ("Dienstleistung war sehr gut und schnell", None),
        ("hello hello service hyvää palvelua tack", None),
    ],
)
def test_a_language_is_detected_only_where_it_is_clear(text: str, language: str | None) -> None:
    assert detected(text) == language


def test_letters_are_the_same_however_they_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "Ystävällinen")
    assert apart != "Ystävällinen"
    assert words_of(apart) == ["ystävällinen"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_both_praises_and_blames(language: str) -> None:
    own = LANGUAGES[language]
    assert not own.praise & own.blame
    assert not (own.praise | own.blame) & (own.idle | own.negators | own.without | own.joiners)
    assert min(len(own.praise), len(own.blame)) > 120


def test_no_dictionary_is_loaded_before_the_first_word() -> None:
    asked = "import sys, mittari.load, mittari.facts.language; print('simplemma' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout.split() == ["False"]

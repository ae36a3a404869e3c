"""Every KPI is told in every language, by what its English text says today."""

import re

import pytest

from mittari.measure.handbook import shipped
from mittari.settings import LANGUAGES
from mittari.show.language import (
    ENGLISH,
    LOCALE,
    in_language,
    messages,
    notices,
    parameter_words,
    perspectives,
    rewritten,
    translated,
    wanted,
)

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
LONGEST_TITLE = 48
SAME_EVERYWHERE = {
    "Net Promoter Score",
    "chat",
    "kiosk",
    "segment",
    "per",
    "Period",
    "period",
    "Definition",
    "definition",
    "gap",
    "precision",
    "version {version}",
}

every_language = pytest.mark.parametrize("language", OTHERS)


@every_language
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    asked = wanted(shipped())
    assert set(messages(language)) == set(asked)
    assert (LOCALE / f"{language}.po").read_bytes() == rewritten(language, asked), "python -m mittari.show.language"


@every_language
def test_a_translation_is_another_text_that_fits_a_card(language: str) -> None:
    for (context, text), told in messages(language).items():
        assert told != text or text in SAME_EVERYWHERE, context
        if context.endswith(".title"):
            assert len(told) <= LONGEST_TITLE, context


@every_language
def test_a_translation_names_the_same_numbers_and_outputs(language: str) -> None:
    for (context, text), told in messages(language).items():
        codes = set(re.findall(r"\b[a-z]+_[a-z_0-9]+\b", text))
        assert codes <= set(re.findall(r"\b[a-z]+_[a-z_0-9]+\b", told)), context
        assert long_numbers(text) <= long_numbers(told), context


@every_language
def test_a_translation_has_the_same_places_for_values_and_the_same_code(language: str) -> None:
    for (context, text), told in messages(language).items():
        for pattern in (r"\{\w+\}", r"`[^`]+`"):
            assert sorted(re.findall(pattern, told)) == sorted(re.findall(pattern, text)), (context, text)


def long_numbers(text: str) -> set[str]:
    """Numbers of two digits and more; smaller ones may be words, and a thousand may be parted."""
    return set(re.findall(r"\d{2,}", re.sub(r"(?<=\d)[\s,](?=\d{3})", "", text)))


def test_a_definition_tells_its_texts_in_a_language_and_keeps_everything_else() -> None:
    (nps,) = [each for each in shipped() if each.id == "csat"]
    told = translated(nps, "fi")
    assert told.title != nps.title
    assert (told.id, told.outputs, told.target, told.build) == (nps.id, nps.outputs, nps.target, nps.build)
    assert [each.title for each in in_language([nps], ENGLISH)] == [nps.title]


def test_headings_of_the_scorecard_are_told_too() -> None:
    assert set(perspectives("sv")) == set(perspectives(ENGLISH))
    assert all(perspectives("sv")[code] != text for code, text in perspectives(ENGLISH).items())


@every_language
def test_flags_are_told_in_the_language(language: str) -> None:
    plain = notices("provisional", ["late_rows", "as_of_partial"], ENGLISH)
    told = notices("provisional", ["late_rows", "as_of_partial"], language)
    assert [short for short, _ in plain] == ["provisional", "late rows", "partial history"]
    assert all(
        own != english
        for pair, others in zip(told, plain, strict=True)
        for own, english in zip(pair, others, strict=True)
    )


def test_a_parameter_that_its_name_does_not_explain_is_explained() -> None:
    (told,) = parameter_words(["csat_kind", "weights"], "sv")
    assert told.startswith("Med weights=given räknas varje svar")

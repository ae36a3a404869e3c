"""Survey files: what they declare, and what is said of every mistake."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mittari.collect.survey.files import read_survey, survey_of, why_closed
from mittari.collect.survey.model import SCALES, Question
from mittari.collect.survey.shelf import Shelf
from mittari.collect.survey.texts import LANGUAGES, ready_items, texts
from mittari.errors import UserError
from mittari.facts.tables.feedback import answer_kinds

HEAD: dict[str, Any] = {"owner": "Maija", "reaction_time": "24h"}


def survey(*questions: dict[str, Any], **more: Any):
    return survey_of("mine", {**HEAD, **more, "questions": list(questions)}, "mine.toml")


def keys(found: Any, before: str = "") -> set[str]:
    if not isinstance(found, dict):
        return {before}
    return {key for name, value in found.items() for key in keys(value, f"{before}.{name}")}


def test_every_language_has_the_same_texts_with_the_same_blanks():
    import re

    for language in LANGUAGES:
        assert keys(texts(language)) == keys(texts("en"))
    for section in ("page", "comment"):
        for name, text in texts("en")[section].items():
            for language in LANGUAGES:
                told = texts(language)[section][name]
                assert sorted(re.findall(r"{\w+}", str(told))) == sorted(re.findall(r"{\w+}", str(text))), (
                    language,
                    name,
                )


def test_every_kind_of_the_facts_can_be_asked_in_every_language_without_writing_a_text():
    assert set(SCALES) | {"brand_words"} == set(answer_kinds)
    for kind in answer_kinds:
        items = ready_items(kind) or (None,)
        for item in items:
            for language in LANGUAGES:
                assert len(Question(kind, kind, item).words(language, "Meri Oy")) > 10


@pytest.mark.parametrize("kind", ["nps", "csat", "ces", "resolved", "quality_service"])
def test_the_usual_kinds_are_ready_in_four_languages(kind: str):
    item = {"item": "empathy"} if kind == "quality_service" else {}
    assert survey({"kind": kind, **item}).languages == ("en", "fi", "sv", "nb")


def test_a_survey_opens_only_with_an_owner_and_a_reaction_time():
    question = {"kind": "nps"}
    assert why_closed(survey(question)) is None
    assert "owner" in str(why_closed(survey(question, owner="")))
    assert "reaction time" in str(why_closed(survey(question, reaction_time="")))
    assert str(why_closed(survey(question, closed=True))) == "it is closed"


def test_a_file_with_everything_says_what_it_says(tmp_path: Path):
    path = tmp_path / "all.toml"
    path.write_text(
        """
        title = "All"
        owner = "Maija"
        reaction_time = "2d"
        languages = ["fi", "et"]
        person = "asked"
        keep_texts = "730d"
        origins = ["https://shop.example"]
        [[questions]]
        kind = "csat"
        faces = true
        text = {fi = "Miten meni?", et = "Kuidas läks?"}
        [[questions]]
        id = "why"
        kind = "comment"
        text = {fi = "Miksi?", et = "Miks?"}
        ask_if = {question = "csat", at_most = 2}
        [invitations]
        after = "solved"
        delay = "2h"
        share = 0.5
        """,
        encoding="utf-8",
    )
    found = read_survey(path)
    assert (found.id, found.reaction_time, found.languages) == ("all", timedelta(days=2), ("fi", "et"))
    assert (found.questions[0].low, found.questions[0].high, found.questions[1].about) == (1, 4, "csat")
    assert found.invitations is not None
    assert (found.invitations.delay, found.invitations.share) == (timedelta(hours=2), 0.5)
    assert found.next_after(0, {"csat": "2"}) == 1
    assert found.next_after(0, {"csat": "3"}) is None
    assert found.next_after(0, {"csat": ""}) is None


@pytest.mark.parametrize(
    ("questions", "more", "said"),
    [
        ([], {}, "at least one"),
        ([{"kind": "npss"}], {}, 'Did you mean "nps"?'),
        ([{"kind": "nps"}], {"ower": "x"}, 'Did you mean "owner"?'),
        ([{"kind": "nps", "skale": [0, 10]}], {}, 'Did you mean "scale"?'),
        ([{"kind": "nps", "scale": [1, 5]}], {}, "from 0 to 10 only"),
        ([{"kind": "csat", "scale": [1, 50]}], {}, "key scale"),
        ([{"kind": "csat", "scale": [5, 1]}], {}, "key scale"),
        ([{"kind": "csat", "faces": True, "scale": [1, 3]}], {}, "four or five"),
        ([{"kind": "comment"}], {}, "earlier question"),
        ([{"kind": "nps"}, {"kind": "nps"}], {}, "again"),
        ([{"kind": "nps"}, {"kind": "comment"}, {"id": "b", "kind": "comment"}], {}, "one open question"),
        ([{"kind": "nps"}, {"kind": "ces", "ask_if": {"question": "nsp", "at_most": 6}}], {}, 'Did you mean "nps"?'),
        ([{"kind": "nps"}, {"kind": "ces", "ask_if": {"question": "nps"}}], {}, "at_least or at_most"),
        ([{"kind": "quality_service"}], {}, "choose an item"),
        ([{"kind": "brands"}], {}, "lists `brands`"),
        ([{"kind": "brands", "brands": ["A", "B"]}], {}, "own_brand"),
        ([{"kind": "nps"}], {"reaction_time": "soon"}, "key reaction_time"),
        ([{"kind": "nps"}], {"languages": ["et"]}, "no text in et"),
        ([{"kind": "nps"}], {"languages": ["Finnish"]}, "key languages"),
        ([{"kind": "nps"}], {"person": "maybe"}, "known, asked, never"),
        ([{"kind": "nps"}], {"origins": ["shop.example"]}, "https://shop.example"),
        ([{"kind": "nps"}], {"invitations": {"share": 2}}, "key share"),
        ([{"kind": "nps"}], {"invitations": {"after": "friday"}}, "solved, delivered"),
        ([{"kind": "nps", "text": "How?"}], {}, "by language"),
    ],
)
def test_a_mistake_is_told_with_its_place(questions: list[dict[str, Any]], more: dict[str, Any], said: str):
    with pytest.raises(UserError) as found:
        survey(*questions, **more)
    assert said in str(found.value)
    assert "mine.toml" in str(found.value)


@pytest.mark.parametrize(
    ("kind", "more", "low"),
    [
        ("nps", {}, [0, 1, 2, 3, 4, 5, 6]),
        ("ces", {}, [1, 2, 3]),
        ("csat", {}, [1, 2]),
        ("csat", {"faces": True}, [1, 2]),
        ("csat", {"scale": [1, 2]}, [1]),
        ("csat", {"scale": [0, 10]}, [0, 1]),
        ("resolved", {}, []),
    ],
)
def test_low_scores_are_those_that_the_closed_loop_counts(kind: str, more: dict[str, Any], low: list[int]):
    question = survey({"kind": kind, **more}).questions[0]
    assert [point for point in question.points() if question.is_low(point)] == low


def test_the_shelf_sees_a_file_made_mended_and_removed_and_never_fails_on_a_broken_one(tmp_path: Path):
    shelf = Shelf(tmp_path)
    assert shelf.all() == []
    shelf.folder.mkdir()
    path = shelf.folder / "after.toml"
    path.write_text("owner = ", encoding="utf-8")
    shelf.forget()
    assert [(each.name, each.is_open) for each in shelf.all()] == [("after", False)]
    assert "TOML" in str(shelf.all()[0].fault)
    path.write_text('owner = "M"\nreaction_time = "1d"\n[[questions]]\nkind = "nps"\n', encoding="utf-8")
    shelf.forget()
    assert shelf.open("after") is not None
    path.unlink()
    shelf.forget()
    assert shelf.open("after") is None


def test_a_name_that_is_no_address_is_refused(tmp_path: Path):
    path = tmp_path / "Minun kysely.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="hyphens"):
        read_survey(path)

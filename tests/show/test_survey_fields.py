"""The form of a survey and the file say the same, and buttons that arrange questions lose nothing."""

import pytest

from mittari.collect.survey.files import survey_of
from mittari.errors import UserError
from mittari.show.web.survey_fields import arranged, complete, given_of, posted, with_ids

FIELDS = [
    ("title", " After service "),
    ("owner", "Anna"),
    ("reaction_time", "24h"),
    ("links", "open"),
    ("person", "never"),
    ("languages", "fi"),
    ("languages", "en"),
    ("other_languages", " de, "),
    ("unseen", '{"origins": ["https://shop.example"], "owner": "somebody else"}'),
    ("count", "3"),
    ("q0.id", "nps"),
    ("q0.kind", "nps"),
    ("q0.text.fi", "Suosittelisitko?\r\nSano."),
    ("q0.text.de", "Empfehlen Sie uns?"),
    ("q0.unseen", '{"nps_kind": "relationship"}'),
    ("q1.kind", "csat"),
    ("q1.scale", "faces 1-4"),
    ("q1.text.de", "Zufrieden?"),
    ("q1.if", "nps"),
    ("q1.at_most", "6"),
    ("q2.kind", "comment"),
    ("q2.text.de", "Warum?"),
]


def test_a_form_becomes_the_survey_it_says() -> None:
    given = given_of(posted(FIELDS))
    assert given == {
        "title": "After service",
        "owner": "Anna",
        "reaction_time": "24h",
        "links": "open",
        "person": "never",
        "languages": ["fi", "en", "de"],
        "origins": ["https://shop.example"],
        "questions": [
            {
                "id": "nps",
                "kind": "nps",
                "nps_kind": "relationship",
                "text": {"fi": "Suosittelisitko?\nSano.", "de": "Empfehlen Sie uns?"},
            },
            {
                "kind": "csat",
                "scale": [1, 4],
                "faces": True,
                "text": {"de": "Zufrieden?"},
                "ask_if": {"question": "nps", "at_most": 6},
            },
            {"kind": "comment", "text": {"de": "Warum?"}},
        ],
    }


def test_a_text_left_open_is_the_ready_one() -> None:
    survey = survey_of("form", complete(given_of(posted(FIELDS))), "")
    assert survey.questions[0].words("fi", "Us") == "Suosittelisitko?\nSano."
    assert survey.questions[0].words("en", "Us") == "How likely are you to recommend us to a friend or colleague?"


def test_a_question_that_moves_keeps_its_id() -> None:
    first = with_ids([{"kind": "csat"}, {"kind": "csat"}, {"kind": "comment"}])
    assert [each["id"] for each in first] == ["csat", "csat-2", "comment"]
    moved = arranged(first, "down:0")
    assert [each["id"] for each in moved] == ["csat-2", "csat", "comment"]
    assert [each["id"] for each in arranged(moved, "remove:0")] == ["csat", "comment"]


def test_a_question_is_added_before_the_comment() -> None:
    found = arranged([{"kind": "nps"}, {"kind": "comment"}], "add:quality_service/empathy")
    assert [each["id"] for each in found] == ["nps", "quality_service-empathy", "comment"]


@pytest.mark.parametrize("deed", ["up:0", "down:2", "remove:9", "remove:-1", "remove:x", "dance:1", "add:"])
def test_a_button_that_cannot_do_anything_changes_nothing(deed: str) -> None:
    before = with_ids([{"kind": "nps"}, {"kind": "csat"}, {"kind": "comment"}])
    assert arranged(before, deed) == before


def test_a_damaged_form_is_refused() -> None:
    with pytest.raises(UserError, match="damaged"):
        given_of(posted([("unseen", "[1]"), ("count", "0")]))

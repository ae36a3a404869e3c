"""Survey files written by the form or the command line say what was meant, and no crash or colleague spoils them."""

import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mittari.collect.survey.faults import flaws_of
from mittari.collect.survey.files import read_survey, survey_of, why_closed
from mittari.collect.survey.kinds import KIND_WORDS, STARTS, table
from mittari.collect.survey.model import SCALES, TEXT_KINDS
from mittari.collect.survey.template import write_template
from mittari.collect.survey.writing import Changed, survey_path, toml_of, version_of, write_survey
from mittari.errors import UserError

ROOT = Path(__file__).parents[2]
FULL: dict[str, Any] = {
    "title": 'After "service"',
    "owner": "Service manager",
    "reaction_time": "24h",
    "languages": ["fi", "en"],
    "links": "open",
    "person": "asked",
    "keep_texts": "365d",
    "origins": ["https://shop.example"],
    "is_test": True,
    "invitations": {"after": "solved", "delay": "2h", "share": 0.5, "channels": ["chat", "email"]},
    "questions": [
        {"id": "nps", "kind": "nps", "text": {"fi": "Suosittelisitko {name}a?", "en": "Would you?\nSay."}},
        {"id": "csat", "kind": "csat", "scale": [1, 4], "faces": True, "ask_if": {"question": "nps", "at_most": 6}},
        {"id": "comment", "kind": "comment", "about": "nps"},
    ],
}


def test_what_is_written_reads_as_what_was_meant(tmp_path: Path) -> None:
    path = survey_path(tmp_path, "full")
    write_survey(path, toml_of(FULL), "")
    assert tomllib.loads(path.read_text()) == FULL
    assert read_survey(path) == survey_of("full", FULL, "")


@given(text=st.text(max_size=80).filter(str.strip), tag=st.text("abcdefgh", min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_text_comes_back_as_it_was(text: str, tag: str) -> None:
    given_ = {"title": text, "questions": [{"kind": "csat", "text": {tag: text}}]}
    assert tomllib.loads(toml_of(given_)) == given_


def test_a_file_that_somebody_else_has_saved_is_not_overwritten(tmp_path: Path) -> None:
    path = survey_path(tmp_path, "one")
    seen = write_survey(path, toml_of(FULL), "")
    write_survey(path, toml_of({**FULL, "title": "Theirs"}), seen)
    with pytest.raises(Changed) as refused:
        write_survey(path, toml_of({**FULL, "title": "Ours"}), seen)
    assert "Theirs" in refused.value.text
    assert tomllib.loads(path.read_text())["title"] == "Theirs"
    assert list(path.parent.iterdir()) == [path]


def test_of_many_who_save_at_once_one_is_served(tmp_path: Path) -> None:
    path = survey_path(tmp_path, "one")
    seen = write_survey(path, toml_of(FULL), "")
    refused: list[int] = []

    def save(number: int) -> None:
        try:
            write_survey(path, toml_of({**FULL, "title": f"Number {number}"}), seen)
        except Changed:
            refused.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 11
    assert version_of(path) != seen


@pytest.mark.parametrize("name", ["../mittari", "Big", "", "a b", "a/../../b", "x" * 61])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        survey_path(tmp_path, name)


def test_every_fault_is_told_with_its_place() -> None:
    wrong = {
        "titel": "x",
        "owner": 3,
        "reaction_time": "soon",
        "questions": [
            {"id": "nps", "kind": "npss"},
            {"kind": "csat", "scale": [1, 50], "ask_if": {"question": "nps"}},
        ],
    }
    found = {(flaw.question, flaw.key) for flaw in flaws_of("wrong", wrong)}
    assert found == {
        (None, "titel"),
        (None, "owner"),
        (None, "reaction_time"),
        (1, None),
        (2, "scale"),
        (2, "ask_if"),
    }
    assert flaws_of("right", FULL) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"questions": 3},
        {"questions": []},
        {"questions": [3]},
        {"questions": [{"kind": ["a"]}]},
        {"title": {"a": 1}},
    ],
)
def test_whatever_a_file_says_the_faults_come_to_an_end(wrong: dict[str, Any]) -> None:
    assert flaws_of("wrong", wrong)


@pytest.mark.parametrize("kind", STARTS)
def test_a_new_file_is_open_once_it_has_an_owner(tmp_path: Path, kind: str) -> None:
    assert why_closed(read_survey(write_template(tmp_path, "mine", kind, "Anna", "4h"))) is None
    unowned = read_survey(write_template(tmp_path, "unowned", kind, "", "4h"))
    assert "owner" in str(why_closed(unowned))


def test_a_new_file_never_overwrites(tmp_path: Path) -> None:
    write_template(tmp_path, "mine", "nps", "Anna", "4h").write_text("# mine\n")
    with pytest.raises(UserError, match="already"):
        write_template(tmp_path, "mine", "nps", "Bo", "4h")
    assert survey_path(tmp_path, "mine").read_text() == "# mine\n"


def test_every_kind_has_words() -> None:
    assert set(KIND_WORDS) == {*SCALES, *TEXT_KINDS}


def test_the_manual_lists_the_kinds_as_they_are() -> None:
    manual = (ROOT / "docs" / "surveys.md").read_text(encoding="utf-8")
    assert "\n".join(table()) in manual, "python -m mittari.collect.survey.kinds"

"""The table [kiosk] of a survey file: reasons and idle time, and what a mistake in it is told."""

import tomllib

import pytest

from mittari.collect.survey.files import survey_of
from mittari.collect.survey.model import Kiosk, Reason
from mittari.collect.survey.texts import LANGUAGES, texts
from mittari.collect.survey.writing import toml_of
from mittari.errors import UserError

TEXT = dict.fromkeys(LANGUAGES, "The wait")


def kiosk(**given: object) -> Kiosk:
    return survey_of("exit", {"questions": [{"kind": "csat", "faces": True}], "kiosk": given}, "exit.toml").kiosk


def test_reasons_and_idle_time_are_read():
    assert kiosk(idle_s=30, reasons=[{"id": "wait", "text": TEXT}]) == Kiosk((Reason("wait", TEXT),), 30)
    assert kiosk() == Kiosk()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"idle": 5}, "there is no key 'idle'"),
        ({"idle_s": 4}, "whole seconds from 5 to 600"),
        ({"idle_s": True}, "whole seconds"),
        ({"reasons": {}}, "a list of up to 8 reasons"),
        ({"reasons": [{"id": "wait", "text": TEXT}] * 9}, "a list of up to 8 reasons"),
        ({"reasons": [{"id": "wait", "text": TEXT}] * 2}, "each id once"),
        ({"reasons": [{"id": "The wait", "text": TEXT}]}, "an id of a to z"),
        ({"reasons": [{"id": "wait", "text": {"fi": "Odotus"}}]}, "has no text in en"),
    ],
)
def test_a_mistake_is_told_with_its_key(given, said):
    with pytest.raises(UserError, match=said) as caught:
        kiosk(**given)
    assert "table kiosk" in str(caught.value)


def test_a_survey_that_is_written_anew_keeps_its_kiosk():
    given = {
        "languages": list(LANGUAGES),
        "questions": [{"kind": "csat", "faces": True}],
        "kiosk": {"idle_s": 30, "reasons": [{"id": "wait", "text": TEXT}]},
    }
    text = toml_of(given)
    assert tomllib.loads(text)["kiosk"] == given["kiosk"]
    assert survey_of("exit", tomllib.loads(text), "exit.toml").kiosk.idle_s == 30


def test_the_words_of_kiosks_exist_in_every_language():
    assert len({tuple(texts(language)["kiosk"]) for language in LANGUAGES}) == 1
    assert all(text for language in LANGUAGES for text in texts(language)["kiosk"].values())

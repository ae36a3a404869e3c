"""Whatever stands in a survey file, the pages of surveys answer and say what is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

import mittari
from mittari.collect.collector import Collector
from mittari.settings import Settings
from mittari.show.web.app import create_app
from show import sample
from show.collecting import Collecting
from show.visitor import Visitor


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    home = mittari.create_home(tmp_path / "home")
    with Collector.open(home, Settings.load(home, {})) as opened:
        yield opened


@pytest.fixture
def visitor(collector: Collector) -> Visitor:
    return Visitor(create_app(Collecting(), clock=lambda: sample.NOW, collector=collector))


def write(collector: Collector, text: str) -> None:
    path = collector.home / "surveys" / "one.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    collector.shelf.forget()


QUESTION = '[[questions]]\nkind = "csat"\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        'owner = 3\nlanguages = "fi"\n' + QUESTION,
        "languages = [1, 2]\n" + QUESTION,
        "questions = 3\n",
        "questions = [3, 4]\n",
        '[[questions]]\nkind = "npss"\n[[questions]]\nkind = ["a"]\nscale = "x"\ntext = 3\nask_if = 4\nbrands = [1]\n',
        'titel = "x"\ndate = 2026-01-01\n' + QUESTION + 'unknown = "<script>"\nitem = 3\n',
        '[[questions]]\nkind = "nps"\nid = 3\n',
    ],
)
def test_a_file_with_faults_still_has_its_form(collector: Collector, visitor: Visitor, text: str) -> None:
    write(collector, text)
    found = visitor.get("/surveys/one")
    assert found.status == 200
    assert "cannot be used as it is" in found.text
    assert "<script>" not in found.text.partition("<main")[2]
    assert visitor.get("/surveys").status == 200


def test_an_unknown_key_is_told_and_not_kept(collector: Collector, visitor: Visitor) -> None:
    write(collector, 'titel = "x"\n' + QUESTION)
    text = visitor.get("/surveys/one").text
    assert "no key &#39;titel&#39;" in text
    assert json.dumps({}) in text


def test_a_file_that_is_no_toml_says_so(collector: Collector, visitor: Visitor) -> None:
    write(collector, "owner = \n")
    found = visitor.get("/surveys/one")
    assert (found.status, "cannot be read" in found.text) == (400, True)
    assert "Expected" in visitor.get("/surveys").text or "expected TOML" in visitor.get("/surveys").text


@pytest.mark.parametrize("path", ["/surveys/none", "/surveys/..%2fmittari", "/surveys/Big"])
def test_an_address_without_a_survey_is_answered_kindly(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status in (400, 404)


def test_without_collecting_there_are_no_such_pages() -> None:
    visitor = Visitor(create_app(sample.SampleWorkspace(), clock=lambda: sample.NOW))
    assert visitor.get("/surveys").status == 404
    assert 'href="/surveys"' not in visitor.get("/").text


def test_an_empty_list_shows_how_to_begin(visitor: Visitor) -> None:
    text = visitor.get("/surveys").text
    assert "mittari survey new" in text
    assert "Nobody waits for you" in visitor.get(f"/follow-ups?{urlencode({'owner': 'Anna'})}").text

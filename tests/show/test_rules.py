"""The panel with the rules of other products, over the golden facts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation import copy_of
from mittari.settings import LANGUAGES
from mittari.show.format import Style
from mittari.show.language import ENGLISH
from mittari.show.page_texts import page_texts
from mittari.show.speech import Speech
from mittari.show.web.app import create_app
from mittari.workspace import open_home
from show.visitor import Visitor

MARCH = "period=2025-03"


@pytest.fixture(scope="module")
def visitor(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with open_home(copy_of(loaded_home, tmp_path_factory.mktemp("rules"))) as workspace:
        yield Visitor(create_app(workspace))


def panel(html: str) -> str:
    [found] = re.findall(r'<section class="panel" id="rules".*?</section>', html, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_a_page_offers_the_products_that_count_the_kpi_otherwise(visitor: Visitor) -> None:
    said = panel(visitor.get(f"/kpi/resolution_time?{MARCH}").text)
    assert "Zendesk" in said
    assert "Chatwoot" in said
    assert "Genesys" not in said
    assert "Why does another tool show another number?" in said


@pytest.mark.parametrize("address", ["/kpi/service_level?rules=genesys&", "/kpi/service_level/rules?rules=genesys&"])
def test_a_chosen_product_shows_both_numbers_and_the_contacts(visitor: Visitor, address: str) -> None:
    said = panel(visitor.get(address + MARCH).text)
    assert re.search(r"Here 55\.6.% There 50\.0.% Because every abandoned call", said)
    assert re.search(r"k07 – no hit abandoned at once", said)
    assert "flow-outs left out" in said


def test_the_average_of_another_product_is_named_as_such(visitor: Visitor) -> None:
    said = panel(visitor.get(f"/kpi/first_response_time/rules?rules=chatwoot&{MARCH}").text)
    assert "(mean)" in said
    assert "No contact is counted otherwise" in said


def test_a_period_without_calls_says_why_there_is_nothing_to_compare(visitor: Visitor) -> None:
    said = panel(visitor.get("/kpi/service_level/rules?rules=genesys&period=2018-01").text)
    assert "which does not contain all of 2018-01" in said
    assert "No contact is counted otherwise" not in said


@pytest.mark.parametrize("name", ["nps", "resolution_time.mean"])
def test_a_number_that_nobody_counts_otherwise_has_no_panel(visitor: Visitor, name: str) -> None:
    answer = visitor.get(f"/kpi/{name}?{MARCH}")
    assert answer.status == 200
    assert 'id="rules"' not in answer.text


@pytest.mark.parametrize("rules", ["zendsk", "zendesk", "house"])
def test_a_set_without_a_rule_for_it_is_said_in_the_panel(visitor: Visitor, rules: str) -> None:
    said = visitor.get(f"/kpi/service_level/rules?rules={rules}&{MARCH}").text
    assert "no rule set is called" in said or "say nothing of their own about service_level" in said
    assert "Here" not in said


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != ENGLISH])
def test_numbers_by_other_rules_are_told_in_the_language(loaded_home: Path, tmp_path: Path, language: str) -> None:
    home = copy_of(loaded_home, tmp_path)
    settings = home / "mittari.toml"
    text = re.sub(r"(?m)^language *=.*$", "", settings.read_text(encoding="utf-8"))
    settings.write_text(f'language = "{language}"\n{text}', encoding="utf-8")
    say = Speech(Style(language))
    with open_home(home) as workspace:
        visitor = Visitor(create_app(workspace))
        chosen = panel(visitor.get(f"/kpi/service_level/rules?rules=genesys&{MARCH}").text)
        alike = panel(visitor.get(f"/kpi/first_response_time/rules?rules=chatwoot&{MARCH}").text)
        empty = panel(visitor.get("/kpi/service_level/rules?rules=genesys&period=2018-01").text)
    for said in (
        "every abandoned call stands below the line there, also those that hung up at once",
        "abandoned at once",
    ):
        assert say(said) in chosen
    assert say("Here") in chosen
    assert f"({say('mean')})" in alike
    english = [text for text in page_texts() if " " in text and "{" not in text]
    for panel_said in (chosen, alike, empty):
        assert [text for text in english if f" {text} " in panel_said] == []
    assert "which does not contain" not in empty


def test_a_page_says_how_often_its_interval_holds_the_truth(visitor: Visitor) -> None:
    html = visitor.get(f"/kpi/average_speed_of_answer?{MARCH}").text
    assert "of thirty very uneven values in about 90" in html
    assert "<dt>Interval</dt>" not in visitor.get(f"/kpi/open_conversation_count?{MARCH}").text

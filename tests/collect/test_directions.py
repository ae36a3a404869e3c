"""Languages for which we ship no words: the question is read aloud and laid out in its own way, the rest in English."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from collect.serving import ask
from collect.taking import Taking
from mittari.collect.survey.texts import direction

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARABIC = "\u0645\u0627 \u0645\u062f\u0649 \u0631\u0636\u0627\u0643\u061f"
SURVEY = f"""
owner = "Maija"
reaction_time = "24h"
languages = ["ar", "en"]

[[questions]]
kind = "csat"
text = {{ar = "{ARABIC}", en = "How satisfied are you?"}}
low = {{ar = "\u0633\u064a\u0626", en = "bad"}}
high = {{ar = "\u062c\u064a\u062f", en = "good"}}
"""


@pytest.mark.parametrize(
    ("tag", "way"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("fi", "ltr"), ("az", "ltr"), ("az-Arab", "rtl"), ("ur-Latn-PK", "ltr")],
)
def test_a_tag_tells_which_way_a_language_is_written(tag: str, way: str):
    assert direction(tag) == way


def page_of(taking: Taking, language: str) -> str:
    port = urlsplit(taking.address).port or 0
    moved = ask(port, "GET", f"/s/rtl?l={language}").headers["location"]
    return ask(port, "GET", moved).body.decode()


def test_only_the_question_is_in_the_language_that_we_have_no_words_for(taking: Taking):
    taking.survey("rtl", SURVEY)
    page = page_of(taking, "ar")
    assert '<html lang="en">' in page
    assert re.search(rf'<fieldset lang="ar" dir="rtl">\s*<legend><h1>{ARABIC}</h1>', page)
    assert "dir=" not in page_of(taking, "en")


@pytest.mark.browser
def test_the_lowest_point_stands_where_reading_begins_and_no_fault_of_accessibility(browser: "Browser", taking: Taking):
    taking.survey("rtl", SURVEY)
    context = browser.new_context(viewport={"width": 390, "height": 760})
    page = context.new_page()
    page.goto(f"{taking.address}/s/rtl?l=ar")
    places = [page.locator(f'button[name="a"][value="{point}"]').bounding_box() for point in (1, 5)]
    assert places[0] is not None
    assert places[1] is not None
    assert places[0]["x"] > places[1]["x"]
    ends = [page.locator(".ends span").nth(number).bounding_box() for number in (0, 1)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0]["x"] > ends[1]["x"]
    assert Axe().run(page).response["violations"] == []
    context.close()

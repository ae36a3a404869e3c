"""Every page in a browser, in each language: axe finds nothing, and nothing is wider than the screen or cut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import served
from mittari.settings import LANGUAGES
from mittari.show.format import Style
from mittari.show.speech import Speech
from show.collecting import collecting

pytestmark = pytest.mark.browser

FULL = ("/surveys", "/surveys/new?kind=quality", "/surveys/sauna", "/surveys/wrong", "/follow-ups", "/devices")
BOARD = ("/", "/?period=2026-10&channel=phone")
EMPTY = ("/surveys", "/follow-ups", "/devices")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(language: str, tmp_path: Path) -> Iterator[str]:
    with collecting(tmp_path, language, public_address="https://feedback.example") as (app, _), served(app) as address:
        yield address


@pytest.fixture
def empty(language: str, tmp_path: Path) -> Iterator[str]:
    with collecting(tmp_path, language, full=False) as (app, _), served(app) as address:
        yield address


@pytest.fixture
def nothing(language: str, tmp_path: Path) -> Iterator[str]:
    with collecting(tmp_path, language, empty=True) as (app, _), served(app) as address:
        yield address


CUT = """
[...document.querySelectorAll('.card, .card *, .segments a, .stamp')].filter(each => !each.closest('svg, .hidden')
    && getComputedStyle(each).display !== 'inline' && each.scrollWidth > each.clientWidth + 1)
    .map(each => each.textContent.trim())
"""
"""The texts that find no room where they stand."""


def faults(page: Any, address: str) -> list[Any]:
    """What axe finds on a page with everything on it unfolded, and how much wider than the screen it is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    found = axe.Axe().run(page).response["violations"]
    told = [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*told, f"{wider} px wider than the screen"] if wider > 0 else told


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_every_page_keeps_to_the_screen(
    watch: Any, address: str, width: int, scheme: str
) -> None:
    watched = watch(address, width, scheme)
    assert {path: told for path in FULL if (told := faults(watched.page, f"{address}{path}"))} == {}
    watched.check()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_pages_without_anything_on_them_are_in_order_too(watch: Any, empty: str, width: int, scheme: str) -> None:
    watched = watch(empty, width, scheme)
    assert {path: told for path in EMPTY if (told := faults(watched.page, f"{empty}{path}"))} == {}
    watched.check()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_board_is_in_order_and_nothing_on_it_is_cut(watch: Any, address: str, width: int, scheme: str) -> None:
    watched = watch(address, width, scheme)
    for path in BOARD:
        page = watched.visit(f"{address}{path}")
        assert page.evaluate(CUT) == [], path
        assert faults(page, f"{address}{path}") == [], path


def test_the_numbers_of_a_chart_unfold_by_a_button_in_the_language(watch: Any, address: str, language: str) -> None:
    say = Speech(Style(language=language))
    page = watch(address).visit(f"{address}/")
    button = page.locator("button[data-shows]").first
    for text in ("Show the numbers", "Hide the numbers", "Show the numbers"):
        assert button.inner_text() == say(text)
        button.click()


def test_data_of_another_day_are_said_to_be_old(watch: Any, address: str, language: str) -> None:
    age = {"en": "d old", "fi": "vrk vanhat", "sv": "dygn gamla", "nb": "døgn gamle"}
    page = watch(address).visit(f"{address}/")
    assert page.locator("#stamp .age").inner_text().endswith(age[language])


def test_an_installation_without_data_says_so_in_the_language(watch: Any, nothing: str, language: str) -> None:
    page = watch(nothing, 390).page
    assert faults(page, f"{nothing}/") == []
    assert page.locator("h1").inner_text() == Speech(Style(language=language))("Nothing has been measured here yet")


def test_an_error_keeps_to_a_narrow_screen(watch: Any, empty: str) -> None:
    assert faults(watch(empty, 390).page, f"{empty}/?period=soon") == []


def test_the_way_from_the_board_and_back_stays_in_the_language(watch: Any, address: str, language: str) -> None:
    say = Speech(Style(language=language))
    page = watch(address).page
    page.goto(f"{address}/?period=2026-10")
    for place in ("Surveys", "Follow-ups", "Devices"):
        page.locator(".places a", has_text=str(say(place))).click()
        assert page.locator("h1").inner_text().startswith(str(say(place)))
        assert page.locator("html").get_attribute("lang") == language
    page.locator(".places a", has_text=str(say("Board"))).click()
    assert page.locator("nav.places").get_attribute("lang") == language

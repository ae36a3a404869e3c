"""The widget on somebody else's site: a real page of another origin, with a strict policy of its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from collect.taking import Taking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "src" / "mittari" / "collect" / "static"
PAGE = """<!doctype html><html lang="sv"><head><title>Shop</title>
<style nonce="n">button { background: red !important; font-size: 60px !important }
* { letter-spacing: 9px } div { position: relative }</style></head>
<body><main><h1>Shop</h1></main><div id="here"></div>
<script src="%s/widget.js" data-survey="%s" %s></script></body></html>"""

BRANDS = """[[questions]]
kind = "brands"
brands = ["Meri", "Other", "<b>Third</b>"]
own_brand = "Meri"
"""


class Site:
    """A shop's site: what it serves is set by the test."""

    def __init__(self) -> None:
        site = self
        self.html, self.allows = "", ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.html.encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header(
                    "content-security-policy",
                    f"default-src 'none'; style-src 'nonce-n'; script-src {site.allows}; connect-src {site.allows}",
                )
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def shop(browser: "Browser") -> "Iterator[Page]":
    context = browser.new_context(viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.add_init_script(  # the root is closed to pages; a test looks inside
        "const open = Element.prototype.attachShadow;"
        "Element.prototype.attachShadow = function () { return open.call(this, { mode: 'open' }); };"
    )
    yield page
    context.close()


def asks(
    taking: Taking, site: Site, *kinds: str, origins: str | None = None, attributes: str = "", more: str = ""
) -> str:
    """A survey on the shop's page; returns the address of the page."""
    questions = "".join(f'[[questions]]\nkind = "{kind}"\n' for kind in kinds)
    allowed = f'"{site.address}"' if origins is None else origins
    taking.survey("corner", f'owner = "Maija"\nreaction_time = "24h"\norigins = [{allowed}]\n{more}{questions}')
    site.html, site.allows = PAGE % (taking.address, "corner", attributes), taking.address
    return site.address


def scores(taking: Taking) -> list[tuple[Any, ...]]:
    found = taking.rows(
        "SELECT kind, score, text, lang, source FROM responses WHERE survey_id = 'corner' ORDER BY kind"
    )
    with taking.workspace.warehouse.writing() as connection:
        connection.execute("DELETE FROM responses")
    return found


def test_the_script_is_small_and_sets_no_cookie_and_keeps_nothing():
    text = (STATIC / "widget.js").read_text(encoding="utf-8")
    assert len(text.encode()) < 10_000
    for kept in ("document.cookie", "localStorage", "sessionStorage", "indexedDB", "innerHTML"):
        assert kept not in text


def test_it_asks_in_the_pages_language_under_a_strict_policy_and_stores_the_answers(
    shop: "Page", taking: Taking, site: Site
):
    said: list[str] = []
    shop.on("console", lambda message: said.append(message.text))
    shop.goto(asks(taking, site, "nps", "comment"))
    shop.get_by_role("button", name="Ge feedback").click()
    shop.get_by_role("button", name="9", exact=True).click()
    shop.get_by_role("textbox").fill("Ring 0912-34 56 78 eller anna@example.com")
    shop.get_by_role("button", name="Skicka").click()
    shop.get_by_text("Tack!").wait_for()
    assert said == []
    assert shop.context.cookies() == []
    assert shop.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    assert scores(taking) == [("nps", 9.0, "Ring [phone] eller [e-mail]", "sv", "widget")]


def test_the_sites_own_style_does_not_reach_in_and_ours_not_out(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "nps", attributes='data-show="now"'))
    button = shop.get_by_role("button", name="5", exact=True)
    assert button.evaluate("one => getComputedStyle(one).fontSize") == "16px"
    assert button.evaluate("one => getComputedStyle(one).letterSpacing") == "normal"
    assert button.evaluate("one => getComputedStyle(one.getRootNode().host).position") == "fixed"
    assert shop.locator("h1").evaluate("one => getComputedStyle(one).letterSpacing") == "9px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_faces_and_scales_have_no_fault_of_accessibility(shop: "Page", taking: Taking, site: Site, scheme: Any):
    shop.emulate_media(color_scheme=scheme)
    found = []
    for kinds, more in ((("nps", "comment"), ""), (("csat",), ""), (("resolved",), ""), ((), BRANDS)):
        shop.goto(asks(taking, site, *kinds, attributes='data-show="now"', more=more))
        shop.get_by_role("dialog").wait_for()
        found += [each["id"] for each in Axe().run(shop).response["violations"]]
    assert [each for each in found if each != "meta-viewport"] == []


def ratings(taking: Taking) -> list[tuple[Any, ...]]:
    found = taking.rows("SELECT brand, is_own, score, category FROM competitor_ratings ORDER BY brand")
    with taking.workspace.warehouse.writing() as connection:
        connection.execute("DELETE FROM competitor_ratings")
    return found


def test_brands_are_rated_by_the_keyboard_and_what_is_not_used_is_left_out(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, attributes='data-show="now"', more=BRANDS))
    own, third = shop.get_by_role("combobox", name="Meri"), shop.get_by_role("combobox", name="<b>Third</b>")
    own.focus()
    shop.keyboard.type("9")
    shop.keyboard.press("Tab")
    assert shop.get_by_role("combobox", name="Other").evaluate("one => one === one.getRootNode().activeElement")
    shop.keyboard.type("Anv")  # "Använder inte"
    assert shop.get_by_role("combobox", name="Other").locator("option:checked").inner_text() == "Använder inte"
    third.select_option("0")
    assert third.locator("option:checked").inner_text() == "0, inte alls sannolikt"
    shop.get_by_role("button", name="Skicka").press("Enter")
    shop.get_by_text("Tack!").wait_for()
    assert ratings(taking) == [("<b>Third</b>", 0, 0.0, "nps"), ("Meri", 1, 9.0, "nps")]


def test_no_brand_is_rated_beforehand_and_without_a_rating_nothing_is_stored(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "csat", attributes='data-show="now"', more=BRANDS))
    first = shop.get_by_role("combobox").first
    first.wait_for()
    assert first.locator("option:checked").inner_text() == "–"
    first.select_option(label="Använder inte")
    shop.get_by_role("button", name="Skicka").click()
    shop.get_by_role("button", name="4", exact=True).wait_for()  # the question after it
    assert ratings(taking) == []


def test_many_brands_fit_a_screen_of_320_pixels(shop: "Page", taking: Taking, site: Site):
    names = [f"Brand number {number} with a rather long name" for number in range(10)] + [
        "Donaudampfschifffahrtskapitän"
    ]
    brands = BRANDS.replace('["Meri", "Other", "<b>Third</b>"]', f"{names}").replace('"Meri"', f'"{names[0]}"')
    shop.set_viewport_size({"width": 320, "height": 480})
    shop.goto(asks(taking, site, attributes='data-show="now"', more=brands))
    panel = shop.get_by_role("dialog")
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) >= (0, 0)
    assert (box["x"] + box["width"], box["y"] + box["height"]) <= (320, 480)
    assert panel.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    assert shop.evaluate("document.documentElement.scrollWidth") == 320
    for chosen in shop.get_by_role("combobox").all():
        chosen.scroll_into_view_if_needed()
        place = chosen.bounding_box()
        assert place is not None
        assert place["width"] >= 100
        assert place["height"] >= 44
        chosen.select_option("10")
    shop.get_by_role("button", name="Skicka").click()
    shop.get_by_text("Tack!").wait_for()
    assert [row[2] for row in ratings(taking)] == [10.0] * 11


def test_escape_closes_it_and_the_focus_comes_back(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "csat"))
    shop.get_by_role("button", name="Ge feedback").press("Enter")
    shop.get_by_role("dialog").wait_for()
    shop.keyboard.press("Escape")
    assert shop.get_by_role("dialog").count() == 0
    shop.keyboard.press("Enter")
    assert shop.get_by_role("dialog").count() == 1


def test_it_stands_inside_the_page_where_that_is_wanted(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "csat", attributes='data-into="#here"'))
    shop.get_by_role("button", name="4", exact=True).click()
    shop.get_by_text("Tack!").wait_for()
    assert scores(taking) == [("csat", 4.0, None, "sv", "widget")]


def test_a_site_that_the_survey_does_not_name_shows_nothing(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "csat", origins='"https://shop.example"'))
    shop.wait_for_load_state("networkidle")
    assert shop.get_by_role("button").count() == 0


def test_an_answer_that_does_not_come_through_is_said_and_asked_again(shop: "Page", taking: Taking, site: Site):
    shop.goto(asks(taking, site, "csat", attributes='data-show="now"'))
    shop.get_by_role("button", name="4", exact=True).wait_for()
    shop.route("**/widget/corner", lambda route: route.abort())
    shop.get_by_role("button", name="4", exact=True).click()
    shop.get_by_role("alert").wait_for()
    shop.unroute("**/widget/corner")
    shop.get_by_role("button", name="4", exact=True).click()
    shop.get_by_text("Tack!").wait_for()
    assert scores(taking) == [("csat", 4.0, None, "sv", "widget")]

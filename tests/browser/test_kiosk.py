"""The kiosk page in a browser: thanks only for what is stored, every tap once, and a page that anybody can use."""

import time
import urllib.request

import pytest

import mittari
from kiosks import collector_of, device_of, home_with_survey, listening, stored
from mittari.collect.collector import utc_now
from mittari.collect.devices import replace_token, revoke_device
from mittari.collect.web.kiosk import FILES, version
from mittari.collect.web.pages import STATIC
from mittari.workspace.writer import Writer
from patience import PATIENCE_S, until

pytestmark = pytest.mark.browser

MOST_BYTES = 40_000
NOTES = """
window.shown = [];
new MutationObserver((changes) => {
  for (const { target } of changes) if (!target.hidden) shown.push(target.id);
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["hidden"] });
"""
"""Notes what was shown: the thanks are soon over, perhaps before a busy machine looks for them."""


@pytest.fixture
def collector(tmp_path):
    with collector_of(home_with_survey(tmp_path), utc_now) as collector:
        yield collector


@pytest.fixture
def address(collector):
    with listening(collector) as address:
        yield address


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    context.set_default_timeout(1000 * PATIENCE_S)
    context.add_init_script(NOTES)
    yield context
    context.close()


def opened(context, address, token):
    page = context.new_page()
    page.goto(f"{address}/kiosk#{token}")
    page.wait_for_selector("#ask:not([hidden])")
    return page


def press(page, score: int) -> None:
    page.wait_for_selector("#ask:not([hidden])")
    page.evaluate("shown.length = 0")
    page.click(f"#points [data-score='{score}']")


def is_shown(page, name: str) -> None:
    """Waits until it is or was, since the last press."""
    page.wait_for_function("(name) => shown.includes(name)", arg=name)


def all_sent(page) -> None:
    until(lambda: page.evaluate("kioskQueue.waiting()") == 0, "every tap was sent")


def test_the_whole_page_weighs_less_than_a_picture(address):
    page = urllib.request.urlopen(f"{address}/kiosk").read()  # noqa: S310
    files = [(STATIC / name).stat().st_size for name in (*FILES, "kiosk-worker.js")]
    assert len(page) + sum(files) < MOST_BYTES


def test_the_token_leaves_the_address_and_the_device_is_named(context, collector, address):
    page = opened(context, address, device_of(collector))
    assert page.url == f"{address}/kiosk"
    assert page.locator("#device").inner_text() == "front"


def test_a_press_is_thanked_within_a_second_and_the_page_comes_back(context, collector, address):
    page = opened(context, address, device_of(collector))
    took = []
    for _ in range(3):  # the quickest counts: a machine that does other things makes any of them slow
        begun = time.monotonic()
        press(page, 4)
        is_shown(page, "thanks")
        took.append(time.monotonic() - begun)
        page.wait_for_selector("#ask:not([hidden])")
    assert min(took) < 1
    all_sent(page)
    assert [(row["score"], row["source"], row["lang"]) for row in stored(collector)] == [(4.0, "kiosk", "en")] * 3


def test_nobody_is_thanked_for_what_could_not_be_stored(context, collector, address):
    page = opened(context, address, device_of(collector))
    page.evaluate("void (IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError') })")
    press(page, 4)
    page.wait_for_selector("#problem:not(:empty)")
    assert page.locator("#thanks").is_hidden()
    assert stored(collector) == []


def test_a_low_press_may_say_why_and_is_sent_with_its_reason(context, collector, address):
    page = opened(context, address, device_of(collector))
    press(page, 1)
    page.get_by_role("button", name="The wait").click()
    is_shown(page, "thanks")
    all_sent(page)
    assert [row["topic"] for row in stored(collector, "text_topics")] == ["wait"]
    assert [row["score"] for row in stored(collector)] == [1.0]


def test_whoever_walks_away_from_the_reasons_has_still_answered(context, collector, address):
    page = opened(context, address, device_of(collector))
    press(page, 2)
    page.wait_for_selector("#why:not([hidden])")
    assert stored(collector) == []
    page.wait_for_selector("#ask:not([hidden])")  # after idle_s
    all_sent(page)
    assert [row["score"] for row in stored(collector)] == [2.0]
    assert stored(collector, "text_topics") == []


def test_taps_without_a_network_survive_a_restart_and_are_sent_once(context, collector, address):
    page = opened(context, address, device_of(collector))
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    for score in (4, 3, 1):
        press(page, score)
        is_shown(page, "why" if score == 1 else "thanks")
    page.close()
    page = context.new_page()
    page.goto(f"{address}/kiosk")
    page.wait_for_selector("#ask:not([hidden])")
    assert page.evaluate("kioskQueue.waiting()") == 3
    assert stored(collector) == []
    context.set_offline(False)
    all_sent(page)
    assert sorted(row["score"] for row in stored(collector)) == [1.0, 3.0, 4.0]


def test_a_refused_tap_is_put_aside_and_the_others_go_on(context, collector, address):
    page = opened(context, address, device_of(collector))
    page.evaluate(
        "(async () => { for (const score of [4, 9, 3]) await kioskQueue.add("
        "{device: 'front', score, scale: [1, 4], reason: null, language: 'en', held: false}) })()"
    )
    all_sent(page)
    assert page.evaluate("kioskQueue.aside()") == 1
    assert sorted(row["score"] for row in stored(collector)) == [3.0, 4.0]


def test_a_lost_reply_makes_no_second_answer(context, collector, address):
    page = opened(context, address, device_of(collector))
    lost = []

    def lose(route):
        if len(lost) < 2 and '"key"' in (route.request.post_data or ""):
            lost.append(route.fetch())  # the server has answered; the kiosk never hears it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/taps", lose)
    press(page, 4)
    all_sent(page)
    assert len(lost) == 2
    with mittari.open(collector.home) as workspace:
        Writer(workspace, collector.inbox).drain()
        assert workspace._rows_of("SELECT count(*), min(score) FROM responses") == [(1, 4.0)]


@pytest.mark.parametrize("by", [86_400_000, -86_400_000 * 365])
def test_taps_move_with_a_clock_that_is_set_while_they_wait(context, collector, address, by):
    page = opened(context, address, device_of(collector))
    context.set_offline(True)
    press(page, 4)
    is_shown(page, "thanks")
    page.evaluate(f"(() => {{ const real = Date.now; Date.now = () => real.call(Date) + ({by}) }})()")
    page.wait_for_timeout(1200)
    context.set_offline(False)
    all_sent(page)
    [row] = stored(collector)
    assert 0 <= row["age_s"] < 30


def test_a_revoked_kiosk_says_so_keeps_its_taps_and_goes_on_with_a_new_token(context, collector, address):
    page = opened(context, address, device_of(collector))
    context.set_offline(True)
    press(page, 4)
    is_shown(page, "thanks")
    revoke_device(collector.ledger, "front", utc_now())
    context.set_offline(False)
    page.wait_for_selector("#message:not([hidden])")
    assert page.locator("#message h1").inner_text() == "This device is not in use at the moment"
    assert page.evaluate("kioskQueue.waiting()") == 1
    page.goto(f"{address}/kiosk#{replace_token(collector.ledger, 'front')}")
    page.wait_for_selector("#ask:not([hidden])")
    all_sent(page)
    assert len(stored(collector)) == 1


def test_a_kiosk_without_a_secure_connection_refuses_to_start_and_says_why(browser, tmp_path, chromium_path):
    with collector_of(home_with_survey(tmp_path), utc_now) as collector, listening(collector) as address:
        fresh = browser.browser_type.launch(
            executable_path=chromium_path, args=["--host-resolver-rules=MAP shop.example 127.0.0.1"]
        )
        page = fresh.new_page()
        page.goto(f"{address.replace('127.0.0.1', 'shop.example')}/kiosk#{device_of(collector)}")
        page.wait_for_selector("#insecure:not([hidden])")
        text = page.locator("#insecure").inner_text()
        assert text.count("mittari tls") == 4
        assert "Tämä kioski ei käynnisty" in text
        fresh.close()


def test_languages_are_chosen_and_the_next_visitor_finds_the_first_again(context, collector, address):
    page = opened(context, address, device_of(collector, languages=["fi", "sv", "en"]))
    assert page.locator("#languages button").all_inner_texts() == ["Suomi", "Svenska", "English"]
    page.clock.install()
    page.get_by_role("button", name="Svenska").click()
    assert page.locator("html").get_attribute("lang") == "sv"
    assert page.locator("#anonymous").inner_text() == "Ditt svar är anonymt"
    page.clock.fast_forward(31_000)
    assert page.locator("html").get_attribute("lang") == "fi"


def test_everything_can_be_done_with_keys(context, collector, address):
    page = opened(context, address, device_of(collector))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    is_shown(page, "thanks")
    page.wait_for_selector("#ask:not([hidden])")
    page.evaluate("shown.length = 0")
    page.keyboard.press("4")
    page.wait_for_selector("#why:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "reason"
    page.keyboard.press("2")
    is_shown(page, "thanks")
    all_sent(page)
    assert [row["score"] for row in stored(collector)] == [3.0, 1.0]
    assert [row["topic"] for row in stored(collector, "text_topics")] == ["staff"]


def test_in_the_accessible_mode_there_is_time_and_it_can_be_had_longer(context, collector, address):
    page = opened(context, address, device_of(collector))
    page.clock.install()
    page.click("#accessible")
    page.click("#contrast")
    press(page, 1)
    page.wait_for_selector("#why:not([hidden])")
    page.clock.fast_forward(101_000)
    page.wait_for_selector("#soon:not([hidden])")
    page.click("#more")
    page.clock.fast_forward(99_000)
    assert page.locator("#why").is_visible()
    page.clock.fast_forward(22_000)
    page.wait_for_selector("#ask:not([hidden])")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("mode", ["", "accessible", "contrast", "why", "diagnosis"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(context, collector, address, mode, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(context, address, device_of(collector))
    page.set_viewport_size({"width": width, "height": 800})
    if mode in ("accessible", "contrast"):
        page.click("#accessible")
        page.click("#larger")
        if mode == "contrast":
            page.click("#contrast")
    if mode == "why":
        press(page, 1)
        page.wait_for_selector("#why:not([hidden])")
    if mode == "diagnosis":
        page.mouse.move(20, 20)
        page.mouse.down()
        page.wait_for_selector("dialog[open]")
        page.mouse.up()
        assert version() in page.locator("dialog").inner_text()
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_kiosk_that_is_not_set_up_says_what_to_do(context, address):
    page = context.new_page()
    page.goto(f"{address}/kiosk")
    page.wait_for_selector("#no_token:not([hidden])")
    assert page.locator("#no_token").inner_text().count("mittari device new") == 4


def test_a_closed_survey_is_not_asked(context, collector, address):
    token, file = device_of(collector), collector.shelf.folder / "exit.toml"
    file.write_text("closed = true\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    collector.shelf.forget()
    page = context.new_page()
    page.goto(f"{address}/kiosk#{token}")
    page.wait_for_selector("#message:not([hidden])")
    assert page.locator("#message h1").inner_text() == "This survey is not open"

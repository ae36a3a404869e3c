"""A kiosk, a server that is killed, and a network that loses requests and answers: each confirmed tap once."""

import pytest

import mittari
from kiosks import collector_of, device_of, home_with_survey, start_server
from mittari.workspace.writer import Writer
from outages import LossyProxy
from patience import until
from ports import free_port

pytestmark = pytest.mark.browser

PRESS = """async (score) => {
  await kioskQueue.add({ device: "front", score, scale: [1, 4], reason: null, language: "en", held: false });
}"""


def test_each_confirmed_tap_is_once_in_the_warehouse_whatever_dies(browser, tmp_path):
    home = home_with_survey(tmp_path)
    with collector_of(home) as collector:
        token = device_of(collector)
    ports = free_port(), free_port()
    server, proxy = start_server(home, *ports), LossyProxy(ports[1], 0.0)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{proxy.port}/kiosk#{token}")
    page.wait_for_selector("#ask:not([hidden])")
    page.evaluate("navigator.serviceWorker.ready")
    proxy.loses = 0.3
    for number in range(60):
        page.evaluate(PRESS, 9 if number % 20 == 5 else 1 + number % 4)
        page.evaluate("kioskQueue.now()")
        if number == 20:
            server.kill()
            server.wait()
            page.close()  # and opened again while the server is away
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{proxy.port}/kiosk")
            page.wait_for_selector("#ask:not([hidden])")
        if number == 40:
            server = start_server(home, *ports)
    until(lambda: page.evaluate("(kioskQueue.now(), kioskQueue.waiting())") == 0, "every tap was sent")
    assert (page.evaluate("kioskQueue.waiting()"), page.evaluate("kioskQueue.aside()")) == (0, 3)
    context.close()
    proxy.close()
    server.kill()
    server.wait()
    with collector_of(home) as collector, mittari.open(home) as workspace:
        while Writer(workspace, collector.inbox).drain():
            pass
        assert workspace._rows_of("SELECT count(*), count(DISTINCT response_id) FROM responses") == [(57, 57)]

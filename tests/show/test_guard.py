"""Who may ask, and what a page may load."""

import re

import pytest
from litestar import post

from mittari.show.web.app import create_app
from mittari.show.web.guard import allowed_host
from show import sample
from show.visitor import Visitor

HOST = "127.0.0.1:8710"


@post("/touch", sync_to_thread=False)
def touch() -> dict[str, bool]:
    return {"done": True}


@pytest.fixture(scope="module")
def client():
    app = create_app(sample.SampleWorkspace(), clock=lambda: sample.NOW, handlers=[touch])
    return Visitor(app)


@pytest.mark.parametrize("host", ["127.0.0.1:8710", "localhost:8710", "[::1]:8710"])
def test_this_machine_may_ask(client, host):
    assert client.get("/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8710",
        "127.0.0.1:80",
        "127.0.0.1",
        "localhost.evil.example:8710",
        "",
        "127.0.0.1:8710.evil.example",
    ],
)
def test_another_name_for_this_machine_is_refused(client, host):
    answer = client.get("/", host=host)
    assert answer.status == 403
    assert "this machine only" in answer.text


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("localhost", True), ("localhost:80", True), ("[::1]", True), ("[::1]:81", False), ("[::2]", False)],
)
def test_a_host_without_a_port_means_port_eighty(host, allowed):
    assert allowed_host(host, ("127.0.0.1", 80)) is allowed


@pytest.mark.parametrize("headers", [{}, {"origin": f"http://{HOST}"}, {"sec_fetch_site": "same-origin"}])
def test_our_own_pages_and_programs_may_post(client, headers):
    assert client.post("/touch", **headers).json() == {"done": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_a_page_of_another_origin_may_not_post(client, headers):
    assert client.post("/touch", **headers).status == 403


@pytest.mark.parametrize("address", ["/", "/kpi/nps", "/nowhere", "/?period=x", "/static/look.css", "/board/cards"])
def test_every_answer_carries_the_policy(client, address):
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_the_nonce_is_the_page_s_own_and_new_each_time(client):
    seen = set()
    for _ in range(2):
        answer = client.get("/")
        [nonce] = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        seen.add(nonce)
    assert len(seen) == 2


@pytest.mark.parametrize("address", ["/", "/kpi/nps", "/board/charts", "/nowhere"])
def test_pages_have_no_inline_style_or_handler(client, address):
    assert not re.findall(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*src=)", client.get(address).text)

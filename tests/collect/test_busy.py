"""What customers read when their answer cannot be stored just now: words, in their language, and what to do."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

import mittari
from collect.listening import listening
from collect.serving import Told, ask
from collect.taking import AFTER_SERVICE
from mittari.collect.collector import Collector
from mittari.collect.limits import Limiter
from mittari.settings import Settings

FORM = {"content-type": "application/x-www-form-urlencoded", "accept-language": "sv-FI,sv;q=0.9"}


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    home = mittari.create_home(tmp_path / "home")
    (home / "surveys").mkdir(exist_ok=True)
    (home / "surveys" / "care.toml").write_text(AFTER_SERVICE, encoding="utf-8")
    with Collector.open(home, Settings()) as collector:
        yield collector


def press(port: int) -> Told:
    moved = ask(port, "GET", "/s/care").headers["location"]
    found = re.search(r'name="f" value="([^"]+)"', ask(port, "GET", moved).body.decode())
    assert found is not None
    body = urlencode({"f": unescape(found[1]), "q": "nps", "a": "9"}).encode()
    return ask(port, "POST", "/s/care/answer", body, FORM)


def assert_says_so(told: Told) -> None:
    assert told.headers["content-type"] == "text/html; charset=utf-8"
    assert int(told.headers["retry-after"]) >= 1
    assert "Ditt svar kunde inte sparas just nu." in told.body.decode()
    assert '<html lang="sv"' in told.body.decode()


def test_whoever_sends_too_much_reads_what_to_do(collector: Collector):
    collector.limiter = Limiter(burst=1.0)
    with listening(collector) as address:
        port = urlsplit(address).port or 0
        assert press(port).status == 303
        refused = press(port)
    assert refused.status == 429
    assert_says_so(refused)


def test_whoever_meets_a_fault_of_ours_reads_what_to_do(collector: Collector):
    collector.inbox.close()
    with listening(collector) as address:
        refused = press(urlsplit(address).port or 0)
    assert refused.status == 503
    assert_says_so(refused)

"""Requests that meet in one moment: a link for one use is answered by once, however many press together."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode, urlsplit

from collect.serving import ask
from collect.taking import AFTER_SERVICE, Taking
from mittari.collect.links import Context, make_link
from patience import PATIENCE_S

MANY = 12
FORM = {"content-type": "application/x-www-form-urlencoded"}


def form_at(port: int, path: str) -> str:
    """The form of a page, as its fields carry it."""
    moved = ask(port, "GET", path).headers["location"]
    found = re.search(r'name="f" value="([^"]+)"', ask(port, "GET", moved).body.decode())
    assert found is not None
    return unescape(found[1])


def test_forms_of_one_anonymous_link_that_are_sent_together_are_one_answer(taking: Taking):
    taking.survey("vote", f'person = "never"\n{AFTER_SERVICE}')
    ends_at = taking.collector.clock() + timedelta(days=1)
    link = make_link(taking.collector.ledger, "vote", Context(invite_id="i1", customer_id="c1"), ends_at)
    port = urlsplit(taking.address).port or 0
    forms = [form_at(port, f"/i/{link}?l=en") for _ in range(MANY)]
    together = threading.Barrier(MANY)

    def press(form: str) -> str:
        body = urlencode({"f": form, "q": "nps", "a": "0"}).encode()
        together.wait(PATIENCE_S)
        told = ask(port, "POST", "/s/vote/answer", body, FORM)
        return "goes on" if told.status == 303 else told.body.decode()

    with ThreadPoolExecutor(MANY) as senders:
        told = list(senders.map(press, forms))
    assert taking.rows("SELECT count(*) FROM responses WHERE survey_id = 'vote'") == [(1,)]
    assert told.count("goes on") == 1
    assert sum("You have answered already" in page for page in told) == MANY - 1

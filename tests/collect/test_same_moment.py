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

BRANDS = """
owner = "Maija"
reaction_time = "2d"

[[questions]]
kind = "brands"
brands = ["Meri", "Other"]
own_brand = "Meri"
"""
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


def test_one_person_who_opens_a_link_twice_has_rated_each_brand_once(taking: Taking):
    """The second time a quarter of an hour later, before the first form was sent."""
    taking.survey("rivals", BRANDS)
    clock = taking.collector.clock
    context = Context(customer_id="c1", sent_at="2026-10-05T09:20:00.000000Z")
    link = make_link(taking.collector.ledger, "rivals", context, clock() + timedelta(days=1))
    port = urlsplit(taking.address).port or 0
    first = form_at(port, f"/i/{link}")
    taking.collector.clock = lambda: clock() + timedelta(minutes=16)
    try:
        second = form_at(port, f"/i/{link}")
        for form, score in ((first, "3"), (second, "9")):
            body = urlencode({"f": form, "q": "brands", "b0": score, "b1": "5"}).encode()
            assert ask(port, "POST", "/s/rivals/answer", body, FORM).status == 303
    finally:
        taking.collector.clock = clock
    assert taking.rows("SELECT brand, score FROM competitor_ratings ORDER BY brand") == [("Meri", 9.0), ("Other", 5.0)]

"""Taking a person away who stands outside the warehouse too: in what waits, in what was set aside, in the ledger."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import mittari
from mittari.collect.collector import Collector
from mittari.collect.invite import outbox
from mittari.collect.invite.people import Address, keep_addresses
from mittari.collect.links import Context, find_link, make_link
from mittari.errors import UserError
from mittari.store.inbox import Arrival
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer

ANSWER = {"kind": "nps", "responded_at": "2026-10-05T09:00:00Z", "score": 2.0, "answered": 1}
CONVERSATION = {"channel": "chat", "created_at": "2026-10-05T08:00:00Z", "agent_id": "aino"}
WORDS = "Maija Meri waited too long"


@dataclass
class Home:
    workspace: LocalWorkspace
    collector: Collector

    def arrive(self, table: str, *rows: dict[str, Any]) -> None:
        self.collector.inbox.put([Arrival(table, rows)]).result()

    def drain(self) -> None:
        while Writer(self.workspace, self.collector.inbox).drain():
            pass

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.workspace.warehouse.connection().execute(sql).fetchall()

    def address(self, customer: str) -> None:
        kept = [Address(f"customer:{customer}", "email", f"{customer}@customers.example", consent=True)]
        keep_addresses(self.collector.ledger, kept, self.workspace.clock())

    def holding(self, words: str) -> list[str]:
        """The files of the home that hold the words, the warehouse's own apart."""
        files = [path for path in self.workspace.home.rglob("*") if path.is_file()]
        others = [path for path in files if not path.name.startswith("warehouse.duckdb")]
        return sorted(path.name for path in others if words.encode() in path.read_bytes())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    path = mittari.create_home(tmp_path / "home")
    with mittari.open(path) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        with Collector.open(path, workspace.settings, workspace.clock) as collector:
            yield Home(workspace, collector)


def test_what_waits_is_let_in_first_and_erased_as_well(home: Home):
    """A server that was killed leaves acknowledged rows behind; they must not bring the person back later."""
    home.arrive("conversations", {"conversation_id": "k1", "customer_id": "maija", **CONVERSATION})
    home.drain()
    home.arrive("responses", {"response_id": "a1", "customer_id": "maija", "text": WORDS, **ANSWER})
    home.arrive("responses", {"response_id": "a2", "conversation_id": "k1", "text": WORDS, **ANSWER})
    done = home.workspace.erase_person("maija")
    assert (done.rows["responses"], done.texts) == (2, 2)
    home.drain()
    assert home.rows("SELECT count(*), count(text), count(DISTINCT customer_id) FROM responses") == [(2, 0, 1)]
    assert home.rows("SELECT count(*) FROM responses WHERE customer_id = 'maija'") == [(0,)]
    assert home.holding("maija") == home.holding(WORDS) == []


def test_whoever_is_known_by_what_waits_alone_can_be_erased_and_exported(home: Home):
    home.arrive("responses", {"response_id": "a1", "customer_id": "maija", "text": WORDS, **ANSWER})
    told = home.workspace.export_person("maija")
    assert [each["rows"][0]["text"] for each in told["tables"] if each["table"] == "responses"] == [WORDS]
    home.arrive("responses", {"response_id": "a2", "customer_id": "liisa", "text": WORDS, **ANSWER})
    assert home.workspace.erase_person("liisa").texts == 1


def test_whoever_is_known_by_an_address_alone_can_be_erased(home: Home):
    """So can whoever was erased from the facts by a command that was killed before it came to the ledger."""
    home.address("maija")
    home.address("liisa")
    assert home.workspace.erase_person("maija", dry_run=True).beside == 1
    assert home.workspace.erase_person("maija").beside == 1
    assert home.holding("maija@customers.example") == []
    assert home.holding("liisa@customers.example") != []
    with pytest.raises(UserError, match="no customer is known by this id"):
        home.workspace.erase_person("maija")


def test_an_export_hands_over_where_a_person_is_reached_and_what_was_asked(home: Home):
    home.address("maija")
    home.address("liisa")
    context = Context(customer_id="maija", conversation_id="k1", why="solved")
    ends_at = home.workspace.clock() + timedelta(days=1)
    secret = make_link(home.collector.ledger, "care", context, ends_at)
    outbox.put(home.collector.ledger, [("care:k1", "email", "care", "customer:maija", ends_at, context)])
    told = home.workspace.export_person("maija")
    assert told["tables"] == []
    (address,), (asked,), (link,) = (told["ledger"][name] for name in ("addresses", "outbox", "links"))
    assert (address["address"], address["consent"]) == ("maija@customers.example", 1)
    assert (asked["state"], asked["invite"]["conversation_id"]) == ("waiting", "k1")
    assert (link["survey"], link["context"]["customer_id"]) == ("care", "maija")
    written = json.dumps(told)
    assert "liisa" not in written
    assert secret not in written


def test_a_link_that_stood_until_the_erasure_takes_no_answer_afterwards(home: Home):
    home.arrive("responses", {"response_id": "a1", "customer_id": "maija", **ANSWER})
    ends_at = home.workspace.clock() + timedelta(days=1)
    links = [make_link(home.collector.ledger, "care", Context(customer_id=who), ends_at) for who in ("maija", "liisa")]
    home.workspace.erase_person("maija")
    assert [find_link(home.collector.ledger, link) is not None for link in links] == [False, True]


def aside(home: Home) -> list[tuple[dict[str, Any], str]]:
    found = home.collector.inbox._reading.execute("SELECT rows, reason FROM set_aside ORDER BY id").fetchall()
    return [(row, reason) for packed, reason in found for row in json.loads(packed)]


def test_what_was_set_aside_loses_what_is_theirs_and_their_name_in_what_is_not(home: Home):
    home.arrive("conversations", {"conversation_id": "k1", "customer_id": "maija", **CONVERSATION})
    home.drain()
    of_others = {"message_id": "m3", "conversation_id": "k2", "author_type": "agent", "author_id": "aino"}
    home.arrive(
        "messages",
        {"message_id": "m1", "conversation_id": "k1", "author_type": "agent", "author_id": "aino", "text": WORDS},
        {"message_id": "m2", "conversation_id": "k2", "author_type": "customer", "author_id": "maija", "text": WORDS},
        of_others,
    )
    home.arrive("customers", {"customer_id": "liisa", "referred_by": "maija"}, {"customer_id": "pekka"})
    for arrival in home.collector.inbox.waiting(10):
        home.collector.inbox.set_aside(arrival, "found 'maija'")
    home.workspace.erase_person("maija")
    message, liisa, pekka = (row for row, _ in aside(home))
    assert (message, pekka) == (of_others, {"customer_id": "pekka"})
    assert liisa["customer_id"] == "liisa"
    assert liisa["referred_by"].startswith("erased-")
    assert {reason for _, reason in aside(home)} == {"what it said was erased with a person"}
    assert home.holding("maija") == home.holding(WORDS) == []

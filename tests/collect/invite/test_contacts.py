"""Addresses come in over HTTP and as a file, are never told back, and are forgotten with their person."""

import json
import urllib.error
import urllib.request
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.invite.asking import NOON, Asking
from mittari.cli import main
from mittari.collect.invite.contacts import COLUMNS, checked_contacts
from mittari.collect.invite.people import addresses_of, forget_person, opt_out, opted_out
from mittari.collect.tokens import make_token
from patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("answering")


def post(asking: Asking, body: object, token: str | None) -> tuple[int, dict[str, Any]]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    address = f"{asking.taking.address}/api/v1/contacts"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310  # the test's own
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_contacts_need_a_token_of_their_own_scope(asking: Asking) -> None:
    ledger = asking.taking.collector.ledger
    facts = make_token(ledger, "crm-facts", ["facts:*"], NOON)
    contacts = make_token(ledger, "crm", ["contacts"], NOON)
    row = {"customer_id": "c1", "email": "c1@customers.example", "phone": "+358 40 123 4567", "lang": "fi"}
    assert post(asking, row, None)[0] == 401
    assert post(asking, row, facts)[0] == 403
    assert post(asking, [row], contacts) == (200, {"stored": 2})
    found = addresses_of(ledger, "sms", ["customer:c1"])["customer:c1"]
    assert (found.address, found.language, found.consent) == ("+358401234567", "fi", None)


def test_one_wrong_row_keeps_all_out_and_no_address_is_told_back(asking: Asking) -> None:
    token = make_token(asking.taking.collector.ledger, "crm", ["contacts"], NOON)
    rows = [
        {"customer_id": "c1", "email": "c1@customers.example"},
        {"customer_id": "c2", "email": "hidden at customers.example"},
        {"customer_id": "c3", "employee_id": "e3", "email": "c3@customers.example"},
        {"customer_id": "c4", "mail": "c4@customers.example"},
        {"customer_id": "c5", "phone": "040 987 6543"},
        {"customer_id": "c6", "email": "c6@customers.example", "consent": "perhaps"},
        "c7",
    ]
    status, body = post(asking, rows, token)
    assert status == 422
    assert "customers.example" not in json.dumps(body)
    assert "6543" not in json.dumps(body)
    told = {(problem["row"], problem["field"]) for problem in body["problems"]}
    assert {(1, "email"), (2, "customer_id"), (3, "mail"), (4, "phone"), (5, "consent"), (6, None)} <= told
    assert asking.taking.collector.ledger.all("SELECT * FROM addresses") == []


@pytest.mark.parametrize("local", ["maija.meri", "maija+shop", "o'hara", "m", "x" * 64])
def test_what_is_taken_as_an_address_can_be_written_to(local: str) -> None:
    (address,), problems = checked_contacts([{"customer_id": "c1", "email": f"{local}@customers.example"}])
    assert problems == []
    letter = EmailMessage(policy=SMTP)
    letter["To"] = Mailbox(addr_spec=address.address)
    assert address.address in str(letter)


@pytest.mark.parametrize("local", [".maija", "maija.", "maija..meri", "maija meri", "", "x" * 65])
def test_an_address_that_no_letter_can_carry_is_refused_when_it_comes(local: str) -> None:
    """Later, when it is to be sent, nobody who could correct it is there."""
    _, problems = checked_contacts([{"customer_id": "c1", "email": f"{local}@customers.example"}])
    assert [problem.field for problem in problems] == ["email"]


def test_a_number_that_is_zero_is_an_id_like_any_other() -> None:
    addresses, problems = checked_contacts([{"customer_id": 0, "chat": "x"}, {"employee_id": 0, "chat": "y"}])
    assert ([each.person for each in addresses], problems) == (["customer:0", "employee:0"], [])
    [problem] = checked_contacts([{"customer_id": "c1", "employee_id": 0, "chat": "x"}])[1]
    assert "either a customer_id or an employee_id" in problem.why


def test_a_hostile_body_is_not_looked_at_to_its_end() -> None:
    [problem] = checked_contacts([{f"column_{number}": 1 for number in range(301)}])[1]
    assert "at most 300 fields" in problem.why
    assert len(checked_contacts(["c1"] * 10_000)[1]) == 1_000


def test_what_a_row_leaves_open_stays_as_it_was(asking: Asking) -> None:
    token = make_token(asking.taking.collector.ledger, "crm", ["contacts"], NOON)
    full = {"customer_id": "c1", "email": "c1@customers.example", "lang": "sv", "consent": False}
    post(asking, full, token)
    post(asking, {"customer_id": "c1", "email": "new@customers.example", "phone": ""}, token)
    found = addresses_of(asking.taking.collector.ledger, "email", ["customer:c1"])["customer:c1"]
    assert (found.address, found.language, found.consent) == ("new@customers.example", "sv", False)


def test_a_file_is_taken_in_or_refused_as_a_whole(
    asking: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("customer_id;email;lang;consent\nc1;c1@customers.example;fi;yes\nc2;c2@customers.example;;no\n")
    home = str(asking.taking.home)
    assert main(["--home", home, "contacts", "import", str(file)]) == 0
    assert capsys.readouterr().out == "2 addresses were stored.\n"
    found = addresses_of(asking.taking.collector.ledger, "email", ["customer:c1", "customer:c2"])
    assert {person: each.consent for person, each in found.items()} == {"customer:c1": True, "customer:c2": False}
    file.write_text("customer_id,email\nc3,c3@customers.example\nc4,c4@\n")
    assert main(["--home", home, "contacts", "import", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{file}, line 3, column email: expected an e-mail address" in said
    assert "c4@" not in said
    assert "customer:c3" not in addresses_of(asking.taking.collector.ledger, "email", ["customer:c3"])


def test_an_erased_person_leaves_nothing_but_the_wish_not_to_be_asked(asking: Asking) -> None:
    collector = asking.taking.collector
    asking.customers("maija", "liisa")
    asking.solved_all({"k1": "maija", "k2": "liisa"})
    asking.look()
    asking.clock.pass_(hours=1)
    asking.send()
    opt_out(collector.ledger, collector.signer, "customer:maija", NOON)
    assert forget_person(collector.ledger, "maija") == 3
    for table in ("addresses", "outbox", "links", "opted_out"):
        rows = repr(collector.ledger.all(f"SELECT * FROM {table}"))
        assert "maija" not in rows
        assert ("liisa" in rows) == (table != "opted_out")
    assert opted_out(collector.ledger, collector.signer, ["customer:maija", "customer:liisa"]) == {"customer:maija"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(COLUMNS), JSON) | JSON,
        max_size=4,
    )
)
def test_whatever_is_sent_is_taken_or_explained(rows: list[Any]) -> None:
    addresses, problems = checked_contacts(rows)
    for address in addresses:
        assert address.person.partition(":")[2]
        assert address.address
    assert all(problem.why for problem in problems)

"""From a solved conversation to an e-mail, through a real mail server; and every reason for not asking."""

import json
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from collect.invite.asking import CARE, NOON, Asking
from mittari.collect.invite.people import Address, forget_person, keep_addresses, opt_out, sharing


def test_a_solved_conversation_brings_one_letter_in_the_customers_language(asking: Asking) -> None:
    asking.customers("c1", lang="fi")
    asking.solved("k1", "c1")
    assert asking.look() == 1
    assert asking.send() == 0, "not before the delay has passed"
    asking.clock.pass_(hours=1)
    assert asking.send() == 1
    (letter,) = asking.mailbox.letters
    assert letter["Subject"] == "Kuinka onnistuimme? Yksi kysymys: Meri Oy"
    assert letter["From"] == "Meri Oy <feedback@meri.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = letter.get_body(("plain",))
    assert text is not None
    link = re.search(r"http://127\.0\.0\.1:\d+/i/([\w-]{22})", text.get_content())
    assert link is not None
    for point in range(1, 6):
        assert f"{point}: {link[0]}?a={point}\n" in text.get_content().replace("\r\n", "\n")
    assert "Olit hiljattain yhteydessä meihin" in text.get_content()
    assert letter["List-Unsubscribe"] == f"<{link[0]}/never>"
    assert asking.invites() == [("care:k1", 1, NOON + timedelta(hours=1))]
    assert asking.look() == 0
    assert asking.send() == 0
    assert len(asking.mailbox.letters) == 1


def test_the_link_carries_agent_and_team_as_they_were_and_the_ledger_no_secret(asking: Asking) -> None:
    asking.customers("c1")
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    asking.send()
    asking.solved("k1", "c1", at=NOON, agent_id="bjorn", team_id="south")
    (context,) = asking.taking.collector.ledger.one("SELECT context FROM links") or ()
    told = json.loads(context)
    assert (told["agent_id"], told["team_id"], told["channel"]) == ("aino", "north", "chat")
    assert (told["invite_id"], told["conversation_id"], told["why"]) == ("care:k1", "k1", "solved")
    assert told["sent_at"] == "2026-10-07T10:00:00.000000Z"
    assert asking.taking.collector.ledger.one("SELECT secret FROM outbox") == (None,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_spam": 1}, "spam, a test, merged or deleted"),
        ({"is_test": 1}, "spam, a test, merged or deleted"),
        ({"merged_into": "k9"}, "spam, a test, merged or deleted"),
        ({"deleted_at": NOON}, "spam, a test, merged or deleted"),
        ({"direction": "out"}, "we began the contact"),
        ({"reopened_last_at": NOON + timedelta(minutes=1)}, "opened again"),
        ({"customer_id": None}, "the customer is not known"),
        ({"customer_id": "stranger"}, "no address"),
        ({"last_solved_at": NOON - timedelta(days=4)}, None),
    ],
)
def test_some_contacts_are_not_asked_about(asking: Asking, change: dict[str, object], why: str | None) -> None:
    asking.customers("c1")
    asking.solved("k1", "c1", **({"created_at": NOON - timedelta(days=5)} | {"first_response_at": None} | change))
    counts = asking.taking.workspace.invite_plan("care")
    assert counts == ({} if why is None else {why: 1})
    assert asking.look() == 0


def test_without_consent_nobody_is_asked_and_a_no_wins(asking: Asking) -> None:
    asking.customers("silent", consent=None)
    asking.customers("yes", consent=1)
    asking.customers("no", consent=0)
    ledger = asking.taking.collector.ledger
    keep_addresses(ledger, [Address("customer:no", "email", "no@customers.example", consent=True)], NOON)
    for customer in ("silent", "yes", "no"):
        asking.solved(f"of-{customer}", customer)
    assert asking.look() == 1
    assert asking.outbox() == [("care:of-yes", "waiting", None)]
    asking.clock.pass_(minutes=1)
    agrees = Address("customer:silent", "email", "silent@customers.example", consent=True)
    keep_addresses(ledger, [agrees], asking.clock())
    assert asking.look() == 1, "who agrees later is asked still"


def test_the_budget_holds_over_two_surveys_and_imported_invitations(asking: Asking) -> None:
    asking.taking.survey("other", CARE.replace("csat", "ces").replace("1h", "2h"))
    asking.customers("c1", "c2", "c3")
    asking.taking.workspace.load_rows(
        "survey_invites",
        {
            "invite_id": ["old", "bounced"],
            "customer_id": ["c2", "c3"],
            "sent_at": ["2026-09-10T12:00:00Z", "2026-09-10T12:00:00Z"],
            "delivered": [1, 0],
            "source": ["import", "import"],
        },
    )
    for customer in ("c1", "c2", "c3"):
        asking.solved(f"k-{customer}", customer)
    asking.look()
    assert [row[:2] for row in asking.outbox()] == [("care:k-c1", "waiting"), ("care:k-c3", "waiting")]
    assert asking.taking.workspace.invite_plan("other") == {"asked already within the days of the budget": 3}
    asking.clock.pass_(hours=3)
    assert asking.send() == 2
    asking.clock.pass_(days=29)
    asking.solved("later", "c1")
    assert asking.look() == 0
    asking.clock.pass_(days=1)
    asking.solved("much later", "c1")
    asking.look()
    assert ("care:much later", "waiting", None) in asking.outbox()


def at_one_address(asking: Asking, *customers: str) -> None:
    """They turn out to be reached at the same address, however it is written."""
    kept = [Address(f"customer:{name}", "email", "Maija@customers.example") for name in customers]
    kept[0] = replace(kept[0], address="maija@Customers.example")
    keep_addresses(asking.taking.collector.ledger, kept, asking.clock())


def test_customers_who_are_reached_at_one_address_share_a_budget(asking: Asking) -> None:
    """Somebody stands among the customers twice, and reads both letters."""
    asking.customers("c1", "c2", "c3")
    at_one_address(asking, "c1", "c2")
    asking.solved_all({"k1": "c1", "k2": "c2", "k3": "c3"})
    asking.look()
    assert [row[0] for row in asking.outbox()] == ["care:k1", "care:k3"]
    asking.clock.pass_(hours=1)
    assert asking.send() == 2
    asking.clock.pass_(days=29)
    assert asking.taking.workspace.invite("care", "c2")["why"] == "asked already within the days of the budget"
    asking.clock.pass_(days=1)
    assert asking.taking.workspace.invite("care", "c2")["why"] is None


def test_thousands_at_one_address_are_one_budget_and_cost_no_more_than_their_number(asking: Asking) -> None:
    """As where a shop writes the same address for everybody who gave none."""
    names = [f"c{number}" for number in range(3_000)]
    asking.customers(*names)
    at_one_address(asking, *names)
    assert [len(group) for group in sharing(asking.taking.collector.ledger, ["customer:c1"])] == [3_000]
    asking.solved_all({f"k-{name}": name for name in names})
    began = time.process_time()
    assert asking.look() == 1
    assert time.process_time() - began < 20


def test_two_who_wait_and_turn_out_to_be_reached_at_one_address_get_one_letter(asking: Asking) -> None:
    asking.customers("c1", "c2")
    asking.solved_all({"k1": "c1", "k2": "c2"})
    assert asking.look() == 2
    at_one_address(asking, "c1", "c2")
    asking.clock.pass_(hours=1)
    asking.send()
    assert len(asking.mailbox.letters) == 1
    assert [row[1] for row in asking.outbox()] == ["sent", "cancelled"]


def test_a_wish_not_to_be_asked_holds_for_everybody_at_the_address_for_ever(asking: Asking) -> None:
    """Also for whoever is given the address later, and after the erasure of whoever said so."""
    ledger, signer = asking.taking.collector.ledger, asking.taking.collector.signer
    asking.customers("c1", "c2", "c3")
    at_one_address(asking, "c1", "c2")
    opt_out(ledger, signer, "customer:c1", asking.clock())
    forget_person(ledger, "c1")
    asking.solved_all({"k2": "c2", "k3": "c3"})
    asking.look()
    assert [row[0] for row in asking.outbox()] == ["care:k3"]
    assert asking.taking.workspace.invite("care", "c2")["why"] == "does not want to be asked"


def test_the_share_is_drawn_the_same_every_time(asking: Asking) -> None:
    asking.taking.survey("care", CARE + "share = 0.5\n")
    names = [f"c{number}" for number in range(40)]
    asking.customers(*names)
    asking.solved_all({f"k-{name}": name for name in names})
    asked = asking.look()
    assert 8 < asked < 32
    assert asking.taking.workspace.invite_plan("care") == {
        "waits in the outbox": asked,
        "not in the sample": 40 - asked,
    }
    asking.clock.pass_(hours=2)
    assert asking.look() == 0


def test_only_the_named_channels_are_asked_about(asking: Asking) -> None:
    asking.taking.survey("care", CARE + 'channels = ["email"]\n')
    asking.customers("c1", "c2")
    asking.solved("k1", "c1")
    asking.solved("k2", "c2", channel="email")
    asking.look()
    assert [row[0] for row in asking.outbox()] == ["care:k2"]


def test_a_paid_order_is_asked_about_and_a_refunded_one_not(asking: Asking) -> None:
    asking.taking.survey("care", CARE.replace("solved", "delivered").replace("1h", "2d"))
    asking.customers("c1", "c2")
    orders = {
        "order_id": ["o1", "o2"],
        "customer_id": ["c1", "c2"],
        "ordered_at": ["2026-10-06T09:00:00Z"] * 2,
        "status": ["paid", "paid"],
        "currency": ["EUR", "EUR"],
        "invoice_amount": ["10", "10"],
    }
    asking.taking.workspace.load_rows("orders", orders)
    assert asking.look() == 2
    asking.taking.workspace.load_rows("orders", orders | {"status": ["paid", "refunded"]})
    asking.clock.pass_(days=1)
    assert asking.send() == 2
    assert asking.outbox() == [("care:o1", "sent", None), ("care:o2", "cancelled", "the order does not stand")]
    assert asking.taking.rows("SELECT order_id, conversation_id FROM survey_invites") == [("o1", None)]


def test_a_survey_that_is_closed_or_only_tried_out_asks_nobody(asking: Asking) -> None:
    asking.customers("c1")
    asking.solved("k1", "c1")
    asking.taking.survey("care", "closed = true\n" + CARE)
    assert asking.look() == 0
    assert asking.taking.workspace.invite_plan("care") == {"the survey is not open": 1}
    asking.taking.survey("care", "is_test = true\n" + CARE)
    assert asking.look() == 0
    assert asking.taking.workspace.invite_plan("care") == {"the survey is only tried out": 1}


def test_what_happens_while_it_waits_calls_it_off(asking: Asking) -> None:
    names = ("reopened", "optedout", "answered", "erased", "spam", "asked", "plain")
    asking.customers(*names)
    asking.solved_all({f"k-{name}": name for name in names})
    assert asking.look() == len(names)
    asking.clock.pass_(minutes=30)
    collector, workspace = asking.taking.collector, asking.taking.workspace
    asking.solved("k-reopened", "reopened", at=NOON, reopened_last_at=NOON + timedelta(minutes=10))
    asking.solved("k-spam", "spam", at=NOON, is_spam=1)
    opt_out(collector.ledger, collector.signer, "customer:optedout", asking.clock())
    workspace.load_rows(
        "responses",
        {
            "response_id": ["r1"],
            "survey_id": ["care"],
            "kind": ["csat"],
            "conversation_id": ["k-answered"],
            "responded_at": ["2026-10-07T09:20:00Z"],
            "score": [4],
        },
    )
    workspace.load_rows(
        "survey_invites",
        {"invite_id": ["elsewhere"], "customer_id": ["asked"], "sent_at": ["2026-10-07T09:10:00Z"]},
    )
    assert forget_person(collector.ledger, "erased") == 2
    asking.clock.pass_(minutes=30)
    asking.send()
    assert [letter["To"] for letter in asking.mailbox.letters] == ["plain@customers.example"]
    assert {name: error for name, state, error in asking.outbox() if state == "cancelled"} == {
        "care:k-answered": "has answered already",
        "care:k-asked": "asked already within the days of the budget",
        "care:k-optedout": "does not want to be asked",
        "care:k-reopened": "opened again",
        "care:k-spam": "spam, a test, merged or deleted",
    }


def test_a_conversation_solved_again_is_asked_about_after_its_last_solve(asking: Asking) -> None:
    asking.customers("c1", "c2")
    asking.solved("k1", "c1")
    asking.solved("k2", "c2")
    asking.look()
    asking.clock.pass_(minutes=30)
    asking.solved("k1", "c1", at=NOON, reopened_last_at=asking.clock())
    asking.clock.pass_(minutes=40)
    asking.send()
    assert asking.outbox() == [("care:k1", "cancelled", "opened again"), ("care:k2", "sent", None)]
    asking.solved("k1", "c1", reopened_last_at=NOON + timedelta(minutes=30))
    assert asking.look() == 1
    asking.clock.pass_(hours=1)
    asking.send()
    assert asking.outbox()[0] == ("care:k1", "sent", None)
    assert len(asking.mailbox.letters) == 2


def test_contacts_that_are_loaded_late_are_asked_about_up_to_three_days(asking: Asking) -> None:
    asking.customers("c1", "c2")
    assert asking.look() == 0
    asking.clock.pass_(minutes=5)
    asking.solved("late", "c1", at=NOON - timedelta(days=2))
    asking.solved("too late", "c2", at=NOON - timedelta(days=4))
    assert asking.look() == 1
    assert asking.send() == 1
    assert [row[0] for row in asking.invites()] == ["care:late"]


def test_a_look_without_news_reads_no_contacts(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    asking.customers("c1")
    asking.solved("k1", "c1")
    asking.look()
    monkeypatch.setattr("mittari.workspace.inviting.job.candidates", None)  # to call it would fail
    asking.clock.pass_(minutes=1)
    assert asking.look() == 0


def test_quiet_hours_put_it_off_to_the_morning(asking: Asking) -> None:
    asking.customers("c1")
    asking.clock.now = datetime(2026, 10, 7, 16, 30)  # half past seven in the evening in Helsinki
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=2)
    assert asking.send() == 0
    asking.clock.now = datetime(2026, 10, 8, 5, 0)  # eight in the morning
    assert asking.send() == 1


def test_nothing_of_an_address_stands_in_the_facts_or_in_what_is_printed(asking: Asking) -> None:
    asking.customers("c1")
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    asking.mailbox.answers = ["550 5.1.1 <c1@customers.example>: no such user"]
    asking.send()
    assert asking.outbox() == [("care:k1", "failed", "the mail server answered 550: 5.1.1 <[e-mail]>: no such user")]
    facts = asking.taking.rows("SELECT * FROM survey_invites")
    assert "@" not in repr(facts)
    assert "@" not in repr(Address("customer:c1", "email", "c1@customers.example"))

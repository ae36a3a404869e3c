"""`invite`, `invite plan`, `outbox` and what `doctor` says of invitations."""

from datetime import timedelta

import pytest

from collect.invite.asking import CARE, Asking
from mittari.collect.invite.outbox import summary
from mittari.collect.invite.people import Address, keep_addresses
from patience import until

OF_STAFF = """
owner = "Maija"
reaction_time = "24h"
person = "never"

[[questions]]
kind = "enps"
"""


def findings(asking: Asking) -> list[str]:
    return [finding.what for finding in asking.taking.workspace.doctor() if not finding.ok and "invit" in finding.what]


def test_one_person_is_asked_by_hand_once(asking: Asking) -> None:
    asking.customers("c1")
    workspace = asking.taking.workspace
    assert workspace.invite("care", "c1", dry_run=True) == {"at": asking.clock().isoformat(), "why": None}
    assert asking.outbox() == []
    assert workspace.invite("care", "c1")["at"] == asking.clock().isoformat()
    assert workspace.invite("care", "c1") == {"at": None, "why": "asked already within the days of the budget"}
    assert asking.send() == 1
    (letter,) = asking.mailbox.letters
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert "Olet asiakkaamme" in plain.get_content()
    assert asking.taking.rows("SELECT customer_id, conversation_id, touch_at FROM survey_invites") == [
        ("c1", None, None)
    ]


def test_ones_own_people_are_asked_by_hand_only(asking: Asking) -> None:
    asking.taking.survey("staff", OF_STAFF)
    keep_addresses(
        asking.taking.collector.ledger, [Address("employee:aino", "email", "aino@meri.example")], asking.clock()
    )
    workspace = asking.taking.workspace
    assert workspace.invite("staff", "aino")["why"] == "no address", "that would be a customer"
    assert workspace.invite("staff", "aino", employee=True)["why"] is None
    asking.send()
    (row,) = asking.taking.rows("SELECT employee_id, customer_id, kind, survey_id FROM survey_invites")
    assert row == ("aino", None, "enps", "staff")


def test_the_outbox_is_told_without_persons_and_addresses(asking: Asking) -> None:
    asking.customers("c1", "c2")
    asking.solved_all({"k1": "c1", "k2": "c2"})
    asking.look()
    asking.clock.pass_(hours=1)
    asking.mailbox.answers = ["550 5.1.1 <c1@customers.example> unknown"]
    asking.send()
    told = summary(asking.taking.collector.ledger)
    assert [row[:5] for row in told] == [
        ("care", "email", "failed", "the mail server answered 550: 5.1.1 <[e-mail]> unknown", 1),
        ("care", "email", "sent", None, 1),
    ]


def test_doctor_tells_of_missing_settings_and_old_failures(asking: Asking) -> None:
    assert findings(asking) == ["the survey care invites by email, but the setting public_address is empty"], (
        "as the home's own settings say"
    )
    asking.customers("c1")
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    asking.mailbox.answers = ["550 no"]
    asking.send()
    assert len(findings(asking)) == 1
    asking.clock.pass_(days=1, minutes=1)
    assert findings(asking)[1] == "1 invitations of care were not sent: the mail server answered 550: no"


def test_a_server_invites_by_itself(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    from mittari.workspace.inviting import threads

    monkeypatch.setattr(threads, "SEND_EVERY_S", 0.05)
    monkeypatch.setattr(threads, "LOOK_EVERY_S", 0.05)
    asking.taking.survey("care", CARE.replace("1h", "1min"))
    asking.customers("c1")
    asking.solved("k1", "c1", at=asking.clock() - timedelta(hours=1))
    inviter = threads.Inviter(asking.taking.workspace, asking.taking.collector)
    inviter.start()
    try:
        until(lambda: asking.mailbox.letters, "a letter")
    finally:
        inviter.stop()
    assert [letter["To"] for letter in asking.mailbox.letters] == ["c1@customers.example"]

"""The outbox against real servers: mail servers that refuse, put off or are away, crashes, SMS and chat."""

import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collect.invite.asking import CARE, NOON, Asking, Gateway, Mailbox, MailServer
from mittari.collect.invite import outbox
from mittari.collect.invite.people import Address, keep_addresses
from mittari.collect.invite.plan import Ask
from mittari.collect.invite.send import Sender
from mittari.collect.invite.smtp import Mailer
from mittari.collect.links import find_link
from mittari.workspace.inviting.facts import Facts
from patience import PATIENCE_S
from ports import free_port

SOURCE = Path(__file__).parents[3] / "src"


def one_waiting(asking: Asking) -> None:
    """An invitation that is due now."""
    asking.customers("c1")
    asking.solved("k1", "c1")
    assert asking.look() == 1
    asking.clock.pass_(hours=1)


def state(asking: Asking) -> tuple[Any, ...]:
    found = asking.taking.collector.ledger.one("SELECT state, tries, due_at, error FROM outbox")
    assert found is not None
    return found


def test_a_server_that_puts_it_off_is_asked_again_after_a_minute(asking: Asking) -> None:
    one_waiting(asking)
    asking.mailbox.answers = ["451 4.7.1 greylisted, come again"]
    asking.send()
    due = asking.clock() + timedelta(minutes=1)
    told = "the mail server answered 451: 4.7.1 greylisted, come again"
    assert state(asking) == ("waiting", 1, due.isoformat(), told)
    assert asking.send() == 0
    asking.clock.pass_(minutes=1)
    assert asking.send() == 1
    assert state(asking)[:2] == ("sent", 2)
    assert len(asking.mailbox.letters) == 1
    assert asking.invites() == [("care:k1", 1, asking.clock())]
    assert len(asking.taking.collector.ledger.all("SELECT link FROM links")) == 1, "it is the same link"


def test_a_recipient_who_does_not_exist_is_not_written_to_again(asking: Asking) -> None:
    one_waiting(asking)
    asking.mailbox.answers = ["550 5.1.1 no such user"]
    asking.send()
    assert state(asking)[:2] == ("failed", 1)
    assert asking.invites() == [("care:k1", 0, asking.clock())]
    asking.solved("k2", "c1")
    assert asking.look() == 0
    assert asking.taking.workspace.invite_plan("care")["the address does not exist"] == 1
    keep_addresses(asking.taking.collector.ledger, [Address("customer:c1", "email", "c1@customers.example")], NOON)
    assert asking.look() == 0, "the same address once more is as bad"
    asking.clock.pass_(minutes=1)
    better = Address("customer:c1", "email", "new@customers.example")
    keep_addresses(asking.taking.collector.ledger, [better], asking.clock())
    assert asking.look() == 1, "what bounced takes no budget"


def test_a_refusal_about_us_blames_no_address(asking: Asking) -> None:
    one_waiting(asking)
    asking.mailbox.answers = ["554 5.7.1 your network is on our list"]
    asking.send()
    assert state(asking)[0] == "failed"
    assert asking.taking.collector.ledger.one("SELECT bad FROM addresses") == (0,)


def test_one_refused_letter_does_not_stop_the_others(asking: Asking) -> None:
    names = [f"c{number}" for number in range(5)]
    asking.customers(*names)
    asking.solved_all({f"k-{name}": name for name in names})
    asking.look()
    asking.clock.pass_(hours=1)
    asking.mailbox.answers = ["250 OK", "550 5.1.1 no", "451 later"]
    asking.mailbox.at_data = ["250 OK", "452 4.3.1 full"]
    assert asking.send() == 5
    assert sorted(row[1] for row in asking.outbox()) == ["failed", "sent", "sent", "waiting", "waiting"]
    assert len(asking.mailbox.letters) == 2


def test_a_server_that_is_away_is_waited_for_up_to_two_days(asking: Asking, mail_server: MailServer) -> None:
    asking.settings(quiet_hours=asking.taking.collector.settings.quiet_hours.__class__())
    one_waiting(asking)
    mail_server.stop()
    asking.send()
    assert state(asking)[0] == "waiting"
    assert "cannot be reached" in state(asking)[3]
    again = MailServer(asking.mailbox, mail_server.port)
    again.start()
    try:
        asking.clock.pass_(minutes=1)
        asking.send()
    finally:
        again.stop()
    assert state(asking)[0] == "sent"
    asking.customers("c2")
    asking.solved("k2", "c2")
    asking.look()
    asking.clock.pass_(hours=1)
    begun, tries = asking.clock(), 0
    while ("care:k2", "waiting") in [row[:2] for row in asking.outbox()]:
        tries += asking.send()
        asking.clock.pass_(minutes=10)
    assert timedelta(hours=40) < asking.clock() - begun < timedelta(hours=50)
    assert 8 < tries < 20
    assert asking.outbox()[1][1] == "failed"
    assert [row[0] for row in asking.invites()] == ["care:k1"], "nobody was asked"


def test_a_missing_setting_is_told_and_waits_to_be_mended(asking: Asking) -> None:
    one_waiting(asking)
    address = asking.taking.collector.settings.public_address
    asking.settings(public_address="")
    asking.send()
    assert state(asking)[3] == "invitations by email need the setting public_address. Set it in mittari.toml."
    asking.settings(public_address=address)
    asking.clock.pass_(minutes=2)
    asking.send()
    assert state(asking)[0] == "sent"


class Locking(Facts):
    """Facts during whose reading another process begins to write the ledger, and does not end."""

    def __init__(self, asking: Asking) -> None:
        super().__init__(asking.taking.workspace)
        self.other = sqlite3.connect(asking.taking.home / "ledger.sqlite", isolation_level=None)
        self.ledger = asking.taking.collector.ledger

    def asks(self, persons: Sequence[str], since: datetime) -> dict[str, list[Ask]]:
        with self.ledger.writing() as connection:
            connection.execute("PRAGMA busy_timeout = 100")
        self.other.execute("BEGIN IMMEDIATE")
        return super().asks(persons, since)


def test_an_invitation_that_meets_a_locked_ledger_for_a_moment_is_put_off(asking: Asking) -> None:
    one_waiting(asking)
    facts = Locking(asking)

    def freed() -> float:
        facts.other.execute("ROLLBACK")
        return 0.5

    Sender(asking.taking.collector, facts, chance=freed).run_due()
    due = asking.clock() + timedelta(minutes=1)
    assert state(asking) == ("waiting", 1, due.isoformat(), "it could not be made: OperationalError")
    asking.clock.pass_(minutes=1)
    asking.send()
    assert (state(asking)[0], len(asking.mailbox.letters)) == ("sent", 1)


def test_an_invitation_that_finds_the_ledger_locked_to_the_end_goes_out_after_a_while(asking: Asking) -> None:
    one_waiting(asking)
    facts = Locking(asking)
    Sender(asking.taking.collector, facts).run_due(most=1)
    facts.other.execute("ROLLBACK")
    assert (state(asking)[0], len(asking.mailbox.letters)) == ("sending", 0)
    asking.clock.pass_(minutes=16)
    asking.send()
    assert (state(asking)[0], len(asking.mailbox.letters)) == ("sent", 1)


KILLED = """
    import os, signal, sys
    from datetime import datetime
    from pathlib import Path
    from mittari.collect.invite import outbox
    from mittari.store.ledger import Ledger
    ledger = Ledger.open(Path(sys.argv[1]) / "ledger.sqlite")
    row = outbox.claim(ledger, datetime.fromisoformat(sys.argv[2]))
    print(row.id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def claim_and_die(asking: Asking) -> None:
    """Another process claims the row and is killed before anything is sent."""
    arguments = [str(asking.taking.home), asking.clock().isoformat()]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "care:k1\n"


def test_an_e_mail_whose_sender_was_killed_goes_out_after_a_while(asking: Asking) -> None:
    one_waiting(asking)
    claim_and_die(asking)
    assert asking.send() == 0, "it is another's"
    asking.clock.pass_(minutes=16)
    assert asking.send() == 1
    assert state(asking)[:2] == ("sent", 2)


def test_a_second_copy_after_a_crash_has_the_same_message_id_and_link(asking: Asking) -> None:
    one_waiting(asking)
    asking.send()
    ledger = asking.taking.collector.ledger
    (first,) = asking.mailbox.letters
    secret = str(first["List-Unsubscribe"]).split("/")[-2]
    with ledger.writing() as connection:  # as if the server had died after sending and before noting it
        connection.execute("UPDATE outbox SET state = 'sending', secret = ?", (secret,))
    asking.clock.pass_(minutes=16)
    asking.send()
    _, second = asking.mailbox.letters
    assert second["Message-ID"] == first["Message-ID"]
    assert second["List-Unsubscribe"] == first["List-Unsubscribe"]
    assert len(asking.invites()) == 1


def test_a_text_message_whose_sender_was_killed_is_not_sent_twice(asking: Asking) -> None:
    asking.taking.survey("care", CARE + 'by = "sms"\n')
    asking.customers("c1")
    keep_addresses(asking.taking.collector.ledger, [Address("customer:c1", "sms", "+358401234567")], NOON)
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    claim_and_die(asking)
    asking.clock.pass_(minutes=16)
    assert asking.send() == 0
    assert state(asking)[0] == "sent"
    assert "not known" in state(asking)[3]
    assert [row[:2] for row in asking.invites()] == [("care:k1", 1)], "it counts in the budget"


def test_two_senders_never_claim_the_same_row(asking: Asking) -> None:
    names = [f"c{number}" for number in range(60)]
    asking.customers(*names)
    asking.solved_all({f"k-{name}": name for name in names})
    asking.look()
    asking.clock.pass_(hours=1)
    from mittari.store.ledger import Ledger

    ledgers = [Ledger.open(asking.taking.home / "ledger.sqlite") for _ in range(4)]
    claimed: list[str] = []

    def take(ledger: Ledger) -> None:
        while row := outbox.claim(ledger, asking.clock()):
            claimed.append(row.id)

    threads = [threading.Thread(target=take, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    assert sorted(claimed) == sorted(f"care:k-{name}" for name in names)


def test_who_was_late_does_not_write_over_who_took_the_row(asking: Asking) -> None:
    one_waiting(asking)
    ledger = asking.taking.collector.ledger
    slow = outbox.claim(ledger, asking.clock())
    assert slow is not None
    asking.clock.pass_(minutes=16)
    asking.send()
    assert not outbox.finish(ledger, slow, outbox.FAILED, asking.clock(), "late")
    assert state(asking)[0] == "sent"


def test_whoever_is_erased_while_the_letter_goes_out_does_not_come_back(asking: Asking) -> None:
    one_waiting(asking)
    asking.mailbox.meanwhile = lambda: asking.taking.workspace.erase_person("c1")
    assert asking.send() == 1
    assert len(asking.mailbox.letters) == 1
    assert asking.invites() == asking.outbox() == []
    assert asking.taking.collector.ledger.all("SELECT * FROM links") == []


def test_a_password_is_sent_with_starttls_and_never_without_it(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aiosmtpd.smtp import AuthResult, LoginPassword

    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen: list[bytes] = []

    def authenticator(*arguments: Any) -> AuthResult:
        login = arguments[-1]
        assert isinstance(login, LoginPassword)
        seen.append(login.password)
        return AuthResult(success=login.password == b"p@ss word")

    server = MailServer(Mailbox(), free_port(), tls_context=context, require_starttls=True, authenticator=authenticator)
    server.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    try:
        asking.settings(smtp=f"smtp://us:p%40ss%20word@127.0.0.1:{server.port}")
        one_waiting(asking)
        asking.send()
        assert state(asking)[0] == "sent"
        assert len(server.mailbox.letters) == 1
        assert seen == [b"p@ss word"]
    finally:
        server.stop()
    plain = f"smtp://us:secret@{socket.gethostname()}"
    assert "secret" not in repr(asking.taking.collector.settings.__class__(smtp=plain))


def test_a_mail_server_without_tls_gets_no_password(asking: Asking, mail_server: MailServer) -> None:
    one_waiting(asking)
    mailer = Mailer(f"smtp://us:secret@127.0.0.1:{mail_server.port}", "a@b.example", asking.clock)
    mailer._host = "0.0.0.0"  # noqa: S104  # the same server under a name that is not this machine's own
    from mittari.collect.invite.ways import Undelivered

    with pytest.raises(Undelivered, match="offers no STARTTLS"):
        mailer._connect()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    from datetime import UTC, datetime
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "mail.crt", folder / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it
@pytest.mark.parametrize(("way", "to"), [("sms", "+358401234567"), ("chat", "@maija")])
def test_sms_and_chat_go_through_apprise(asking: Asking, gateway: tuple[type[Gateway], int], way: str, to: str) -> None:
    handler, port = gateway
    asking.taking.survey("care", CARE + f'by = "{way}"\n')
    asking.settings(**{way: f"json://127.0.0.1:{port}/send/{{address}}"})
    asking.customers("c1", lang="sv")
    keep_addresses(asking.taking.collector.ledger, [Address("customer:c1", way, to)], asking.clock())
    asking.solved("k1", "c1")
    assert asking.look() == 1
    asking.clock.pass_(hours=1)
    handler.refusals = 1
    asking.send()
    assert state(asking)[0] == "waiting"
    asking.clock.pass_(minutes=2)
    asking.send()
    ((path, body),) = handler.posted
    assert path.rstrip("/") in (f"/send/{to}", f"/send/{to.replace('@', '%40').replace('+', '%2B')}")
    question, _, link = body["message"].rpartition(" ")
    assert question == "Meri Oy: Hur nöjd är du med vår service?"
    found = find_link(asking.taking.collector.ledger, link.rpartition("/")[2])
    assert found is not None
    assert found.context.invite_id == "care:k1"
    assert found.context.source == ("sms" if way == "sms" else "web")
    assert asking.mailbox.letters == []


def test_without_the_package_for_sms_the_reason_is_told(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    asking.taking.survey("care", CARE + 'by = "sms"\n')
    asking.settings(sms="json://127.0.0.1:9/{address}")
    asking.customers("c1")
    keep_addresses(asking.taking.collector.ledger, [Address("customer:c1", "sms", "+358401234567")], asking.clock())
    asking.solved("k1", "c1")
    asking.look()
    asking.clock.pass_(hours=1)
    monkeypatch.setitem(sys.modules, "apprise", None)
    asking.send()
    assert state(asking)[0] == "waiting"
    assert "pip install 'mittari[notify]'" in state(asking)[3]

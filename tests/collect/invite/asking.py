"""A home that invites, a mail server and a gateway for messages beside it, and a clock that tests move."""

import email
import email.policy
import http.server
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from collect.taking import Taking
from mittari.collect.invite.people import Address, keep_addresses
from mittari.collect.invite.send import Sender
from mittari.load import RowsIn
from mittari.workspace.inviting import job
from mittari.workspace.inviting.facts import Facts
from patience import PATIENCE_S

NOON = datetime(2026, 10, 7, 9, 0)
"""A Wednesday, twelve o'clock in Helsinki, in UTC."""
CARE = """
owner = "Maija"
reaction_time = "24h"

[[questions]]
kind = "csat"

[invitations]
after = "solved"
delay = "1h"
"""


@dataclass
class Clock:
    """Tells the instant it was set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Mailbox:
    """Answers a mail server's client as told, first answer first, then takes everything."""

    answers: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    letters: list[EmailMessage] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    """What happens while a letter is on its way in."""

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        self.tried.append(address)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data and not (answer := self.at_data.pop(0)).startswith("250"):
            return answer
        self.meanwhile()
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


class MailServer(Controller):
    """A real SMTP server on a free port, or on the one it had."""

    def __init__(self, mailbox: Mailbox, port: int, **more: Any) -> None:
        super().__init__(mailbox, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE_S, **more)
        self.mailbox = mailbox


class Gateway(http.server.BaseHTTPRequestHandler):
    """Takes the JSON that Apprise posts; the first `refusals` are answered with 503."""

    posted: list[tuple[str, dict[str, Any]]]
    refusals: int

    def do_POST(self) -> None:  # as http.server calls it
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind = type(self)
        if kind.refusals:
            kind.refusals -= 1
            self.send_response(503)
        else:
            kind.posted.append((self.path, body))
            self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@dataclass
class Asking:
    """A home that invites. `look` decides, `send` sends what is due; neither happens by itself."""

    taking: Taking
    clock: Clock
    mailbox: Mailbox

    def settings(self, **changed: Any) -> None:
        self.taking.collector.settings = replace(self.taking.collector.settings, **changed)

    def customers(self, *names: str, consent: int | None = 1, lang: str = "fi") -> None:
        """Customers with an e-mail address each."""
        many = len(names)
        columns = {"customer_id": list(names), "contact_consent": [consent] * many, "lang": [lang] * many}
        self.taking.workspace.load_rows("customers", columns)
        addresses = [Address(f"customer:{name}", "email", f"{name}@customers.example") for name in names]
        keep_addresses(self.taking.collector.ledger, addresses, self.clock())

    def solved(self, name: str, customer: str | None, at: datetime | None = None, **more: Any) -> None:
        """A conversation that was solved at an instant, now by default."""
        self.solved_all({name: customer}, at, **more)

    def solved_all(self, customers: dict[str, str | None], at: datetime | None = None, **more: Any) -> None:
        """Conversations by their customers, solved at the same instant."""
        at = at or self.clock()
        row = {
            "channel": "chat",
            "created_at": at - timedelta(hours=2),
            "first_response_at": at - timedelta(hours=1),
            "last_solved_at": at,
            "agent_id": "aino",
            "team_id": "north",
            **more,
        }
        columns: dict[str, list[Any]] = {
            key: [f"{value}Z" if isinstance(value, datetime) else value] * len(customers) for key, value in row.items()
        }
        columns = {"conversation_id": list(customers), "customer_id": list(customers.values()), **columns}
        self.taking.workspace.load_many([RowsIn("conversations", columns)])

    def look(self) -> int:
        return job.run(self.taking.workspace, self.taking.collector, self.clock())

    def send(self, chance: Callable[[], float] = lambda: 0.5) -> int:
        return Sender(self.taking.collector, Facts(self.taking.workspace), chance).run_due()

    def outbox(self) -> list[tuple[Any, ...]]:
        """(id, state, error) of every row."""
        return self.taking.collector.ledger.all("SELECT id, state, error FROM outbox ORDER BY id")

    def invites(self) -> list[tuple[Any, ...]]:
        """(invite_id, delivered, sent_at) of the facts."""
        return self.taking.rows("SELECT invite_id, delivered, sent_at FROM survey_invites ORDER BY invite_id")

"""The sender: takes what is due out of the outbox, looks once more whether it still holds, and sends it.

    sender = Sender(collector, view); sender.run_due()

The invitation becomes a fact first (the inbox), then the row is done: a crash in between sends an e-mail again rather
than forgetting that somebody was asked. Notices about devices go out by the same ways (`collect.alarm`).
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from mittari.collect.alarm.telling import Teller
from mittari.collect.collector import Collector
from mittari.collect.invite import outbox
from mittari.collect.invite.mail import Letter
from mittari.collect.invite.notify import Notifier
from mittari.collect.invite.outbox import CANCELLED, FAILED, GIVE_UP, SENT, Row, instant_of, iso
from mittari.collect.invite.people import EMAIL, Address, addresses_of, mark_bad, opted_out, sharing
from mittari.collect.invite.plan import Ask, Known, Standing, Why, called_off, shared
from mittari.collect.invite.quiet import next_allowed
from mittari.collect.invite.smtp import Mailer
from mittari.collect.invite.ways import Envelope, Undelivered, Way
from mittari.collect.links import Context, drop_link, make_link
from mittari.collect.survey.model import Survey
from mittari.errors import MittariError, UserError
from mittari.settings import Settings
from mittari.store.faults import is_of_the_machine
from mittari.store.inbox import Arrival

log = logging.getLogger("mittari.invite")

SOURCES = {"email": "email", "sms": "sms", "chat": "web"}
"""How each way is called in the facts; chat has no word of its own there."""
WAY_SETTINGS = {"email": ("smtp", "mail_from"), "sms": ("sms",), "chat": ("chat",)}
VALID = timedelta(days=14)


class View(Protocol):
    """What the facts say at the moment of sending."""

    def standing(self, survey: str, context: Context) -> Standing:
        """The contact and the person as they are now."""

    def asks(self, persons: Sequence[str], since: datetime) -> dict[str, list[Ask]]:
        """Invitations that count in the budgets of these persons."""


class Sender:
    """Sends what is due. One for each thread."""

    def __init__(self, collector: Collector, view: View, chance: Callable[[], float] = random.random) -> None:
        self._collector, self._view, self._chance = collector, view, chance
        self._ways: dict[str, Way] = {}
        self._teller = Teller(collector, self._way, self._put_off)

    def run_due(self, most: int = 1000) -> int:
        """Send what is due now; returns how many rows were looked at. A row that raises does not stop the others."""
        self._recover()
        done = 0
        try:
            while done < most and (row := outbox.claim(self._collector.ledger, self._collector.clock())):
                done += 1
                self._one(row)
        finally:
            self.close()
        return done

    def close(self) -> None:
        for way in self._ways.values():
            way.close()
        self._ways.clear()

    def _recover(self) -> None:
        for row in outbox.recover(self._collector.ledger, self._collector.clock()):
            survey = self._collector.shelf.get(row.survey)
            if survey is not None:
                self._note(row, survey, delivered=True)
            outbox.finish(self._collector.ledger, row, SENT, self._collector.clock(), outbox.NOT_KNOWN)

    def _one(self, row: Row) -> None:
        try:
            if row.notice is None:
                self._send(row)
            else:
                self._teller.tell(row)
        except Exception as error:
            log.debug("where it arose", exc_info=error)
            try:
                self._not_sent(row, error)
            except Exception as second:  # the ledger refuses: the row stays as a crash would have left it
                log.error("%s was left as it is: %s", _called(row), type(second).__name__)
                log.debug("where it arose", exc_info=second)

    def _not_sent(self, row: Row, error: Exception) -> None:
        """Something was raised before it went out: what the machine is to blame for is tried again."""
        told = f"it could not be made: {type(error).__name__}"
        if is_of_the_machine(error):
            log.warning("%s is put off: %s", _called(row), type(error).__name__)
            self._put_off(row, told)
        else:
            log.error("%s was set aside: %s", _called(row), type(error).__name__)
            self._end(row, FAILED, told)

    def _send(self, row: Row) -> None:
        now = self._collector.clock()
        survey = self._collector.shelf.open(row.survey)
        known, address = self._known(row, now)
        why = called_off(survey, row.id, _touch(row), self._view.standing(row.survey, row.context), known, now)
        if why is not None or survey is None or address is None:
            self._end(row, CANCELLED, (why or Why.NO_ADDRESS).value)
            return
        later = next_allowed(now, known.quiet, known.zone)
        if later > now:
            outbox.postpone(self._collector.ledger, row, later, row.error)
            return
        if now - row.first_due_at > GIVE_UP:
            self._end(row, FAILED, row.error or Why.STALE.value)
            return
        row = replace(row, context=replace(row.context, sent_at=iso(now), source=SOURCES[row.kind]))
        try:
            require_settings(row.kind, self._collector.settings)
            self._way(row.kind).send(self._envelope(row, survey, address, now))
        except Undelivered as error:
            self._undelivered(row, survey, address, error)
        except UserError as error:  # a setting or a package is missing: it can be mended
            self._undelivered(row, survey, address, Undelivered(str(error)))
        else:
            self._sent(row, survey)

    def _sent(self, row: Row, survey: Survey) -> None:
        """It went out. Where that cannot be noted the row stays as a crash would have left it."""
        try:
            self._note(row, survey, delivered=True)
            self._end(row, SENT, None)
        except Exception as error:
            reason = str(error) if isinstance(error, MittariError) else type(error).__name__
            log.error("an invitation of %s went out and could not be noted: %s", row.survey, reason)
            log.debug("where it arose", exc_info=error)

    def _known(self, row: Row, now: datetime) -> tuple[Known, Address | None]:
        collector, settings = self._collector, self._collector.settings
        address = addresses_of(collector.ledger, row.kind, (row.person,)).get(row.person)
        groups = sharing(collector.ledger, (row.person,))
        everybody = sorted({row.person, *(person for group in groups for person in group)})
        asks = self._view.asks(everybody, now - timedelta(days=settings.ask_days))
        for person, sent in outbox.asks_of(collector.ledger, everybody).items():
            asks[person] = [*asks.get(person, []), *sent]
        together, counted = shared(groups, asks)
        known = Known(
            ask_days=settings.ask_days,
            quiet=settings.quiet_hours,
            zone=settings.timezone,
            addresses={(row.person, row.kind): address} if address else {},
            opted_out=opted_out(collector.ledger, collector.signer, (row.person,)),
            asks=counted,
            sharing=together,
        )
        return known, address

    def _envelope(self, row: Row, survey: Survey, address: Address, now: datetime) -> Envelope:
        collector = self._collector
        valid = survey.invitations.valid if survey.invitations else VALID
        secret = make_link(collector.ledger, survey.id, row.context, now + valid, row.secret)
        language = survey.language(row.context.language)
        link = f"{collector.settings.public_address}/i/{secret}"
        letter = Letter(
            survey, row.context, language, collector.settings.organisation, link, collector.settings.ask_days
        )
        return Envelope(letter, address, collector.signer.name("message id", row.id))

    def _way(self, kind: str) -> Way:
        if kind not in self._ways:
            self._ways[kind] = way_of(kind, self._collector)
        return self._ways[kind]

    def _undelivered(self, row: Row, survey: Survey, address: Address, error: Undelivered) -> None:
        if error.bad_address:
            mark_bad(self._collector.ledger, address)
        if error.permanent:
            self._note(row, survey, delivered=False)
            self._end(row, FAILED, str(error))
        else:
            self._put_off(row, str(error))

    def _put_off(self, row: Row, told: str) -> bool:
        """Try again later, longer each time; False where it is given up. Quiet hours are for asking customers."""
        now, settings = self._collector.clock(), self._collector.settings
        due_at = now + outbox.wait_after(row.tries, self._chance())
        if due_at - row.first_due_at > GIVE_UP:
            self._end(row, FAILED, told)
            return False
        if row.notice is None:
            due_at = next_allowed(due_at, settings.quiet_hours, settings.timezone)
        outbox.postpone(self._collector.ledger, row, due_at, told)
        return True

    def _note(self, row: Row, survey: Survey, delivered: bool) -> None:
        """That somebody was asked, as a fact; it is on disk when this comes back. Not of whoever was erased since."""
        if not outbox.is_there(self._collector.ledger, row):
            drop_link(self._collector.ledger, row.secret)
            return
        self._collector.inbox.put([Arrival("survey_invites", [invite_row(row, survey, delivered)])]).result()

    def _end(self, row: Row, state: str, error: str | None) -> None:
        outbox.finish(self._collector.ledger, row, state, self._collector.clock(), error)


def invite_row(row: Row, survey: Survey, delivered: bool) -> dict[str, Any]:
    """The row of `survey_invites`."""
    context = row.context
    return {
        "invite_id": row.id,
        "survey_id": survey.id,
        "kind": survey.questions[0].kind,
        "customer_id": context.customer_id,
        "employee_id": context.employee_id,
        "conversation_id": context.conversation_id,
        "order_id": context.order_id,
        "touch_at": context.touch_at,
        "sent_at": context.sent_at or f"{row.claimed_at}Z",
        "delivered": int(delivered),
        "is_test": int(survey.is_test),
        "source": SOURCES[row.kind],
    }


def way_of(kind: str, collector: Collector) -> Way:
    """The way of a kind, by the settings. Raises UserError where a setting or a package is missing."""
    settings = collector.settings
    if missing := _empty(WAY_SETTINGS[kind], settings):
        raise UserError(f"messages by {kind} need the setting {missing[0]}", hint="Set it in mittari.toml.")
    if kind == EMAIL:
        return Mailer(settings.smtp, settings.mail_from, collector.clock)
    return Notifier(getattr(settings, kind), kind)


def require_settings(kind: str, settings: Settings) -> None:
    """Raises UserError where a setting is missing that invitations by a way need."""
    if missing := missing_settings(kind, settings):
        raise UserError(f"invitations by {kind} need the setting {missing[0]}", hint="Set it in mittari.toml.")


def missing_settings(kind: str, settings: Settings, invitations: bool = True) -> list[str]:
    """The settings without which nothing can be sent by a way; invitations carry links and need one more."""
    return _empty((*(("public_address",) if invitations else ()), *WAY_SETTINGS[kind]), settings)


def _empty(names: Sequence[str], settings: Settings) -> list[str]:
    return [name for name in names if not getattr(settings, name)]


def _called(row: Row) -> str:
    """What a row is called in the log."""
    return f"an invitation of {row.survey}" if row.notice is None else f"what is told about {row.person}"


def _touch(row: Row) -> datetime | None:
    return instant_of(row.context.touch_at) if row.context.touch_at else None

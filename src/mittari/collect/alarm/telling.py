"""Sends a notice of the outbox to the one responsible, once it is looked at again whether it still holds.

What cannot be delivered is tried again as invitations are. Quiet hours do not hold: they are for asking customers.
"""

import logging
from collections.abc import Callable

from mittari.collect.alarm.notices import NOBODY_RESPONSIBLE, SILENT, Notice, called_off, name_of, notice_of
from mittari.collect.alarm.owners import Owner, address_of, owner_of
from mittari.collect.alarm.words import Told
from mittari.collect.collector import Collector
from mittari.collect.devices import KIOSK, Device, device_named
from mittari.collect.invite import outbox
from mittari.collect.invite.outbox import CANCELLED, FAILED, SENT, Row
from mittari.collect.invite.ways import Envelope, Undelivered, Way
from mittari.errors import UserError

log = logging.getLogger("mittari.devices")


class Teller:
    """Sends notices. `way` gives the way of a kind, and raises UserError where a setting is missing for it; `put_off`
    lets a row wait for another try, and is False where it has been tried for long enough."""

    def __init__(self, collector: Collector, way: Callable[[str], Way], put_off: Callable[[Row, str], bool]) -> None:
        self._collector, self._way, self._put_off = collector, way, put_off

    def tell(self, row: Row) -> None:
        """Send one claimed row, or note why not."""
        ledger, notice = self._collector.ledger, notice_of(row)
        if notice is None:
            raise ValueError("the row is no notice")
        device = device_named(ledger, notice.device)
        if device is None or (why := called_off(ledger, notice, device)):
            self._end(row, CANCELLED, "there is no such device" if device is None else why)
            return
        owner = owner_of(device, self._collector.settings)
        if owner is None:
            self._end(row, CANCELLED, NOBODY_RESPONSIBLE)
        elif owner.way != row.kind:
            outbox.reroute(ledger, row, owner.way)
        else:
            self._send(row, notice, device, owner)

    def _send(self, row: Row, notice: Notice, device: Device, owner: Owner) -> None:
        letter = self.letter(notice, device, owner)
        envelope = Envelope(letter, address_of(owner, row.person), self._message_name(row.id))
        try:
            self._way(owner.way).send(envelope)
        except Undelivered as error:
            self._undelivered(row, notice, error)
        except UserError as error:  # a setting or a package is missing: it can be mended
            self._undelivered(row, notice, Undelivered(str(error)))
        else:
            self._sent(row)

    def _sent(self, row: Row) -> None:
        """It went out. Where that cannot be noted the row stays as a crash would have left it."""
        try:
            self._end(row, SENT, None)
        except Exception as error:
            log.error("what is told about %s went out and could not be noted: %s", row.person, type(error).__name__)
            log.debug("where it arose", exc_info=error)

    def letter(self, notice: Notice, device: Device, owner: Owner) -> Told:
        """What is told; where the device stands is what is said of it, else what its survey says."""
        survey, settings = self._collector.shelf.get(device.survey), self._collector.settings
        location = device.location or (survey.location if survey else None)
        touchpoint = device.touchpoint or (survey.touchpoint if survey else None)
        silence = self._message_name(name_of(SILENT, notice.device, notice.since))
        return Told(
            notice=notice,
            kind="kiosk" if device.source == KIOSK else "button",
            place=", ".join(part for part in (location, touchpoint) if part),
            language=owner.language,
            zone=settings.timezone,
            organisation=settings.organisation,
            earlier=None if notice.what == SILENT else silence,
        )

    def _message_name(self, name: str) -> str:
        return self._collector.signer.name("message id", name)

    def _undelivered(self, row: Row, notice: Notice, error: Undelivered) -> None:
        if error.permanent:
            self._end(row, FAILED, str(error))
        elif self._put_off(row, str(error)):
            return
        log.error("nobody could be told about device %s: %s", notice.device, error)

    def _end(self, row: Row, state: str, error: str | None) -> None:
        outbox.finish(self._collector.ledger, row, state, self._collector.clock(), error)

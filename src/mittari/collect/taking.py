"""Taking in what a device sends, the same for HTTP and MQTT: who it is, what is taken, and what it is told.

device = known_device(collector, token)
taken = prepare(collector, device, body); await collector.inbox.keep(taken.arrivals); finish(collector, taken)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mittari.collect.collector import Collector
from mittari.collect.devices import Device, add_visits, find_device, note_seen, question_of
from mittari.collect.survey.answers import instant
from mittari.collect.survey.model import Survey
from mittari.collect.taps import Judged, Unfit, about_itself, judge, touchpoint_of, visit_rows, waiting_of
from mittari.errors import UserError
from mittari.store.inbox import Arrival


class Refused(Exception):
    """Nothing of it is taken: the HTTP status, what is wrong, and after how many seconds to come again."""

    def __init__(self, status: int, what: str, retry_after_s: int | None = None) -> None:
        super().__init__(what)
        self.status, self.what, self.retry_after_s = status, what, retry_after_s


@dataclass(frozen=True)
class Taken:
    """What is to be stored before the device is told `answer`."""

    device: Device
    arrivals: Sequence[Arrival]
    judged: Judged
    heard_at: datetime
    waiting: int | None
    told: dict[str, Any]
    now: str

    @property
    def answer(self) -> dict[str, Any]:
        return {"accepted": self.judged.accepted, "refused": self.judged.refused, "now": self.now}


def known_device(collector: Collector, token: str | None) -> Device:
    """The device with that token. Raises Refused (401, 403)."""
    device = find_device(collector.ledger, token) if token else None
    if device is None:
        raise Refused(401, "no device has this token")
    if device.revoked_at is not None:
        raise Refused(403, "this device is not in use any more")
    return device


def survey_of(collector: Collector, device: Device) -> Survey:
    """The survey of a device, open or not: taps that waited were given while it was. Raises Refused (503)."""
    survey = collector.shelf.get(device.survey)
    if survey is None:
        raise Refused(503, f"survey {device.survey} cannot be read on the server; keep the taps", 60)
    try:
        question_of(survey)
    except UserError as error:  # somebody put a question without a scale first
        raise Refused(503, f"{error.what}; keep the taps", 60) from error
    return survey


def slow_down(collector: Collector, device: Device) -> None:
    """Raises Refused (429) where a device asks too often."""
    if wait := collector.limiter.wait_for(f"device:{device.id}"):
        raise Refused(429, "too many requests of this device; keep the taps", wait)


def prepare(collector: Collector, device: Device, body: object, waited: timedelta = timedelta(0)) -> Taken:
    """Judge what a device sent, `waited` ago. Raises Refused where there is nothing to judge."""
    now = collector.clock()
    survey = survey_of(collector, device)
    latest = collector.latest_presses.get(device.id) if survey.anonymous else None
    try:
        judged = judge(device, survey, body, now, latest, waited)
    except Unfit as error:
        raise Refused(400, str(error)) from error
    arrivals = list(judged.arrivals)
    touchpoint = touchpoint_of(device, survey)
    if judged.visits and touchpoint:
        arrivals += visit_rows(touchpoint, add_visits(collector.ledger, device, touchpoint, judged.visits))
    return Taken(device, arrivals, judged, now - waited, waiting_of(body), about_itself(body), instant(now))


def finish(collector: Collector, taken: Taken) -> None:
    """Note, once all is on disk, that the device was heard. `waiting` counts what it has sent just now."""
    settled = len(taken.judged.accepted) + sum(1 for each in taken.judged.refused if "key" in each)
    left = None if taken.waiting is None else max(taken.waiting - settled, 0)
    note_seen(collector.ledger, taken.device, taken.heard_at, left, taken.told)
    if taken.judged.latest is not None:
        collector.latest_presses[taken.device.id] = taken.judged.latest

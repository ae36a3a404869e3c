"""The page of the kiosks and buttons: who was heard, what waits, who is told when one falls silent, and how often they
were pressed today."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from mittari.collect.alarm.owners import owner_of, read_owner
from mittari.collect.collector import Collector
from mittari.collect.devices import KIOSK, Device, all_devices, give_owner, switch_off, switch_on
from mittari.collect.survey.texts import language_name
from mittari.collect.watch import alarms
from mittari.errors import UserError
from mittari.settings import LANGUAGES, Settings
from mittari.show import format as formats
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.source import Pressed
from mittari.show.web.survey_fields import one, posted
from mittari.time import to_local

OWNER, OFF, ON = "owner", "off", "on"


@dataclass(frozen=True)
class Row:
    """One device as the page shows it; counts are of today, `visits` and `per_visit` of its touchpoint.

    `told` is who is told of it in words, `owner` and `language` what its form begins with.
    """

    id: str
    about: str
    state: str
    state_text: str
    heard: str
    waiting: str
    aside: int
    raw: str
    kept: str
    visits: str
    per_visit: str
    revoked: bool
    off: bool
    told: str
    owner: str
    language: str


@get("/devices")
async def devices(request: Visit) -> Response[Any]:
    """Every device that is in use, and the revoked ones below."""
    return await asyncio.to_thread(_drawn, request)


def _drawn(request: Visit) -> Response[Any]:
    site: Site = request.app.state.site
    collector: Collector | None = request.app.state.get("collector")
    pressed = site.source.pressed_on(site.today())
    rows = []
    if collector is not None:
        rows = [row(site, each, pressed, collector.settings) for each in all_devices(collector.ledger)]
    text = site.render(
        "devices.html",
        title=site.say("Devices"),
        nonce=request.scope["state"]["nonce"],
        here="devices",
        waiting=site.waiting(),
        rows=rows,
        languages=[(tag, language_name(tag)) for tag in LANGUAGES],
    )
    return page(request, text)


def silent_devices(request: Visit) -> int:
    """How many devices are silent; 0 where no feedback is collected."""
    collector = request.app.state.get("collector")
    return 0 if collector is None else len(alarms(collector))


@post("/devices", status_code=303, request_max_body_size=20_000)
async def care(request: Visit) -> Response[None]:
    """Say who is told about a device, or that it has been switched off or on, and show the page again."""
    collector = request.app.state.get("collector")
    if collector is None:
        raise NotFoundException("nothing is collected here")
    fields = posted((await request.form()).multi_items())
    await asyncio.to_thread(_keep, collector, one(fields, "do"), one(fields, "device"), fields)
    return Response(None, status_code=303, headers={"location": "/devices"})


def _keep(collector: Collector, deed: str, name: str, fields: Any) -> None:
    if deed == OWNER:
        give_owner(collector.ledger, name, *read_owner(one(fields, "owner"), one(fields, "language") or None))
    elif deed == OFF:
        switch_off(collector.ledger, name, collector.clock())
    elif deed == ON:
        switch_on(collector.ledger, name)
    else:
        raise UserError("the form came back damaged", hint="Open the page of devices again.")


def row(site: Site, device: Device, pressed: Pressed, settings: Settings) -> Row:
    touchpoint, raw, kept = pressed.presses.get(device.id, (None, 0, 0))
    place = device.touchpoint or touchpoint
    visits = pressed.visits.get(place) if place else None
    of_place = sum(each[2] for each in pressed.presses.values() if each[0] == place)
    state, text = _state(site, device)
    say = site.say
    parts = (say("kiosk") if device.source == KIOSK else say("button"), device.survey, place, device.location)
    return Row(
        id=device.id,
        about=" · ".join(part for part in parts if part),
        state=state,
        state_text=text,
        heard=_told(site, device.seen_at) or say("never"),
        waiting="" if device.waiting is None else _count(site, device.waiting),
        aside=device.told.get("aside", 0),
        raw=_count(site, raw),
        kept=_count(site, kept),
        visits="" if visits is None else _count(site, visits),
        per_visit=formats.number(of_place / visits, 2, site.style) if visits else "",
        revoked=device.revoked_at is not None,
        off=device.off_at is not None,
        told=_who(site, device, settings),
        owner=device.owner or "",
        language=device.owner_language or settings.language,
    )


def _who(site: Site, device: Device, settings: Settings) -> str:
    owner = owner_of(device, settings)
    if owner is None:
        return site.say("nobody")
    return owner.address if device.owner is not None else site.say("{address} (by default)", address=owner.address)


def _state(site: Site, device: Device) -> tuple[str, str]:
    if device.revoked_at:
        return "", site.say("Revoked")
    if device.off_at:
        return "", site.say("Switched off since {time}", time=_told(site, device.off_at))
    if device.silent_since:
        return "off", site.say("Silent since {time}", time=_told(site, device.silent_since))
    if device.seen_at is None:
        return "", site.say("Not set up yet")
    return "on", site.say("Heard")


def _told(site: Site, moment: datetime | None) -> str:
    return "" if moment is None else site.say.clock(to_local(moment, site.zone), site.now())


def _count(site: Site, number: int) -> str:
    return str(formats.quantity(number, "count", site.style))


HANDLERS = [devices, care]

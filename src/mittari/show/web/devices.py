"""The page of the kiosks and buttons: who was heard, what waits, and how often they were pressed today."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get

from mittari.collect.devices import KIOSK, Device, all_devices
from mittari.collect.watch import alarms
from mittari.show import format as formats
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.source import Pressed
from mittari.time import to_local


@dataclass(frozen=True)
class Row:
    """One device as the page shows it; counts are of today, `visits` and `per_visit` of its touchpoint."""

    id: str
    about: str
    state: str
    state_text: str
    revoked: bool
    heard: str
    waiting: str
    aside: int
    raw: str
    kept: str
    visits: str
    per_visit: str


@get("/devices", sync_to_thread=True)
def devices(request: Visit) -> Response[Any]:
    """Every device that is in use, and the revoked ones below."""
    site: Site = request.app.state.site
    collector = request.app.state.get("collector")
    found = all_devices(collector.ledger) if collector is not None else []
    pressed = site.source.pressed_on(site.today())
    rows = [row(site, each, pressed) for each in found]
    nonce = request.scope["state"]["nonce"]
    told = {"title": site.say("Devices"), "here": "devices", "waiting": site.waiting(), "rows": rows}
    return page(request, site.render("devices.html", nonce=nonce, **told))


def silent_devices(request: Visit) -> int:
    """How many devices are silent; 0 where no feedback is collected."""
    collector = request.app.state.get("collector")
    return 0 if collector is None else len(alarms(collector))


def row(site: Site, device: Device, pressed: Pressed) -> Row:
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
        revoked=device.revoked_at is not None,
        heard=_told(site, device.seen_at) or say("never"),
        waiting="" if device.waiting is None else _count(site, device.waiting),
        aside=device.told.get("aside", 0),
        raw=_count(site, raw),
        kept=_count(site, kept),
        visits="" if visits is None else _count(site, visits),
        per_visit=formats.number(of_place / visits, 2, site.style) if visits else "",
    )


def _state(site: Site, device: Device) -> tuple[str, str]:
    if device.revoked_at:
        return "", site.say("Revoked")
    if device.silent_since:
        return "off", site.say("Silent since {time}", time=_told(site, device.silent_since))
    if device.seen_at is None:
        return "", site.say("Not set up yet")
    return "on", site.say("Heard")


def _told(site: Site, moment: datetime | None) -> str:
    return "" if moment is None else site.say.clock(to_local(moment, site.zone), site.now())


def _count(site: Site, number: int) -> str:
    return str(formats.quantity(number, "count", site.style))


HANDLERS = [devices]

"""Low scores that wait for somebody: who is to react, until when, and what the customer wrote.

Customers' words stand here, so the page is on loopback only, as the board is.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from mittari.collect.survey.kinds import kind_words
from mittari.errors import UserError
from mittari.react.followups import CLOSED, CONTACTED, DEEDS, HANDED, PAGE, REOPENED, FollowUp
from mittari.show import format as formats
from mittari.show.format import DASH
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.survey_fields import one, posted
from mittari.show.web.survey_form import collector_of
from mittari.time import to_local

FILTERS = ("owner", "survey", "customer", "order")
NEWEST = "newest"
NOBODY = "(nobody)"
"""The filter for those without an owner."""
LONGEST = 200
SOON = timedelta(hours=4)
SAID = {
    CONTACTED: "Noted as contacted.",
    CLOSED: "Closed. It is no longer listed.",
    REOPENED: "Open again.",
    HANDED: "Handed over.",
}


@dataclass(frozen=True)
class State:
    """How a follow-up stands: `kind` is on, near, off or plain; colour, sign and words say the same."""

    kind: str
    sign: str
    words: str


def state_of(one_of_them: FollowUp, now: datetime) -> State:
    """Contacted, due in so long, or overdue by so long."""
    if one_of_them.contacted_at is not None:
        return State("on", "✓", f"contacted {span(now - one_of_them.contacted_at)} ago")
    left = one_of_them.due_at - now
    if left < timedelta(0):
        return State("off", "!", f"overdue by {span(-left)}")
    return State("near" if left <= SOON else "plain", "–" if left <= SOON else "", f"due in {span(left)}")


def span(time: timedelta) -> str:
    """A time as a person says it: 12 min, 3 h, 5 days."""
    minutes = max(int(time.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def scored(one_of_them: FollowUp) -> tuple[str, str]:
    """The score, and its scale in words: 3, from 0 to 10."""
    if one_of_them.score is None:
        return "no score", ""
    score = f"{one_of_them.score:g}"
    if one_of_them.low is None or one_of_them.high is None:
        return score, ""
    return score, f"on {one_of_them.low:g}{DASH}{one_of_them.high:g}"


def filters_of(request: Visit) -> dict[str, str]:
    found = {name: request.query_params.get(name, "")[:LONGEST] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def offset_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@get("/follow-ups")
async def follow_up_list(request: Visit) -> Response[Any]:
    """What waits, the most overdue first."""
    return await asyncio.to_thread(drawn_list, request)


def drawn_list(request: Visit) -> Response[Any]:
    site: Site = request.app.state.site
    collector = collector_of(request)
    filters, offset = filters_of(request), offset_of(request.query_params.get("offset", "0"))
    asked: dict[str, Any] = {name: value for name, value in filters.items() if name != "order"}
    if asked.get("owner") == NOBODY:
        asked["owner"] = ""
    newest = filters.get("order") == NEWEST
    found = site.source.follow_ups(site.asked(**asked, newest=newest, limit=PAGE, offset=offset))
    now = site.clock()
    titles = {each.name: each.survey.title for each in collector.shelf.all() if each.survey}

    def address(**changes: Any) -> str:
        wanted = {**filters, **changes}
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"/follow-ups?{query}" if query else "/follow-ups"

    text = site.render(
        "followups.html",
        title="Follow-ups",
        nonce=request.scope["state"]["nonce"],
        here="follow-ups",
        waiting=found,
        found=found,
        shown=[(each, state_of(each, now)) for each in found.shown],
        scored=scored,
        kind_words=kind_words,
        clock=lambda at: formats.clock(to_local(at, site.zone), site.now()),
        titles=titles,
        filters=filters,
        offset=offset,
        size=PAGE,
        address=address,
        owners=[name for name in found.owners if name],
        unowned="" in found.owners,
        nobody=NOBODY,
        said=SAID.get(request.query_params.get("done", "")),
        closed=request.query_params.get("closed", "")[:LONGEST],
        measured=measured(site),
    )
    return page(request, text)


def measured(site: Site) -> list[tuple[str, str]]:
    """The KPIs that count how soon somebody reacted: title and address."""
    return [(each.title, f"/kpi/{each.id}") for each in site.catalogue() if each.relation == "reactions"]


@post("/follow-ups", status_code=303, request_max_body_size=20_000)
async def act(request: Visit) -> Response[None]:
    """Note what was done about one of them, and show the list again."""
    site: Site = request.app.state.site
    fields = posted((await request.form()).multi_items())
    deed, action = one(fields, "do"), one(fields, "action")
    if deed not in DEEDS or not action:
        raise UserError("the form came back damaged", hint="Open the follow-ups again.")
    owner = one(fields, "to")[:LONGEST] if deed == HANDED else None
    await asyncio.to_thread(site.source.act_on, action, deed, owner)
    kept = {name: one(fields, name) for name in (*FILTERS, "offset") if one(fields, name)}
    undo = {"closed": action} if deed == CLOSED else {}
    query = urlencode({**kept, "done": deed, **undo})
    return Response(None, status_code=303, headers={"location": f"/follow-ups?{query}"})


HANDLERS = [follow_up_list, act]

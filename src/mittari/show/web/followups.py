"""Low scores that wait for somebody: who is to react, until when, and what the customer wrote.

Customers' words stand here, so the page is on loopback only, as the board is.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from mittari.errors import UserError, told
from mittari.react.followups import CLOSED, CONTACTED, DEEDS, HANDED, PAGE, REOPENED, FollowUp
from mittari.show.format import DASH
from mittari.show.speech import Speech
from mittari.show.web.pages import Visit, page
from mittari.show.web.site import Site
from mittari.show.web.survey_fields import one, posted
from mittari.show.web.survey_form import asked_words, collector_of
from mittari.time import to_local

FILTERS = ("owner", "survey", "customer", "order")
NEWEST = "newest"
NOBODY = "(nobody)"
"""The filter for those without an owner."""
LONGEST = 200
SOON = timedelta(hours=4)
SAID = {
    CONTACTED: told("Noted as contacted."),
    CLOSED: told("Closed. It is no longer listed."),
    REOPENED: told("Open again."),
    HANDED: told("Handed over."),
}


@dataclass(frozen=True)
class State:
    """How a follow-up stands: `kind` is on, near, off or plain; colour, sign and words say the same."""

    kind: str
    sign: str
    words: str


def state_of(say: Speech, one_of_them: FollowUp, now: datetime) -> State:
    """Contacted, due in so long, or overdue by so long."""
    if one_of_them.contacted_at is not None:
        return State("on", "✓", say("contacted {time} ago", time=say.span(now - one_of_them.contacted_at)))
    left = one_of_them.due_at - now
    if left < timedelta(0):
        return State("off", "!", say("overdue by {time}", time=say.span(-left)))
    said = say("due in {time}", time=say.span(left))
    return State("near" if left <= SOON else "plain", "–" if left <= SOON else "", said)


def scored(say: Speech, one_of_them: FollowUp) -> tuple[str, str]:
    """The score, and its scale in words: 3, from 0 to 10."""
    if one_of_them.score is None:
        return say("no score"), ""
    score = say.decimal(one_of_them.score)
    if one_of_them.low is None or one_of_them.high is None:
        return score, ""
    scale = f"{say.decimal(one_of_them.low)}{DASH}{say.decimal(one_of_them.high)}"
    return score, say("on {scale}", scale=scale)


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
        title=site.say("Follow-ups"),
        nonce=request.scope["state"]["nonce"],
        here="follow-ups",
        waiting=found,
        found=found,
        shown=[(each, state_of(site.say, each, now)) for each in found.shown],
        scored=partial(scored, site.say),
        asked_words=asked_words,
        clock=lambda at: site.say.clock(to_local(at, site.zone), site.now()),
        titles=titles,
        filters=filters,
        offset=offset,
        size=PAGE,
        address=address,
        owners=[name for name in found.owners if name],
        unowned="" in found.owners,
        nobody=NOBODY,
        said=site.say(done) if (done := SAID.get(request.query_params.get("done", ""))) else None,
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

"""The page of one KPI: the number, its trend, its slices, its definition and its receipt; its rows are in `rows`.

Each part is sent when it is ready and has its own error. The same address ending in `/result.json` gives the record to
other programs.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup

from mittari.errors import UserError, told
from mittari.measure.dimensions import missing
from mittari.measure.kpi import Definition
from mittari.measure.result import Record
from mittari.show import format as formats
from mittari.show import words
from mittari.show.charts import Marked
from mittari.show.language import notices, parameter_words, status_words
from mittari.show.periods import spoken
from mittari.show.verdict import Goal, goal_of
from mittari.show.web import slices
from mittari.show.web.address import CHIPS, View, before, trend_periods
from mittari.show.web.board import address, goals, stamp
from mittari.show.web.cards import card_of, goal_text
from mittari.show.web.pages import Visit, page, part_or_error, streamed, tag_of, unchanged
from mittari.show.web.rules import rules_html
from mittari.show.web.site import Site
from mittari.show.web.trends import drawn_trend
from mittari.time import Instant, Period

OWN = ("by", "offset", "rules", "scale")
FOLDED = ("how", "sql")
ELSEWHERE = ("record", "definition")
"""Parts of a receipt that the page folds away, and those it shows in other places."""


@dataclass(frozen=True)
class Subject:
    """What a KPI page is about: one output of one KPI in one view."""

    definition: Definition
    output: str
    view: View
    by: str | None
    rules: str | None = None

    @property
    def name(self) -> str:
        return f"{self.definition.id}.{self.output}"

    @property
    def address(self) -> str:
        return address(self.name if self.output != self.definition.headline else self.definition.id, self.view)


class UnknownKpi(UserError):
    """An address names a KPI or an output that does not exist."""


def subject(site: Site, name: str, request: Visit) -> Subject:
    """What the address asks for; UnknownKpi or a UserError with the accepted forms."""
    kpi_id, _, output = name.partition(".")
    known = {definition.id: definition for definition in site.catalogue()}
    if kpi_id not in known:
        raise UnknownKpi(told('no KPI is called "{name}"', name=kpi_id), hint="The board lists those that exist.")
    definition = known[kpi_id]
    if output and output not in definition.outputs:
        what = told('{kpi} has no output "{name}"', kpi=kpi_id, name=output)
        raise UnknownKpi(what, hint=told("It has: {names}.", names=", ".join(definition.outputs)))
    view = site.view(request.query_params.multi_items(), own=OWN)
    by = request.query_params.get("by") or None
    if by is not None and by not in site.dimensions():
        what = told('there is no dimension "{name}"', name=by)
        raise UserError(what, hint=told("This installation has: {names}.", names=", ".join(site.dimensions())))
    return Subject(definition, output or definition.headline, view, by, request.query_params.get("rules") or None)


def records(site: Site, about: Subject, periods: tuple[str, ...], by: str | None = None) -> list[Record]:
    key = ("kpi", about.name, periods, tuple(about.view.where.items()), by)
    return site.read(
        key, lambda: list(site.source.kpi(about.name, period=list(periods), by=by, where=dict(about.view.where)))
    )


def current(site: Site, about: Subject) -> list[Record]:
    """The number of this period; several where the question was asked on several scales, most answers first."""
    return sorted(records(site, about, (about.view.period.text,)), key=lambda record: -(record.n or 0))


def goal(site: Site, about: Subject) -> Goal | None:
    """The target of the headline, or the one set for this very output."""
    targets = goals(site)
    if about.output == about.definition.headline:
        return goal_of(about.definition, targets.get(about.definition.id, targets.get(about.name)))
    return goal_of(about.definition, targets[about.name]) if about.name in targets else None


def number_html(site: Site, about: Subject) -> str:
    """The number large, with everything a reader must know beside it."""
    since = before(about.view.period)
    # Together with this period, so that a scale is named in both or in neither.
    pair = records(site, about, (since.text, about.view.period.text)) if since else []
    earlier = [record for record in pair if since is not None and record.period == since.text]
    shown = []
    for record in current(site, about):
        same = [r for r in earlier if r.slice.get("scale") == record.slice.get("scale")]
        changed = site.source.difference(record, same[0]) if same else None
        card = card_of(about.definition, record, changed, [], goal(site, about), site.style, about.address)
        shown.append((record, card, notices(record.status, record.flags, site.style.language)))
    return site.render(
        "kpi_number.html",
        shown=shown,
        about=about,
        status_words=status_words,
        count=lambda n: formats.count(n, site.style),
        compared=spoken(since, site.say) if since else "",
    )


def trend_html(site: Site, about: Subject) -> str:
    """Twelve periods up to this one, for each scale the question was asked on, most answers first."""
    periods = trend_periods(about.view.period)
    found = records(site, about, tuple(period.text for period in periods)) if periods else []
    marks = interventions(site, about, periods)
    drawn, answers = [], Counter[str]()
    for record in found:
        answers[record.slice.get("scale") or ""] += record.n or 0
    for scale, _ in answers.most_common():
        by_period = {record.period: record for record in found if (record.slice.get("scale") or "") == scale}
        if all(period.text in by_period for period in periods):
            series = [by_period[period.text] for period in periods]
            drawn.append((scale, drawn_trend(series, periods, goal(site, about), site.style, wide=690, marks=marks)))
    return site.render("kpi_trend.html", trends=drawn, about=about)


def interventions(site: Site, about: Subject, periods: list[Period | Instant]) -> list[Marked]:
    """The changes made to the service that fall into the trend, placed between its periods."""
    placed = []
    for change in site.source.interventions():
        position = place_of(change.started_at, periods)
        if position is not None and change.expected_kpi in (None, "", about.definition.id, about.name):
            placed.append(Marked(position, f"{change.name}, {site.say.day(change.started_at)}"))
    return placed


def place_of(moment: datetime, periods: list[Period | Instant]) -> float | None:
    """Where a moment lies on an axis whose periods are centred on whole numbers; None outside it."""
    for index, period in enumerate(periods):
        if isinstance(period, Period) and period.start <= moment < period.end:
            return index - 0.5 + (moment - period.start) / (period.end - period.start)
    return None


def slices_html(site: Site, about: Subject) -> str:
    table = None
    if about.by is not None:
        found = records(site, about, (about.view.period.text,), by=about.by)
        overall = current(site, about)
        whole = overall[0].value if len(overall) == 1 else None
        among = site.source.league(found)
        table = slices.compared(about.definition, found, among, about.by, whole, goal(site, about), site.style)
    relation = about.definition.relation
    options = [name for name in site.dimensions() if name not in about.view.where and not missing(relation, [name])]
    links: dict[str | None, str] = {}
    if table is not None:
        links = {
            row.key: f"{address(about.name, about.view)}&{urlencode({table.dimension: row.key})}" for row in table.rows
        }
    return site.render("kpi_slices.html", about=about, table=table, options=options, links=links, words=words)


def definition_html(site: Site, about: Subject) -> str:
    definition = about.definition
    titles = {d.id: d.title for d in site.catalogue()}
    return site.render(
        "kpi_definition.html",
        definition=definition,
        about=about,
        goal=goal(site, about),
        words=words,
        explained=parameter_words(definition.parameters, site.style.language),
        held=words.HELD_WORDS.get(definition.families[about.output]),
        goal_said=goal_text(goal(site, about), definition.unit_of(about.output), site.style),
        guards=[(titles.get(name, name), address(name, about.view)) for name in definition.guard],
    )


def receipt_html(site: Site, about: Subject) -> str:
    """How the number came about, field by field; what recomputing takes and the SQL are folded away."""
    key = ("receipt", about.name, about.view.period.text, tuple(about.view.where.items()))
    found = current(site, about)
    receipts = site.read(key, lambda: [site.source.receipt(record).as_dict() for record in found])
    return site.render(
        "kpi_receipt.html", receipts=receipts, about=about, humanised=words.humanised, folded=FOLDED, left=ELSEWHERE
    )


def parts(site: Site, about: Subject, nonce: str) -> Iterator[str]:
    """The page in the order in which a phone shows it: number, trend and slices, what they mean, the rows."""
    yield site.render(
        "kpi_head.html",
        about=about,
        view=about.view,
        chips=CHIPS,
        spoken=spoken(about.view.period, site.say),
        dimensions=site.dimensions(),
        stamp=stamp(site),
        nonce=nonce,
        action=f"/kpi/{about.name}",
        board=f"/?{about.view.query()}",
        title=about.definition.title,
        version=site.version(),
        address=address,
    )
    yield '<div class="split"><div class="column">'
    yield part_or_error(site.say, "number", lambda: number_html(site, about))
    yield part_or_error(site.say, "trend", lambda: trend_html(site, about))
    yield part_or_error(site.say, "slices", lambda: slices_html(site, about))
    yield part_or_error(site.say, "rules", lambda: rules_html(site, about))
    yield Markup('</div><aside class="column" aria-label="{}">').format(site.say("What the number means"))
    yield part_or_error(site.say, "definition", lambda: definition_html(site, about))
    yield site.render("kpi_later.html", about=about, part="receipt", title=site.say("Receipt"), trigger="load")
    yield "</aside></div>"
    yield site.render("kpi_later.html", about=about, part="rows", title=site.say("Rows"), trigger="revealed")
    yield site.render("kpi_foot.html", marks=site.marks([about.definition]))


@get("/kpi/{name:str}", sync_to_thread=True)
def kpi_page(request: Visit, name: FromPath[str]) -> Response[Any] | Stream:
    """The page of one KPI or of one of its outputs."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    tag = tag_of("kpi", name, about.view.query(by=about.by, rules=about.rules), site.version())
    return unchanged(request, tag) or streamed(request, parts(site, about, request.scope["state"]["nonce"]), tag)


@get("/kpi/{name:str}/slices", sync_to_thread=True)
def kpi_slices(request: Visit, name: FromPath[str]) -> Response[Any]:
    """The slices by one dimension, put in place when another dimension is chosen."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    return page(request, part_or_error(site.say, "slices", lambda: slices_html(site, about)))


@get("/kpi/{name:str}/rules", sync_to_thread=True)
def kpi_rules(request: Visit, name: FromPath[str]) -> Response[Any]:
    """The number by another product's rules, put in place when one is chosen."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    return page(request, part_or_error(site.say, "rules", lambda: rules_html(site, about)))


@get("/kpi/{name:str}/receipt", sync_to_thread=True)
def kpi_receipt(request: Visit, name: FromPath[str]) -> Response[Any]:
    """The receipt, asked for by the page once the number stands: it looks at every row."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    return page(request, part_or_error(site.say, "receipt", lambda: receipt_html(site, about)))


@get("/kpi/{name:str}/result.json", sync_to_thread=True)
def kpi_json(request: Visit, name: FromPath[str]) -> Response[bytes]:
    """The result records, as the command line and the library give them."""
    site: Site = request.app.state.site
    about = subject(site, name, request)
    found = records(site, about, (about.view.period.text,), by=about.by)
    body = json.dumps([record.as_dict() for record in found], ensure_ascii=False, default=str)
    return Response(body.encode(), media_type="application/json", headers={"cache-control": "no-store"})


HANDLERS = [kpi_page, kpi_slices, kpi_rules, kpi_receipt, kpi_json]

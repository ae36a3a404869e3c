"""The board: heroes, then a section for each perspective, every number with its own error.

The head of the page is sent at once, each section as soon as its numbers stand. While the page is open, changed cards
come over its stream (`show/web/live`). A page that cannot have one asks every few seconds whether there is anything
new; `seen` names what it has, and an unchanged board answers 204 without computing anything.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.response import Stream
from markupsafe import Markup

from mittari.errors import UserError
from mittari.measure.kpi import PERSPECTIVES, Definition
from mittari.measure.result import Record
from mittari.show.language import perspectives
from mittari.show.periods import spoken
from mittari.show.speech import Speech
from mittari.show.verdict import Goal, goal_of
from mittari.show.web.address import CHIPS, View, before, trend_periods
from mittari.show.web.cards import MIDDLE, SMALL, WIDE, Card, broken_card, card_of, columns
from mittari.show.web.devices import silent_devices
from mittari.show.web.pages import Visit, log, page, part_or_error, streamed, tag_of, unchanged
from mittari.show.web.site import Site
from mittari.show.web.trends import drawn_trend
from mittari.time import to_local

HEROES = 4
CHARTS = 2
NARROW_SECTION, EMPTY_SECTION = 2, 2
"""Sections of up to two cards stand side by side, each as wide as its cards."""


@dataclass(frozen=True)
class Section:
    """A part of the board. `group` are the KPIs that are asked for together with its own: all but the heroes."""

    key: str
    title: str
    definitions: tuple[Definition, ...]
    group: tuple[Definition, ...]
    hero: bool = False


def sections(definitions: Sequence[Definition], titles: Mapping[str, str] = PERSPECTIVES) -> list[Section]:
    """The plan of the board: the first ranks as heroes, the others by perspective, in the order of their ranks."""
    ordered = sorted(definitions, key=lambda d: (d.board is None, d.board or 0, d.number))
    heroes = [definition for definition in ordered if definition.board is not None][:HEROES]
    names = {hero.id for hero in heroes}
    others = tuple(d for d in ordered if d.id not in names)
    found = [Section("heroes", "Key figures", tuple(heroes), tuple(heroes), hero=True)] if heroes else []
    for key, title in titles.items():
        own = tuple(d for d in others if d.perspective == key)
        if own:
            found.append(Section(f"section-{key.lower()}", title, own, others))
    return found


@dataclass(frozen=True)
class Numbers:
    """The records of one section: this period, the one before, and the sub-periods of the sparklines."""

    now: Sequence[Record]
    previous: Sequence[Record]
    trend: Sequence[Record]

    def of(self, kpi_id: str) -> list[tuple[Record, Record | None, list[Record]]]:
        """One entry for each record of a KPI; where its question was asked on several scales, first the one that most
        answers are on."""
        found = []
        for now in self.now:
            if now.kpi_id == kpi_id:
                alike = [r for r in self.previous if same_series(r, now)]
                found.append((now, alike[0] if alike else None, [r for r in self.trend if same_series(r, now)]))
        return sorted(found, key=lambda each: -(each[0].n or 0))


NO_NUMBERS = Numbers((), (), ())


def same_series(one: Record, other: Record) -> bool:
    return (one.kpi_id, one.output, one.slice.get("scale")) == (other.kpi_id, other.output, other.slice.get("scale"))


def numbers(site: Site, view: View, definitions: Sequence[Definition]) -> Numbers:
    """Ask once for many KPIs: this period, the one before and the sub-periods, each period only once.

    What is asked together is computed together: KPIs of one relation share its rows.
    """
    ids = [definition.id for definition in definitions]
    series, pair = periods_of(view)
    key = key_of(view, definitions)

    def ask() -> Numbers:
        asked = list(dict.fromkeys([*series, *pair]))
        return sorted_out(site.source.scorecard(period=asked, where=dict(view.where), kpis=ids), view)

    return site.read(key, ask)


def key_of(view: View, definitions: Sequence[Definition]) -> tuple[Any, ...]:
    """What the numbers of these KPIs are kept under."""
    return ("board", tuple(definition.id for definition in definitions), periods_of(view), tuple(view.where.items()))


def periods_of(view: View) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sub-periods of the sparklines; and the period itself with the one before, where there is one."""
    earlier = before(view.period)
    series = tuple(period.text for period in trend_periods(view.period))
    return series, (view.period.text, *([earlier.text] if earlier else []))


def sorted_out(found: Sequence[Record], view: View) -> Numbers:
    """The records of a view by what they are for."""
    series, (now, *earlier) = periods_of(view)
    return Numbers(
        now=[record for record in found if record.period == now],
        previous=[record for record in found if record.period in earlier],
        trend=[record for record in found if record.period in series],
    )


def numbers_of(site: Site, view: View, section: Section) -> Numbers:
    """The numbers of a section, asked together with those of its group; alone, where the group breaks."""
    if len(section.group) > len(section.definitions):
        try:
            return numbers(site, view, section.group)
        except UserError as error:  # asked for what cannot be had: the section says so, the log need not
            log.info("%s is asked alone: %s", section.title, error)
        except Exception:  # noqa: BLE001  # each section is tried for itself below
            log.exception("the board cannot be asked as a whole; asking for %s alone", section.title)
    return numbers(site, view, section.definitions)


def goals(site: Site) -> dict[str, Any]:
    return dict(site.read(("targets",), lambda: dict(site.source.targets())))


def cards(site: Site, view: View, section: Section) -> list[Card]:
    """The cards of a section; one that cannot be drawn says so, the others stand."""
    try:
        found, targets = numbers_of(site, view, section), goals(site)
    except Exception as error:  # noqa: BLE001  # the other sections of the board must stand
        reason = told(error, f"the numbers of {section.title}", site.say)
        return [broken_card(d, reason, address(d.id, view)) for d in section.definitions]
    return [card for d in section.definitions for card in own_cards(d, found, targets.get(d.id), site, view)]


def own_cards(definition: Definition, found: Numbers, target: Any, site: Site, view: View) -> list[Card]:
    href = address(definition.id, view)
    try:
        goal: Goal | None = goal_of(definition, target)
        return [
            card_of(
                definition,
                now,
                site.source.difference(now, previous) if previous else None,
                trend,
                goal,
                site.style,
                href,
                running=site.running(view),
            )
            for now, previous, trend in found.of(definition.id)
        ]
    except Exception as error:  # noqa: BLE001  # one card must not take the board down
        return [broken_card(definition, told(error, f"the card of {definition.id}", site.say), href)]


def told(error: Exception, what: str, say: Speech) -> Markup:
    """The reason a card gives for its failure; one that is ours goes to the log with its traceback."""
    if isinstance(error, UserError):
        return say.mistake(error)
    log.error("%s failed", what, exc_info=error)
    return say.english(f"{type(error).__name__}: {error}")


def address(name: str, view: View) -> str:
    return f"/kpi/{name}?{view.query()}"


def section_html(site: Site, view: View, section: Section, *, swap: bool = False) -> str:
    return section_of(site, section, cards(site, view, section), swap=swap)


def section_or_error(site: Site, view: View, section: Section, *, swap: bool = False) -> str:
    return part_or_error(site.say, section.key, lambda: section_html(site, view, section, swap=swap))


def has_place(section: Section, card: Card) -> bool:
    """Whether the card stands in the section; others wait below it, as a line of a list, for data."""
    return section.hero or card.failed or not card.missing


def section_of(site: Site, section: Section, found: Sequence[Card], *, swap: bool = False) -> str:
    shown = [card for card in found if has_place(section, card)]
    waiting = [card for card in found if not has_place(section, card)]
    span = "full" if section.hero or len(shown) > NARROW_SECTION else str(len(shown) or EMPTY_SECTION)
    return site.render(
        "section.html",
        section=section,
        span=span,
        cards=shown,
        waiting=waiting,
        swap=swap,
        wide=columns(len(shown), WIDE),
        middle=columns(len(shown), MIDDLE),
        small=columns(len(shown), SMALL),
    )


def charted(site: Site, view: View, plan: Sequence[Section]) -> list[Definition]:
    """The KPIs with a large chart: the first heroes that have something to draw."""
    heroes = [section for section in plan if section.hero]
    if not heroes:
        return []
    return with_trend(heroes[0], numbers_of(site, view, heroes[0]))


def with_trend(heroes: Section, found: Numbers) -> list[Definition]:
    known = {r.kpi_id for r in found.trend if r.value is not None and not r.failure}
    return [definition for definition in heroes.definitions if definition.id in known][:CHARTS]


def charts_html(site: Site, view: View, plan: Sequence[Section], *, swap: bool = False) -> str:
    """The large charts, drawn from the numbers that the heroes' sparklines already have."""
    chosen = charted(site, view, plan)
    return charts_of(site, view, chosen, numbers_of(site, view, plan[0]) if chosen else NO_NUMBERS, swap=swap)


def charts_of(site: Site, view: View, chosen: Sequence[Definition], found: Numbers, *, swap: bool = False) -> str:
    drawn = []
    for definition in chosen:
        asked = found.of(definition.id)
        now, _, trend_records = asked[0]
        # A scale that a question got lately has no record in what was asked without it.
        series = {record.period: record for record in trend_records}
        periods = [period for period in trend_periods(view.period) if period.text in series]
        goal = goal_of(definition, goals(site).get(definition.id))
        trend = drawn_trend([series[period.text] for period in periods], periods, goal, site.style, wide=616)
        scale = now.slice.get("scale") if len(asked) > 1 else None
        said = site.say.text("scale {scale}", scale=scale) if scale else None
        drawn.append({"definition": definition, "scale": said, "trend": trend, "href": address(definition.id, view)})
    return site.render("charts.html", charts=drawn, swap=swap)


def stamp(site: Site) -> dict[str, Any]:
    """Until when there is data, as the stamp in the corner says it."""
    loaded = site.source.freshness()
    if loaded is None:
        return {"iso": "", "text": ""}
    text = site.say.clock(to_local(loaded, site.zone), site.now())
    return {"iso": f"{loaded.isoformat(timespec='seconds')}Z", "text": text}


def shell(site: Site, view: View, nonce: str, silent: int = 0) -> str:
    """The head of the board, which needs no number. `silent` devices are told of in a line."""
    return site.render(
        "board_head.html",
        view=view,
        chips=CHIPS,
        spoken=spoken(view.period, site.say),
        stamp=stamp(site),
        dimensions=site.dimensions(),
        nonce=nonce,
        version=site.version(),
        action="/",
        title=site.say("Customer service"),
        running=site.running(view),
        silent=silent,
        waiting=site.waiting(),
    )


def parts(site: Site, view: View, nonce: str, mark: str, silent: int = 0) -> Iterator[str]:
    """The board piece by piece; every piece has its own error. `mark` is where the live changes of the page begin."""
    yield shell(site, view, nonce, silent)
    plan = sections(site.catalogue(), perspectives(site.style.language))
    for section in plan:
        yield section_or_error(site, view, section)
        if section.hero:
            yield (
                '<div id="charts" class="charts" hx-get="/board/charts?'
                + view.query().replace("&", "&amp;")
                + '" hx-trigger="load" hx-swap="outerHTML"></div>'
            )
    marks = site.marks(site.catalogue())
    yield site.render("board_foot.html", version=site.version(), view=view, mark=mark, marks=marks)


def unlocks(definitions: Sequence[Definition]) -> dict[str, list[str]]:
    """Titles by the first table they are counted from: what the empty board may promise, and nothing more."""
    found: dict[str, list[str]] = {}
    for definition in definitions:
        if definition.tables:
            found.setdefault(definition.tables[0], []).append(definition.title)
    return found


@get("/", sync_to_thread=True)
def board(request: Visit) -> Response[Any] | Stream:
    """The board."""
    site: Site = request.app.state.site
    view = site.view(request.query_params.multi_items())
    if site.source.freshness() is None:
        promised = unlocks(site.catalogue())
        return page(request, site.render("empty.html", nonce=request.scope["state"]["nonce"], unlocks=promised))
    silent = silent_devices(request)
    tag = tag_of("board", view.query(), site.version(), str(silent))
    if answer := unchanged(request, tag):
        return answer
    mark = request.app.state.live.mark(view)  # before the first number is read: what changes later will be sent
    return streamed(request, parts(site, view, request.scope["state"]["nonce"], mark, silent), tag)


@get("/board/cards", sync_to_thread=True)
def board_cards(request: Visit) -> Response[Any] | Stream:
    """What changed since the version `seen`: nothing (204), or every part of the board to put in its place."""
    site: Site = request.app.state.site
    view = site.view(request.query_params.multi_items(), own=("seen",))
    version = site.version()
    if request.query_params.get("seen") == version or site.rests(view.query()):
        return Response(None, status_code=204, headers={"cache-control": "no-store"})

    def fresh() -> Iterator[str]:
        begun = time.monotonic()
        plan = sections(site.catalogue(), perspectives(site.style.language))
        yield site.render("live.html", version=version, view=view, stamp=stamp(site), mark=None, swap=True)
        for section in plan:
            yield section_or_error(site, view, section, swap=True)
        yield part_or_error(site.say, "charts", lambda: charts_html(site, view, plan, swap=True))
        site.rest(view.query(), time.monotonic() - begun)

    return streamed(request, fresh())


@get("/board/charts", sync_to_thread=True)
def board_charts(request: Visit) -> Response[Any]:
    """The large charts of the board, asked for when the cards stand: drawing the first one takes a second."""
    site: Site = request.app.state.site
    view = site.view(request.query_params.multi_items())
    plan = sections(site.catalogue(), perspectives(site.style.language))
    return page(request, part_or_error(site.say, "charts", lambda: charts_html(site, view, plan)))


@get("/board/ready", sync_to_thread=True)
def board_ready(request: Visit) -> Response[None]:
    """Asked by the empty board: once there is data, the page loads itself anew."""
    site: Site = request.app.state.site
    headers = {"cache-control": "no-store"}
    if site.source.freshness() is not None:
        headers["hx-refresh"] = "true"
    return Response(None, status_code=200 if "hx-refresh" in headers else 204, headers=headers)


HANDLERS = [board, board_ready, board_cards, board_charts]

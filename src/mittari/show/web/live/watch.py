"""One view of the board that somebody watches: what is known of its KPIs, and which of its parts changed when.

Nothing is queued for anybody. A reader names the last change it has and gets the newest state of every part that
changed since, so one that reads slowly skips what has been overtaken, and costs no memory.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mittari.measure.kpi import Definition
from mittari.measure.result import Record
from mittari.show.periods import spoken
from mittari.show.web.address import View
from mittari.show.web.board import Section, has_place, section_of, sections, stamp
from mittari.show.web.cards import Card
from mittari.show.web.site import Site

SILENT = 0
"""The number of what stands on the page already. Changes are numbered from 1; -1 is who has nothing of this server."""


@dataclass
class Kept:
    """One KPI of a view, its records and its cards; `group` are those whose numbers are worth asking for together.

    `due` and `stale` say since when (monotonic seconds) its value, or everything about it, may be out of date; None:
    it is not. `whole_at` is when everything was last computed and `took` its share of that, in seconds. `moved`: the
    value differs from the one that the trend ends with. `calm`: how often running the value was looked for and had not
    changed, and `looked_at` when. `version` is the data version its value is of.
    """

    definition: Definition
    section: Section
    place: int
    due: float | None = None
    stale: float | None = None
    whole_at: float = float("-inf")
    took: float = 0.0
    moved: bool = False
    calm: int = 0
    looked_at: float = float("-inf")
    known: bool = False
    silent: bool = False
    version: int = -1
    now: Sequence[Record] = ()
    previous: Sequence[Record] = ()
    trend: Sequence[Record] = ()
    cards: Sequence[Card] = ()

    @property
    def group(self) -> tuple[object, ...]:
        definition = self.definition
        told = tuple(sorted(map(repr, definition.relation_with.items())))
        return (self.section.hero, definition.relation, told, definition.needs)

    @property
    def quick(self) -> bool:
        """Whether its value alone can be computed first: it stands on the board and is not made of other KPIs."""
        return self.known and not self.definition.needs and not all(card.missing for card in self.cards)


@dataclass
class Part:
    """A part of the page that is put in place as a whole, and the number of its last change.

    `version` is the data version of the cards; None for what tells the time, and for charts, which may lag behind.
    """

    html: str
    number: int
    version: int | None = None


@dataclass(frozen=True)
class Changes:
    """The number of the newest change, the parts to put in place, top first, and the data version of their cards.

    No text where nothing changed; no version where no card did. Some of the cards may be newer than the version.
    """

    number: int
    html: str
    version: int | None


@dataclass
class Watch:
    """A watched view. `since` is the data version that its first page showed; -1 when no page is known of.

    `kept` and the times in it are the hub's; the parts are guarded by the lock.
    """

    site: Site
    view: View
    since: int
    next_number: Callable[[], int]
    language: str
    plan: list[Section]
    kept: dict[str, Kept] = field(init=False)
    parts: dict[str, Part] = field(default_factory=dict)
    shapes: dict[str, tuple[object, int]] = field(default_factory=dict)
    number: int = SILENT
    clients: set[object] = field(default_factory=set)
    learned: bool = False
    left_at: float = 0.0
    charts_due: bool = False
    charts_at: float = float("-inf")
    lock: threading.RLock = field(default_factory=threading.RLock)
    _sent: dict[int, Changes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = [(definition, section) for section in self.plan for definition in section.definitions]
        self.kept = {d.id: Kept(d, section, place) for place, (d, section) in enumerate(ordered)}

    def put(self, name: str, html: str, *, silent: bool = False, version: int | None = None) -> bool:
        """Keep a part; it is a change where it says something else than before."""
        with self.lock:
            before = self.parts.get(name)
            if before is not None and before.html == html:
                return False
            self.parts[name] = Part(html, SILENT if silent else self._changed(), version)
            return not silent

    def put_cards(self, kept: Kept, cards: Sequence[Card], *, silent: bool) -> bool:
        """Keep the cards of a KPI; where one comes or goes, its section is to be sent as a whole."""
        with self.lock:
            if not kept.known:
                kept.silent = silent
            kept.cards, kept.known = cards, True
            changed = False
            for card in cards:
                html = self.site.render("card.html", card=card, alone=True)
                changed |= self.put(f"card-{card.key}", html, silent=silent, version=kept.version)
            return self._reshape(kept.section) or changed

    def put_head(self) -> bool:
        """Keep what the head says: until when there is data, and which days the period means today."""
        says = self.site.render("_stamp.html", stamp=stamp(self.site), swap=True)
        days = self.site.render(
            "_spoken.html",
            view=self.view,
            spoken=spoken(self.view.period, self.site.say),
            running=self.site.running(self.view),
            swap=True,
        )
        with self.lock:
            first = "spoken" not in self.parts and self.since >= 0
            return self.put("spoken", days, silent=first) | self.put("stamp", says)

    def _reshape(self, section: Section) -> bool:
        own = [self.kept[definition.id] for definition in section.definitions]
        if not all(kept.known for kept in own):
            return False
        cards = [card for kept in own for card in kept.cards]
        shape = tuple(card.key if has_place(section, card) else (card.key, card.title, card.note) for card in cards)
        before = self.shapes.get(section.key)
        if before is not None and before[0] == shape:
            return False
        silent = before is None and all(kept.silent for kept in own)
        self.shapes[section.key] = (shape, SILENT if silent else self._changed())
        return not silent

    def _changed(self) -> int:
        self.number = self.next_number()
        self._sent.clear()
        return self.number

    def changes(self, last: int) -> Changes:
        """What changed after the number `last`. Made once for all who have the same."""
        with self.lock:
            if last >= self.number and last >= SILENT:
                return Changes(last, "", None)
            if last not in self._sent:
                html = "".join(self._changed_since(last))
                versions = [p.version for p in self.parts.values() if p.number > last and p.version is not None]
                self._sent[last] = Changes(max(self.number, SILENT), html, min(versions, default=None))
            return self._sent[last]

    def _changed_since(self, last: int) -> list[str]:
        found = self._loose(("stamp", "spoken"), last)
        for section in self.plan:
            cards = [card for d in section.definitions for card in self.kept[d.id].cards]
            if self.shapes.get(section.key, (None, last))[1] > last:
                found.append(section_of(self.site, section, cards, swap=True))
            else:
                found += self._loose([f"card-{card.key}" for card in cards if has_place(section, card)], last)
        return found + self._loose(("charts",), last)

    def _loose(self, names: Sequence[str], last: int) -> list[str]:
        return [self.parts[name].html for name in names if name in self.parts and self.parts[name].number > last]


def watch_of(site: Site, view: View, since: int, next_number: Callable[[], int], titles: dict[str, str]) -> Watch:
    return Watch(site, view, since, next_number, site.style.language, sections(site.catalogue(), titles))

"""The hub: told of every commit, computes what changed once for each watched view, and wakes who watches it.

Changes that come while it computes are joined: a KPI is either up to date or not, there is no queue. Nothing is
computed for a view that nobody watches. It costs what the views differ in, not how many boards show them.
"""

import logging
import secrets
import threading
import time
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from mittari.measure.kpi import Definition
from mittari.measure.result import Record
from mittari.show.language import perspectives
from mittari.show.web import board
from mittari.show.web.address import View, read_view
from mittari.show.web.board import Numbers
from mittari.show.web.cards import broken_card
from mittari.show.web.live.turns import PATIENCE_S, Turn, quick_turn, thorough_turn
from mittari.show.web.live.watch import SILENT, Kept, Watch, watch_of
from mittari.show.web.site import Site

MOST_WATCHES, MOST_CLIENTS = 32, 1000
FORGOTTEN_AFTER_S = 300.0
"""A view that nobody has watched for so long is forgotten; until then who comes back gets what it missed."""
LONG_S = 0.25
"""A worker whose turn took longer rests as long before the next."""
DRAWN = frozenset({"targets"})
"""Tables that no number reads and every card shows."""

log = logging.getLogger("mittari.show")


class Reader(Protocol):
    """Somebody who watches: woken in its own event loop."""

    loop: Any

    def wake(self) -> None: ...


class Hub:
    """One for each application; `close` before the server stops, for open streams would keep it waiting."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.closed = False
        self._boot = secrets.token_hex(4)
        self._number = SILENT
        self._numbering = threading.Lock()
        self._wake = threading.Condition()
        self._watches: dict[str, Watch] = {}
        self._told: dict[str, int] = {}
        self._version = 0
        self._hand = ""
        self._yielding = 0.0
        self._workers: list[threading.Thread] = []

    # what pages and streams ask

    def mark(self, view: View) -> str:
        """The newest change, as an id: a page made from now on holds it. The view is expected to be watched soon."""
        version = self.site.source.data_version()
        with self._wake:
            self._watch(view, version)
            return f"{self._boot}-{self._number}"

    def number_of(self, told: str) -> int:
        """The number of an id that a browser names; -1 for one that this start of the server has not given."""
        boot, _, number = told.partition("-")
        return int(number) if boot == self._boot and number.isascii() and number.isdigit() else -1

    def join(self, view: View, client: Reader, last: int) -> Watch | None:
        """Watch a view, having its changes up to `last`; None when too much is being watched already."""
        with self._wake:
            watch = self._watch(view, -1)
            if (
                watch is None
                or self.closed
                or sum(len(each.clients) for each in self._watches.values()) >= MOST_CLIENTS
            ):
                return None
            if last < SILENT:
                watch.since = -1
                watch.charts_due = True
            watch.clients.add(client)
            self._work()
            self._wake.notify_all()
            return watch

    def leave(self, watch: Watch, client: Reader) -> None:
        with self._wake:
            watch.clients.discard(client)
            watch.left_at = time.monotonic()

    def event(self, watch: Watch, last: int) -> tuple[int, bytes]:
        """What changed in the view after `last`, as one event; nothing when nothing did."""
        found = watch.changes(last)
        if not found.html:
            return found.number, b""
        of = "" if found.version is None else f": data version {found.version}\n"
        lines = "".join(f"data: {line}\n" for line in found.html.splitlines() if line.strip())
        return found.number, f"{of}id: {self._boot}-{found.number}\nevent: parts\n{lines}\n".encode()

    # what the warehouse tells

    def changed(self, version: int, tables: Collection[str]) -> None:
        """Tables have changed: what reads them is out of date. Called by the writer, so it only takes note."""
        now = time.monotonic()
        with self._wake:
            self._version = max(self._version, version)
            self._told |= dict.fromkeys(tables, self._version)
            for watch in self._watches.values():
                for kept in watch.kept.values():
                    if DRAWN & set(tables) or kept.definition.reads_any(tables):
                        kept.due = kept.due if kept.due is not None else now
                        kept.stale = kept.stale if kept.stale is not None else now
            self._wake.notify_all()

    def close(self) -> None:
        """End the streams and the workers."""
        with self._wake:
            self.closed = True
            self._wake.notify_all()
            for watch in self._watches.values():
                _wake(watch)
        for worker in self._workers:
            worker.join(10)

    # watches

    def _watch(self, view: View, since: int) -> Watch | None:
        """The watch of a view, made where there is none; None when there are too many."""
        key, now = view.query(), time.monotonic()
        if key not in self._watches:
            for other, watch in list(self._watches.items()):
                full = len(self._watches) >= MOST_WATCHES
                if not watch.clients and (full or now - watch.left_at > FORGOTTEN_AFTER_S):
                    del self._watches[other]
            if len(self._watches) >= MOST_WATCHES:
                return None
            titles = dict(perspectives(self.site.style.language))
            watch = watch_of(self.site, view, since, self._next_number, titles)
            watch.left_at = now
            for kept in watch.kept.values():
                kept.stale = now
            self._watches[key] = watch
        return self._watches[key]

    def _next_number(self) -> int:
        with self._numbering:
            self._number += 1
            return self._number

    # the workers

    def _work(self) -> None:
        if self._workers:
            return
        self._hand = self.site.hour_hand()
        for name, work in (("live-quick", self._quickly), ("live-thorough", self._thoroughly)):
            worker = threading.Thread(target=self._until_closed, args=(work,), name=name, daemon=True)
            self._workers.append(worker)
            worker.start()

    def _until_closed(self, work: Any) -> None:
        while not self.closed:
            try:
                work()
            except Exception:
                log.exception("a live board could not be brought up to date")
                self._rest(1.0)

    def _quickly(self) -> None:
        with self._wake:
            turn = quick_turn(self._watches.values(), time.monotonic())
            if not isinstance(turn, Turn):
                self._wake.wait(1.0 if turn is None else turn)
                return
            for kept in turn.kept:
                kept.due = None
        began = time.monotonic()
        with self.site.source.courtesy.urgently():
            self._compute(turn, whole=False)
        self._rest_after(time.monotonic() - began)

    def _thoroughly(self) -> None:
        self._notice_time()
        with self._wake:
            turn = thorough_turn(self._watches.values(), time.monotonic())
            if not isinstance(turn, Turn):
                self._wake.wait(1.0 if turn is None else min(turn, 1.0))
                return
            now = time.monotonic()
            if now < self._yielding + PATIENCE_S and isinstance(quick_turn(self._watches.values(), now), Turn):
                self._wake.wait(0.02)
                return
            for kept in turn.kept:
                kept.stale, kept.due = None, kept.due if kept.quick else None
        began = time.monotonic()
        if not turn.watch.learned:
            turn.watch.learned = True
            self._learn(turn.watch)
        if not turn.kept:
            self._draw(turn.watch)
        elif not all(kept.known and kept.whole_at >= began for kept in turn.kept):
            with self.site.source.courtesy.patiently():
                self._compute(turn, whole=True)
        self._yielding = time.monotonic()
        self._rest_after(self._yielding - began)

    def _rest_after(self, took: float) -> None:
        if took > LONG_S:
            self._rest(took)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.closed and time.monotonic() < until:
            time.sleep(min(0.1, seconds))

    def _notice_time(self) -> None:
        """Numbers age without new data, and at midnight the same words mean other days."""
        hand = self.site.hour_hand()
        if hand == self._hand:
            return
        self._hand, now = hand, time.monotonic()
        with self._wake:
            for watch in self._watches.values():
                view = watch.view
                words = [("period", view.text), *view.where.items()]
                watch.view = read_view(words, list(view.where), self.site.zone, self.site.today())
                for kept in watch.kept.values():
                    kept.stale, kept.whole_at = now, float("-inf")
            watches = [watch for watch in self._watches.values() if watch.clients]
        for watch in watches:
            if watch.put_head():
                _wake(watch)

    # computing

    def _learn(self, watch: Watch) -> None:
        """Take over what the page that is being watched was made of, where it is still the newest."""
        version = self._version
        for section in watch.plan:
            found = self.site.known(board.key_of(watch.view, section.group))
            if isinstance(found, Numbers):
                unknown = [watch.kept[d.id] for d in section.definitions if not watch.kept[d.id].known]
                self._keep(watch, unknown, found, version, whole=True)
                with self._wake:
                    for kept in unknown if version == self._version else ():
                        kept.stale = kept.due = None

    def _compute(self, turn: Turn, *, whole: bool) -> None:
        watch, version, began = turn.watch, self._version, time.monotonic()
        series, pair = board.periods_of(watch.view)
        asked = list(dict.fromkeys([*series, *pair])) if whole else list(pair)
        try:
            found = self._ask(watch.view, asked, turn.kept)
        except Exception as error:  # noqa: BLE001  # one by one the others stand
            if len(turn.kept) == 1:
                self._broken(watch, turn.kept[0], error)
            for kept in turn.kept if len(turn.kept) > 1 else ():
                self._compute(Turn(watch, (kept,)), whole=whole)
            return
        took = (time.monotonic() - began) / len(turn.kept)
        for kept in turn.kept if whole else ():
            kept.took = took
        self._keep(watch, turn.kept, board.sorted_out(found, watch.view), version, whole=whole)

    def _ask(self, view: View, periods: list[str], kept: Sequence[Kept]) -> Sequence[Record]:
        names = [each.definition.id for each in kept]
        return self.site.source.scorecard(period=periods, where=dict(view.where), kpis=names)

    def _keep(self, watch: Watch, some: Sequence[Kept], found: Numbers, version: int, *, whole: bool) -> None:
        """Keep what was found, make its cards, and wake the watchers where one of them changed."""
        targets = board.goals(self.site)
        changed = False
        for kept in some:
            drawn = [_said(record) for record in kept.trend]
            self._take(kept, found, version, whole=whole)
            watch.charts_due |= kept.section.hero and kept.known and drawn != [_said(r) for r in kept.trend]
            own = Numbers(kept.now, kept.previous, kept.trend)
            cards = board.own_cards(kept.definition, own, targets.get(kept.definition.id), self.site, watch.view)
            silent = not kept.known and self._stood(watch, kept.definition)
            changed |= watch.put_cards(kept, cards, silent=silent)
        if watch.put_head() or changed:
            _wake(watch)

    def _take(self, kept: Kept, found: Numbers, version: int, *, whole: bool) -> None:
        """Take over the records of a KPI; a value that was asked for later than this one stays."""
        name = kept.definition.id
        if version >= kept.version:
            now = [record for record in found.now if record.kpi_id == name]
            same = [_said(record) for record in now] == [_said(record) for record in kept.now]
            kept.moved = not whole and (kept.moved or not same)
            kept.calm, kept.looked_at = kept.calm + 1 if same else 0, time.monotonic()
            kept.now, kept.version = now, version
            kept.previous = [record for record in found.previous if record.kpi_id == name]
        if whole:
            trend = [record for record in found.trend if record.kpi_id == name]
            kept.trend, kept.whole_at = trend, time.monotonic()

    def _stood(self, watch: Watch, definition: Definition) -> bool:
        """Whether the page that is being watched was made after the last change of what the KPI reads."""
        changed = max((version for table, version in self._told.items() if definition.reads_any([table])), default=0)
        return watch.since >= max(changed, 0)

    def _broken(self, watch: Watch, kept: Kept, error: Exception) -> None:
        definition = kept.definition
        reason = board.told(error, f"the card of {definition.id}", self.site.say)
        card = broken_card(definition, reason, board.address(definition.id, watch.view))
        kept.whole_at = time.monotonic()
        if watch.put_cards(kept, [card], silent=False):
            _wake(watch)

    def _draw(self, watch: Watch) -> None:
        """Draw the large charts."""
        watch.charts_due = False
        heroes = [kept for kept in watch.kept.values() if kept.section.hero]
        found = Numbers(
            [r for kept in heroes for r in kept.now], (), [record for kept in heroes for record in kept.trend]
        )
        if heroes:
            chosen = board.with_trend(heroes[0].section, found)
            html = board.charts_of(self.site, watch.view, chosen, found, swap=True)
            if watch.put("charts", html):
                _wake(watch)
        watch.charts_at = time.monotonic()


def _said(record: Record) -> tuple[object, ...]:
    """What a card or a point of a trend shows of a record."""
    return (record.value, record.n, record.ci_low, record.ci_high, record.status)


def _wake(watch: Watch) -> None:
    """Wake all who watch, each in its own event loop."""
    clients: list[Any] = list(watch.clients)
    for loop in {client.loop for client in clients}:
        own = [client for client in clients if client.loop is loop]
        try:
            loop.call_soon_threadsafe(lambda own=own: [client.wake() for client in own])
        except RuntimeError:  # its loop has ended, and it with it
            continue

"""One installation as its pages see it: workspace, templates, clock and cache, put together once by `create_app`."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mittari.collect.collector import Collector
from mittari.measure.kpi import Definition
from mittari.react.followups import Asked, FollowUps
from mittari.show import words
from mittari.show.format import Style
from mittari.show.language import in_language
from mittari.show.speech import Speech, with_code
from mittari.show.web.address import View, read_view
from mittari.show.web.cache import Cache, kept
from mittari.show.web.source import Source
from mittari.time import Period, to_local

SHOW = Path(__file__).resolve().parent.parent
STATIC = SHOW / "static"
LOCKS = 64
FRESH_FOR = timedelta(minutes=5)
"""A result is computed again after this time even without new data: waits grow older and cases become final."""

Value = TypeVar("Value")
log = logging.getLogger("mittari.show")


@dataclass
class Site:
    """What every page needs. `clock` returns the present instant, naive UTC."""

    source: Source
    cache: Cache
    clock: Callable[[], datetime]
    environment: Environment
    collector: Collector | None = None
    _locks: list[threading.Lock] = field(default_factory=lambda: [threading.Lock() for _ in range(LOCKS)])
    _rests: dict[str, float] = field(default_factory=dict)

    @property
    def style(self) -> Style:
        return Style(language=self.source.settings.language, currency=self.source.settings.currency)

    @property
    def say(self) -> Speech:
        """Says texts of the pages in the language of the installation."""
        return Speech(self.style)

    @property
    def zone(self) -> str:
        return self.source.settings.timezone

    def now(self) -> datetime:
        """The local wall clock."""
        return to_local(self.clock(), self.zone)

    def today(self) -> date:
        return self.now().date()

    def version(self) -> str:
        """Names the state of the data and the time; a page with the same version says the same."""
        return f"{self.source.data_version()}-{self.hour_hand()}"

    def hour_hand(self) -> str:
        """Names the five minutes and the local day we are in: numbers age without new data."""
        minutes = int(self.clock().replace(tzinfo=UTC).timestamp() // FRESH_FOR.total_seconds())
        return f"{minutes}-{self.today():%Y%m%d}"

    def running(self, view: View) -> bool:
        """Whether the period is not over yet."""
        return isinstance(view.period, Period) and view.period.end > self.clock()

    def view(self, query: Iterable[tuple[str, str]], own: tuple[str, ...] = ()) -> View:
        return read_view(query, self.dimensions(), self.zone, self.today(), own)

    def dimensions(self) -> dict[str, list[str]]:
        return self.read(("dimensions",), self.source.dimensions)

    def catalogue(self) -> list[Definition]:
        """The definitions in the language of the installation."""
        return in_language(self.source.catalogue(), self.style.language, self.source.settings.nps_name == "neutral")

    def marks(self, definitions: Iterable[Definition]) -> str:
        """The notice that owners of a mark require where its name is shown; empty where it is not."""
        named = any(each.neutral_title and each.title != each.neutral_title for each in definitions)
        return words.MARKS if named and self.source.settings.nps_name == "mark" else ""

    def asked(self, **wanted: Any) -> Asked:
        """What is asked of follow-ups, with the reaction times that the surveys promise."""
        shelved = self.collector.shelf.all() if self.collector else []
        times = {each.name: each.survey.reaction_time.total_seconds() for each in shelved if each.survey}
        return Asked(self.clock(), {name: seconds for name, seconds in times.items() if seconds}, **wanted)

    def waiting(self) -> FollowUps | None:
        """How many low scores wait, for the head of the board; None where nothing is collected."""
        if self.collector is None:
            return None
        try:
            return self.read(("follow-ups",), lambda: self.source.follow_ups(self.asked(limit=0)))
        except Exception:  # the board must stand without them
            log.exception("the follow-ups could not be counted")
            return None

    def read(self, key: tuple[Any, ...], compute: Callable[[], Value]) -> Value:
        """What `compute` finds in the workspace, kept until the data or the five minutes change.

        Pages that ask for the same thing at once compute it once. `compute` must not read through the site itself: two
        threads could then wait for each other.
        """
        full_key = (*key, self.version())
        found: Value | None = self.cache.get(full_key)
        if found is not None:
            return found
        with self._locks[hash(full_key) % LOCKS]:
            return kept(self.cache, full_key, compute)

    def known(self, key: tuple[Any, ...]) -> Any | None:
        """What `read` keeps under the key as of now, or None: nothing is computed."""
        return self.cache.get((*key, self.version()))

    def rests(self, what: str) -> bool:
        """Whether `what` was computed so recently that it may not be computed again without being asked for."""
        return time.monotonic() < self._rests.get(what, 0.0)

    def rest(self, what: str, took: float) -> None:
        """Let `what`, which took so many seconds, rest nine times as long: live boards take a tenth of the time."""
        if len(self._rests) > LOCKS:
            self._rests.clear()
        self._rests[what] = time.monotonic() + 9 * took

    def render(self, template: str, **values: Any) -> str:
        return self.environment.get_template(template).render(language=self.style.language, say=self.say, **values)


def templates() -> Environment:
    """The templates: everything escaped, and a name that does not exist is an error."""
    environment = Environment(
        loader=FileSystemLoader(SHOW / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_address
    environment.filters["with_code"] = with_code
    return environment


def static_address(name: str) -> str:
    """The address of a file under static/, which changes with its content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"

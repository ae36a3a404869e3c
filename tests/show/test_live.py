"""The stream of a board, asked over HTTP of a real server: what comes, what does not, and what a reader missed."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import uvicorn

from mittari.settings import Settings
from mittari.show.web.app import create_app
from mittari.show.web.live import stream, turns
from patience import PATIENCE_S, until
from show import sample

VIEW = "period=2026-11"


class Clock:
    def __init__(self) -> None:
        self.now = sample.NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Event:
    id: str
    html: str

    @property
    def cards(self) -> list[str]:
        return re.findall(r'<article id="card-([\w-]+)" hx-swap-oob="true"', self.html)

    def card(self, name: str) -> str:
        [found] = re.findall(rf'<article id="card-{name}" hx-swap-oob="true".*?</article>', self.html, re.DOTALL)
        return str(found)

    @property
    def sections(self) -> list[str]:
        return re.findall(r'<section id="([\w-]+)"', self.html)


class Reader:
    """One open stream, read as a browser reads it."""

    def __init__(self, port: int, address: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.connection.request("GET", address, headers={k.replace("_", "-"): v for k, v in headers.items()})
        self.response = self.connection.getresponse()

    def event(self) -> Event:
        """The next event that holds parts of the board."""
        name, lines = "", []
        while True:
            line = self.response.readline().decode()
            assert line, "the stream ended"
            if line.startswith("id: "):
                name = line[4:].strip()
            elif line.startswith("data: "):
                lines.append(line[6:])
            elif line == "\n" and lines:
                return Event(name, "".join(lines))

    def with_card(self, name: str) -> Event:
        while name not in (event := self.event()).cards:
            pass
        return event

    def close(self) -> None:
        self.connection.close()
        self.response.close()


@dataclass
class Place:
    """A served sample workspace."""

    port: int
    app: Any
    workspace: sample.SampleWorkspace
    clock: Clock

    def mark(self) -> str:
        """The id that a page made now begins with."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with closing(connection):
            connection.request("GET", f"/?{VIEW}")
            page = connection.getresponse().read().decode()
        [found] = re.findall(r'data-stream="/live\?[^"]*last=([\w-]+)"', page)
        return str(found)

    @contextmanager
    def reader(self, last: str, **headers: str) -> Iterator[Reader]:
        with closing(Reader(self.port, f"/live?{VIEW}&last={last}", **headers)) as opened:
            yield opened

    def settle(self) -> None:
        """Wait until the values of the watched views are those of the newest data, and their trends as well."""
        until(self._is_settled, "the watched views are up to date")

    def rest(self) -> None:
        """Wait until nothing is being computed."""
        until(self._rests, "nothing is being computed")

    def _is_settled(self) -> bool:
        hub = self.app.state.live
        with hub._wake:
            kept = [kept for watch in hub._watches.values() for kept in watch.kept.values()]
            wanting = any(not one.known or one.due or one.stale or one.version < hub._version for one in kept)
            return self._rests() and not wanting

    def _rests(self) -> bool:
        """Whether all workers of the hub wait to be woken: what is taken in hand is no longer told as due."""
        hub = self.app.state.live
        with hub._wake:
            return len(hub._wake._waiters) == len(hub._workers)


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        app.state.live.close()
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "an open stream kept the server waiting"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for pause in ("TREND_EVERY_S", "SETTLED_EVERY_S", "SHARE"):
        monkeypatch.setattr(turns, pause, 0)
    workspace, clock = sample.SampleWorkspace(), Clock()
    app = create_app(workspace, clock=clock)
    with served(app) as port:
        yield Place(port, app, workspace, clock)


def test_a_changed_card_comes_and_the_others_do_not(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["nps"] = 3.0
        place.workspace.change("conversations")
        event = reader.with_card("nps")
        assert event.cards == ["nps"]
        assert event.sections == []
        assert "Data until" in event.html


def test_what_comes_is_in_the_language_of_the_page(place: Place) -> None:
    place.workspace.settings = Settings(language="fi")
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["csat"] = -0.3
        place.workspace.change("conversations")
        html = reader.with_card("csat").html
        for text in ("Asiakastyytyväisyys", "tavoite ≥ 90,0", "jäljessä tavoitteesta", "95 %:n luottamusväli"):
            assert text in html
        assert "target" not in re.sub(r"<[^>]+>", "", html)


def test_a_page_that_was_just_made_is_told_nothing_it_shows(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["csat"] = -0.1
        place.workspace.change("conversations")
        seen: list[str] = []
        while "csat" not in seen:
            seen += reader.event().cards
        assert seen == ["csat"]


def test_a_change_that_shows_nowhere_is_not_sent(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.change("conversations")
        place.settle()
        place.workspace.shifts["ces"] = 0.05
        place.workspace.change("conversations")
        seen: list[str] = []
        while "ces-1-7" not in seen:
            seen += reader.event().cards
        assert set(seen) == {"ces-1-5", "ces-1-7"}


def test_a_table_that_no_kpi_reads_computes_nothing(place: Place) -> None:
    with place.reader(place.mark()):
        place.settle()
        before = place.workspace.asked
        place.workspace.change("survey_invites")
        time.sleep(0.3)
        assert place.workspace.asked == before


def test_who_comes_back_gets_what_was_missed_and_nothing_else(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["nps"] = 3.0
        place.workspace.change("conversations")
        reader.with_card("nps")
        place.settle()  # its trend has followed
        last = place.mark()
        with place.reader(last) as other:
            place.workspace.shifts["service_level"] = -0.2
            place.workspace.shifts["csat"] = -0.2
            place.workspace.change("conversations")
            other.event()
            place.settle()
    with place.reader("ignored", last_event_id=last) as again:
        event = again.event()
        assert sorted(event.cards) == ["csat", "service_level"]
        assert event.sections == []


def test_who_comes_from_another_start_gets_everything(place: Place) -> None:
    with place.reader(place.mark()):
        place.settle()
        with place.reader("deadbeef-12") as reader:
            event = reader.event()
            assert {"heroes", "section-co", "section-lg"} <= set(event.sections)
            assert event.cards == []  # they stand in their sections
            assert 'id="label-nps"' in event.html


def test_a_card_that_appears_brings_its_whole_section(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.answered.add(sample.NO_DATA)
        place.workspace.change("conversations")
        while "section-vr" not in (event := reader.event()).sections:
            pass
        assert f'id="card-{sample.NO_DATA}"' in event.html
        assert event.cards == []


def test_a_reader_that_reads_nothing_costs_no_memory_and_gets_the_newest_state(place: Place) -> None:
    with place.reader(place.mark()) as slow, place.reader(place.mark()) as quick:
        slow.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        place.settle()
        for number in range(60):
            place.workspace.shifts["nps"] = number + 1.0
            place.workspace.change("conversations")
            quick.with_card("nps")
        place.settle()
        [watch] = place.app.state.live._watches.values()
        assert len(watch._sent) <= 4
        newest = re.findall(r'open-nps.*?amount">([^<]+)', watch.parts["card-nps"].html)
        for _ in range(70):
            event = slow.with_card("nps")
            if re.findall(r'open-nps.*?amount">([^<]+)', event.html) == newest:
                break
        else:
            pytest.fail("the newest state never came")


def test_who_has_left_is_forgotten(place: Place) -> None:
    with place.reader(place.mark()):
        [watch] = place.app.state.live._watches.values()
        assert len(watch.clients) == 1
    until(lambda: not watch.clients, "nobody watches")
    place.rest()
    before = place.workspace.asked
    place.workspace.change("conversations")
    time.sleep(0.3)
    assert place.workspace.asked == before  # nobody watches: nothing is computed


def test_all_boards_of_a_view_cost_one_computation(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = place.mark()
    with ExitStack() as many:
        readers = [many.enter_context(place.reader(mark)) for _ in range(11)]
        place.settle()
        before = place.workspace.asked
        with monkeypatch.context() as later:  # what followed at once would reach some in the same event
            for pause in ("TREND_EVERY_S", "SETTLED_EVERY_S", "CHARTS_EVERY_S"):
                later.setattr(turns, pause, PATIENCE_S)
            place.workspace.shifts["nps"] = 3.0
            place.workspace.change("conversations")
            events = [reader.with_card("nps") for reader in readers]
        place.settle()
        asked = place.workspace.asked - before
        # A reader that comes late gets what followed in the same event.
        assert len({event.card("nps") for event in events}) == 1
        assert asked <= 2 * 24 / 8 + 6


def test_time_passes_without_new_data(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["nps"] = 3.0  # as if waits had grown older
        place.clock.now += timedelta(minutes=6)
        assert reader.with_card("nps").cards == ["nps"]


def test_midnight_moves_the_days_of_a_running_board(place: Place) -> None:
    with closing(Reader(place.port, "/live?period=last-7-days")) as reader:
        while "spoken" not in (event := reader.event()).html:
            pass
        assert "18 Nov – 24 Nov" in event.html
        place.settle()
        place.clock.now += timedelta(days=1)
        while "spoken" not in (event := reader.event()).html:
            pass
        assert "19 Nov – 25 Nov" in event.html


def test_the_stream_is_neither_kept_nor_packed(place: Place) -> None:
    with place.reader(place.mark(), accept_encoding="gzip") as reader:
        headers = {name.lower(): value for name, value in reader.response.getheaders()}
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-store"
        assert "content-encoding" not in headers
        assert "connect-src 'self'" in headers["content-security-policy"]
        assert reader.response.readline() == b"retry: 1000\n"


def test_silence_is_filled_with_heartbeats(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    with place.reader(place.mark()) as reader:
        place.settle()
        while (line := reader.response.readline()) != b": still here\n":
            assert line, "the stream ended"


def test_a_stranger_has_no_stream(place: Place) -> None:
    with place.reader("x", host="evil.example") as reader:
        assert reader.response.status == 403


def test_a_wrong_view_is_answered_as_on_the_board(place: Place) -> None:
    with closing(Reader(place.port, "/live?period=lately")) as reader:
        assert reader.response.status == 400


def test_too_many_views_are_refused_and_those_that_stand_go_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mittari.show.web.live.hub.MOST_WATCHES", 1)
    with place.reader(place.mark()), closing(Reader(place.port, "/live?period=2026-10")) as other:
        assert other.response.status == 503


def test_a_broken_kpi_is_one_broken_card(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.broken = ("csat",)
        place.workspace.shifts["nps"] = 3.0
        place.workspace.change("conversations")
        found = ""
        while "label-csat" not in found or "label-nps" not in found:
            found += reader.event().html
        assert "RuntimeError: the warehouse went away" in found


def test_a_version_is_told_of_beside_its_cards(place: Place) -> None:
    with place.reader(place.mark()) as reader:
        place.settle()
        place.workspace.shifts["nps"] = 3.0
        place.workspace.change("conversations")
        while not (line := reader.response.readline().decode()).startswith(": data version"):
            pass
        assert json.loads(line.removeprefix(": data version")) == place.workspace.version

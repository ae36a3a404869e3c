"""An installation that collects, with something of everything on its pages, in a language."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import mittari
from kiosks import device_of
from mittari.collect.collector import Collector
from mittari.collect.devices import find_device, note_seen, note_silent, revoke_device
from mittari.react.followups import Asked, FollowUp, FollowUps
from mittari.settings import Settings
from mittari.show.web.app import create_app
from mittari.workspace.pressed import Pressed
from show import sample

HOUR = timedelta(hours=1)
OPEN = """
title = "Sauna visits"
owner = "Aino"
reaction_time = "3d"
touchpoint = "exit-7"
[[questions]]
kind = "nps"
[[questions]]
kind = "quality_service"
item = "empathy"
scale = [1, 4]
faces = true
text = {en = "Qq?", fi = "Qq?", sv = "Qq?", nb = "Qq?"}
ask_if = {question = "nps", at_most = 6}
[[questions]]
kind = "brands"
brands = ["Alfa", "Beta"]
own_brand = "Alfa"
[[questions]]
kind = "comment"
"""
SURVEYS = {
    "sauna": OPEN,
    "unowned": '[[questions]]\nkind = "csat"\n',
    "hurry": 'owner = "Aino"\n[[questions]]\nkind = "csat"\n# by hand\n',
    "invited": 'owner = "Aino"\nreaction_time = "90min"\nlinks = "invited"\n[[questions]]\nkind = "ces"\n',
    "exit": 'title = "Exit 7"\nowner = "Eino"\nreaction_time = "24h"\n[[questions]]\nkind = "csat"\nfaces = true\n',
    "shut": 'owner = "Aino"\nreaction_time = "24h"\nclosed = true\n[[questions]]\nkind = "wtp"\n',
    "wrong": 'titel = "x"\nlinks = "all"\nreaction_time = "soon"\n[[questions]]\nkind = "npss"\n'
    '[[questions]]\nkind = "csat"\nscale = [1, 99]\n',
    "torn": "owner = \n",
}
"""Survey files by name: each stands in another state."""


DEVICES = ("front", "hushed", "fresh", "gone", "pushed")


@dataclass
class Collecting(sample.SampleWorkspace):
    """The sample, of which `low` wait."""

    low: list[FollowUp] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def answers_by_survey(self, since: object) -> dict[str, int]:  # noqa: ARG002
        return self.answers

    def follow_ups(self, asked: Asked) -> FollowUps:
        found = [each for each in self.low if asked.customer in (None, each.customer)]
        late = [each for each in self.low if each.contacted_at is None and each.due_at < asked.now]
        owners = sorted({each.owner or "" for each in self.low})
        shown = found[asked.offset : asked.offset + asked.limit]
        return FollowUps(shown, len(found), len(late), len(self.low), len(late), owners, ["sauna"])


def low_score(number: int, due: timedelta, **told: Any) -> FollowUp:
    """A follow-up of which only what a test needs is told."""
    plain: dict[str, Any] = {
        **dict.fromkeys(("contacted_at", "owner", "survey", "item", "score", "low", "high", "text", "channel")),
        **dict.fromkeys(("touchpoint", "location", "source", "customer", "person")),
    }
    at = {"opened_at": sample.NOW - timedelta(days=40), "due_at": sample.NOW + due}
    return FollowUp(**{**plain, **at, "action_id": f"a{number}", "response_id": f"r{number}", "action": "x", **told})


LOW = [
    low_score(1, -3 * HOUR, kind="nps", score=3.0, low=0.0, high=10.0, owner="Aino", survey="sauna", customer="K1"),
    low_score(2, HOUR, kind="csat", score=1.5, low=1.0, high=5.0, text="Zzz.", channel="email", person="P1"),
    low_score(3, timedelta(days=3), kind="quality_service", item="empathy", score=None, channel="phone"),
    low_score(4, -HOUR, kind="ces", score=2.0, contacted_at=sample.NOW - 5 * HOUR, customer="K2", owner="Eino"),
]


def with_devices(collector: Collector) -> Pressed:
    """Devices in every state; returns what they counted."""
    for name in DEVICES[:2]:
        token = device_of(collector, name)
        heard = sample.NOW - timedelta(days=2)
        note_seen(collector.ledger, find_device(collector.ledger, token), heard, 1200, {"aside": 2})
    assert note_silent(collector.ledger, find_device(collector.ledger, token), sample.NOW - 30 * HOUR)
    for name in DEVICES[2:4]:
        device_of(collector, name)
    revoke_device(collector.ledger, "gone", sample.NOW)
    device_of(collector, "pushed", source="device", touchpoint="exit")
    return Pressed({"front": ("exit", 1300, 100)}, {"exit": 1000})


@contextmanager
def collecting(
    folder: Path,
    language: str,
    full: bool = True,
    *,
    failing: Sequence[str] = (),
    broken: Sequence[str] = (),
    empty: bool = False,
    **chosen: Any,
) -> Iterator[tuple[Any, Collector]]:
    """The application and its collector, with something on every page or with nothing at all.

    `failing`, `broken` and `empty` are those of the sample.
    """
    home = mittari.create_home(folder / "home", language=language, hours="always", **chosen)
    settings = Settings.load(home, {})
    with Collector.open(home, settings, lambda: sample.NOW) as collector:
        workspace = Collecting(settings=settings, failing=failing, broken=broken, empty=empty)
        if full:
            (home / "surveys").mkdir(exist_ok=True)
            for name, text in SURVEYS.items():
                (home / "surveys" / f"{name}.toml").write_text(text, encoding="utf-8")
            workspace.low, workspace.answers = list(LOW), {"sauna": 1234}
            workspace.pressed = with_devices(collector)
        app = create_app(workspace, clock=lambda: sample.NOW, collector=collector)
        app.state.collector = collector
        yield app, collector

"""What is added up month by month so that `truth()` can say what measuring ought to find."""

from dataclasses import dataclass, field

import numpy as np

from mittari.simulate.events import Events
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.surveys import CSAT, top_chance


@dataclass
class Tally:
    """Named sums, over all months so far."""

    sums: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + value

    def join(self, other: "Tally") -> None:
        for name, value in other.sums.items():
            self.add(name, value)


def tally_month(scene: Scene, events: Events) -> Tally:
    """What one month adds. The satisfaction is that of the month, before it leaves its marks."""
    tally = Tally()
    _phone(scene, events.calls, tally)
    _perception(scene, events.invites, events.answers, tally)
    active = scene.customers.active
    tally.add("satisfaction", float(scene.customers.satisfaction[active].sum()))
    tally.add("customer_months", float(active.sum()))
    return tally


def _phone(scene: Scene, calls: Rows, tally: Tally) -> None:
    """Expected service level: answered within 20 s over all but those gone within 5 s, given each call's load."""
    plan = scene.plan
    inside = calls["settled"] + 1 < plan.end
    for name, which in (
        ("before", inside & (calls["at"] < plan.staffing_start)),
        ("after", inside & (calls["at"] >= plan.staffing_start)),
    ):
        counted = which & ~calls["test"] & (calls["outcome"] < 2)
        for kind in ("", "_unchanged"):
            tally.add(f"within{kind}_{name}", float(calls["within" + kind][counted].sum()))
            tally.add(f"offered{kind}_{name}", float((1.0 - calls["gone" + kind][counted]).sum()))


def _perception(scene: Scene, invites: Rows, answers: Rows, tally: Tally) -> None:
    """Expected CSAT of all who were asked and of those who answered: they differ by who answers."""
    asked = (invites["kind"] == CSAT) & (invites["sent"] < scene.plan.end)
    answering = (answers["kind"] == CSAT) & (answers["responded"] < scene.plan.end) & ~answers["open"]
    for name, rows, which in (("asked", invites, asked), ("answering", answers, answering)):
        tally.add(f"top_{name}", float(np.sum(top_chance(rows["latent"][which]))))
        tally.add(f"csat_{name}", float(which.sum()))

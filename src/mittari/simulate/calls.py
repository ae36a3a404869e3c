"""Calls: waiting, leaving, talking; as queue entries that are complete when they end."""

import numpy as np

from mittari.simulate.columns import NEVER, Block, Column, Columns, Ints, chosen, constant, flags, instants, keys
from mittari.simulate.profile import PHONE, REASONS, TEAM_OF_CHANNEL
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.waits import phone_waits
from mittari.simulate.written import resolved_chance

OUTCOMES = ("answered", "abandoned", "callback", "overflow")
ANSWERED, ABANDONED, CALLBACK, OVERFLOW = range(4)
QUEUES = ("phone-fi", "phone-no", "phone-se")


def call(scene: Scene, arrivals: Rows, purpose: str) -> Rows:
    """The whole story of calls."""
    generator = scene.generator(f"calls {purpose}")
    rows = dict(arrivals)
    count = len(rows["at"])
    phone_waits(scene, rows, generator)
    # Call-backs and overflow strike at random, so that service level stays the chance computed from the load.
    special = generator.random(count)
    outcome = np.where(rows["stays"], ANSWERED, ABANDONED)
    rows["outcome"] = np.where(special < 0.012, CALLBACK, np.where(special > 0.995, OVERFLOW, outcome))
    answered = rows["outcome"] == ANSWERED
    handle = scene.plan.profile.phone_handle
    team = np.full(count, TEAM_OF_CHANNEL[PHONE])
    rows["employee"] = scene.staff.at_work(team, rows["at"], generator.random(count))
    rows["talk"] = np.where(answered, 20 + generator.gamma(2.0, 0.31 * handle, count), 0).astype(np.int64)
    held = answered & (generator.random(count) < 0.22)
    rows["hold"] = np.where(held, generator.gamma(2.0, 45, count), 0).astype(np.int64)
    rows["work"] = np.where(answered, 10 + generator.gamma(2.0, 0.10 * handle, count), 0).astype(np.int64)
    rows["transferred"] = answered & (generator.random(count) < 0.07)
    rows["settled"] = rows["at"] + rows["wait"] + rows["talk"] + rows["hold"] + rows["work"]
    rows["complaint"] = np.zeros(count, dtype=np.bool_)
    rows["test"] = generator.random(count) < 0.0006
    _come_back(scene, rows, generator)
    return rows


def _come_back(scene: Scene, rows: Rows, generator: np.random.Generator) -> None:
    """Whether the matter is settled; of those left over, about half try again."""
    count = len(rows["at"])
    chance = resolved_chance(scene, rows, scene.skills[rows["employee"]])
    rows["settled_truly"] = (rows["outcome"] == ANSWERED) & (generator.random(count) < chance)
    tries = generator.random(count) < scene.plan.profile.repeated_if_unresolved
    rows["comes_back"] = ~rows["settled_truly"] & tries & ~rows["test"]


def call_block(rows: Rows, prefix: str, names: Column, agents: Column, country: Ints) -> Block:
    """Calls as rows of the table `calls`; a call is seen when it has ended."""

    def render(which: Ints, _known: int) -> Columns:
        answered = rows["outcome"][which] == ANSWERED

        def seconds(name: str) -> Column:
            return np.where(answered, rows[name][which].astype(np.float64), np.nan)

        customer = rows["customer"][which]
        return {
            "call_id": keys(prefix, which, 7),
            "customer_id": names[customer],
            "queue_id": chosen(QUEUES, np.where(customer >= 0, country[customer], 0)),
            "queued_at": instants(rows["at"][which], NEVER),
            "wait_s": rows["wait"][which].astype(np.float64),
            "outcome": chosen(OUTCOMES, rows["outcome"][which]),
            "agent_id": agents[np.where(answered, rows["employee"][which], -1)],
            "talk_s": seconds("talk"),
            "hold_s": seconds("hold"),
            "acw_s": seconds("work"),
            "transferred": flags(rows["transferred"][which]),
            "direction": constant("in", len(which)),
            "reason_code": chosen(REASONS, rows["reason"][which]),
            "is_test": flags(rows["test"][which]),
        }

    return Block("calls", rows["settled"] + 1, (), render)

"""What is done about bad feedback: most of those who answered badly are called back, some too late."""

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Ints, chosen, flags, instants, keys
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.surveys import CES, CSAT, NPS

GIVEN_UP = 14 * DAY
"""So long somebody is tried to be reached before the matter is closed without contact."""
LOW = ((CSAT, 2.0), (CES, 3.0), (NPS, 6.0))  # kind and the highest score that counts as low


def followups(scene: Scene, answers: Rows) -> Rows:
    """Follow-ups of the month's low answers, of customers who agreed to be contacted."""
    generator = scene.generator("followups")
    low = np.zeros(len(answers["sent"]), dtype=np.bool_)
    for kind, highest in LOW:
        low |= (answers["kind"] == kind) & (answers["score"] <= highest)
    low &= ~answers["open"] & scene.customers.consent[answers["customer"]]
    number = np.flatnonzero(low & (generator.random(len(low)) < 0.88))
    count = len(number)
    opened = answers["responded"][number] + 60
    reached = scene.office.later(opened, generator.gamma(1.3, 14_000, count))
    reached = np.where(generator.random(count) < 0.93, reached, NEVER)
    later = generator.integers(300, 5 * DAY, count)
    closed = np.where(reached < NEVER, reached + later, opened + GIVEN_UP + later)
    owner = scene.staff.at_work(np.full(count, 2), opened, generator.random(count))
    automatic = generator.random(count) < 0.05
    return {
        "response": number,
        "opened": opened,
        "reached": reached,
        "closed": closed,
        "owner": owner,
        "automatic": automatic,
    }


def followup_block(rows: Rows, month: str, agents: Column) -> Block:
    """Follow-ups as rows of `feedback_actions`."""

    def render(which: Ints, known: int) -> Columns:
        return {
            "action_id": keys(f"f{month}", which, 7),
            "response_id": keys(f"r{month}", rows["response"][which], 7),
            "kind": chosen(("contact",), np.zeros(len(which), dtype=np.int64)),
            "is_auto": flags(rows["automatic"][which]),
            "opened_at": instants(rows["opened"][which], NEVER),
            "first_contact_at": instants(rows["reached"][which], known),
            "closed_at": instants(rows["closed"][which], known),
            "owner": agents[rows["owner"][which]],
        }

    return Block("feedback_actions", rows["opened"], (rows["reached"], rows["closed"]), render)

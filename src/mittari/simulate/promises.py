"""Promises to single customers: most are kept, and a reminder for the agents makes it more."""

import numpy as np

from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Ints, chosen, instants, keys
from mittari.simulate.scene import Rows, Scene

KINDS = ("answer", "refund", "delivery", "callback")
STATUSES = ("open", "kept", "broken", "cancelled_by_customer")


def promises(scene: Scene, contacts: Rows) -> Rows:
    """Promises made in the month's answered conversations, with the moment they are kept, if ever."""
    generator = scene.generator("promises")
    profile = scene.plan.profile
    possible = (contacts["answered"] < NEVER) & (contacts["customer"] >= 0) & ~contacts["test"]
    number = np.flatnonzero(possible & (generator.random(len(possible)) < profile.promised))
    count = len(number)
    made = contacts["answered"][number] + 30
    due = scene.office.later(made, generator.integers(7_200, 3 * 32_400, count))
    chance = np.where(made >= scene.plan.reminder_start, profile.reminder_kept, profile.promise_kept)
    keeps = generator.random(count) < chance
    early = made + ((due - made) * generator.uniform(0.15, 1.0, count)).astype(np.int64)
    late = due + np.minimum(np.exp(generator.normal(np.log(100_000), 1.0, count)), 20 * DAY).astype(np.int64)
    never = generator.random(count) < 0.3
    kept = np.where(keeps, early, np.where(never, NEVER, late))
    cancels = generator.random(count) < 0.02
    cancelled = np.where(cancels, made + ((due - made) * 0.5).astype(np.int64), NEVER)
    return {
        "conversation": number,
        "customer": contacts["customer"][number],
        "kind": generator.choice(len(KINDS), count, p=[0.45, 0.15, 0.20, 0.20]),
        "made": made,
        "due": due,
        "kept": np.where(cancels, NEVER, kept),
        "cancelled": cancelled,
        "broken": ~keeps & ~cancels,
    }


def promise_block(rows: Rows, month: str, names: Column) -> Block:
    """Promises as rows of their table; open until kept, broken once due."""

    def render(which: Ints, known: int) -> Columns:
        kept, due = rows["kept"][which], rows["due"][which]
        code = np.where(due < known, 2, 0)
        code = np.where((kept < known) & (kept <= due), 1, code)
        code = np.where(rows["cancelled"][which] < known, 3, code)
        return {
            "promise_id": keys(f"p{month}", which, 7),
            "customer_id": names[rows["customer"][which]],
            "conversation_id": keys(f"v{month}", rows["conversation"][which], 7),
            "kind": chosen(KINDS, rows["kind"][which]),
            "made_at": instants(rows["made"][which], NEVER),
            "due_at": instants(due, NEVER),
            "due_precision": chosen(("instant",), np.zeros(len(which), dtype=np.int64)),
            "kept_at": instants(kept, known),
            "status": chosen(STATUSES, code),
        }

    return Block("promises", rows["made"], (rows["due"], rows["kept"], rows["cancelled"]), render)

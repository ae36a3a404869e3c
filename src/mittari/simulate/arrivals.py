"""Who contacts the company, when, through which channel and why; and who comes back because nothing was solved."""

import numpy as np

from mittari.simulate.columns import DAY, Bools, Floats
from mittari.simulate.pressure import arrivals
from mittari.simulate.profile import CHAT, PHONE, REASONS
from mittari.simulate.scene import Rows, Scene, taken
from mittari.simulate.streams import pick

REASON_SHARES = (0.21, 0.19, 0.16, 0.10, 0.13, 0.12, 0.05, 0.04)  # by the order of REASONS
# Share of contacts whose customer stays unknown, by the order of CHANNELS.
UNKNOWN = np.array([0.004, 0.02, 0.01, 0.06, 0.01, 0.04])
# Where a repeated contact comes from, by the order of CHANNELS: people who were not helped rather call.
REPEAT_SHARES = (0.26, 0.18, 0.03, 0.05, 0.06, 0.42)


def first_contacts(scene: Scene, channel: int) -> Rows:
    """The month's first contacts in a channel, in the order of time.

    Customers contact by their own inclination, and rather when they are dissatisfied.
    """
    at = np.sort(arrivals(scene.plan, scene.pressure, scene.month, channel))
    generator = scene.generator(f"contacts {channel}")
    count = len(at)
    customers = scene.customers
    weights: Floats = customers.talkative * np.exp(-0.12 * customers.satisfaction)
    weights = weights * np.where(customers.active, 1.0, 0.03) * scene.settled_in
    customer = pick(generator, weights, count)
    customer[generator.random(count) < UNKNOWN[channel]] = -1
    return {
        "customer": customer,
        "channel": np.full(count, channel, dtype=np.int8),
        "at": at,
        "reason": generator.choice(len(REASONS), count, p=REASON_SHARES).astype(np.int8),
        "repeat": np.zeros(count, dtype=np.bool_),
    }


def repeats(scene: Scene, contacts: Rows, purpose: str) -> Rows:
    """The contacts of those who come back with the same matter, one to six days after they believed it settled."""
    back = taken(contacts, np.flatnonzero(contacts["comes_back"] & (contacts["customer"] >= 0)))
    generator = scene.generator(f"repeats {purpose}")
    count = len(back["at"])
    channel = generator.choice(6, count, p=REPEAT_SHARES).astype(np.int8)
    delay = np.minimum(generator.gamma(1.5, 1.4 * DAY, count), 6.5 * DAY)
    at = back["settled"] + (3_600 + delay).astype(np.int64)
    for number, hours in ((PHONE, scene.phone_hours), (CHAT, scene.chat_hours)):
        rows = np.flatnonzero(channel == number)
        # Moved into opening time: a few open minutes after the wish to call.
        at[rows] = hours.later(at[rows], generator.integers(60, 4 * 3_600, len(rows)))
    return {
        "customer": back["customer"],
        "channel": channel,
        "at": at,
        "reason": back["reason"],
        "repeat": np.ones(count, dtype=np.bool_),
    }


def is_written(rows: Rows) -> Bools:
    return np.asarray(rows["channel"] != PHONE)

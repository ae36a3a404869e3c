"""All that happens in one month between the company and its customers."""

from dataclasses import dataclass

import numpy as np

from mittari.simulate.arrivals import first_contacts, is_written, repeats
from mittari.simulate.calls import call
from mittari.simulate.columns import NEVER, Bools, Ints
from mittari.simulate.conversations import chasers, unmerged
from mittari.simulate.customers import Customers
from mittari.simulate.orders import orders
from mittari.simulate.plan import Plan
from mittari.simulate.profile import PHONE
from mittari.simulate.promises import promises
from mittari.simulate.scene import Rows, Scene, stacked, taken
from mittari.simulate.surveys import contact_surveys, relationship_surveys
from mittari.simulate.written import converse


@dataclass(frozen=True)
class Events:
    """The month's stories, each told to its end: some end months later."""

    written: Rows
    calls: Rows
    promised: Rows
    invites: Rows
    answers: Rows
    bought: Rows


def happen(scene: Scene, midnights: Ints) -> Events:
    """Simulate the month of a scene; `midnights` are the beginnings of its days."""
    written, calls = _contacts(scene)
    about_contacts = contact_surveys(scene, written)
    about_all = relationship_surveys(scene, midnights, len(about_contacts[0]["sent"]))
    return Events(
        written=written,
        calls=calls,
        promised=promises(scene, written),
        invites=stacked([about_contacts[0], about_all[0]]),
        answers=stacked([about_contacts[1], about_all[1]]),
        bought=orders(scene, written, midnights),
    )


def _contacts(scene: Scene) -> tuple[Rows, Rows]:
    """All contacts that begin in the month, and those that follow from them: (written, calls)."""
    written = [converse(scene, stacked([first_contacts(scene, channel) for channel in range(PHONE)]), "first")]
    calls = [call(scene, first_contacts(scene, PHONE), "first")]
    for purpose in ("second", "third"):
        common = ("customer", "channel", "at", "reason", "repeat", "comes_back", "settled")
        again = stacked([{name: rows[name] for name in common} for rows in (written[-1], calls[-1])])
        back = repeats(scene, again, purpose)
        to_write = is_written(back)
        written.append(converse(scene, taken(back, to_write), purpose))
        calls.append(call(scene, taken(back, ~to_write), purpose))
    first = unmerged(stacked(written))
    return stacked([first, chasers(scene, first)]), stacked(calls)


def leave_marks(plan: Plan, customers: Customers, events: Events, stop: int) -> None:
    """What the month, which ends at `stop`, did to its customers: next month's churn hazard and satisfaction.

    A broken promise counts in the month in which it was due.
    """
    count = len(customers)
    slow = _marked(count, events.written, slow_answers(plan, events.written))
    slow |= _marked(count, events.calls, slow_calls(plan, events.calls))
    promised = events.promised
    now = promised["broken"] & (promised["due"] < stop)
    broken = customers.broken_later | _marked(count, promised, now)
    customers.broken_later = _marked(count, promised, promised["broken"] & ~now)
    written = events.written
    unsolved = _marked(count, written, ~written["settled_truly"] & (written["solved_first"] < NEVER))
    customers.slow, customers.broken = slow, broken
    away = customers.satisfaction - customers.temper
    customers.satisfaction = customers.temper + 0.75 * away - 0.12 * slow - 0.45 * broken - 0.10 * unsolved + 0.04


def slow_answers(plan: Plan, written: Rows) -> Bools:
    """Conversations that count as a slow answer for the churn hazard: answered, or left, after Profile.slow_after."""
    limit = np.array(plan.profile.slow_after)[written["channel"]]
    end = np.minimum(written["answered"], written["abandoned"])
    return np.asarray((end < NEVER) & (end - written["wait_start"] > limit))


def slow_calls(plan: Plan, calls: Rows) -> Bools:
    return np.asarray(calls["wait"] > plan.profile.slow_after[PHONE])


def _marked(count: int, rows: Rows, which: Bools) -> Bools:
    """The customers to whom one of the chosen rows belongs."""
    mark = np.zeros(count + 1, dtype=np.bool_)
    mark[rows["customer"][which]] = True  # -1, the unidentified, falls on the last place
    return mark[:-1]

"""The company month by month: every part of the simulation in its order, and the blocks of rows it gives."""

from dataclasses import dataclass, field

import numpy as np

from mittari.simulate.arrivals import first_contacts, is_written, repeats
from mittari.simulate.calls import call, call_block
from mittari.simulate.clock import first_day
from mittari.simulate.columns import NEVER, Block, Bools, Ints
from mittari.simulate.contracts import contracts, running, version_block
from mittari.simulate.conversations import chasers, conversation_block, unmerged
from mittari.simulate.customers import Customers, acquire, customer_block, first_customers
from mittari.simulate.followups import followup_block, followups
from mittari.simulate.orders import order_block, orders
from mittari.simulate.plan import Plan
from mittari.simulate.pressure import Pressure
from mittari.simulate.profile import PHONE
from mittari.simulate.promises import promise_block, promises
from mittari.simulate.reference import rate_block, reference_blocks
from mittari.simulate.scene import Rows, Scene, stacked, taken
from mittari.simulate.staff import Staff
from mittari.simulate.steps import message_block, messages, status_block, status_changes, tag_block, tags
from mittari.simulate.surveys import contact_surveys, invite_block, relationship_surveys, response_block
from mittari.simulate.tally import Tally, tally_month
from mittari.simulate.workload import Handling, employments, work_block, work_days
from mittari.simulate.written import converse

REACH = 5  # months that the stories of one month's contacts can last: repetitions, solutions, answers to surveys


@dataclass
class MonthRows:
    """What one month brought: blocks of rows, contracts and employments that run on, and what truth() adds up.

    What runs on is a row of the month in which it ends; until then it is only told by the last month that is asked.
    """

    month: int
    blocks: list[Block] = field(default_factory=list)
    running: list[Block] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class World:
    """Runs through the months in order. The state between months is the customers; all else follows from the seed."""

    def __init__(self, plan: Plan, tables: frozenset[str] | None = None) -> None:
        self.plan = plan
        self._tables = tables
        self.pressure = Pressure(plan)
        self.staff = Staff(plan)
        self.customers: Customers = first_customers(plan)
        self.month = plan.first_month
        self._handling = Handling()

    def step(self) -> MonthRows:
        """Simulate the next month."""
        month = self.month
        self.staff.until(month + REACH)
        days = self.plan.days(first_day(month), first_day(month + 1))
        midnights = np.array([self.plan.clock.midnight(day) for day in days], dtype=np.int64)
        result = MonthRows(month)
        known = 0 if month == self.plan.first_month else len(self.customers)
        hazard = self._contracts(result, midnights, known)
        scene = Scene(self.plan, self.pressure, self.staff, self.customers, month)
        written, calls = _contacts(scene)
        promised = promises(scene, written)
        invites, answers = _surveys(scene, written, midnights)
        bought = orders(scene, written, midnights)
        names, agents = self.customers.names(), self.staff.names()
        label = month_label(month)
        country = self.customers.country
        result.blocks += [
            conversation_block(written, f"v{label}", names, agents),
            call_block(calls, f"k{label}", names, agents, country),
            promise_block(promised, label, names),
            invite_block(invites, label, names),
            response_block(answers, label, names, agents, self.customers.language),
            order_block(bought, label, names, country),
        ]
        result.blocks += self._supporting(scene, written, calls, answers)
        result.tally = tally_month(scene, written, calls, promised, invites, answers, hazard)
        self._experience(written, calls, promised)
        self.month += 1
        return result

    def _contracts(self, result: MonthRows, midnights: Ints, known: int) -> Bools:
        """New customers, contract changes; the customers who were exposed to churn and left."""
        won = acquire(self.plan, self.customers, self.month, midnights)
        ended = contracts(self.plan, self.customers, self.month, midnights)
        names = self.customers.names()
        first = np.arange(known, len(self.customers)) if known == 0 else won
        result.blocks.append(customer_block(self.customers, first, names))
        result.blocks.append(version_block(ended, names))
        result.running = [
            version_block(running(self.customers), names),
            employments(self.plan, self.staff, self.month, running=True),
        ]
        left = np.zeros(len(self.customers), dtype=np.bool_)
        left[ended.customer[ended.reason >= 0]] = True
        return left

    def _supporting(self, scene: Scene, written: Rows, calls: Rows, answers: Rows) -> list[Block]:
        """Steps of conversations, follow-ups, working days, employments, rates, and in the first month what stands."""
        names, agents, label = self.customers.names(), self.staff.names(), month_label(self.month)
        self._handling = self._handling.with_contacts(scene, written, calls)
        days = work_days(scene, self._handling)
        self._handling = self._handling.after(self.plan.clock.midnight(first_day(self.month + 1)))
        blocks = [
            rate_block(self.plan, self.month),
            employments(self.plan, self.staff, self.month, running=False),
            followup_block(followups(scene, answers), label, agents),
            work_block(days, self.plan, agents),
        ]
        if self.month == self.plan.first_month:
            blocks = reference_blocks(self.plan) + blocks
        # The largest tables: not even simulated where nobody wants them.
        if self._wants("messages"):
            said = messages(scene, written)
            blocks.append(message_block(said, written, label, names, agents, self.customers.language))
        if self._wants("status_events"):
            blocks.append(status_block(status_changes(written), label))
        if self._wants("conversation_tags"):
            blocks.append(tag_block(tags(scene, written), label))
        return blocks

    def _wants(self, table: str) -> bool:
        return self._tables is None or table in self._tables

    def _experience(self, written: Rows, calls: Rows, promised: Rows) -> None:
        """What the month did to its customers: drives next month's churn hazard and their satisfaction."""
        customers = self.customers
        stop = self.plan.clock.midnight(first_day(self.month + 1))
        slow = _marked(len(customers), written, slow_answers(self.plan, written))
        slow |= _marked(len(customers), calls, slow_calls(self.plan, calls))
        now = promised["broken"] & (promised["due"] < stop)
        broken = customers.broken_later | _marked(len(customers), promised, now)
        customers.broken_later = _marked(len(customers), promised, promised["broken"] & ~now)
        unsolved = _marked(len(customers), written, ~written["settled_truly"] & (written["solved_first"] < NEVER))
        customers.slow, customers.broken = slow, broken
        away = customers.satisfaction - customers.temper
        customers.satisfaction = customers.temper + 0.75 * away - 0.12 * slow - 0.45 * broken - 0.10 * unsolved + 0.04


def slow_answers(plan: Plan, written: Rows) -> Bools:
    """Conversations that count as a slow answer for the churn hazard (see Profile.slow_after)."""
    limit = np.array(plan.profile.slow_after)[written["channel"]]
    wait = np.minimum(written["answered"], written["abandoned"]) - written["wait_start"]
    waited = ~written["bot_solved"] & ~written["outbound"] & ~written["no_reply"] & (written["merged_into"] < 0)
    return np.asarray(waited & (wait > limit) & (wait < NEVER // 2))


def slow_calls(plan: Plan, calls: Rows) -> Bools:
    return np.asarray(calls["wait"] > plan.profile.slow_after[PHONE])


def _marked(count: int, rows: Rows, which: Bools) -> Bools:
    """The customers to whom one of the chosen rows belongs."""
    mark = np.zeros(count + 1, dtype=np.bool_)
    mark[rows["customer"][which]] = True  # -1, the unidentified, falls on the last place
    return mark[:-1]


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


def _surveys(scene: Scene, written: Rows, midnights: Ints) -> tuple[Rows, Rows]:
    about_contacts = contact_surveys(scene, written)
    about_all = relationship_surveys(scene, midnights, len(about_contacts[0]["sent"]))
    return stacked([about_contacts[0], about_all[0]]), stacked([about_contacts[1], about_all[1]])


def month_label(month: int) -> str:
    """Four digits for a month, as used in keys: 2026-03 is 2603."""
    return f"{month // 12 % 100:02d}{month % 12 + 1:02d}"

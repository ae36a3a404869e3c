"""The company month by month: its state between months, and the blocks of rows that each month gives."""

from dataclasses import dataclass, field

import numpy as np

from mittari.simulate.calls import call_block
from mittari.simulate.clock import first_day
from mittari.simulate.columns import Block, Ints
from mittari.simulate.contracts import contracts, running, version_block
from mittari.simulate.conversations import conversation_block
from mittari.simulate.customers import Customers, acquire, customer_block, first_customers
from mittari.simulate.events import Events, happen, leave_marks
from mittari.simulate.followups import followup_block, followups
from mittari.simulate.orders import order_block
from mittari.simulate.plan import Plan
from mittari.simulate.pressure import Pressure
from mittari.simulate.promises import promise_block
from mittari.simulate.reference import rate_block, reference_blocks
from mittari.simulate.scene import Scene
from mittari.simulate.staff import Staff
from mittari.simulate.steps import message_block, messages, status_block, status_changes, tag_block, tags
from mittari.simulate.surveys import invite_block, response_block
from mittari.simulate.tally import Tally, tally_month
from mittari.simulate.workload import Handling, employments, work_block, work_days

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
        self.month = plan.first_month
        self._tables = tables
        self._pressure = Pressure(plan)
        self._staff = Staff(plan)
        self._customers: Customers = first_customers(plan)
        self._handling = Handling()

    def step(self) -> MonthRows:
        """Simulate the next month."""
        month, plan = self.month, self.plan
        self._staff.until(month + REACH)
        days = plan.days(first_day(month), first_day(month + 1))
        midnights = np.array([plan.clock.midnight(day) for day in days], dtype=np.int64)
        result = MonthRows(month)
        self._contracts(result, midnights)
        scene = Scene(plan, self._pressure, self._staff, self._customers, month)
        events = happen(scene, midnights)
        result.blocks += self._contacts(events) + self._supporting(scene, events) + self._steps(scene, events)
        result.tally = tally_month(scene, events)
        leave_marks(plan, self._customers, events, plan.clock.midnight(first_day(month + 1)))
        self.month += 1
        return result

    def _contracts(self, result: MonthRows, midnights: Ints) -> None:
        """New customers and contract changes."""
        plan, customers = self.plan, self._customers
        numbers = acquire(plan, customers, self.month, midnights)
        if self.month == plan.first_month:
            numbers = np.arange(len(customers))
        ended = contracts(plan, customers, self.month, midnights)
        names = customers.names()
        result.blocks += [customer_block(customers, numbers, names), version_block(ended, names)]
        result.running = [
            version_block(running(customers), names),
            employments(plan, self._staff, self.month, running=True),
        ]

    def _contacts(self, events: Events) -> list[Block]:
        """The rows of customers' doings."""
        customers = self._customers
        names, agents, label = customers.names(), self._staff.names(), month_label(self.month)
        return [
            conversation_block(events.written, f"v{label}", names, agents),
            call_block(events.calls, f"k{label}", names, agents, customers.country),
            promise_block(events.promised, label, names),
            invite_block(events.invites, label, names),
            response_block(events.answers, label, names, agents, customers.language),
            order_block(events.bought, label, names, customers.country),
        ]

    def _supporting(self, scene: Scene, events: Events) -> list[Block]:
        """The rows of the company's own doings; in the first month also what stands from the beginning."""
        agents, label = self._staff.names(), month_label(self.month)
        self._handling = self._handling.with_contacts(scene, events.written, events.calls)
        days = work_days(scene, self._handling)
        self._handling = self._handling.after(self.plan.clock.midnight(first_day(self.month + 1)))
        standing = reference_blocks(self.plan) if self.month == self.plan.first_month else []
        return [
            *standing,
            rate_block(self.plan, self.month),
            employments(self.plan, self._staff, self.month, running=False),
            followup_block(followups(scene, events.answers), label, agents),
            work_block(days, self.plan, agents),
        ]

    def _steps(self, scene: Scene, events: Events) -> list[Block]:
        """The single steps of conversations: the largest tables, not even simulated where nobody wants them."""
        label, written, blocks = month_label(self.month), events.written, []
        if self._wants("messages"):
            names, agents = self._customers.names(), self._staff.names()
            said = messages(scene, written)
            blocks.append(message_block(said, written, label, names, agents, self._customers.language))
        if self._wants("status_events"):
            blocks.append(status_block(status_changes(written), label))
        if self._wants("conversation_tags"):
            blocks.append(tag_block(tags(scene, written), label))
        return blocks

    def _wants(self, table: str) -> bool:
        return self._tables is None or table in self._tables


def month_label(month: int) -> str:
    """Four digits for a month, as used in keys: 2026-03 is 2603."""
    return f"{month // 12 % 100:02d}{month % 12 + 1:02d}"

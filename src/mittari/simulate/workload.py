"""Working days: how long each agent was paid, served, waited and did something else; and who is employed."""

from dataclasses import dataclass, field

import numpy as np

from mittari.simulate.calls import ANSWERED
from mittari.simulate.clock import first_day
from mittari.simulate.columns import DAY, NEVER, Block, Column, Columns, Floats, Ints, chosen
from mittari.simulate.plan import Plan
from mittari.simulate.profile import CHAT, TEAMS
from mittari.simulate.scene import Rows, Scene
from mittari.simulate.staff import Employee, Staff

PAID = 27_000.0  # seconds of a working day: seven and a half hours
CONTRACTS = ("permanent", "fixed", "temp")


@dataclass
class Handling:
    """Handling that begins after the month in which its contact came in: carried to the month it belongs to."""

    at: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    employee: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seconds: Floats = field(default_factory=lambda: np.zeros(0))

    def with_contacts(self, scene: Scene, written: Rows, calls: Rows) -> "Handling":
        """This handling and that of a month's contacts."""
        generator = scene.generator("handling")
        reached = np.flatnonzero(written["answered"] < NEVER)
        effort = generator.gamma(2.0, 1_250.0, len(reached))
        # A chat is handled beside one or two others: its share of the wall clock is smaller.
        effort = np.where(written["channel"][reached] == CHAT, effort * 0.75, effort)
        spoken = np.flatnonzero(calls["outcome"] == ANSWERED)
        # About as long again as the call itself goes into what was promised in it.
        talk = 2.0 * (calls["talk"] + calls["hold"] + calls["work"])[spoken]
        return Handling(
            np.concatenate([self.at, written["answered"][reached], calls["at"][spoken]]),
            np.concatenate([self.employee, written["responder"][reached], calls["employee"][spoken]]),
            np.concatenate([self.seconds, effort, talk]),
        )

    def after(self, instant: int) -> "Handling":
        late = self.at >= instant
        return Handling(self.at[late], self.employee[late], self.seconds[late])


def work_days(scene: Scene, handling: Handling) -> Rows:
    """The month's working days of all agents."""
    generator = scene.generator("work")
    begin, employee = scene.staff.work_days(scene.month)
    count = len(begin)
    aux = generator.integers(2_700, 5_400, count).astype(np.float64)
    # At most 94 % of the logged-in time can be spent serving: what is more has been served beside each other.
    served = np.minimum(_served(begin, employee, handling), 0.94 * (PAID - aux))
    return {"begin": begin, "employee": employee, "aux": aux, "handling": np.floor(served)}


def _served(begin: Ints, employee: Ints, handling: Handling) -> Floats:
    """Handling seconds of each (day, employee)."""
    days = np.unique(begin)
    width = int(max(employee.max(initial=0), handling.employee.max(initial=0))) + 1
    inside = handling.at < days[-1] + DAY
    place = np.searchsorted(days, handling.at[inside], side="right") - 1
    usable = place >= 0
    where = place[usable] * width + handling.employee[inside][usable]
    sums = np.bincount(where, handling.seconds[inside][usable], minlength=len(days) * width)
    return np.asarray(sums[np.searchsorted(days, begin) * width + employee])


def work_block(rows: Rows, plan: Plan, agents: Column) -> Block:
    """Working days as rows of `work_time`, known when the day is over."""
    begins = np.unique(rows["begin"])
    dates = np.array([plan.clock.day(int(begin)) for begin in begins], dtype="datetime64[D]")
    days = dates[np.searchsorted(begins, rows["begin"])]

    def render(which: Ints, _known: int) -> Columns:
        aux, served = rows["aux"][which], rows["handling"][which]
        return {
            "agent_id": agents[rows["employee"][which]],
            "date": days[which],
            "paid_s": np.full(len(which), PAID),
            "handling_s": served,
            "idle_s": PAID - aux - served,
            "aux_s": aux,
        }

    return Block("work_time", rows["begin"] + 20 * 3_600, (), render)


def employments(plan: Plan, staff: Staff, month: int, *, running: bool) -> Block:
    """Employments as rows of `employees`: those that end in a month, or those that run on after it."""
    low, high = first_day(month), first_day(month + 1)

    def belongs(one: Employee) -> bool:
        ends_inside = one.last_day_on is not None and low <= one.last_day_on < high
        runs_on = one.start_on < high and (one.last_day_on is None or one.last_day_on >= high)
        return runs_on if running else ends_inside

    numbers = np.array([number for number, one in enumerate(staff.employees) if belongs(one)], dtype=np.int64)
    people = [staff.employees[number] for number in numbers]
    ends = [NEVER if one.last_day_on is None else plan.clock.midnight(one.last_day_on) for one in people]
    leaves = np.array(ends, dtype=np.int64)
    begins = np.array([plan.clock.midnight(one.start_on) for one in people], dtype=np.int64)
    ids = staff.names()

    def render(which: Ints, known: int) -> Columns:
        gone = leaves[which] < known
        some = [people[row] for row in which]
        last = np.array([one.last_day_on for one in some], dtype="datetime64[D]")
        last[~gone] = np.datetime64("NaT")
        kinds = np.array([one.leave_type for one in some], dtype=object)
        kinds[~gone] = None
        return {
            "employee_id": ids[numbers[which]],
            "start_on": np.array([one.start_on for one in some], dtype="datetime64[D]"),
            "last_day_on": last,
            "leave_type": kinds,
            "team_id": chosen(TEAMS, np.array([one.team for one in some], dtype=np.int64)),
            "role": np.full(len(which), "agent", dtype=object),
            "contract": chosen(CONTRACTS, numbers[which] % 10 // 8),
        }

    return Block("employees", begins, (leaves,), render)

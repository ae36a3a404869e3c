"""Load against staffing: how busy each half-hour and day is, which decides how long people wait.

The shock of a day and of a half-hour raises arrivals and the load on those at work alike. So busy half-hours wait
longer, contacts of one day resemble each other, and an interval that takes them as independent is too narrow.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mittari.simulate.clock import first_day
from mittari.simulate.columns import DAY, Bools, Floats, Ints
from mittari.simulate.plan import Plan
from mittari.simulate.profile import CHAT, PHONE, Profile

HALF_HOUR = 1_800
# Demand by half-hour of the opening time, as a curve through these points from opening to closing.
OFFICE_CURVE = (0.75, 1.15, 1.35, 1.25, 1.05, 0.95, 1.1, 1.05, 0.85, 0.55)
# Written messages by hour of the day.
CLOCK_CURVE = (2, 1, 1, 1, 1, 2, 5, 12, 22, 26, 26, 24, 22, 23, 22, 20, 17, 13, 11, 11, 12, 11, 8, 4)


@dataclass(frozen=True)
class Slots:
    """Half-hours of one channel: begin, expected first contacts, and load (offered work per staffed work)."""

    begin: Ints
    expected: Floats
    load: Floats

    def load_at(self, instants: Ints) -> Floats:
        """The load of the half-hour that holds each instant (the last one before it outside opening hours)."""
        return self.load[np.maximum(np.searchsorted(self.begin, instants, side="right") - 1, 0)]


@dataclass(frozen=True)
class Month:
    """The pressure of one month: half-hours of phone and chat, and the days of written messages."""

    slots: dict[int, Slots]
    day_begin: Ints
    day_shock: Floats
    day_demand: dict[int, Floats]


class Pressure:
    """The pressure of any month, computed when first asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as its company
    def month(self, month: int) -> Month:
        plan = self._plan
        days = plan.days(first_day(month), first_day(month + 1))
        generator = plan.streams.of(month, "pressure")
        # A month is drawn in full even where the company begins inside it.
        shock = np.exp(generator.normal(0, plan.profile.day_shock, 31))[-len(days) :]
        attendance = 1.0 - generator.beta(3.0, 45.0, 31)[-len(days) :]
        demand = {channel: np.array([plan.demand(day, channel) for day in days]) for channel in range(6)}
        day_begin = np.array([plan.clock.wall_start(day) for day in days], dtype=np.int64)
        slots = {}
        for channel, calendar in ((CHAT, "chat"), (PHONE, "phone")):
            hours = [plan.clock.hours(calendar, day) for day in days]
            slots[channel] = self._slots(channel, month, hours, demand[channel] * shock, shock / attendance)
        return Month(slots, day_begin, shock, demand)

    @lru_cache(maxsize=8)  # noqa: B019 - as above
    def slots(self, channel: int, month: int) -> Slots:
        """The half-hours of a month and of the two after it, into which its contacts may reach."""
        parts = [self.month(number).slots[channel] for number in range(month, month + 3)]
        return Slots(
            np.concatenate([part.begin for part in parts]),
            np.concatenate([part.expected for part in parts]),
            np.concatenate([part.load for part in parts]),
        )

    def _slots(
        self, channel: int, month: int, hours: list[tuple[int, int] | None], demand: Floats, strain: Floats
    ) -> Slots:
        plan = self._plan
        begins, weights, days = [], [], []
        for number, span in enumerate(hours):
            if span is not None:
                begin = np.arange(span[0], span[1], HALF_HOUR)
                curve = np.interp(np.linspace(0, 9, len(begin)), np.arange(10), OFFICE_CURVE)
                begins.append(begin)
                weights.append(curve / curve.sum())
                days.append(np.full(len(begin), number))
        if not begins:
            empty = np.zeros(0)
            return Slots(np.zeros(0, dtype=np.int64), empty, empty)
        day = np.concatenate(days)
        shock = np.exp(plan.streams.of(month, f"slots {channel}").normal(0, plan.profile.half_hour_shock, len(day)))
        expected = plan.daily[channel] * demand[day] * np.concatenate(weights) * shock
        # Shifts follow the forecast curve, so that only what the forecast missed makes a half-hour tight.
        return Slots(np.concatenate(begins), expected, strain[day] * shock)


def phone_load(profile: Profile, strain: Floats, more_staff: Bools) -> Floats:
    """The load of the phone queue: planned load times strain, less where staff was added."""
    return profile.phone_load * strain / np.where(more_staff, profile.staffing_factor, 1.0)


def phone_delay(profile: Profile, load: Floats) -> tuple[Floats, Floats]:
    """The chance that a caller must wait, and the mean seconds of those who do, at a load.

    Waiting in a queue of c parallel agents: the chance follows Sakasegawa's approximation load**(sqrt(2(c+1)) - 1),
    the wait of those who wait is exponential with mean handle / (c (1 - load)), as in Erlang's queue. Near and above
    full load the slack is held at 6 %: abandonment keeps real queues from growing without end.
    """
    agents = profile.phone_agents
    chance = np.minimum(load, 1.0) ** (np.sqrt(2 * (agents + 1)) - 1)
    return chance, profile.phone_handle / (agents * np.maximum(1.0 - load, 0.06))


def phone_shares(profile: Profile, load: Floats, within: int, short: int) -> tuple[Floats, Floats]:
    """Chances of a call at a load: answered within so many whole seconds, and gone again within `short` seconds.

    Wait V is 0 or exponential (mean m), patience exponential (mean p); a caller leaves at min(V, p). Waits are stored
    as whole seconds, cut off, hence the + 1.
    """
    chance, mean = phone_delay(profile, load)
    stay = profile.phone_patience / (profile.phone_patience + mean)
    rate = 1.0 / mean + 1.0 / profile.phone_patience
    answered = 1.0 - chance + chance * stay * (1.0 - np.exp(-(within + 1) * rate))
    gone = chance * (1.0 - stay) * (1.0 - np.exp(-(short + 1) * rate))
    return answered, gone


def arrivals(plan: Plan, pressure: Pressure, month: int, channel: int) -> Ints:
    """The instants of the month's first contacts in a channel, in whole seconds, in no particular order."""
    generator = plan.streams.of(month, f"arrivals {channel}")
    span = pressure.month(month)
    if channel in span.slots:
        slots = span.slots[channel]
        counts = generator.poisson(slots.expected)
        return np.repeat(slots.begin, counts) + generator.integers(0, HALF_HOUR, int(counts.sum()))
    expected = plan.daily[channel] * span.day_demand[channel] * span.day_shock
    counts = generator.poisson(expected)
    total = int(counts.sum())
    curve = np.cumsum(CLOCK_CURVE) / sum(CLOCK_CURVE)
    hour = np.searchsorted(curve, generator.random(total), side="right")
    return np.repeat(span.day_begin, counts) + hour * (DAY // 24) + generator.integers(0, 3_600, total)

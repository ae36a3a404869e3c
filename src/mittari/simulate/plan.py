"""What is settled before the first day is simulated: sizes, demand by day, and when the company changes what."""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from mittari.simulate.clock import Clock, days_between, month_of
from mittari.simulate.columns import DAY, NEVER, Floats, Ints
from mittari.simulate.profile import CHAT, PHONE, Profile
from mittari.simulate.streams import Streams

WEEKDAYS = (1.22, 1.08, 1.02, 1.0, 0.92, 0.42, 0.36)  # demand by weekday, Monday first
SEASONS = (1.10, 1.04, 1.0, 0.97, 0.96, 0.92, 0.78, 0.94, 1.02, 1.03, 1.10, 1.14)  # demand by month, January first


@dataclass(frozen=True)
class Plan:
    """One company: its arguments, and what follows from them."""

    seed: int
    size: int
    start: date
    end: int  # the instant at which the written history ends (exclusive)
    clock: Clock
    profile: Profile
    customers: int
    agents: int
    streams: Streams = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "streams", Streams(self.seed))

    @cached_property
    def begin(self) -> int:
        return self.clock.midnight(self.start)

    @cached_property
    def first_month(self) -> int:
        return month_of(self.start)

    @cached_property
    def last_month(self) -> int:
        return month_of(self.clock.day(self.end - 1))

    def days(self, month_start: date, month_stop: date) -> list[date]:
        """The days of a month on which the company exists."""
        return days_between(max(self.start, month_start), month_stop)

    def midnights(self, instants: Ints) -> Ints:
        """The beginnings of the local days that hold some instants; for few different days."""
        days = {int(instant): self.clock.midnight(self.clock.day(int(instant))) for instant in np.unique(instants)}
        return np.array([days[int(instant)] for instant in instants], dtype=np.int64)

    def rate_days(self, month_start: date, month_stop: date) -> list[date]:
        """The days of a month for which exchange rates are published, and ten days before the company's first."""
        first = self.start - timedelta(days=10) if month_start <= self.start < month_stop else month_start
        days = days_between(first, month_stop)
        return [day for day in days if day.weekday() < 5 and not self.clock.is_holiday(day)]

    def demand(self, day: date, channel: int) -> float:
        """Forecast demand of a day relative to an average Wednesday; 0 while the channel is closed all day."""
        if channel in (CHAT, PHONE):
            calendar = "chat" if channel == CHAT else "phone"
            if self.clock.hours(calendar, day) is None:
                return 0.0
        quiet = 0.4 if self.clock.is_holiday(day) else 1.0
        growth = 1.0 + self.profile.yearly_growth * (day - self.start).days / 365.25
        # The season glides from the middle of one month to the middle of the next.
        place = (day.timetuple().tm_yday / 365.25 * 12 - 0.5) % 12
        low = int(place)
        season = SEASONS[low] + (place - low) * (SEASONS[(low + 1) % 12] - SEASONS[low])
        return WEEKDAYS[day.weekday()] * season * quiet * growth

    @cached_property
    def daily(self) -> Floats:
        """Expected first contacts by channel on a day of demand 1."""
        days = days_between(self.start, self.clock.day(self.end - 1) + timedelta(days=1))
        shares = [*self.profile.channel_shares, self.profile.calls_per_conversation]
        totals = [max(1.0, sum(self.demand(day, channel) for day in days)) for channel in range(len(shares))]
        firsts = 1.0 - self.repeats
        return np.array([self.size * firsts * share / total for share, total in zip(shares, totals, strict=True)])

    @property
    def repeats(self) -> float:
        """About which share of the contacts are repetitions of an unresolved one (of calls that failed, too)."""
        return 1.35 * (1.0 - self.profile.resolved) * self.profile.repeated_if_unresolved

    @cached_property
    def months(self) -> float:
        """Length of the history in months."""
        return max(0.1, (self.end - self.begin) / DAY / 30.4375)

    def change(self, fraction: float) -> int:
        """The local midnight nearest before a fraction of the history."""
        return self.clock.midnight(self.clock.day(self.begin + int((self.end - self.begin) * fraction)))

    @cached_property
    def bot_start(self) -> int:
        return self.change(self.profile.bot_start)

    @cached_property
    def staffing_start(self) -> int:
        return self.change(self.profile.staffing_start)

    @cached_property
    def reminder_start(self) -> int:
        return self.change(self.profile.reminder_start)

    @cached_property
    def campaign(self) -> tuple[int, int]:
        first = self.clock.day(self.change(self.profile.campaign_start))
        stop = first + timedelta(days=self.profile.campaign_days)
        return self.clock.midnight(first), self.clock.midnight(stop)


def planned(
    seed: int,
    size: int,
    start: date,
    end: int,
    clock: Clock,
    profile: Profile,
    customers: int | None,
    agents: int | None,
) -> Plan:
    """A plan with the number of customers and agents that fits the size, where they are not given."""
    months = max(0.1, (end - clock.midnight(start)) / DAY / 30.4375)
    monthly = size / months
    if customers is None:
        customers = max(40, round(monthly / 2.05))
    if agents is None:
        agents = max(8, math.ceil(monthly / 154))
    if end >= NEVER or end <= clock.midnight(start):
        raise ValueError("a simulated company must end after it starts")
    return Plan(seed, size, start, end, clock, profile, customers, agents)

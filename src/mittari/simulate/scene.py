"""What a month's contacts happen in: plan, pressure, staff, customers and the month's clock."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mittari.simulate.clock import OpenTime, first_day
from mittari.simulate.columns import Bools, Floats, Ints
from mittari.simulate.customers import Customers
from mittari.simulate.plan import Plan
from mittari.simulate.pressure import Pressure
from mittari.simulate.staff import Staff

Rows = dict[str, NDArray[Any]]  # internal columns of one kind of contact, by name


@dataclass
class Scene:
    """One month while it is simulated. `customers` is as it stood when the month began."""

    plan: Plan
    pressure: Pressure
    staff: Staff
    customers: Customers
    month: int

    @cached_property
    def office(self) -> OpenTime:
        """Opening time of the written channels from the month's begin on."""
        return self.plan.clock.open_time("std", self.month)

    @cached_property
    def phone_hours(self) -> OpenTime:
        return self.plan.clock.open_time("phone", self.month)

    @cached_property
    def chat_hours(self) -> OpenTime:
        return self.plan.clock.open_time("chat", self.month)

    @cached_property
    def skills(self) -> Floats:
        return self.staff.skills()

    @cached_property
    def settled_in(self) -> Bools:
        """The customers won before this month: the others are heard of from the next month on."""
        return np.asarray(self.customers.acquired < self.plan.clock.midnight(first_day(self.month)))

    def generator(self, purpose: str) -> np.random.Generator:
        return self.plan.streams.of(self.month, purpose)

    def satisfaction(self, customer: Ints) -> Floats:
        """Latent satisfaction of the customers of some contacts, 0 for the unidentified."""
        return np.where(customer >= 0, self.customers.satisfaction[customer], 0.0)

    def day_shock(self, moments: Ints) -> Floats:
        """The demand shock of the local day of each instant."""
        months = [self.pressure.month(number) for number in range(self.month, self.month + 3)]
        begins = np.concatenate([month.day_begin for month in months])
        shocks = np.concatenate([month.day_shock for month in months])
        place = np.clip(np.searchsorted(begins, moments, side="right") - 1, 0, len(begins) - 1)
        return shocks[place]


def stacked(parts: list[Rows]) -> Rows:
    """The rows of several parts with the same columns, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def taken(rows: Rows, which: Bools | Ints) -> Rows:
    return {name: values[which] for name, values in rows.items()}

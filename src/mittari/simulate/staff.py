"""Agents: positions in teams, who fills them and when, their skill, and who is at work on a day."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from mittari.simulate.clock import days_between, first_day
from mittari.simulate.columns import Bools, Column, Floats, Ints, keys
from mittari.simulate.plan import Plan
from mittari.simulate.profile import TEAMS

TEAM_SHARES = (0.17, 0.22, 0.46, 0.15)  # by the order of TEAMS
LEAVING = 0.018  # chance that a position's holder leaves in a month


class Employee(NamedTuple):
    """One employment; employees are numbered in the order of their hiring."""

    team: int
    start_on: date
    last_day_on: date | None
    leave_type: str | None
    skill: float


class Staff:
    """Who works when. Extended month by month as far as it is asked; what is known never changes."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        sizes = [max(2, round(plan.agents * share)) for share in TEAM_SHARES]
        self.team_of = np.repeat(np.arange(len(TEAMS)), sizes)
        self.positions = [np.flatnonzero(self.team_of == team) for team in range(len(TEAMS))]
        self.employees: list[Employee] = []
        generator = plan.streams.of(0, "staff")
        tenure = generator.integers(30, 2_500, len(self.team_of))
        skill = generator.normal(0, 1, len(self.team_of))
        # Every team begins with the same mean skill, so that one seed's company is as good as another's.
        skill -= (np.bincount(self.team_of, skill) / np.bincount(self.team_of))[self.team_of]
        for team, days, one in zip(self.team_of, tenure, skill, strict=True):
            self.employees.append(Employee(int(team), plan.start - timedelta(days=int(days)), None, None, float(one)))
        self._month = plan.first_month
        self._holder = np.arange(len(self.team_of))
        self._day_begin = np.zeros(0, dtype=np.int64)
        self._holders = np.zeros((0, len(self.team_of)), dtype=np.int32)
        self._order = [np.zeros((0, len(places)), dtype=np.int32) for places in self.positions]
        self._present = np.zeros((0, len(TEAMS)), dtype=np.int32)

    def until(self, month: int) -> None:
        """Know who works up to the end of a month."""
        while self._month <= month:
            self._extend(self._month)
            self._month += 1

    def skills(self) -> Floats:
        return np.array([employee.skill for employee in self.employees])

    def names(self) -> Column:
        """The employee_id of each employee, and None at the end, for the number -1."""
        ids = keys("e", np.arange(1, len(self.employees) + 1), 5)
        return np.concatenate([ids, np.array([None], dtype=object)])

    def at_work(self, team: Ints, instants: Ints, chance: Floats) -> Ints:
        """The employee of a team who takes each contact: a number from 0 to 1 chooses among those at work that day."""
        day = self._days(instants)
        found = np.zeros(len(team), dtype=np.int64)
        for number in range(len(TEAMS)):
            rows = np.flatnonzero(team == number)
            place = (chance[rows] * self._present[day[rows], number]).astype(np.int64)
            position = self.positions[number][self._order[number][day[rows], place]]
            found[rows] = self._holders[day[rows], position]
        return found

    def work_days(self, month: int) -> tuple[Ints, Ints]:
        """(day begin, employee) of each day of work in a month."""
        first = self._plan.clock.midnight(first_day(month))
        stop = self._plan.clock.midnight(first_day(month + 1))
        days, employees = [], []
        for day in np.flatnonzero((self._day_begin >= first) & (self._day_begin < stop)):
            for number, places in enumerate(self.positions):
                on = places[self._order[number][day, : self._present[day, number]]]
                days.append(np.full(len(on), self._day_begin[day]))
                employees.append(self._holders[day, on].astype(np.int64))
        return np.concatenate(days), np.concatenate(employees)

    def _days(self, instants: Ints) -> Ints:
        place = np.searchsorted(self._day_begin, instants, side="right") - 1
        return np.clip(place, 0, len(self._day_begin) - 1)

    def _extend(self, month: int) -> None:
        plan = self._plan
        days = days_between(first_day(month), first_day(month + 1))
        generator = plan.streams.of(month, "staff")
        count = len(self.team_of)
        leaving = generator.random(count) < LEAVING
        last = generator.integers(0, len(days) - 1, count)
        skill = generator.normal(0, 1, count)
        kind = generator.random(count)
        holders = np.repeat(self._holder[np.newaxis, :].astype(np.int32), len(days), axis=0)
        if month > plan.first_month:
            for position in np.flatnonzero(leaving):
                holders[last[position] + 1 :, position] = self._replace(
                    int(position), days[last[position]], float(skill[position]), float(kind[position])
                )
        begins = np.array([plan.clock.midnight(day) for day in days], dtype=np.int64)
        weekend = np.array([day.weekday() >= 5 or plan.clock.is_holiday(day) for day in days])
        self._day_begin = np.concatenate([self._day_begin, begins])
        self._holders = np.concatenate([self._holders, holders])
        self._roster(generator, weekend)

    def _replace(self, position: int, last_day: date, skill: float, kind: float) -> int:
        """End one employment and begin the next on the day after; the number of the new employee."""
        leaver = int(self._holder[position])
        reason = "voluntary" if kind < 0.7 else "end_of_term" if kind < 0.85 else "dismissed"
        self.employees[leaver] = self.employees[leaver]._replace(last_day_on=last_day, leave_type=reason)
        team = int(self.team_of[position])
        self.employees.append(Employee(team, last_day + timedelta(days=1), None, None, skill))
        self._holder[position] = len(self.employees) - 1
        return len(self.employees) - 1

    def _roster(self, generator: np.random.Generator, weekend: Bools) -> None:
        """Who of each team is at work on each day, those at work first; at least one always is."""
        share = np.where(weekend, 0.2, 0.8)
        present = np.zeros((len(weekend), len(TEAMS)), dtype=np.int32)
        for number, places in enumerate(self.positions):
            draw = generator.random((len(weekend), len(places)))
            order = np.argsort(draw, axis=1).astype(np.int32)
            present[:, number] = np.maximum(1, (draw < share[:, np.newaxis]).sum(axis=1))
            self._order[number] = np.concatenate([self._order[number], order])
        self._present = np.concatenate([self._present, present])

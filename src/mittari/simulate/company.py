"""A simulated company: its rows by month, its rows between two instants, and the truth behind them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from mittari.simulate.clock import Clock, first_day, month_of
from mittari.simulate.columns import Block, Columns
from mittari.simulate.plan import Plan, planned
from mittari.simulate.profile import Profile
from mittari.simulate.tally import Tally
from mittari.simulate.world import REACH, MonthRows, World


class Company:
    """A company whose truth is known.

    `size` is about how many written conversations lie between `start` and `end` (calls come on top); customers and
    agents follow from it unless given. `end` is exclusive; a date means its local midnight. The same arguments give
    the same rows, whatever is asked first. Choose `tables` to leave out what is not needed.
    """

    def __init__(
        self,
        seed: int = 7,
        size: int = 10_000,
        start: date = date(2025, 1, 1),
        end: date | datetime = date(2026, 1, 1),
        zone: str = "Europe/Helsinki",
        *,
        customers: int | None = None,
        agents: int | None = None,
        profile: Profile | None = None,
        tables: frozenset[str] | set[str] | None = None,
    ) -> None:
        clock = Clock(zone)
        until = clock.instant(end)
        self.plan: Plan = planned(seed, size, start, until, clock, profile or Profile(), customers, agents)
        self._tables = frozenset(tables) if tables is not None else None
        self._world: World | None = None
        self._recent: list[MonthRows] = []

    def batches(self) -> Iterator[tuple[str, Columns]]:
        """All rows as known at `end`, month by month: (table, columns). No key comes twice."""
        world = World(self.plan)
        while world.month <= self.plan.last_month:
            month = world.step()
            blocks = list(month.blocks)
            if world.month > self.plan.last_month and month.running is not None:
                blocks.append(month.running)
            yield from self._rendered(blocks, None, self.plan.end)

    def feed(self, since: datetime, until: datetime) -> Iterator[tuple[str, Columns]]:
        """The rows that came or changed at or after `since` and before `until`, as known at `until`.

        A row that changed comes again in full, with the same key. `until` may lie after the company's `end`.
        """
        clock = self.plan.clock
        low, high = clock.instant(since), clock.instant(until)
        last = month_of(clock.day(max(high - 1, self.plan.begin)))
        first = max(self.plan.first_month, month_of(clock.day(max(low, self.plan.begin))) - REACH)
        for month in self._months(first, last):
            blocks = list(month.blocks)
            if month.month == last and month.running is not None:
                blocks.append(month.running)
            yield from self._rendered(blocks, low, high)

    def _months(self, first: int, last: int) -> list[MonthRows]:
        """The months from `first` to `last`; those simulated lately are kept."""
        if self._world is None or (self._recent and self._recent[0].month > first):
            self._world, self._recent = World(self.plan), []
        while self._world.month <= last:
            self._recent.append(self._world.step())
            self._recent = [month for month in self._recent if month.month >= min(first, last - REACH)]
        return [month for month in self._recent if first <= month.month <= last]

    def _rendered(self, blocks: list[Block], since: int | None, until: int) -> Iterator[tuple[str, Columns]]:
        for block in blocks:
            if self._tables is None or block.table in self._tables:
                columns = block.at(until) if since is None else block.between(since, until)
                if columns is not None:
                    yield block.table, columns


__all__ = ["Company", "Path", "Tally", "first_day", "replace"]

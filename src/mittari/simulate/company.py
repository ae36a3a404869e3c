"""A simulated company: its rows by month, its rows between two instants, and the truth behind them."""

from collections.abc import Iterator, Set
from datetime import date, datetime
from pathlib import Path

from mittari.facts import TABLES
from mittari.simulate.clock import Clock, first_day, month_of
from mittari.simulate.columns import Block, Columns
from mittari.simulate.files import Format, write_tables
from mittari.simulate.plan import Plan, planned
from mittari.simulate.profile import Profile
from mittari.simulate.tally import Tally
from mittari.simulate.truth import Truth, truth_of
from mittari.simulate.world import REACH, MonthRows, World

STEPS = frozenset({"messages", "status_events", "conversation_tags"})


class Company:
    """A company whose truth is known.

    `size` is about how many written conversations lie between `start` and `end` (calls come on top); customers and
    agents follow from it unless given. `end` is exclusive; a date means its local midnight, a datetime without zone
    is local. The same arguments give the same rows, whatever is asked first. `tables` leaves out all other tables;
    it changes no row of those that stay.
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
        tables: Set[str] | None = None,
    ) -> None:
        clock = Clock(zone)
        until = clock.instant(end)
        self.plan: Plan = planned(seed, size, start, until, clock, profile or Profile(), customers, agents)
        self._tables = None if tables is None else frozenset(tables)
        self._tally: Tally | None = None
        self._world = World(self.plan, self._tables)
        self._recent: list[MonthRows] = []

    @classmethod
    def demo(
        cls, now: datetime, seed: int = 7, zone: str = "Europe/Helsinki", *, every_table: bool = False
    ) -> "Company":
        """The company of the demo: about 3,000 customers, 40 agents, and 13 whole months of history up to `now`.

        Without the single steps of conversations (messages, status changes, tags), two thirds of all rows, unless
        `every_table`: the demo shall stand soon, and conversations hold the moments that its KPIs need.
        """
        clock = Clock(zone)
        start = first_day(month_of(clock.day(clock.instant(now))) - 13)
        tables = None if every_table else frozenset(TABLES) - STEPS
        return cls(seed, 80_000, start, now, zone, tables=tables)

    def batches(self) -> Iterator[tuple[str, Columns]]:
        """All rows as known at `end`, month by month: (table, columns). No key comes twice.

        A conversation comes with the month in which it began, so memory holds one month whatever the size.
        """
        world, tally = World(self.plan, self._tables), Tally()
        while world.month <= self.plan.last_month:
            month = world.step()
            tally.join(month.tally)
            last = world.month > self.plan.last_month
            for block in month.blocks + (month.running if last else []):
                columns = block.at(self.plan.end) if self._wants(block) else None
                if columns is not None:
                    yield block.table, columns
        self._tally = tally

    def feed(self, since: datetime, until: datetime) -> Iterator[tuple[str, Columns]]:
        """The rows that came or changed at or after `since` and before `until`, as known at `until`.

        A row that changed comes again in full, with the same key. `until` may lie after the company's `end`: the
        company lives on. Asking for later and later instants costs one month of simulation now and then; going back
        further than a few months begins again from the start.
        """
        clock = self.plan.clock
        low, high = clock.instant(since), clock.instant(until)
        last = month_of(clock.day(max(high - 1, self.plan.begin)))
        first = max(self.plan.first_month, month_of(clock.day(max(low, self.plan.begin))) - REACH)
        for month in self._months(first, last):
            for block in month.blocks + (month.running if month.month == last else []):
                columns = block.between(low, high) if self._wants(block) else None
                if columns is not None:
                    yield block.table, columns

    def write(self, folder: Path | str, format: Format = "csv") -> dict[str, Path]:  # noqa: A002 - the word users expect
        """Write all rows to one file per table in `folder`; the path of each table's file."""
        return write_tables(self.batches(), Path(folder), format)

    def truth(self) -> Truth:
        """What measuring these rows ought to find. Runs through the months once, unless `batches` already has."""
        if self._tally is None:
            world, tally = World(self.plan, frozenset()), Tally()
            while world.month <= self.plan.last_month:
                tally.join(world.step().tally)
            self._tally = tally
        return truth_of(self.plan, self._tally)

    def _wants(self, block: Block) -> bool:
        return self._tables is None or block.table in self._tables

    def _months(self, first: int, last: int) -> list[MonthRows]:
        """The months from `first` to `last`; those simulated lately are kept."""
        forgotten = self._world.month > first and (not self._recent or self._recent[0].month > first)
        if forgotten:
            self._world, self._recent = World(self.plan, self._tables), []
        while self._world.month <= last:
            self._recent.append(self._world.step())
            # Kept: what this question needs, and what the next one, a little later, will.
            keep = min(first, self._world.month - REACH - 1)
            self._recent = [month for month in self._recent if month.month >= keep]
        return [month for month in self._recent if first <= month.month <= last]

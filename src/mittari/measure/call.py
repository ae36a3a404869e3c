"""A call and what it is asked of: periods, instants and slices on one side, the state of the facts on the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from mittari.measure.families import uses_half_hours
from mittari.time import Instant, Period, to_local

if TYPE_CHECKING:
    from mittari.measure.rolled import Rollups
    from mittari.store.engines import Engine

Frame = dict[str, npt.NDArray[Any]]


class Reader(Protocol):
    """What measures need of a database: run one statement with named parameters, get its columns as arrays."""

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> Frame: ...


@dataclass(frozen=True)
class State:
    """What is known about the facts without reading them; it changes only with `data_version`.

    `engine` is where the numbers are asked.
    """

    schemas: Mapping[str, Mapping[str, str]]
    filled: frozenset[str]
    coverage: Mapping[str, tuple[tuple[date, date], ...]]
    rejects: Mapping[str, tuple[datetime | None, ...]]
    versions: Mapping[str, int]
    newest: datetime | None
    currency: str
    zone: str
    engine: "Engine"
    fingerprint: str = ""
    recorded: frozenset[str] = frozenset()
    """Columns (`table.column`) that some KPI requires and that hold a value in some row."""
    late: Mapping[str, tuple[tuple[datetime, datetime, int], ...]] = field(default_factory=dict)
    """Table -> the periods that were closed, with how many of their rows were loaded afterwards."""
    rollups: "Rollups | None" = None
    """Days kept as sums, where there are any."""
    unsettled: datetime | None = None
    """The last instant at which something of a conversation was overwritten: looking back to before it is partial."""

    def covers(self, table: str, first: date, last: date | None = None) -> bool:
        """Whether the ranges of the table together contain the day, or every day from `first` to `last` (G22)."""
        last = first if last is None else last
        for begins, ends in sorted(self.coverage.get(table, ())):
            if begins <= first <= ends:
                first = ends + timedelta(days=1)
        return first > last

    def lacks(self, required: tuple[str, ...]) -> list[str]:
        """Those of the tables and columns of which nothing was ever loaded."""
        return [name for name in required if name not in (self.recorded if "." in name else self.filled)]

    def begins_late(self, table: str, end_day: date) -> bool:
        """Whether all that is known of the table is from `end_day` on: before, nobody kept it."""
        ranges = self.coverage.get(table, ())
        return bool(ranges) and min(first for first, _ in ranges) >= end_day

    def refused(self, tables: tuple[str, ...], start: datetime, end: datetime) -> int:
        """Rows of these tables that the loader refused and that belong, or may belong, to the span."""
        return sum(at is None or start <= at < end for table in tables for at in self.rejects.get(table, ()))

    def loaded_late(self, tables: tuple[str, ...], start: datetime, end: datetime) -> int:
        """Rows of these tables that came after a period within the span had been closed (G3)."""
        return sum(
            count
            for table in tables
            for begins, ends, count in self.late.get(table, ())
            if start <= begins and ends <= end
        )

    def version(self, tables: tuple[str, ...]) -> int:
        return max((self.versions.get(table, 0) for table in tables), default=0)


@dataclass(frozen=True)
class Span:
    """One period of a call, or an instant (then both bounds are it)."""

    text: str
    start: datetime
    end: datetime
    first_day: date
    end_day: date
    instant: bool = False

    @classmethod
    def of(cls, period: Period | Instant, zone: str) -> "Span":
        if isinstance(period, Instant):
            day = to_local(period.at, zone).date()
            return cls(period.text, period.at, period.at, day, day + timedelta(days=1), instant=True)
        return cls(period.text, period.start, period.end, period.first_day, period.last_day + timedelta(days=1))

    @cached_property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=number) for number in range((self.end_day - self.first_day).days)]


@dataclass(frozen=True)
class Result:
    """What another KPI came to in a period; `better` is up, down or band, `records` how many scales it stands for."""

    period: str
    name: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    status: str
    better: str
    records: int
    data_version: int


@dataclass(frozen=True)
class Call:
    """Periods in order, the instant as of which facts are seen (naive UTC), and the slice.

    `results` are there for KPIs that are made of others.
    """

    periods: tuple[Period | Instant, ...]
    as_of: datetime
    zone: str
    where: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        return tuple(Span.of(period, self.zone) for period in self.periods)

    def apart(self) -> list[list[int]]:
        """Places of the periods in sets that can share a query."""
        return sets_apart(self.spans)


def sets_apart(spans: tuple[Span, ...]) -> list[list[int]]:
    """Places of the spans, in sets that can share a query: no two overlap, and all are short or none is."""
    sets: list[tuple[bool, list[int]]] = []
    for place in sorted(range(len(spans)), key=lambda place: (spans[place].first_day, spans[place].end_day)):
        short = uses_half_hours(len(spans[place].days))
        for of_short, places in sets:
            if of_short == short and spans[places[-1]].end_day <= spans[place].first_day:
                places.append(place)
                break
        else:
            sets.append((short, [place]))
    return [sorted(places) for _, places in sets]


def day_numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Days since 1970 of an array of dates, whatever unit the database handed them over in."""
    return values.astype("datetime64[D]").astype(np.int64)

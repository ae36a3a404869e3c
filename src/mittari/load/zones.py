"""Between UTC and a local wall clock inside SQL.

DuckDB's own conversion costs many times what the cast of a text costs, and its table of zones is older than Python's.
So the offsets of the zone become a tree of comparisons. A deep tree makes a statement slow to prepare: for a few rows
it knows only the years most data is from, and the rest goes DuckDB's way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mittari.store.sql import literal
from mittari.time import zone_offsets

YEARS_OF_MANY, YEARS_OF_FEW = (1995, 2040), (2016, 2030)
"""First and last year of the tree."""

MANY = 200_000
"""From so many rows on the deep tree pays."""


@dataclass(frozen=True)
class Zone:
    """A time zone as SQL: `many` says whether a million rows are to be converted or a few."""

    name: str
    many: bool = False

    def to_local(self, instant: str) -> str:
        """SQL for the wall clock at a UTC instant; both are TIMESTAMP, and `instant` is best the name of a column."""
        bounds, offsets, _ = _offsets(self.name, *self._years)
        if not bounds and not offsets[0]:
            return instant
        slowly = f"({instant} AT TIME ZONE 'UTC') AT TIME ZONE {literal(self.name)}"
        return self._within_years(instant, _tree(instant, bounds, offsets), slowly)

    def to_utc(self, local: str) -> str:
        """SQL for the UTC instant of a wall clock time: twice shown is the first, skipped is moved forward (G1).

        DuckDB takes a time that is shown twice for the second, so it looks whether an hour earlier shows the same.
        """
        _, offsets, bounds = _offsets(self.name, *self._years)
        if not bounds and not offsets[0]:
            return local
        found = f"({local} AT TIME ZONE {literal(self.name)}) AT TIME ZONE 'UTC'"
        earlier = f"({found} - INTERVAL 1 HOUR)"
        shown_before = f"({earlier} AT TIME ZONE 'UTC') AT TIME ZONE {literal(self.name)} = {local}"
        slowly = f"CASE WHEN {shown_before} THEN {earlier} ELSE {found} END"
        tree = _tree(local, bounds, [-offset for offset in offsets])
        return self._within_years(local, tree, slowly)

    @property
    def _years(self) -> tuple[int, int]:
        return YEARS_OF_MANY if self.many else YEARS_OF_FEW

    def _within_years(self, value: str, tree: str, otherwise: str) -> str:
        first, last = self._years
        years = f"{value} >= TIMESTAMP '{first}-01-03' AND {value} < TIMESTAMP '{last}-12-30'"
        return f"CASE WHEN {value} IS NULL THEN NULL WHEN {years} THEN {tree} ELSE {otherwise} END"


@lru_cache(maxsize=64)
def _offsets(zone: str, first_year: int, last_year: int) -> tuple[list[str], list[int], list[str]]:
    """UTC instants of the changes, the offsets before, between and after them, and the local times of the changes.

    Locally the new offset holds from the later of the two wall clock times that a change shows: before it, both
    special cases ask for the old one.
    """
    starts, seconds = zone_offsets(zone, first_year, last_year)
    later = np.maximum(seconds[1:], seconds[:-1]) * np.timedelta64(1_000_000, "us")
    in_utc = [str(start).replace("T", " ") for start in starts[1:]]
    in_local = [str(start).replace("T", " ") for start in starts[1:] + later]
    return in_utc, seconds.tolist(), in_local


def _tree(value: str, bounds: Sequence[str], shifts: Sequence[int]) -> str:
    if not bounds:
        return f"{value} + INTERVAL ({shifts[0]}) SECOND"
    middle = len(bounds) // 2
    before = _tree(value, bounds[:middle], shifts[: middle + 1])
    after = _tree(value, bounds[middle + 1 :], shifts[middle + 1 :])
    return f"CASE WHEN {value} < TIMESTAMP '{bounds[middle]}' THEN {before} ELSE {after} END"

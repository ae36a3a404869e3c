"""Between UTC and a local wall clock inside SQL.

DuckDB's own conversion costs many times what the cast of a text costs. Where there are many rows, the offsets of the
zone in the years most data is from become a tree of comparisons instead; for few rows preparing it would take longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mittari.store.sql import literal
from mittari.time import zone_offsets

FIRST_YEAR, LAST_YEAR = 1995, 2040
"""The tree knows the changes of these years: more make every statement slower to prepare. Others go DuckDB's way."""

MANY = 200_000
"""From so many rows on the tree pays."""


@dataclass(frozen=True)
class Zone:
    """A time zone as SQL: `many` says whether a million rows are to be converted or a few."""

    name: str
    many: bool = False

    def to_local(self, instant: str) -> str:
        """SQL for the wall clock at a UTC instant; both are TIMESTAMP, and `instant` is best the name of a column."""
        bounds, offsets, _ = _offsets(self.name)
        if not bounds and not offsets[0]:
            return instant
        slowly = f"({instant} AT TIME ZONE 'UTC') AT TIME ZONE {literal(self.name)}"
        return _within_years(instant, _tree(instant, bounds, offsets), slowly) if self.many else slowly

    def to_utc(self, local: str) -> str:
        """SQL for the UTC instant of a wall clock time: twice shown is the first, skipped is moved forward (G1).

        DuckDB takes a time that is shown twice for the second, so it looks whether an hour earlier shows the same.
        """
        _, offsets, bounds = _offsets(self.name)
        if not bounds and not offsets[0]:
            return local
        found = f"({local} AT TIME ZONE {literal(self.name)}) AT TIME ZONE 'UTC'"
        earlier = f"({found} - INTERVAL 1 HOUR)"
        shown_before = f"({earlier} AT TIME ZONE 'UTC') AT TIME ZONE {literal(self.name)} = {local}"
        slowly = f"CASE WHEN {shown_before} THEN {earlier} ELSE {found} END"
        tree = _tree(local, bounds, [-offset for offset in offsets])
        return _within_years(local, tree, slowly) if self.many else slowly


def _within_years(value: str, tree: str, otherwise: str) -> str:
    years = f"{value} >= TIMESTAMP '{FIRST_YEAR}-01-03' AND {value} < TIMESTAMP '{LAST_YEAR}-12-30'"
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {years} THEN {tree} ELSE {otherwise} END"


@lru_cache(maxsize=64)
def _offsets(zone: str) -> tuple[list[str], list[int], list[str]]:
    """UTC instants of the changes, the offsets before, between and after them, and the local times of the changes.

    Locally the new offset holds from the later of the two wall clock times that a change shows: before it, both
    special cases ask for the old one.
    """
    starts, seconds = zone_offsets(zone, FIRST_YEAR, LAST_YEAR)
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

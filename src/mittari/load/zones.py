"""Between UTC and a local wall clock inside SQL.

DuckDB's own conversion costs ten times as much, and it reads a clock time that an autumn night shows twice as the
second; G1 wants the first. For the years most data is from, the offsets of the zone become a tree of comparisons.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mittari.store.sql import literal
from mittari.time import zone_offsets

FIRST_YEAR, LAST_YEAR = 1995, 2040
"""The tree knows the changes of these years: more make every statement slower to prepare. Others go DuckDB's way."""


def to_local(instant: str, zone: str) -> str:
    """SQL for the wall clock of `zone` at a UTC instant; both are TIMESTAMP, and `instant` is the name of a column."""
    bounds, offsets, _ = _offsets(zone)
    if not bounds and not offsets[0]:
        return instant
    otherwise = f"({instant} AT TIME ZONE 'UTC') AT TIME ZONE {literal(zone)}"
    return _within_years(instant, _tree(instant, bounds, offsets), otherwise)


def to_utc(local: str, zone: str) -> str:
    """SQL for the UTC instant of a wall clock time: twice shown is the first, skipped is moved forward (G1)."""
    _, offsets, bounds = _offsets(zone)
    if not bounds and not offsets[0]:
        return local
    found = f"({local} AT TIME ZONE {literal(zone)}) AT TIME ZONE 'UTC'"
    earlier = f"({found} - INTERVAL 1 HOUR)"
    shown_before = f"({earlier} AT TIME ZONE 'UTC') AT TIME ZONE {literal(zone)} = {local}"
    otherwise = f"CASE WHEN {shown_before} THEN {earlier} ELSE {found} END"
    return _within_years(local, _tree(local, bounds, [-offset for offset in offsets]), otherwise)


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

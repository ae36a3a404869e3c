"""What the queries of a plan brought, sorted by group: a group is one period and one slice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mittari.measure.call import Call, Frame, day_numbers
from mittari.measure.recipe import Part, Plan

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
SliceKey = tuple[str | None, ...]
HALF_HOURS = 48


def plain(values: Any, missing: Any = 0) -> npt.NDArray[Any]:
    """A column without its mask: nulls of a sum are nothing counted."""
    return np.ma.filled(values, missing) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)


def texts(values: Any) -> list[str | None]:
    """A column of text with None for null."""
    if isinstance(values, np.ma.MaskedArray):
        return [
            None if hidden else str(value)
            for value, hidden in zip(values.data, np.ma.getmaskarray(values), strict=True)
        ]
    return [None if value is None else str(value) for value in values]


def weighted(place: npt.NDArray[np.intp], weights: Floats, size: int = 0) -> Floats:
    """The sum of the weights at each place, as doubles (also where there is nothing to sum)."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64)


@dataclass
class Groups:
    """Numbers the (period, slice) groups of a call: slice s of period p is group p * len(slices) + s."""

    periods: int
    slices: list[SliceKey] = field(default_factory=list)
    _places: dict[SliceKey, int] = field(default_factory=dict)

    def place(self, key: SliceKey) -> int:
        if key not in self._places:
            self._places[key] = len(self.slices)
            self.slices.append(key)
        return self._places[key]

    @property
    def count(self) -> int:
        return self.periods * len(self.slices)

    def index(self, period: Indices, slice_place: Indices) -> Indices:
        return period * len(self.slices) + slice_place

    def of(self, number: int) -> tuple[int, SliceKey]:
        return number // len(self.slices), self.slices[number % len(self.slices)]


class Material:
    """The frames of a plan for one call, with the period and slice of every row worked out."""

    def __init__(self, plan: Plan, call: Call, frames: Sequence[Frame]) -> None:
        self.plan, self.call, self.frames = plan, call, frames
        self.groups = Groups(len(call.periods))
        if not plan.slices:
            self.groups.place(())
        self._periods = [self._period_of(number) for number in range(len(frames))]
        self._slices = [self._slice_of(number) for number in range(len(frames))]

    def _period_of(self, query: int) -> Indices:
        frame = self.frames[query]
        if "period" in frame:
            return plain(frame["period"]).astype(np.intp)
        if "day" not in frame:
            return np.zeros(len(next(iter(frame.values()))), dtype=np.intp)
        spans = self.call.spans
        first = day_numbers(np.array([span.first_day for span in spans], dtype="datetime64[D]"))
        end = day_numbers(np.array([span.end_day for span in spans], dtype="datetime64[D]"))
        order = np.argsort(first, kind="stable")
        day = day_numbers(plain(frame["day"]))
        place = np.searchsorted(first[order], day, side="right") - 1
        period = order[np.maximum(place, 0)]
        return np.where((place >= 0) & (day < end[period]), period, -1).astype(np.intp)

    def _slice_of(self, query: int) -> Indices:
        frame, keys = self.frames[query], self.plan.queries[query].keys
        names = [name for name in keys if name.startswith("slice_")]
        size = len(self._periods[query])
        if not names or self.plan.queries[query].kind == "exposure":
            return np.zeros(size, dtype=np.intp)
        columns = [texts(frame[name]) for name in names]
        return np.fromiter((self.groups.place(key) for key in zip(*columns, strict=True)), dtype=np.intp, count=size)

    def rows(self, part: Part) -> tuple[Indices, Indices, Frame]:
        """Row numbers that fall into a period of the call, their groups, and the frame."""
        period = self._periods[part.query]
        kept = np.flatnonzero(period >= 0)
        return kept, self.groups.index(period[kept], self._slices[part.query][kept]), self.frames[part.query]

    def totals(self, parts: Sequence[Part], role: str) -> Floats:
        """The sum of a role's column in each group, over all parts that have it."""
        total = np.zeros(self.groups.count)
        for part in parts:
            if role in part.columns:
                kept, group, frame = self.rows(part)
                values = plain(frame[part.columns[role]])[kept].astype(np.float64)
                total += weighted(group, values, self.groups.count)
        return total

    def cells(self, part: Part) -> npt.NDArray[np.int64]:
        """The block of each kept row: its local day, or half-hour, as a running number."""
        kept, _, frame = self.rows(part)
        if "day" not in frame:
            return np.zeros(len(kept), dtype=np.int64)
        day = day_numbers(plain(frame["day"]))[kept]
        return day * HALF_HOURS + (plain(frame["half_hour"])[kept].astype(np.int64) if "half_hour" in frame else 0)

    def block_sums(
        self, parts: Sequence[Part], roles: Sequence[str]
    ) -> tuple[Indices, npt.NDArray[np.int64], list[Floats]]:
        """Group, block and sums of each (group, block): the same day of two sources is one block."""
        parts = [part for part in parts if roles[0] in part.columns]
        group = np.concatenate([self.rows(part)[1] for part in parts] or [np.zeros(0, dtype=np.intp)])
        cell = np.concatenate([self.cells(part) for part in parts] or [np.zeros(0, dtype=np.int64)])
        sums = [
            np.concatenate(
                [
                    plain(self.frames[part.query][part.columns[role]])[self.rows(part)[0]].astype(np.float64)
                    for part in parts
                ]
                or [np.zeros(0)]
            )
            for role in roles
        ]
        if len(parts) < 2:
            return group, cell, sums
        pairs, place = np.unique(np.stack([group, cell]), axis=1, return_inverse=True)
        return pairs[0].astype(np.intp), pairs[1], [weighted(place.ravel(), column) for column in sums]

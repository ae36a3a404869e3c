"""What the queries of a plan brought, sorted by group: a group is one period and one slice."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from mittari.measure.call import Call, Frame, day_numbers
from mittari.measure.recipe import EXPOSURE, Part, Plan, Query

Made = TypeVar("Made")
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
SliceKey = tuple[str | None, ...]
HALF_HOURS = 48
Effects = Mapping[tuple[str, str, str | None], Mapping[str, float]]
"""(KPI, output, scale) -> the block sums that it had when they were last counted from the facts."""


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
    _sealed: bool = False

    def place(self, key: SliceKey) -> int:
        """The slice's place, a new one until the groups are sealed; afterwards -1 for a slice not met."""
        if key not in self._places and not self._sealed:
            self._places[key] = len(self.slices)
            self.slices.append(key)
        return self._places.get(key, -1)

    def seal(self) -> None:
        """Groups are numbered by how many slices there are: from now on none may come."""
        self._sealed = True

    @property
    def count(self) -> int:
        return self.periods * len(self.slices)

    def index(self, period: Indices, slice_place: Indices) -> Indices:
        return period * len(self.slices) + slice_place

    def of(self, number: int) -> tuple[int, SliceKey]:
        return number // len(self.slices), self.slices[number % len(self.slices)]


@dataclass(frozen=True)
class Sorted:
    """A frame's rows that fall into a period of the call: their numbers, the group of each, and the frame."""

    rows: Indices
    group: Indices
    frame: Frame


class Material:
    """The frames of a plan for one call, sorted into groups.

    The queries of the outputs' own parts are asked at once; those of a fallback only when it is needed. `rolled`: the
    frames come of days kept as sums, values of buckets, blocks that span days are known by their `effects`.
    """

    def __init__(
        self,
        plan: Plan,
        call: Call,
        ask: Callable[[Query], Frame],
        rolled: bool = False,
        effects: Effects | None = None,
    ) -> None:
        self.plan, self.call, self._ask, self.rolled = plan, call, ask, rolled
        self.effects: Effects = effects or {}
        self.groups = Groups(len(call.periods))
        if not plan.slices:
            self.groups.place(())
        own = {part.query for recipe in plan.recipes for part in recipe.parts}
        own |= {number for number, query in enumerate(plan.queries) if query.kind == EXPOSURE}
        self._frames = {number: ask(plan.queries[number]) for number in sorted(own)}
        for number in sorted(own):
            self._places(number)
        self.groups.seal()
        self._sorted: dict[int, Sorted] = {}
        self._once: dict[Hashable, Any] = {}

    def frame(self, query: int) -> Frame:
        if query not in self._frames:
            self._frames[query] = self._ask(self.plan.queries[query])
        return self._frames[query]

    def sorted(self, part: Part) -> Sorted:
        """The rows of the part's frame by group."""
        if part.query not in self._sorted:
            period, place = self._periods(part.query), self._places(part.query)
            kept = np.flatnonzero((period >= 0) & (place >= 0))
            self._sorted[part.query] = Sorted(
                kept, self.groups.index(period[kept], place[kept]), self.frame(part.query)
            )
        return self._sorted[part.query]

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What several outputs need of the same rows, made by the first."""
        if key not in self._once:
            self._once[key] = make()
        return cast(Made, self._once[key])

    def column(self, part: Part, role: str) -> Floats:
        """A role's column over the part's sorted rows, as doubles."""
        own = self.sorted(part)
        return plain(own.frame[part.columns[role]])[own.rows].astype(np.float64)

    def _periods(self, query: int) -> Indices:
        frame = self.frame(query)
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

    def _places(self, query: int) -> Indices:
        """The place of each row's slice; a slice that no output's own part has met has nothing to fall back from."""
        frame, query_keys = self.frame(query), self.plan.queries[query].keys
        names = [name for name in query_keys if name.startswith("slice_")]
        size = len(next(iter(frame.values())))
        if not names or self.plan.queries[query].kind == EXPOSURE:
            return np.zeros(size, dtype=np.intp)
        keys = zip(*[texts(frame[name]) for name in names], strict=True)
        return np.fromiter((self.groups.place(key) for key in keys), dtype=np.intp, count=size)

    def totals(self, parts: Sequence[Part], role: str) -> Floats:
        """The sum of a role's column in each group, over all parts that have it."""
        total = np.zeros(self.groups.count)
        for part in parts:
            if role in part.columns:
                total += weighted(self.sorted(part).group, self.column(part, role), self.groups.count)
        return total

    def cells(self, part: Part) -> npt.NDArray[np.int64]:
        """The block of each sorted row: its local day, or half-hour, as a running number."""
        own = self.sorted(part)
        if "day" not in own.frame:
            return np.zeros(len(own.rows), dtype=np.int64)
        cell = day_numbers(plain(own.frame["day"]))[own.rows] * HALF_HOURS
        return cell + (plain(own.frame["half_hour"])[own.rows].astype(np.int64) if "half_hour" in own.frame else 0)

    def block_sums(
        self, parts: Sequence[Part], roles: Sequence[str]
    ) -> tuple[Indices, npt.NDArray[np.int64], list[Floats]]:
        """Group, block and sums of each (group, block): the same day of two sources is one block."""
        parts = [part for part in parts if roles[0] in part.columns]
        nothing = np.zeros(0, dtype=np.int64)
        group = np.concatenate([self.sorted(part).group for part in parts] or [nothing]).astype(np.intp)
        cell = np.concatenate([self.cells(part) for part in parts] or [nothing])
        sums = [np.concatenate([self.column(part, role) for part in parts] or [np.zeros(0)]) for role in roles]
        if len(parts) < 2:
            return group, cell, sums
        pairs, place = np.unique(np.stack([group, cell]), axis=1, return_inverse=True)
        return pairs[0].astype(np.intp), pairs[1], [weighted(place.ravel(), column) for column in sums]

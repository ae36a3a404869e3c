"""Sparklines as plain SVG paths: a monotone curve, its interval band and the target.

The curve is the monotone cubic of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980) with the slopes of Steffen
(Astron. Astrophys. 239, 1990): it passes through every point and never overshoots between two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

MARGIN = 0.08
"""Air above and below the extremes, as a share of the height."""


class Point(NamedTuple):
    """One sub-period: the value and its interval, each None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Spot(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


Place = Callable[[int, float], Spot]


@dataclass(frozen=True)
class Sparkline:
    """Path data for a `width` x `height` view box; `target_y` is None without a target."""

    width: int
    height: int
    line: str
    area: str
    band: str
    last: Spot
    target_y: float | None


def sparkline(
    points: Sequence[Point], target: float | None = None, width: int = 240, height: int = 48
) -> Sparkline | None:
    """The drawing of a short series, or None when fewer than two points have a value."""
    shown = [point.value for point in points if point.value is not None]
    if len(shown) < 2:
        return None
    low, high = domain(points, shown, target)

    def place(index: int, value: float) -> Spot:
        share = (min(max(value, low), high) - low) / (high - low)
        return Spot(index * width / (len(points) - 1), height * (1 - MARGIN - share * (1 - 2 * MARGIN)))

    runs = connected(points)
    curves = [[place(index, value) for index, value in run] for run in runs]
    last = curves[-1][-1]
    return Sparkline(
        width=width,
        height=height,
        line=" ".join(f"M{spot(curve[0])}{monotone(curve)}" for curve in curves if len(curve) > 1),
        area=" ".join(closed(curve, height) for curve in curves if len(curve) > 1),
        band=" ".join(band(points, run, place) for run in runs if len(run) > 1),
        last=last,
        target_y=None if target is None else round(place(0, target).y, 2),
    )


def domain(points: Sequence[Point], shown: Sequence[float], target: float | None) -> tuple[float, float]:
    """The value axis: all values and the target; a band may widen it by the spread of those, and is cut beyond."""
    fixed = [*shown, *([] if target is None else [target])]
    low, high = min(fixed), max(fixed)
    spread = (high - low) or abs(high) * 0.1 or 1.0
    bounds = [bound for point in points for bound in (point.low, point.high) if bound is not None]
    low, high = min([low, *bounds]), max([high, *bounds])
    return max(low, min(fixed) - spread), min(high, max(fixed) + spread) if high > low else low + spread


def connected(points: Sequence[Point]) -> list[list[tuple[int, float]]]:
    """The stretches without a gap, as (index, value)."""
    numbered = enumerate(points)
    groups = groupby(numbered, key=lambda item: item[1].value is not None)
    return [
        [(index, point.value) for index, point in group if point.value is not None] for known, group in groups if known
    ]


def band(points: Sequence[Point], run: Sequence[tuple[int, float]], place: Place) -> str:
    """The interval around one stretch; where a bound is missing the band closes on the line."""
    upper: list[Spot] = []
    back: list[Spot] = []
    for index, value in run:
        _, low, high = points[index]
        upper.append(place(index, value if high is None else high))
        back.insert(0, place(index, value if low is None else low))
    return f"M{spot(upper[0])}{monotone(upper)}L{spot(back[0])}{monotone(back)}Z"


def closed(curve: Sequence[Spot], height: float) -> str:
    return f"M{spot(curve[0])}{monotone(curve)}L{spot(Spot(curve[-1].x, height))}L{spot(Spot(curve[0].x, height))}Z"


def monotone(curve: Sequence[Spot]) -> str:
    """Cubic Bézier segments from the first spot (not included) to the last."""
    slopes = tangents(curve)
    parts = []
    for index in range(len(curve) - 1):
        here, there = curve[index], curve[index + 1]
        third = (there.x - here.x) / 3
        parts.append(
            f"C{spot(Spot(here.x + third, here.y + third * slopes[index]))} "
            f"{spot(Spot(there.x - third, there.y - third * slopes[index + 1]))} {spot(there)}"
        )
    return "".join(parts)


def tangents(curve: Sequence[Spot]) -> list[float]:
    """The slope of the curve in each spot: zero at an extreme, never steeper than twice its flatter side."""
    steps = [(there.y - here.y) / (there.x - here.x) for here, there in pairwise(curve)]
    if len(steps) == 1:
        return [steps[0], steps[0]]
    inner = [inner_slope(before, after) for before, after in pairwise(steps)]
    return [end_slope(steps[0], inner[0]), *inner, end_slope(steps[-1], inner[-1])]


def inner_slope(before: float, after: float) -> float:
    if before * after <= 0:
        return 0.0
    size = min(2 * abs(before), 2 * abs(after), abs(before + after) / 2)
    return size if before > 0 else -size


def end_slope(step: float, neighbour: float) -> float:
    slope = (3 * step - neighbour) / 2
    return 0.0 if slope * step <= 0 else slope if abs(slope) <= 2 * abs(step) else 2 * step


def spot(place: Spot) -> str:
    return f"{place.x:.4g},{place.y:.4g}"

"""The small curves: through every point, never beyond, gaps left open."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.show.sparkline import Point, Spot, monotone, sparkline

NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


def bezier_heights(spots):
    """Heights of the drawn curve at ten places between each pair of spots."""
    segments = [list(map(float, NUMBER.findall(part))) for part in monotone(spots).split("C")[1:]]
    for (start, end), (_, y1, _, y2, _, _) in zip(pairwise(spots), segments, strict=True):
        yield (
            start,
            end,
            [
                (1 - t) ** 3 * start.y + 3 * (1 - t) ** 2 * t * y1 + 3 * (1 - t) * t**2 * y2 + t**3 * end.y
                for t in (step / 10 for step in range(11))
            ],
        )


@given(st.lists(st.floats(0, 48), min_size=2, max_size=12))
def test_the_curve_never_overshoots(heights):
    spots = [Spot(20.0 * index, height) for index, height in enumerate(heights)]
    for start, end, drawn in bezier_heights(spots):
        low, high = min(start.y, end.y), max(start.y, end.y)
        assert all(low - 0.05 <= height <= high + 0.05 for height in drawn)


def test_a_flat_series_is_a_line_in_the_middle():
    drawn = sparkline([Point(5.0)] * 3)
    assert drawn is not None
    assert len({y for _, y in re.findall(r"([\d.]+),([\d.]+)", drawn.line)}) == 1


def test_a_gap_is_left_open():
    drawn = sparkline([Point(1.0), Point(2.0), Point(None), Point(2.0), Point(3.0)])
    assert drawn is not None
    assert drawn.line.count("M") == 2


@pytest.mark.parametrize("points", [[], [Point(1.0)], [Point(1.0), Point(None)]])
def test_one_value_is_no_series(points):
    assert sparkline(points) is None


def test_the_target_lies_within_the_drawing():
    drawn = sparkline([Point(1.0), Point(1.1)], target=9.0)
    assert drawn is not None
    assert drawn.target_y is not None
    assert 0 <= drawn.target_y < drawn.last.y <= drawn.height


def test_a_wild_interval_does_not_flatten_the_line():
    drawn = sparkline([Point(1.0, -1000, 1000), Point(2.0, 1.5, 2.5)])
    assert drawn is not None
    first, last = re.findall(r"[\d.]+,([\d.]+)", drawn.line)[0], drawn.last.y
    assert float(first) - last > 10

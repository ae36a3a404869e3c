"""The trend of one KPI, drawn for screens of three widths, with the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mittari.measure.result import Record
from mittari.show import charts
from mittari.show import format as formats
from mittari.show.format import Style
from mittari.show.language import status_words
from mittari.show.periods import axis_label, spoken, spoken_series
from mittari.show.speech import Speech
from mittari.show.verdict import Goal
from mittari.time import Instant, Period

WIDTHS = {"middle": 400, "narrow": 240}
"""Widths of the plot on a tablet and on a phone, in pixels; its margins come on top."""


@dataclass(frozen=True)
class Row:
    """One sub-period of the table."""

    period: str
    value: str
    interval: str
    n: str
    status: str


@dataclass(frozen=True)
class Trend:
    """The drawings by the name of their width, none when no sub-period has a value, and the table."""

    drawings: dict[str, Markup]
    span: str
    rows: tuple[Row, ...]
    marks: tuple[str, ...] = ()
    provisional: bool = False


def drawn_trend(
    records: Sequence[Record],
    periods: Sequence[Period | Instant],
    goal: Goal | None,
    style: Style,
    *,
    wide: int = 680,
    marks: Sequence[charts.Marked] = (),
) -> Trend:
    """The trend over `periods`; `records` holds one record for each of them, in the same order."""
    say = Speech(style)
    points = [
        charts.TrendPoint(
            label=axis_label(period, say),
            value=record.value,
            low=record.ci_low,
            high=record.ci_high,
            said=str(formats.quantity(record.value, record.unit, style)),
            settled=record.status == "final",
        )
        for record, period in zip(records, periods, strict=True)
    ]
    drawings: dict[str, Markup] = {}
    if any(point.value is not None for point in points):
        unit = records[0].unit
        target = None if goal is None else (goal.value, goal_label(goal, unit, style))
        for name, width in {"wide": wide, **WIDTHS}.items():
            chart = charts.trend(points, unit, style, target=target, marks=marks, width=width)
            drawings[name] = Markup(charts.svg(chart))  # noqa: S704  # our own drawing; vl-convert escapes its texts
    return Trend(
        drawings=drawings,
        span=spoken_series(periods, say),
        rows=tuple(row_of(record, period, style) for record, period in zip(records, periods, strict=True)),
        marks=tuple(mark.name for mark in marks),
        provisional=any(point.value is not None and not point.settled for point in points),
    )


def goal_label(goal: Goal, unit: str, style: Style) -> str:
    return Speech(style).text("target {value}", value=str(formats.quantity(goal.value, unit, style)))


def row_of(record: Record, period: Period | Instant, style: Style) -> Row:
    return Row(
        period=spoken(period, Speech(style)),
        value=str(formats.quantity(record.value, record.unit, style)),
        interval=formats.interval(record.ci_low, record.ci_high, record.unit, style),
        n=formats.count(record.n, style),
        status=status_words(record.status, style.language)[0],
    )

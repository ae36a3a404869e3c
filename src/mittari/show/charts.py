"""Large charts: one Altair specification each, drawn to SVG on this machine by vl-convert.

Altair and vl-convert take a second to import, so they are imported where a chart is drawn, never with this module.
A page hands in `PAGE`, whose colours are the custom properties of the style sheet: the same drawing then follows light
and dark by itself. A report or an e-mail hands in `PAPER`.
"""

import functools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mittari.measure.result import Record
from mittari.show.format import SPACE, Style, quantity

FONT = "Inter, system-ui, sans-serif"
PLOT_HEIGHT = 220
MARGINS = {"left": 4, "right": 4, "top": 16, "bottom": 4}
"""Around the plot, its axes and its labels, in pixels."""


@dataclass(frozen=True)
class Palette:
    """The colours a chart is drawn with."""

    accent: str
    ink: str
    ink_3: str
    line: str
    surface: str
    mark: str


PAGE = Palette("var(--accent)", "var(--ink)", "var(--ink-3)", "var(--line)", "var(--surface)", "var(--warn-text)")
PAPER = Palette("#3653d8", "#12161f", "#646c7a", "#e6e8ec", "#ffffff", "#8f5a00")


@dataclass(frozen=True)
class TrendPoint:
    """One period of a trend, in the unit of the KPI; `label` names it on the axis, `said` is the value as written."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    said: str
    settled: bool = True


@dataclass(frozen=True)
class Marked:
    """A change made at a place between two periods: 3.5 lies in the middle of the fourth."""

    position: float
    name: str


@dataclass(frozen=True)
class Axis:
    """How values become axis numbers: multiplied by `factor`, followed by `suffix`."""

    factor: float
    suffix: str


def axis_of(unit: str, largest: float, style: Style) -> Axis:
    """The axis unit for a KPI whose largest shown value is `largest`."""
    if unit == "fraction":
        return Axis(100.0, f"{SPACE}%")
    if unit == "s":
        for seconds, name in ((2 * 86400, "d"), (2 * 3600, "h"), (180, "min")):
            if largest >= seconds:
                return Axis({"d": 1 / 86400, "h": 1 / 3600, "min": 1 / 60}[name], f"{SPACE}{name}")
        return Axis(1.0, f"{SPACE}s")
    if unit == "money":
        return Axis(1.0, f"{SPACE}{style.currency}")
    return Axis(1.0, "")


def trend(
    points: Sequence[TrendPoint],
    unit: str,
    style: Style,
    *,
    target: tuple[float, str] | None = None,
    marks: Sequence[Marked] = (),
    palette: Palette = PAGE,
    width: int = 640,
) -> Any:
    """A KPI over consecutive periods as an Altair chart: interval band, monotone line, target and changes made."""
    chart = plain_trend(points, unit, style, target=target, marks=marks, palette=palette, width=width)
    sized = chart.properties(width=width, height=PLOT_HEIGHT, background="transparent", padding=MARGINS)
    return dressed(sized, palette)


def plain_trend(
    points: Sequence[TrendPoint],
    unit: str,
    style: Style,
    *,
    target: tuple[float, str] | None = None,
    marks: Sequence[Marked] = (),
    palette: Palette = PAGE,
    width: int = 640,
) -> Any:
    """The layers of a trend without size and dress."""
    import altair as alt

    known = [abs(point.value) for point in points if point.value is not None]
    axis = axis_of(unit, max(known, default=0.0), style)
    rows = [
        {
            "at": index,
            **{name: scaled(getattr(point, name), axis) for name in ("value", "low", "high")},
            "settled": point.settled,
            "said": point.said,
        }
        for index, point in enumerate(points)
    ]
    names = json.dumps([point.label for point in points])
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(domain=[-0.3, len(points) - 0.7], nice=False),
        axis=alt.Axis(
            values=shown_ticks(len(points), width),
            grid=False,
            labelExpr=f"{names}[datum.value]",
            labelFlush=False,
            labelOverlap=False,
        ),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(
            tickCount=5, labelExpr=f"replace(format(datum.value, '~f'), '.', '{style.mark}') + '{axis.suffix}'"
        ),
    )
    base = alt.Chart(inline(alt, rows)).encode(x=x)
    layers = [
        base.mark_area(interpolate="monotone", color=palette.accent, opacity=0.12, line=False)
        .transform_filter("isValid(datum.low) && isValid(datum.high)")
        .encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        base.mark_line(interpolate="monotone", color=palette.accent, strokeWidth=2).encode(y=y),
        *dots(alt, base, y, palette),
        *target_layers(alt, target, axis, palette, width),
        *mark_layers(alt, marks, palette),
    ]
    return alt.layer(*layers)


def inline(alt: Any, rows: list[dict[str, Any]]) -> Any:
    """Rows as data that travel inside the specification."""
    return alt.Data(values=rows)


def records_chart(records: Sequence[Record], style: Style | None = None) -> Any:
    """Records of any number of periods as Altair charts below each other, one for each output and slice."""
    import altair as alt

    chosen = style or Style()
    series: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        sliced = ", ".join(f"{name} {value}" for name, value in record.slice.items())
        series.setdefault((record.name, sliced), []).append(record)
    drawn = []
    for (name, sliced), found in series.items():
        points = [
            TrendPoint(
                record.period,
                record.value,
                record.ci_low,
                record.ci_high,
                str(quantity(record.value, record.unit, chosen)),
                record.status == "final",
            )
            for record in found
        ]
        chart = plain_trend(points, found[0].unit, chosen, palette=PAPER)
        drawn.append(chart.properties(title=f"{name} · {sliced}" if sliced else name, width=640, height=PLOT_HEIGHT))
    return dressed(alt.vconcat(*drawn), PAPER)


def scaled(value: float | None, axis: Axis) -> float | None:
    return None if value is None else value * axis.factor


def shown_ticks(periods: int, width: int) -> list[int]:
    """Which periods get a label: as many as fit, always the last."""
    step = max(1, -(-periods * 62 // width))
    return sorted(range(periods - 1, -1, -step))


def dots(alt: Any, base: Any, y: Any, palette: Palette) -> list[Any]:
    """Filled for settled periods, hollow for provisional ones; the last value written above its dot."""
    point = {"size": 50, "strokeWidth": 1.5, "opacity": 1}
    return [
        base.transform_filter("isValid(datum.value) && datum.settled")
        .mark_point(filled=True, fill=palette.accent, stroke=palette.surface, **point)
        .encode(y=y),
        base.transform_filter("isValid(datum.value) && !datum.settled")
        .mark_point(filled=True, fill=palette.surface, stroke=palette.accent, **point)
        .encode(y=y),
        base.transform_filter("isValid(datum.value)")
        .transform_window(later="count()", frame=[0, None], sort=[alt.SortField("at")])
        .transform_filter("datum.later == 1")
        .mark_text(dx=8, dy=-15, align="right", fontWeight=600, fontSize=13, color=palette.ink)
        .encode(y=y, text="said:N"),
    ]


def target_layers(alt: Any, target: tuple[float, str] | None, axis: Axis, palette: Palette, width: int) -> list[Any]:
    """The dashed target and its label in the right margin."""
    if target is None:
        return []
    base = alt.Chart(inline(alt, [{"value": target[0] * axis.factor, "said": target[1]}])).encode(y="value:Q")
    return [
        base.mark_rule(strokeDash=[4, 4], color=palette.ink_3, strokeWidth=1),
        base.mark_text(align="left", baseline="middle", dx=6, color=palette.ink_3, fontSize=12).encode(
            x=alt.value(width), text="said:N"
        ),
    ]


def mark_layers(alt: Any, marks: Sequence[Marked], palette: Palette) -> list[Any]:
    """Changes made, as vertical rules with their number; the page lists what each was."""
    if not marks:
        return []
    rows = [{"at": mark.position, "said": str(number)} for number, mark in enumerate(marks, 1)]
    base = alt.Chart(inline(alt, rows)).encode(x="at:Q")
    return [
        base.mark_rule(color=palette.mark, strokeWidth=1, strokeDash=[2, 2]),
        base.mark_text(color=palette.mark, fontSize=12, fontWeight=600, align="left", dx=4, baseline="top").encode(
            y=alt.value(-8), text="said:N"
        ),
    ]


def dressed(chart: Any, palette: Palette) -> Any:
    """Type and axes as every chart has them."""
    label = {"labelFont": FONT, "labelFontSize": 12, "labelColor": palette.ink_3}
    return (
        chart.configure(font=FONT, autosize="pad")
        .configure_view(stroke=None)
        .configure_axis(**label, gridColor=palette.line, domain=False, ticks=False, labelPadding=8)
    )


_drawing = threading.Lock()
"""vl-convert runs one JavaScript engine; two threads would only wait for each other inside it."""


def svg(chart: Any) -> str:
    """The chart as an SVG element, without an XML declaration or inline styles, fit for a strict content policy."""
    # Unchecked against the schema of Vega-Lite: that takes longer than drawing, and the tests do it.
    return drawn(json.dumps(chart.to_dict(validate=False), sort_keys=True))


@functools.lru_cache(maxsize=256)
def drawn(specification: str) -> str:
    import vl_convert

    with _drawing:
        return str(vl_convert.vegalite_to_svg(specification))

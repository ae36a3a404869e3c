"""Large charts: drawn on this machine, fit for a strict policy, in the colours of the page."""

import re

import pytest

from mittari.show import charts
from mittari.show.charts import Marked, TrendPoint, axis_of, svg, trend
from mittari.show.format import Style
from show import sample


def a_year():
    points = [
        TrendPoint(f"2026-{m:02d}", 0.7 + m / 100, 0.65 + m / 100, 0.75 + m / 100, f"{70 + m},0 %", m < 12)
        for m in range(1, 13)
    ]
    return trend(points, "fraction", Style("fi"), target=(0.8, "target <80 %>"), marks=[Marked(3.5, "new menu")])


@pytest.fixture(scope="module")
def drawing():
    return svg(a_year())


def test_a_chart_with_everything_is_sound_by_the_schema_of_vega_lite():
    assert a_year().to_dict(validate=True)["layer"]


def test_a_drawing_has_no_inline_style_and_no_script(drawing):
    assert drawing.startswith("<svg")
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", drawing)


def test_a_drawing_loads_nothing(drawing):
    assert not re.search(r"(href|src)=|url\(", drawing.replace("xmlns:xlink=", ""))


def test_a_drawing_takes_its_colours_from_the_page(drawing):
    assert "var(--accent)" in drawing
    assert charts.PAPER.accent not in drawing


def test_a_drawing_names_the_last_value_the_target_and_the_change_made(drawing):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    assert "82,0 %" in texts
    assert "target &lt;80 %&gt;" in texts
    assert "1" in texts
    assert any(text.endswith("%") and "," not in text for text in texts)


def test_a_report_gets_the_colours_of_paper():
    points = [TrendPoint("a", 1.0, None, None, "1"), TrendPoint("b", 2.0, None, None, "2", settled=False)]
    drawn = svg(trend(points, "count", Style(), palette=charts.PAPER))
    assert charts.PAPER.accent in drawn
    assert "var(" not in drawn


def test_periods_without_a_value_are_left_out():
    points = [
        TrendPoint("a", 1.0, 0.5, 1.5, "1"),
        TrendPoint("b", None, None, None, "–"),
        TrendPoint("c", 2.0, 1.5, 2.5, "2"),
    ]
    assert "NaN" not in svg(trend(points, "points", Style()))


@pytest.mark.parametrize(("largest", "suffix"), [(90, "s"), (900, "min"), (9000, "h"), (900000, "d")])
def test_a_time_axis_has_the_unit_a_person_would_choose(largest, suffix):
    assert axis_of("s", largest, Style()).suffix.strip("\u202f") == suffix


def test_records_draw_one_chart_for_each_output_and_slice():
    workspace = sample.SampleWorkspace()
    months = ["2026-07", "2026-08", "2026-09"]
    records = [*workspace.kpi("nps", months), *workspace.kpi("service_level", months, where={"channel": "phone"})]
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg(charts.records_chart(records)))
    assert "nps.score" in texts
    assert "service_level.share · channel phone" in texts

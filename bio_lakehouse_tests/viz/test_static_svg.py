"""The five charts without a browser: what Plotly would draw stands where it belongs, and gaps stay
gaps."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pandas as pd
import pytest
from plotly.graph_objects import Figure

from bio_lakehouse.insights import INSIGHTS, Insight, InsightData, insights_of, visualize
from bio_lakehouse.sources import demo
from bio_lakehouse.viz import charts
from bio_lakehouse.viz.load_chart import Bounded, LoadSeries, load_over_time
from bio_lakehouse.viz.static_svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, static_svg

SVG = "{http://www.w3.org/2000/svg}"
END = date(2026, 6, 28)
DAYS = [f"2025-03-{day:02d}" for day in range(1, 6)]


def drawn(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(static_svg(figure, label='A "chart" & <more>'))


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def insights(days: int) -> dict[str, Insight]:
    person = demo.simulate(days, 1, END)
    daily, workouts = pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    return {
        insight.name: insight for insight in insights_of(InsightData("me", END, daily, workouts))
    }


@pytest.fixture(scope="module")
def enough() -> dict[str, Insight]:
    return insights(180)


@pytest.mark.parametrize("name", INSIGHTS)
def test_each_chart_is_small_and_says_what_its_axes_are(
    enough: dict[str, Insight], name: str
) -> None:
    figure = visualize(enough[name])
    svg = static_svg(figure, label=enough[name].title)
    picture = ElementTree.fromstring(svg)
    assert len(svg) < 40_000
    assert not re.search(r"https?:(?!//www.w3.org/2000/svg)|NaN|None|url\(", svg)
    titles = {title for axis in figure.select_yaxes() if (title := axis.title.text)}
    said = texts(picture)
    assert titles
    assert all(title.replace("<br>", " ") in said for title in titles)
    legend = {trace.name for trace in figure.data if trace.name and trace.showlegend is not False}
    assert figure.layout.showlegend is False or legend <= set(said)


@pytest.mark.parametrize("name", INSIGHTS)
def test_without_enough_data_no_chart_breaks(name: str) -> None:
    assert drawn(visualize(insights(3)[name])).tag == f"{SVG}svg"


def test_a_score_lies_at_its_height_and_a_gap_stays_a_gap() -> None:
    figure = charts.line_with_averages(
        DAYS, [0, 100, None, 50, 75], averages={"7-day": [50] * 5}, line=None, title="Readiness"
    )
    lines = [
        path.attrib["d"]
        for path in drawn(figure).iter(f"{SVG}path")
        if path.attrib.get("fill") == "none"
    ]
    bottom, top, right = HEIGHT - BOTTOM, TOP, WIDTH - RIGHT
    unit = (bottom - top) / 102
    step = (right - LEFT) / 4
    assert lines[0] == f"M{LEFT} {bottom - unit:.1f}L{LEFT + step:g} {top + unit:.1f}"
    assert lines[1].startswith(f"M{LEFT + 3 * step:.1f} ")
    assert len([line for line in lines if line.count("L") == 4]) == 1


def test_a_box_stands_at_its_quartiles_and_too_few_have_none() -> None:
    groups = [
        {
            "label": "Rest",
            "values": [0.0, 25.0, 50.0, 75.0, 100.0],
            "reference": True,
            "too_few": False,
        },
        {"label": "Yoga", "values": [80.0, 90.0], "reference": False, "too_few": True},
    ]
    picture = drawn(charts.box_by_group(groups, title="Readiness"))
    (box,) = [
        path.attrib["d"]
        for path in picture.iter(f"{SVG}path")
        if path.attrib.get("fill", "").startswith("rgba")
    ]
    unit = (HEIGHT - BOTTOM - TOP) / 102
    heights = [float(height) for height in re.findall(r"V([\d.]+)", box)]
    lowest = HEIGHT - BOTTOM - unit
    assert heights == pytest.approx([lowest - 75 * unit, lowest, lowest - 100 * unit], abs=0.1)
    assert {"Restn = 5", "Yogan = 2, too few"} <= set(texts(picture))


def test_medians_differ_in_form_and_unknown_ones_are_left_out() -> None:
    medians = [
        {"name": "That morning", "medians": [80, None], "low": [75, None], "high": [85, None]},
        {"name": "On the day after", "medians": [70, 60], "low": [65, 55], "high": [75, 65]},
    ]
    picture = drawn(charts.medians_by_category(["Rest", "High"], medians, title="Readiness"))
    unit = (HEIGHT - BOTTOM - TOP) / 42
    first, second = (
        [float(height) for height in re.findall(r" ([\d.]+)V([\d.]+)", path.attrib["d"])[0]]
        for path in picture.iter(f"{SVG}path")
        if path.attrib.get("stroke-width") == "2.5"
    )
    bottom = HEIGHT - BOTTOM - unit
    assert first == pytest.approx([bottom - 25 * unit, bottom - 35 * unit], abs=0.1)
    assert second == pytest.approx([bottom - 15 * unit, bottom - 25 * unit], abs=0.1)
    dots = [circle for circle in picture.iter(f"{SVG}circle") if circle.attrib["r"] == "5.5"]
    assert len(dots) == 2
    assert {"Rest", "High", "70", "85", "0", "100"} <= set(texts(picture))


def test_loads_are_drawn_over_their_days() -> None:
    state = Bounded((5.0,) * 5, (4.0,) * 5, (8.0,) * 5)
    loads = Bounded((None, 20.0, 0.0, 1.0, 2.0), (None, 10.0, 0.0, 1.0, 2.0), (None,) + (40.0,) * 4)
    picture = drawn(load_over_time(LoadSeries(tuple(DAYS), loads, state, state)))
    bars = [path for path in picture.iter(f"{SVG}path") if path.attrib["d"].count("h") > 1]
    assert [bar.attrib["d"].count("Z") for bar in bars] == [3, 4]
    assert {"Load", "Load of a day", "Between its bounds"} <= set(texts(picture))


def test_marked_days_and_stretches_are_drawn_in_their_panel(enough: dict[str, Insight]) -> None:
    figure = visualize(enough["anomaly_detection"])
    picture = drawn(figure)
    marked = sum(
        len([y for y in trace.y if y is not None])
        for trace in figure.data
        if str(trace.marker.symbol).startswith("triangle")
    )
    triangles = [
        path for path in picture.iter(f"{SVG}path") if path.attrib.get("stroke-width") == "2"
    ]
    assert len(triangles) == marked + 2 > 3  # a sign each in the legend
    shapes = [rect for rect in picture.iter(f"{SVG}rect") if "opacity" in rect.attrib]
    assert len(shapes) == len(figure.layout.shapes)
    assert [shape for shape in figure.layout.shapes if shape.xref != "paper"]


def test_its_text_is_safe_inside_the_picture() -> None:
    figure = charts.box_by_group(
        [{"label": "<script>", "values": [80.0] * 9, "reference": True, "too_few": False}],
        title="Readiness",
    )
    picture = drawn(figure)
    assert picture.attrib["aria-label"] == 'A "chart" & <more>'
    assert "<script>n = 9" in texts(picture)

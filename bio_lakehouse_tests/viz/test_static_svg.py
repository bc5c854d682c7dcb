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
    unit = (bottom - top) / 104
    step = (right - LEFT) / 4
    assert lines[0] == f"M{LEFT} {bottom - 2 * unit:.1f}L{LEFT + step:g} {top + 2 * unit:.1f}"
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
    unit = (HEIGHT - BOTTOM - TOP) / 104
    heights = [float(height) for height in re.findall(r"V([\d.]+)", box)]
    lowest = HEIGHT - BOTTOM - 2 * unit
    assert heights == pytest.approx([lowest - 75 * unit, lowest, lowest - 100 * unit], abs=0.1)
    assert {"Restn = 5", "Yogan = 2, too few"} <= set(texts(picture))


def test_bars_differ_in_outline_and_unknown_ones_are_left_out() -> None:
    bars = [
        {"name": "That morning", "medians": [80, None], "low": [75, None], "high": [85, None]},
        {"name": "On the day after", "medians": [70, 60], "low": [65, 55], "high": [75, 65]},
    ]
    picture = drawn(charts.grouped_bars(["Rest", "High"], bars, title="Readiness"))
    columns = [rect for rect in picture.iter(f"{SVG}rect") if rect.attrib["width"] == "44"]
    assert [rect.attrib.get("stroke-dasharray", "") for rect in columns] == ["7 5", "", ""]
    assert [float(rect.attrib["height"]) for rect in columns] == pytest.approx(
        [(HEIGHT - BOTTOM - TOP) * score / 100 for score in (80, 70, 60)], abs=0.1
    )


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
    shaded = [rect for rect in picture.iter(f"{SVG}rect") if "opacity" in rect.attrib]
    assert len(shaded) == len(figure.layout.shapes) > 0


def test_its_text_is_safe_inside_the_picture() -> None:
    figure = charts.box_by_group(
        [{"label": "<script>", "values": [80.0] * 9, "reference": True, "too_few": False}],
        title="Readiness",
    )
    picture = drawn(figure)
    assert picture.attrib["aria-label"] == 'A "chart" & <more>'
    assert "<script>n = 9" in texts(picture)

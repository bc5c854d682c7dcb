import json

import pytest
from plotly.graph_objects import Figure

from bio_lakehouse.viz import charts
from bio_lakehouse.viz.export import narrowed
from bio_lakehouse.viz.load_chart import Bounded, LoadSeries, load_over_time
from bio_lakehouse.viz.score_axis import score_axis

DAYS = [f"2025-03-{day:02d}" for day in range(1, 6)]
PANEL = {
    "title": "Readiness<br>(0–100)",
    "values": [80, None, 60, 81, 40],
    "texts": ["80", "–", "60", "81", "40"],
    "side": "low",
    "far": [DAYS[2]],
    "unusual": [DAYS[4]],
    "threshold": 65.0,
    "is_score": True,
    "note": None,
}


def test_refusal_says_how_many_of_how_many() -> None:
    assert charts.refusal(12, 20, "pairs of days") == "Not enough data (12 of 20 pairs of days)"
    assert charts.refusal(30, None, "days") is None


def test_line_chart_breaks_where_days_are_unknown() -> None:
    figure = charts.line_with_averages(
        DAYS,
        [80, None, 78, 81, 79],
        averages={"7-day average": [80, 80, 79, 80, 79]},
        line=None,
        title="Readiness",
    )
    assert figure.data[0].y == (80, None, 78, 81, 79)
    assert figure.data[0].connectgaps is False
    assert len(figure.data) == 2


def test_averages_differ_in_dash_not_in_colour_alone() -> None:
    figure = charts.line_with_averages(
        DAYS, [80] * 5, averages={"7": [80] * 5, "14": [79] * 5}, line=[78] * 5, title="Readiness"
    )
    assert [trace.line.dash for trace in figure.data[1:]] == ["solid", "dash", "dot"]


def test_timeline_has_a_panel_a_measure_and_one_legend() -> None:
    figure = charts.timeline_with_marks(
        DAYS, [PANEL, PANEL | {"note": "Not enough data"}], [(DAYS[0], DAYS[2])]
    )
    shown = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert sorted(shown) == sorted(set(shown))
    (note,) = [one for one in figure.layout.annotations if one.text == "Not enough data"]
    assert (note.xref, note.yref) == ("x2 domain", "y2 domain")
    shaded = {(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.xref != "paper"}
    assert shaded == {(DAYS[0], DAYS[2])}


def test_timeline_of_an_unmarked_measure_keeps_its_legend() -> None:
    clean = PANEL | {"far": [], "unusual": []}
    figure = charts.timeline_with_marks(DAYS, [clean], [])
    assert {"Daily", "Low (1.5 SD below the mean)"} <= {trace.name for trace in figure.data}


def test_timeline_points_to_the_side_that_is_looked_at() -> None:
    figure = charts.timeline_with_marks(DAYS, [PANEL, PANEL | {"side": "high"}], [])
    symbols = {trace.name: trace.marker.symbol for trace in figure.data if trace.marker.symbol}
    assert symbols["Low (1.5 SD below the mean)"] == "triangle-down-open"
    assert symbols["High (1.5 SD above the mean)"] == "triangle-up-open"
    lines = [trace.name for trace in figure.data if trace.line.dash == "dot"]
    assert lines == ["Low below this", "High above this"]


def test_a_box_for_too_few_days_shows_its_dots_only() -> None:
    figure = charts.box_by_group(
        [
            {"label": "Rest", "values": [80.0] * 9, "reference": True, "too_few": False},
            {"label": "Yoga", "values": [80.0] * 2, "reference": False, "too_few": True},
        ],
        title="Readiness",
    )
    assert figure.data[1].fillcolor == figure.data[1].line.color == "rgba(0,0,0,0)"
    assert figure.data[1].boxpoints == "all"
    assert figure.data[1].name == "Yoga<br>n = 2, too few"


@pytest.mark.parametrize(
    ("values", "low", "high", "limits"),
    [
        ([72, None, 88], 70, 90, (85,)),
        ([48, 98], 45, 100, (70, 85)),
        ([80, 80], 70, 90, (85,)),
        ([99, 100], 80, 100, (85,)),
        ([0, 1], 0, 20, ()),
        ([], 0, 100, (70, 85)),
    ],
)
def test_a_scores_axis_fits_its_data(
    values: list[float | None], low: int, high: int, limits: tuple[int, ...]
) -> None:
    axis = score_axis(values)
    assert (axis.low, axis.high, axis.limits) == (low, high, limits)


def test_beside_a_scores_axis_stands_where_on_the_scale_it_lies() -> None:
    figure = charts.line_with_averages(
        DAYS, [60, None, 78, 81, 79], averages={}, line=None, title="Readiness"
    )
    signs = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert [(sign.y0, sign.y1) for sign in signs] == [(0, 1), (0.55, 0.85)]
    assert [shape.y0 for shape in figure.layout.shapes if shape.type == "line"] == [70]
    assert [one.text for one in figure.layout.annotations] == ["0", "100", "70"]


def test_loads_have_one_axis_from_zero_and_their_bounds() -> None:
    loads = Bounded((None, 20.0, 0.0), (None, 10.0, 0.0), (None, 40.0, 0.0))
    state = Bounded((None, 5.0, 6.0), (None, 4.0, 5.0), (None, 8.0, 7.0))
    figure = load_over_time(LoadSeries(tuple(DAYS[:3]), loads, state, state))
    sure, pale, *bounds = figure.data[:4]
    assert (sure.y, pale.y, pale.base) == (loads.low, (None, 30.0, 0.0), loads.low)
    assert [band.y for band in bounds] == [(8.0, 7.0, 5.0, 4.0)] * 2
    assert figure.layout.yaxis.range == (0, 42.0)
    assert figure.layout.xaxis.range == ("2025-02-28", "2025-03-04")


def test_a_state_without_one_figure_has_its_bounds_and_no_line() -> None:
    days, unknown = tuple(DAYS[:2]), Bounded((None, None), (0.0, 0.0), (28.0, 28.0))
    figure = load_over_time(LoadSeries(days, unknown, unknown, unknown))
    drawn = [(trace.name, trace.fill) for trace in figure.data if trace.type == "scatter"]
    assert drawn == [("Chronic load (42 days)", "toself"), ("Acute load (7 days)", "toself")]
    assert all(trace.showlegend for trace in figure.data if trace.type == "scatter")


def test_many_boxes_lie_in_a_narrow_picture() -> None:
    groups = [
        {"label": name, "values": [60.0, 90.0], "reference": False, "too_few": False}
        for name in ("Rest", "Ride", "Run", "Yoga")
    ]
    upright = charts.box_by_group(groups, title="Readiness")
    lying = narrowed(Figure(upright))
    assert {box.orientation for box in lying.data} == {"h"}
    assert [box.x for box in lying.data] == [box.y for box in upright.data]
    assert lying.layout.xaxis.title.text == "Readiness"
    limits = [(shape.xref, shape.x0, shape.yref) for shape in lying.layout.shapes]
    assert limits == [("x", 70, "paper"), ("x", 85, "paper")]
    few = charts.box_by_group(groups[:3], title="Readiness")
    assert narrowed(few) is few


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_figures_are_json_without_numbers_that_json_lacks(mode) -> None:
    figures = [
        charts.timeline_with_marks(DAYS, [PANEL], [], mode=mode),
        charts.scatter_with_line(
            [], [], days=[], line=None, titles=("x", "y"), note="nothing", mode=mode
        ),
        charts.medians_by_category(
            ["a"], [{"name": "b", "medians": [None], "low": [None], "high": [None]}], title="t"
        ),
    ]
    for figure in figures:
        assert "NaN" not in figure.to_json()
        json.loads(figure.to_json())

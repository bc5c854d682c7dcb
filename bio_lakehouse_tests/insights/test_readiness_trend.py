import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import adjust, readiness_trend


def rising(points_a_week: float, n: int = 120, seed: int = 31) -> np.ndarray:
    return (
        75 + points_a_week / 7 * np.arange(n) + np.random.default_rng(seed).normal(0, 4, n)
    ).round()


@pytest.mark.parametrize(
    ("points_a_week", "direction", "begins"),
    [
        (0.8, "improving", "Readiness is improving: +0."),
        (-0.8, "declining", "Readiness is declining: −0."),
        (0.0, "stable", "Readiness is stable: a trend was looked for and not found ("),
    ],
)
def test_direction_is_mann_kendalls(
    person, points_a_week: float, direction: str, begins: str
) -> None:
    insight = adjust([readiness_trend.analyze(person({"readiness_score": rising(points_a_week)}))])[
        0
    ]
    finding = insight.findings[0]
    assert readiness_trend.direction(finding) == direction
    assert readiness_trend.narrate(insight).startswith(begins)
    assert finding.interval[0] < points_a_week < finding.interval[1]


def test_line_through_the_14_day_average_is_shown_and_not_tested(person) -> None:
    values = rising(0.8, n=180)
    insight = adjust([readiness_trend.analyze(person({"readiness_score": values}))])[0]
    line = insight.findings[1]
    average = [values[max(0, i - 13) : i + 1].mean() for i in range(180)]
    expected = stats.linregress(np.arange(180), average)
    assert line.effect == pytest.approx(7 * expected.slope)
    assert line.values["intercept"] == pytest.approx(expected.intercept)
    assert (line.tested, line.status, line.p, line.q, line.interval) == (
        False,
        "described",
        None,
        None,
        None,
    )


def test_averages_look_back_beyond_the_window(person) -> None:
    values = np.arange(70.0, 110.0)
    data = person({"readiness_score": values}, window_days=20)
    averages = readiness_trend.analyze(data).series["averages"]
    assert averages["7-day average"][0] == values[14:21].mean()
    assert averages["14-day average"][0] == values[7:21].mean()


def test_fifty_nine_days_are_too_few(person) -> None:
    insight = readiness_trend.analyze(person({"readiness_score": rising(3, n=59)}))
    assert [(f.status, f.n, f.needed, f.effect) for f in insight.findings] == [
        ("not enough data", 59, 60, None)
    ] * 2
    assert readiness_trend.direction(insight.findings[0]) is None
    assert readiness_trend.narrate(insight) == "Readiness trend: not enough data (59 of 60 days)."
    assert all(trace.name != "Straight line" for trace in readiness_trend.visualize(insight).data)


def test_gaps_are_drawn_as_gaps(person) -> None:
    values = rising(0.5)
    values[40:60] = np.nan
    figure = readiness_trend.visualize(
        adjust([readiness_trend.analyze(person({"readiness_score": values}))])[0]
    )
    daily = figure.data[0]
    assert len(daily.x) == 180
    assert list(daily.y[100:120]) == [None] * 20
    assert all(trace.connectgaps is False for trace in figure.data)
    assert [trace.name for trace in figure.data] == [
        "Daily",
        "7-day average",
        "14-day average",
        "Straight line",
    ]
    assert len({(trace.line.dash, trace.line.width) for trace in figure.data}) == 4

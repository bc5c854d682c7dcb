from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import adjust, readiness_trend


def rising(points_a_week: float, n: int = 120, seed: int = 31) -> np.ndarray:
    return (
        75 + points_a_week / 7 * np.arange(n) + np.random.default_rng(seed).normal(0, 4, n)
    ).round()


def test_the_last_month_stands_beside_the_first(person) -> None:
    values = np.concatenate([np.full(30, 76.0), rising(0, n=60), np.full(30, 84.0)])
    values[[1, 2, 100]] = np.nan
    insight = readiness_trend.analyze(person({"readiness_score": values}))
    months = insight.findings[0]
    assert (months.status, months.tested, months.p, months.effect) == ("described", False, None, 8)
    assert (months.values["n_first"], months.values["n_last"]) == (28, 29)
    assert adjust([insight]) == [insight]
    assert readiness_trend.narrate(insight).startswith(
        "Readiness averaged 84.0 over the last month (8 February – 9 March 2025, 29 days known) "
        "and 76.0 over the first (10 November – 9 December 2024, 28 days known): shown and not "
        "tested. "
    )
    assert readiness_trend.plain(insight, months) == (
        "Readiness averaged 84.0 in your last month (29 days) and 76.0 in your first (28 days)."
    )
    assert readiness_trend.plain(insight, insight.findings[1]) is None


def test_a_slope_of_an_earlier_version_is_not_told(person) -> None:
    insight = readiness_trend.analyze(person({"readiness_score": rising(0.5)}))
    old = replace(
        insight.findings[0], status="found", tested=True, q=0.001, values={"kendall_s": 900.0}
    )
    assert "earlier version" in readiness_trend.sentence(old)
    assert readiness_trend.plain(insight, old) is None


def test_a_last_month_without_a_ring_is_no_month(person) -> None:
    values = rising(0.5)
    values[-21:] = np.nan
    months = readiness_trend.analyze(person({"readiness_score": values})).findings[0]
    assert (months.status, months.n, months.needed) == ("not enough data", 9, 10)
    assert (
        readiness_trend.sentence(months)
        == "Readiness of the last month: not enough data (9 of 10 days)."
    )


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
    assert readiness_trend.narrate(insight) == (
        "Readiness over the months: not enough data (59 of 60 days)."
    )
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

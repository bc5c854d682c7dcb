"""The page shows every tested effect with its interval in one picture, and none where nothing was tested."""

from __future__ import annotations

from datetime import date

import pandas as pd

from bio_lakehouse.insights import InsightData, insights_of, visualize_effects
from bio_lakehouse.reports.build import figures_of
from bio_lakehouse.reports.contents import ReportInputs, contents_of
from bio_lakehouse.reports.weekly_report import EFFECTS, render
from bio_lakehouse.sources import demo

END = date(2026, 6, 28)


def inputs_of(days: int) -> ReportInputs:
    person = demo.simulate(days, 1, END)
    daily, workouts = pd.DataFrame(demo.daily_rows(person)), pd.DataFrame(demo.workout_rows(person))
    coverage = pd.DataFrame(columns=["user_id", "source", "first_day", "last_day"])
    insights = insights_of(InsightData("me", END, daily, workouts))
    return ReportInputs(
        user_id="me", day=END, today=END, daily=daily, workouts=workouts, coverage=coverage, insights=insights
    )


def test_found_and_not_found_effects_stand_side_by_side() -> None:
    inputs = inputs_of(120)
    figure = visualize_effects(inputs.insights)
    shown = sum(len(trace.y) for trace in figure.data)
    decided = [f for i in inputs.insights for f in i.findings if f.q is not None and f.effect_name != "points a week"]
    assert shown == len(decided) > 3
    page = render(contents_of(inputs, 3), {EFFECTS: figure})
    assert 'data-figure="figure-effects"' in page
    assert 'id="figure-effects"' in page


def test_without_tests_there_is_no_picture() -> None:
    inputs = inputs_of(6)
    figures = figures_of(inputs.insights)
    assert EFFECTS not in figures
    assert 'data-figure="figure-effects"' not in render(contents_of(inputs, 3), figures)

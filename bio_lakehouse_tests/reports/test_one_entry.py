"""A measure that is entered in the register stands wherever measures stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from bio_lakehouse.gold import measures
from bio_lakehouse.gold.measures import Measure
from bio_lakehouse.insights import InsightData, anomaly_detection
from bio_lakehouse.insights.week_comparison import week_tests
from bio_lakehouse.narrative.claims import claim_of
from bio_lakehouse.narrative.telling import text_of
from bio_lakehouse.reports.report_facts import facts_of
from bio_lakehouse.reports.report_model import ReportInputs, model_of
from bio_lakehouse.reports.weekly_report import render

DEEP_SLEEP = Measure(
    column="deep_sleep_score",
    title="Deep sleep",
    short_name="deep sleep",
    good="higher",
    compared="days",
    watched=True,
    taken=("night", "ring"),
)
WORKOUT_CALORIES = Measure(
    column="workout_calories",
    title="Workout calories",
    short_name="workout calories",
    unit="kcal",
    compared="weeks",
    taken=("bike",),
)


@pytest.fixture
def _entered(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (*measures.MEASURES, DEEP_SLEEP, WORKOUT_CALORIES)
    monkeypatch.setattr(measures, "MEASURES", entries)


@pytest.mark.usefixtures("_entered")
def test_one_entry_is_enough(
    make_inputs: Callable[..., ReportInputs], make_daily: Callable[..., pd.DataFrame]
) -> None:
    random = np.random.default_rng(3)
    daily = make_daily(
        deep_sleep_score=list(random.normal(70, 5, 120).round()),
        workout_count=[1.0] * 120,
        workout_calories=[400.0] * 120,
    )
    model = model_of(make_inputs(daily=daily))
    page = render(model)
    assert "Deep sleep" in page
    assert '<th scope="row">Workout calories<span class="unit">kcal</span>' in page
    facts = facts_of(model, [])
    claims = [claim_of("level", ["deep_sleep_score"], emphasis=0)]
    assert text_of(claims, facts).startswith("Deep sleep averaged ")
    claims = [claim_of("count", ["workout_calories"], emphasis=0)]
    assert text_of(claims, facts) == "Workout calories came to 2,800 kcal."
    data = InsightData("me", model.last_day, daily, make_inputs().workouts, 60)
    assert [test.measure for test in week_tests(data) if test.p is not None] == ["deep_sleep_score"]
    found = anomaly_detection.analyze(data).findings
    assert "deep sleep" in [finding.name for finding in found]

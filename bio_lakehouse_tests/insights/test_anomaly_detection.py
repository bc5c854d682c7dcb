from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from bio_lakehouse.gold.measures import watched
from bio_lakehouse.insights import InsightData, adjust, anomaly_detection
from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows
from bio_lakehouse_tests.insights.conftest import AS_OF


@pytest.fixture
def scores():
    random = np.random.default_rng(41)
    return {measure.column: random.normal(80, 4, 100).round() for measure in watched()}


def by_name(insight):
    return {finding.name: finding for finding in insight.findings}


def test_low_and_unusual_days_are_told_apart(person, scores, as_of) -> None:
    scores["readiness_score"][[60, 95]] = [71, 50]
    found = by_name(anomaly_detection.analyze(person(scores)))
    values = found["readiness"].values
    readiness = scores["readiness_score"]
    assert values["threshold"] == pytest.approx(readiness.mean() - 1.5 * readiness.std(ddof=1))
    low = [
        (as_of - timedelta(days=int(99 - i))).isoformat()
        for i in np.flatnonzero(readiness < values["threshold"])
    ]
    assert values["low_days"] == low
    assert (as_of - timedelta(days=39)).isoformat() in low
    assert values["unusual_days"] == [(as_of - timedelta(days=4)).isoformat()]
    assert values["judged"] == 100 - 28


def test_nothing_is_tested(person, scores) -> None:
    for finding in adjust(
        [anomaly_detection.analyze(person(scores | {"had_workout": [True] * 100}))]
    )[0].findings:
        assert (finding.status, finding.tested, finding.p, finding.q) == (
            "described",
            False,
            None,
            None,
        )


def test_streaks_count_known_days_without_a_workout_only(person, scores, as_of) -> None:
    had = [True, False, False, False, False, True, False, False, None, False] + [True] * 90
    found = by_name(anomaly_detection.analyze(person(scores | {"had_workout": had})))
    begin = as_of - timedelta(days=98)
    assert found["missed_workouts"].values["streaks"] == [
        [begin.isoformat(), (begin + timedelta(days=3)).isoformat()]
    ]
    assert found["missed_workouts"].n == 99
    said = anomaly_detection.sentence(found["missed_workouts"])
    assert said == (
        "Once there were 3 days or more in a row without a workout, among 99 days of which "
        "workouts are known; these were the 4 days 1–4 December 2024."
    )


def test_days_before_the_window_serve_as_the_days_before(person, scores) -> None:
    data = person(scores, window_days=30)
    found = by_name(anomaly_detection.analyze(data))
    assert found["readiness"].values["judged"] == 30
    assert found["readiness"].n == 30


def test_twenty_seven_days_are_too_few(person) -> None:
    insight = anomaly_detection.analyze(person({"readiness_score": [80.0] * 26 + [20.0]}))
    found = by_name(insight)
    assert (found["readiness"].status, found["readiness"].n, found["readiness"].needed) == (
        "not enough data",
        27,
        28,
    )
    assert found["readiness"].values == {}
    assert found["hrv"].n == 0
    said = anomaly_detection.narrate(insight)
    assert "Days of low readiness: not enough data (27 of 28 days)." in said
    assert "Missed workouts: not enough data (0 of 28 days of which workouts are known)." in said
    notes = [note.text for note in anomaly_detection.visualize(insight).layout.annotations]
    assert sum(note.startswith("Not enough data (") for note in notes) == 4


def test_a_clean_person_hears_that_nothing_was_found(person) -> None:
    values = [80.0, 81.0] * 45
    insight = anomaly_detection.analyze(
        person(
            {
                "readiness_score": values,
                "sleep_score": values,
                "hrv_rmssd_ms": values,
                "temperature_deviation": values,
                "had_workout": [True] * 90,
            }
        )
    )
    said = anomaly_detection.narrate(insight)
    assert "Readiness: looked for low days" in said
    assert "among 90 days and found none." in said
    assert "Looked for unusually low readiness among the 62 days" in said
    assert "Looked for 3 days or more in a row without a workout" in said


def test_timeline_marks_the_days_by_shape_as_well_as_colour(person, scores) -> None:
    scores["readiness_score"][95] = 40
    had = [True] * 50 + [False] * 5 + [True] * 45
    insight = anomaly_detection.analyze(person(scores | {"had_workout": had}))
    figure = anomaly_detection.visualize(insight)
    symbols = {trace.name: trace.marker.symbol for trace in figure.data if trace.marker.symbol}
    assert symbols["Low (1.5 SD below the mean)"] == "triangle-down-open"
    assert symbols["Unusual (against 60 days before)"] == "diamond"
    unusual = next(trace for trace in figure.data if trace.name.startswith("Unusual"))
    assert list(unusual.y) == [40.0]
    low, high = figure.layout.yaxis.range
    assert low <= 40 < high


def test_a_warm_night_is_found_on_the_high_side(person, as_of) -> None:
    temperature = np.random.default_rng(5).normal(0.02, 0.11, 100).round(2)
    temperature[[80, 95]] = [-1.1, 0.95]
    insight = anomaly_detection.analyze(person({"temperature_deviation": temperature}))
    found = by_name(insight)["temperature"]
    day = (as_of - timedelta(days=4)).isoformat()
    assert found.values["unusual_days"] == [day]
    assert day in found.values["high_days"]
    said = anomaly_detection.sentence(found)
    assert said.startswith(
        "Temperature deviation was high (more than 1.5 standard deviations above"
    )
    assert said.endswith("1 was unusually high in temperature deviation, on 5 March 2025.")
    assert anomaly_detection.by_chance() in found.caveats
    assert "4 in 1,000 in the 4" in anomaly_detection.by_chance()


def test_the_demo_persons_illness_shows_in_temperature() -> None:
    truth = simulate(400, 7, AS_OF)
    daily, workouts = pd.DataFrame(daily_rows(truth)), pd.DataFrame(workout_rows(truth))
    insight = anomaly_detection.analyze(InsightData("me", AS_OF, daily, workouts))
    warm = set(by_name(insight)["temperature"].values["unusual_days"])
    ill = {day.day.isoformat() for day in truth.days if day.severity >= 0.5}
    assert warm & ill
    assert warm <= {day.day.isoformat() for day in truth.days if day.severity > 0}


def test_an_insight_made_before_a_measure_was_watched_is_still_drawn(person, scores) -> None:
    now = anomaly_detection.analyze(person(scores))
    earlier = replace(
        now,
        findings=tuple(finding for finding in now.findings if finding.name != "temperature"),
        series=now.series | {"values": dict(list(now.series["values"].items())[:3])},
    )
    panels = {trace.yaxis for trace in anomaly_detection.visualize(earlier).data if trace.yaxis}
    assert panels == {"y", "y2", "y3"}

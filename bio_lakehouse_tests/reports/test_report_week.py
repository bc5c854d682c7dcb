from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from bio_lakehouse.reports.week import days_of, known_days, week_lines, weekly_highs

Make = Callable[..., pd.DataFrame]


def test_days_run_from_the_first_to_the_last(sunday: date) -> None:
    assert [day.isoformat() for day in days_of(sunday)][::6] == ["2025-03-03", "2025-03-09"]


def test_a_day_holds_its_night_its_morning_and_its_workouts_in_order(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    saturday = sunday - timedelta(days=1)
    daily = make_daily(
        readiness_score=[81, None],
        sleep_score=[77, None],
        sleep_duration_h=[7.2, None],
        workout_count=[2, 0],
    )
    workouts = make_workouts((saturday, "Warm Up", 5, None), (saturday, "Climb", 30, 300.4)).iloc[
        ::-1
    ]
    *earlier, sat, sun = week_lines(daily, workouts, sunday)
    assert [reading.text for reading in sat.night] == ["77", "7 h 12 min", "–"]
    assert [reading.text for reading in sat.morning] == ["81", "–"]
    assert [(w.title, w.minutes, w.output_kj) for w in sat.workouts] == [
        ("Warm Up", 5, None),
        ("Climb", 30, 300.4),
    ]
    assert (sun.night_known, sun.morning_known, sun.workouts, sun.had_workout) == (
        False,
        False,
        (),
        False,
    )
    assert all(line.had_workout is None for line in earlier)
    assert known_days([*earlier, sat, sun]) == 2


def test_a_workout_without_title_goes_by_its_discipline(
    make_workouts: Make, make_daily: Make, sunday: date
) -> None:
    workouts = make_workouts((sunday, "  ", None, None))
    line = week_lines(make_daily(workout_count=[None]), workouts, sunday)[-1]
    assert (line.workouts[0].title, line.had_workout) == ("Cycling", True)


def test_a_high_says_how_far_back_the_last_one_lies(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    readiness = (
        [90] + [70] * 52 + [71, 90, 72, 73, 74, 75, 76]
    )  # 90 on 9 January and on Tuesday 4 March
    (high,) = weekly_highs(make_daily(readiness_score=readiness), make_workouts(), sunday)
    assert (high.day, high.value) == (date(2025, 3, 4), 90)
    assert high.since == "since 9 January 2025"
    assert high.days_back == 54


def test_a_high_without_an_equal_goes_back_to_the_first_known_day(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    (high,) = weekly_highs(make_daily(hrv_rmssd_ms=[50.0] * 40 + [60.0]), make_workouts(), sunday)
    assert high.since == "since at least 28 January 2025"


def test_recent_highs_and_thin_weeks_say_nothing_of_the_past(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    (recent,) = weekly_highs(make_daily(readiness_score=[80] * 13), make_workouts(), sunday)
    assert (recent.since, recent.days_back) == ("", None)
    assert (
        weekly_highs(
            make_daily(readiness_score=[60] * 40 + [None] * 6 + [80]), make_workouts(), sunday
        )
        == ()
    )


def test_a_high_after_a_long_gap_says_nothing_of_the_past(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    readiness = [90] + [None] * 100 + [70, 71] + [None] * 30 + [80, 74, 75]
    (high,) = weekly_highs(make_daily(readiness_score=readiness), make_workouts(), sunday)
    assert (high.value, high.since, high.days_back) == (80, "", None)


def test_the_workout_with_the_most_output(
    make_daily: Make, make_workouts: Make, sunday: date
) -> None:
    thursday, monday = sunday - timedelta(days=3), sunday - timedelta(days=6)
    workouts = make_workouts(
        (sunday - timedelta(days=100), "Old", 60, 700.0),
        *((sunday - timedelta(days=7 * week), "Before", 30, 300.0) for week in range(1, 15)),
        (monday, "Easy", 20, 150.0),
        (thursday, "Stretch", 10, None),
        (thursday, "Hard", 45, 512.0),
    )
    (high,) = weekly_highs(make_daily(readiness_score=[]), workouts, sunday)
    assert (high.measure.title, high.day, high.value) == (
        "Output in one workout",
        thursday,
        512.0,
    )
    assert high.since == "since 29 November 2024"

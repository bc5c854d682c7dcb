from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from bio_lakehouse.sources.demo import Truth, Workout, daily_rows, simulate, workout_rows

END = date(2025, 11, 20)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate(120, 1, END)


def with_workouts_on(truth: Truth, index: int, **figures: object) -> Truth:
    """The same person with two known workouts on one day and none else that day."""
    day = truth.days[index].day
    ride = next(workout for workout in truth.workouts if workout.watts and workout.length)
    moment = ride.started_at.replace(year=day.year, month=day.month, day=day.day)
    first: Workout = replace(
        ride, day=day, started_at=moment, length=30, output=245, watts=136, calories=300
    )
    second = replace(
        first,
        discipline="Yoga",
        category="recovery",
        output=None,
        watts=None,
        calories=None,
        length=20,
    )
    others = [workout for workout in truth.workouts if workout.day != day]
    done = sorted(
        [*others, replace(first, **figures), second], key=lambda workout: workout.started_at
    )  # type: ignore[arg-type]
    return replace(truth, workouts=tuple(done))


def test_a_row_a_day(truth: Truth) -> None:
    rows = daily_rows(truth, "anna")
    assert [row["day"] for row in rows] == [day.day for day in truth.days]
    assert {row["user_id"] for row in rows} == {"anna"}
    assert len({tuple(row) for row in rows}) == 1


def test_workouts_of_a_day_are_summed_averaged_and_listed(truth: Truth) -> None:
    row = daily_rows(with_workouts_on(truth, 50, heart_rate=199.5))[50]
    assert row["workout_count"] == 2
    assert row["had_workout"] is True
    assert row["total_output_kj"] == 245.0
    assert row["workout_minutes"] == 50.0
    assert row["avg_watts"] == 136.0
    assert row["max_avg_heart_rate_bpm"] == 199.5
    assert row["avg_output_per_minute"] == 8.17
    assert row["disciplines"] == "Cycling,Yoga"
    assert row["workout_categories"] == "cardio_high,recovery"


def test_a_day_off_within_the_downloads_days_is_known_to_be_one(truth: Truth) -> None:
    covered = range(5, 115)
    resting = [index for index in covered if not truth.workouts_of(truth.days[index].day)]
    rows = daily_rows(truth)
    for index in resting:
        assert rows[index]["had_workout"] is False
        assert rows[index]["workout_count"] == 0
        assert rows[index]["total_output_kj"] is None


def test_before_the_first_workout_nothing_is_known_of_workouts(truth: Truth) -> None:
    later = replace(
        truth,
        workouts=tuple(workout for workout in truth.workouts if workout.day > truth.days[9].day),
    )
    row = daily_rows(later)[3]
    assert row["had_workout"] is None
    assert row["workout_count"] is None


def test_a_missed_sync_leaves_workouts_only(truth: Truth) -> None:
    rows = {row["day"]: row for row in daily_rows(truth)}
    for day in truth.missed_sync:
        assert rows[day]["readiness_score"] is None
        assert rows[day]["steps"] is None
        assert rows[day]["had_workout"] is not None


def test_without_the_ring_there_is_activity_only(truth: Truth) -> None:
    rows = {row["day"]: row for row in daily_rows(truth)}
    for day in set(truth.not_worn) - set(truth.missed_sync):
        assert rows[day]["steps"] is not None
        assert rows[day]["activity_score"] is None
        assert rows[day]["hrv_rmssd_ms"] is None
        assert rows[day]["temperature_deviation"] is None


def test_a_record_without_score_keeps_its_contributors_and_its_ratio_is_unknown(
    truth: Truth,
) -> None:
    index = next(
        i for i, day in enumerate(truth.days) if day.readiness and not day.readiness_scored
    )
    row = daily_rows(with_workouts_on(truth, index))[index]
    assert row["readiness_score"] is None
    assert row["hrv_balance_score"] is not None
    assert row["readiness_to_output_ratio"] is None
    assert row["combined_wellness_score"] == row["sleep_score"]


def test_ratios_and_wellness_round_half_away_from_zero(truth: Truth) -> None:
    scored = replace(truth.days[50].readiness, score=80)  # type: ignore[type-var]
    night = replace(truth.days[50].night, score=83)  # type: ignore[type-var]
    day = replace(
        truth.days[50], readiness=scored, night=night, readiness_scored=True, sleep_scored=True
    )
    days = (*truth.days[:50], day, *truth.days[51:])
    row = daily_rows(with_workouts_on(replace(truth, days=days), 50, output=245))[50]
    assert row["combined_wellness_score"] == 81.2
    assert row["readiness_to_output_ratio"] == 3.06


def test_oxygen_is_known_only_where_the_api_delivered(truth: Truth) -> None:
    known = [row["spo2_average_pct"] is not None for row in daily_rows(truth)]
    assert not any(known[index] for index in truth.delivery.export)
    assert sum(known[index] for index in truth.delivery.api) >= 40


def test_a_workout_row_has_both_clocks_and_a_trimmed_name(truth: Truth) -> None:
    rows = workout_rows(truth)
    assert len(rows) == len(truth.workouts)
    summer = next(row for row in rows if row["day"] < date(2025, 11, 1))
    assert isinstance(summer["started_at"], datetime)
    assert (summer["started_at"] - summer["started_at_local"]).total_seconds() == 4 * 3600
    assert summer["utc_offset_minutes"] == -240
    assert all(
        row["instructor_name"] == row["instructor_name"].strip()
        for row in rows
        if row["instructor_name"]
    )
    assert any(
        workout.instructor != workout.instructor.strip()
        for workout in truth.workouts
        if workout.instructor
    )


def test_per_minute_output_is_unknown_without_a_length(truth: Truth) -> None:
    rows = workout_rows(simulate(400, 1, END))
    without_length = [row for row in rows if row["length_minutes"] is None]
    assert without_length
    assert all(row["output_per_minute"] is None for row in without_length)
    ride = next(row for row in rows if row["avg_watts"] and row["length_minutes"])
    assert ride["output_per_minute"] == pytest.approx(
        ride["total_output_kj"] / ride["length_minutes"], abs=0.005
    )

"""The demo person's truth as rows of the lake's own tables, to hold the lake and the insights
against."""

from __future__ import annotations

from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean
from typing import Any

from bio_lakehouse.sources.demo.truth import Day, Truth, Workout


def daily_rows(truth: Truth, user_id: str = "me") -> list[dict[str, Any]]:
    """What the lake should know of each day: rows of `gold.daily_readiness_performance`, None for
    what it cannot know.

    Oura's columns are None on days that were never delivered, Peloton's before the first workout
    and after the last, and `spo2_average_pct` on days that came in an export, which does not hold
    it.
    """
    return [_daily_row(truth, index, user_id) for index in range(len(truth.days))]


def workout_rows(truth: Truth, user_id: str = "me") -> list[dict[str, Any]]:
    """What the lake should know of each workout: rows of `silver.peloton_workouts`, in the order of
    time.

    `workout_id`, `heart_rate_zone` and where a row came from are left out: they are the lake's own.
    """
    return [_workout_row(workout, user_id) for workout in truth.workouts]


def _daily_row(truth: Truth, index: int, user_id: str) -> dict[str, Any]:
    day = truth.days[index]
    delivered = index not in truth.delivery.missed
    row: dict[str, Any] = {"user_id": user_id, "day": day.day}
    row |= _scores(day if delivered else None)
    row |= _measures(day if delivered else None, with_spo2=index in truth.delivery.api)
    row |= _performance(truth, day)
    row["readiness_to_output_ratio"] = _ratio(row["total_output_kj"], row["readiness_score"])
    row["combined_wellness_score"] = _wellness(row["readiness_score"], row["sleep_score"])
    return row


def _scores(day: Day | None) -> dict[str, Any]:
    readiness = day.readiness.contributors if day and day.readiness else {}
    asleep = day.night.contributors if day and day.night else {}
    return {
        "readiness_score": day.readiness_score if day else None,
        "sleep_score": day.sleep_score if day else None,
        "activity_score": day.activity.score if day else None,
        "hrv_balance_score": readiness.get("hrv_balance"),
        "resting_hr_score": readiness.get("resting_heart_rate"),
        "previous_night_score": readiness.get("previous_night"),
        "recovery_index_score": readiness.get("recovery_index"),
        "temperature_deviation": day.readiness.temperature_deviation
        if day and day.readiness
        else None,
        "deep_sleep_score": asleep.get("deep_sleep"),
        "rem_sleep_score": asleep.get("rem_sleep"),
        "sleep_efficiency_score": asleep.get("efficiency"),
        "total_sleep_score": asleep.get("total_sleep"),
    }


def _measures(day: Day | None, *, with_spo2: bool) -> dict[str, Any]:
    night = day.night if day else None
    activity = day.activity if day else None
    return {
        "sleep_duration_h": night.total_sleep / 3600 if night else None,
        "hrv_rmssd_ms": float(night.average_hrv) if night else None,
        "resting_heart_rate_bpm": float(night.lowest_heart_rate) if night else None,
        "spo2_average_pct": night.spo2_average if night and with_spo2 else None,
        "steps": activity.steps if activity else None,
        "active_calories": float(activity.active_calories) if activity else None,
        "total_calories": float(activity.total_calories) if activity else None,
    }


def _performance(truth: Truth, day: Day) -> dict[str, Any]:
    """The day's workouts; a day outside the download's first to last workout is not known to be
    without one."""
    done = truth.workouts_of(day.day)
    covered = bool(truth.workouts) and truth.workouts[0].day <= day.day <= truth.workouts[-1].day
    outputs = [workout.output for workout in done]
    return {
        "workout_count": len(done) if covered else None,
        "total_output_kj": _sum(outputs),
        "workout_calories": _sum([workout.calories for workout in done]),
        "workout_minutes": _sum([workout.length for workout in done]),
        "avg_watts": _mean([workout.watts for workout in done]),
        "max_avg_heart_rate_bpm": max(
            (rate for w in done if (rate := w.heart_rate) is not None), default=None
        ),
        "avg_output_per_minute": _mean([_per_minute(workout) for workout in done]),
        "disciplines": _listed({workout.discipline for workout in done}),
        "workout_categories": _listed({workout.category for workout in done}),
        "had_workout": bool(done) if covered else None,
    }


def _workout_row(workout: Workout, user_id: str) -> dict[str, Any]:
    offset = workout.started_at.utcoffset()
    return {
        "user_id": user_id,
        "day": workout.day,
        "started_at": workout.started_at.astimezone(UTC).replace(tzinfo=None),
        "started_at_local": workout.started_at.replace(tzinfo=None),
        "utc_offset_minutes": int(offset.total_seconds() // 60) if offset is not None else None,
        "fitness_discipline": workout.discipline,
        "workout_category": workout.category,
        "class_type": workout.class_type,
        "title": workout.title,
        "instructor_name": workout.instructor.strip() if workout.instructor else None,
        "is_live": workout.is_live,
        "length_minutes": _double(workout.length),
        "total_output_kj": _double(workout.output),
        "avg_watts": _double(workout.watts),
        "avg_resistance_pct": _double(workout.resistance),
        "avg_cadence_rpm": _double(workout.cadence),
        "avg_speed_mph": workout.speed,
        "distance_mi": workout.distance,
        "calories_kcal": _double(workout.calories),
        "avg_heart_rate_bpm": workout.heart_rate,
        "output_per_minute": _per_minute(workout),
    }


def _double(value: int | None) -> float | None:
    return None if value is None else float(value)


def _sum(values: list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if known else None


def _mean(values: list[int | None] | list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _per_minute(workout: Workout) -> float | None:
    if workout.output is None or not workout.length:
        return None
    return _rounded(Decimal(workout.output) / workout.length, "0.01")


def _listed(names: set[str]) -> str | None:
    return ",".join(sorted(names)) if names else None


def _ratio(output: float | None, readiness: int | None) -> float | None:
    return (
        None if output is None or not readiness else _rounded(Decimal(output) / readiness, "0.01")
    )


def _wellness(readiness: int | None, asleep: int | None) -> float | None:
    if readiness is None or asleep is None:
        known = readiness if asleep is None else asleep
        return None if known is None else float(known)
    return _rounded(Decimal(6 * readiness + 4 * asleep) / 10, "0.1")


def _rounded(value: Decimal, step: str) -> float:
    """Half away from zero, for values that are not negative."""
    return float(value.quantize(Decimal(step), ROUND_HALF_UP))

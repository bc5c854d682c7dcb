"""The schema of gold's daily table. Needs no Spark."""

from __future__ import annotations

from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema

DATABASE = "bio_gold"


def _score(name: str, comment: str) -> Column:
    return Column(name, "int", f"{comment}, 0 to 100.", 0, 100)


def _measure(name: str, comment: str) -> Column:
    return Column(name, "double", comment, 0)


DAILY_READINESS_PERFORMANCE = TableSchema(
    DATABASE,
    "daily_readiness_performance",
    "A user's day: how ready the body was and what it did. Every day with a record and every covered day is there.",
    ("user_id", "day"),
    (
        USER_ID,
        DAY,
        _score("readiness_score", "Readiness score"),
        _score("sleep_score", "Sleep score of the night that ended that morning"),
        _score("activity_score", "Activity score"),
        _score("hrv_balance_score", "Readiness contributor: HRV balance"),
        _score("resting_hr_score", "Readiness contributor: resting heart rate"),
        _score("previous_night_score", "Readiness contributor: previous night"),
        _score("recovery_index_score", "Readiness contributor: recovery index"),
        Column(
            "temperature_deviation",
            "double",
            "Night's skin temperature against the long-term baseline (°C).",
        ),
        _score("deep_sleep_score", "Sleep contributor: deep sleep"),
        _score("rem_sleep_score", "Sleep contributor: REM sleep"),
        _score("sleep_efficiency_score", "Sleep contributor: efficiency"),
        _score("total_sleep_score", "Sleep contributor: total sleep"),
        _measure(
            "sleep_duration_h",
            "Time asleep in the day's longest night (h): a `long_sleep` with the periods of the "
            "same day less than two hours apart.",
        ),
        _measure("hrv_rmssd_ms", "Mean RMSSD of the longest night, weighted by time asleep (ms)."),
        _measure("resting_heart_rate_bpm", "Lowest heart rate of the longest night (beats/min)."),
        Column("spo2_average_pct", "double", "Mean blood oxygen saturation asleep (%).", 0, 100),
        Column("steps", "int", "Steps taken.", 0),
        _measure("active_calories", "Energy burned by activity (kcal)."),
        _measure("total_calories", "Energy burned in all (kcal)."),
        Column(
            "workout_count",
            "int",
            "Peloton workouts; 0 only on a day that Peloton's coverage includes.",
            0,
        ),
        _measure("total_output_kj", "Work of the workouts whose output is known (kJ)."),
        _measure("workout_calories", "Energy of the workouts for which it is known (kcal)."),
        _measure("workout_minutes", "Length of the workouts for which it is known (min)."),
        _measure("avg_watts", "Mean over workouts of their mean power (W)."),
        _measure("max_avg_heart_rate_bpm", "Highest mean heart rate of a workout (beats/min)."),
        _measure("avg_output_per_minute", "Mean over workouts of their output a minute (kJ/min)."),
        Column(
            "disciplines",
            "string",
            "Disciplines of the workouts: sorted, distinct, joined with a comma.",
        ),
        Column(
            "workout_categories",
            "string",
            "Categories of the workouts: sorted, distinct, joined with a comma.",
        ),
        Column(
            "had_workout",
            "boolean",
            "False only on a day that Peloton's coverage includes; else unknown.",
        ),
        _measure(
            "readiness_to_output_ratio", "`total_output_kj / readiness_score`, 2 decimals (kJ)."
        ),
        Column(
            "combined_wellness_score",
            "double",
            "0.6 readiness + 0.4 sleep, 1 decimal; the one that is there when the other is unknown.",
            0,
            100,
        ),
    ),
)

SCHEMAS: dict[str, TableSchema] = {DAILY_READINESS_PERFORMANCE.name: DAILY_READINESS_PERFORMANCE}

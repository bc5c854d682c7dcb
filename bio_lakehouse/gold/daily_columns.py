"""Which columns of silver gold's daily table is made from, for all that has no need of Spark."""

DAY = ["user_id", "day"]

ONCE_A_DAY: dict[str, dict[str, str]] = {
    "oura_daily_readiness": {
        "score": "readiness_score",
        "contributor_hrv_balance": "hrv_balance_score",
        "contributor_resting_heart_rate": "resting_hr_score",
        "contributor_previous_night": "previous_night_score",
        "contributor_recovery_index": "recovery_index_score",
        "temperature_deviation": "temperature_deviation",
    },
    "oura_daily_sleep": {
        "score": "sleep_score",
        "contributor_deep_sleep": "deep_sleep_score",
        "contributor_rem_sleep": "rem_sleep_score",
        "contributor_efficiency": "sleep_efficiency_score",
        "contributor_total_sleep": "total_sleep_score",
    },
    "oura_daily_activity": {
        "score": "activity_score",
        "steps": "steps",
        "active_calories": "active_calories",
        "total_calories": "total_calories",
    },
    "oura_daily_spo2": {"spo2_average_pct": "spo2_average_pct"},
}
"""Silver tables with a row a day: their column → gold's."""

SUMS = {
    "total_output_kj": "total_output_kj",
    "calories_kcal": "workout_calories",
    "length_minutes": "workout_minutes",
}
MEANS = {"avg_watts": "avg_watts", "output_per_minute": "avg_output_per_minute"}
MAXIMA = {"avg_heart_rate_bpm": "max_avg_heart_rate_bpm"}
LISTS = {"fitness_discipline": "disciplines", "workout_category": "workout_categories"}

NIGHT = (
    "type",
    "total_sleep_s",
    "bedtime_start",
    "bedtime_end",
    "period_id",
    "average_hrv_ms",
    "lowest_heart_rate_bpm",
)

ASLEEP = ("long_sleep", "sleep")
"""The types of periods that a night is made of: no nap of the day before, nothing deleted or
awake."""

ONE_NIGHT_GAP = "interval 2 hours"

INPUTS: dict[str, tuple[str, ...]] = {
    **{table: (*DAY, *columns) for table, columns in ONCE_A_DAY.items()},
    "oura_sleep": (*DAY, *NIGHT),
    "oura_heartrate": (*DAY,),
    "peloton_workouts": (*DAY, *SUMS, *MEANS, *MAXIMA, *LISTS),
    "coverage": ("user_id", "source", "origin", "first_day", "last_day"),
}
"""The silver tables that it is made of, each with the columns that are read."""

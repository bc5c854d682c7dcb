"""Oura's fields that feed silver, by bronze dataset; paths of the API v2 (OpenAPI 1.35), headers of
the trends export.

An account export's row is kept in the API's shape, so `API_FIELDS` reads both. Not declared here,
because silver derives them: of `daily_activity` `met_avg`, `met_max` and `met_count` (from
`met.items`, one value a minute; a trends row has only the mean, declared below); of `sleep`
`utc_offset_minutes` (from the offset in `bedtime_start`), and for a trends row, which describes the
day's main sleep, `period_id` and `type`. An `average_heart_rate`, `lowest_heart_rate`,
`average_hrv` or `average_breath` of 0 means unknown. Trends activity times are seconds or minutes
as the record's hint `activity_time_unit` says, and unknown without that hint.
"""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.sources.declared_fields import Field


def _score(column: str, path: str, comment: str, *synonyms: str) -> Field:
    return Field(column, path, "int", f"{comment}, 0 to 100.", 0, 100, synonyms)


def _contributor(column: str, path: str, comment: str, *synonyms: str) -> Field:
    """A contributor is 1 to 100 by the specification; files have 0 where there is none."""
    comment = f"{comment}, 1 to 100."
    return Field(column, path, "int", comment, 0, 100, synonyms, zero_is_unknown=True)


# Bounds lie where no person's value does, so that a broken number is told and a rare one is kept.
_DAY_SECONDS = 90_000  # the day on which summer time ends has 25 hours
_NIGHT_SECONDS = 86_400  # of one sleep; what the ring tells belongs to one day
_STEPS = 1_000_000  # the most ever walked in a day is about a quarter of it
_KILOCALORIES = 100_000  # the hardest days known burn about 15,000
_BEATS = 250  # a minute, and a mean: hearts that raced at 300 did so for moments
_BREATHS = 200  # a minute; panting is below 80
_HRV_MS = 2_000  # RMSSD; artefacts apart it stays below 400
_DISTURBANCES = 1_000  # an hour; the worst apnea has about 120
_DEGREES = 20  # °C against the baseline; nobody lives with 8
MOST_MET = 100  # sprinting is about 25


def _of_day(column: str, path: str, comment: str, *synonyms: str) -> Field:
    return Field(column, path, "double", f"{comment} (s).", 0, _DAY_SECONDS, synonyms)


def _of_night(column: str, path: str, comment: str, *synonyms: str) -> Field:
    return Field(column, path, "double", f"{comment} (s).", 0, _NIGHT_SECONDS, synonyms)


def _degrees(column: str, path: str, comment: str) -> Field:
    return Field(column, path, "double", comment, -_DEGREES, _DEGREES)


def _measure(column: str, path: str, comment: str, *synonyms: str, maximum: float) -> Field:
    return Field(column, path, "double", f"{comment}.", 0, maximum, synonyms)


def _vital(column: str, path: str, comment: str, *synonyms: str, maximum: float) -> Field:
    """A measure of a living body, of which 0 means that it is unknown."""
    return replace(
        _measure(column, path, comment, *synonyms, maximum=maximum), zero_is_unknown=True
    )


def _contributors(*names: str) -> tuple[Field, ...]:
    return tuple(
        _contributor(
            f"contributor_{name}",
            f"contributors.{name}",
            f"Contribution of {name.replace('_', ' ')}",
        )
        for name in names
    )


_TEMPERATURE_DEVIATION = "Night's skin temperature against the long-term baseline (°C)."
_TEMPERATURE_TREND = "Three-day trend of the temperature deviation (°C)."

DAILY_READINESS = (
    _score("score", "score", "Readiness score"),
    _degrees("temperature_deviation", "temperature_deviation", _TEMPERATURE_DEVIATION),
    _degrees("temperature_trend_deviation", "temperature_trend_deviation", _TEMPERATURE_TREND),
    *_contributors(
        "activity_balance",
        "body_temperature",
        "hrv_balance",
        "previous_day_activity",
        "previous_night",
        "recovery_index",
        "resting_heart_rate",
        "sleep_balance",
        "sleep_regularity",
    ),
)

DAILY_SLEEP = (
    _score("score", "score", "Sleep score"),
    *_contributors(
        "deep_sleep", "efficiency", "latency", "rem_sleep", "restfulness", "timing", "total_sleep"
    ),
)

DAILY_ACTIVITY = (
    _score("score", "score", "Activity score"),
    Field("steps", "steps", "int", "Steps taken.", 0, _STEPS),
    _measure(
        "active_calories",
        "active_calories",
        "Energy burned by activity (kcal)",
        maximum=_KILOCALORIES,
    ),
    _measure(
        "total_calories", "total_calories", "Energy burned in all (kcal)", maximum=_KILOCALORIES
    ),
    _of_day("high_activity_time", "high_activity_time", "Time in high activity"),
    _of_day("medium_activity_time", "medium_activity_time", "Time in medium activity"),
    _of_day("low_activity_time", "low_activity_time", "Time in low activity"),
    _of_day("sedentary_time", "sedentary_time", "Time sitting still while awake"),
    _of_day("non_wear_time", "non_wear_time", "Time during which the ring was not worn"),
)

SLEEP = (
    Field("period_id", "id", "string", "Oura's id of the sleep period."),
    Field(
        "type",
        "type",
        "string",
        "`long_sleep`, `sleep`, `late_nap`, `rest` (a rejected detection) or `deleted`.",
    ),
    Field("bedtime_start", "bedtime_start", "timestamp", "Start of the period (UTC)."),
    Field("bedtime_end", "bedtime_end", "timestamp", "End of the period (UTC)."),
    _of_night("total_sleep_s", "total_sleep_duration", "Time asleep"),
    _of_night("deep_sleep_s", "deep_sleep_duration", "Time in deep sleep"),
    _of_night("rem_sleep_s", "rem_sleep_duration", "Time in REM sleep"),
    _of_night("light_sleep_s", "light_sleep_duration", "Time in light sleep"),
    _of_night("awake_s", "awake_time", "Time awake in bed"),
    _of_night("latency_s", "latency", "Time it took to fall asleep"),
    _measure(
        "efficiency", "efficiency", "Time asleep as a share of the time in bed (%)", maximum=100
    ),
    _vital(
        "average_hrv_ms", "average_hrv", "Mean heart rate variability, RMSSD (ms)", maximum=_HRV_MS
    ),
    _vital(
        "average_heart_rate_bpm",
        "average_heart_rate",
        "Mean heart rate (beats/min)",
        maximum=_BEATS,
    ),
    _vital(
        "lowest_heart_rate_bpm",
        "lowest_heart_rate",
        "Lowest heart rate (beats/min)",
        maximum=_BEATS,
    ),
    _vital(
        "average_breath_per_min",
        "average_breath",
        "Mean breathing rate (breaths/min)",
        maximum=_BREATHS,
    ),
)

HEARTRATE = (
    Field("recorded_at", "timestamp", "timestamp", "When the reading was taken (UTC)."),
    _measure("bpm", "bpm", "Heart rate (beats/min)", maximum=_BEATS),
    Field(
        "source", "source", "string", "`awake`, `rest`, `sleep`, `workout`, `live` or `session`."
    ),
)

DAILY_SPO2 = (
    _measure(
        "spo2_average_pct",
        "spo2_percentage.average",
        "Mean blood oxygen saturation asleep (%)",
        maximum=100,
    ),
    _measure(
        "breathing_disturbance_index",
        "breathing_disturbance_index",
        "Breathing disturbances an hour of sleep",
        maximum=_DISTURBANCES,
    ),
)

API_FIELDS: dict[str, tuple[Field, ...]] = {
    "oura/daily_readiness": DAILY_READINESS,
    "oura/daily_sleep": DAILY_SLEEP,
    "oura/daily_activity": DAILY_ACTIVITY,
    "oura/sleep": SLEEP,
    "oura/heartrate": HEARTRATE,
    "oura/daily_spo2": DAILY_SPO2,
}

TRENDS = "oura/trends"

TRENDS_FIELDS: dict[str, tuple[Field, ...]] = {
    "oura/daily_readiness": (
        _score("score", "Readiness Score", "Readiness score"),
        _degrees("temperature_deviation", "Temperature Deviation (°C)", _TEMPERATURE_DEVIATION),
        _degrees(
            "temperature_trend_deviation",
            "Temperature Trend Deviation",
            _TEMPERATURE_TREND,
        ),
        _contributor(
            "contributor_activity_balance",
            "Activity Balance Score",
            "Contribution of activity balance",
        ),
        _contributor(
            "contributor_body_temperature",
            "Temperature Score",
            "Contribution of body temperature",
            "Body Temperature Score",
        ),
        _contributor("contributor_hrv_balance", "HRV Balance Score", "Contribution of hrv balance"),
        _contributor(
            "contributor_previous_day_activity",
            "Previous Day Activity Score",
            "Contribution of previous day activity",
        ),
        _contributor(
            "contributor_previous_night", "Previous Night Score", "Contribution of previous night"
        ),
        _contributor(
            "contributor_recovery_index", "Recovery Index Score", "Contribution of recovery index"
        ),
        _contributor(
            "contributor_resting_heart_rate",
            "Resting Heart Rate Score",
            "Contribution of resting heart rate",
        ),
        _contributor(
            "contributor_sleep_balance", "Sleep Balance Score", "Contribution of sleep balance"
        ),
        _contributor(
            "contributor_sleep_regularity",
            "Sleep Regularity Score",
            "Contribution of sleep regularity",
        ),
    ),
    "oura/daily_sleep": (
        _score("score", "Sleep Score", "Sleep score"),
        _contributor("contributor_deep_sleep", "Deep Sleep Score", "Contribution of deep sleep"),
        _contributor(
            "contributor_efficiency", "Sleep Efficiency Score", "Contribution of efficiency"
        ),
        _contributor("contributor_latency", "Sleep Latency Score", "Contribution of latency"),
        _contributor("contributor_rem_sleep", "REM Sleep Score", "Contribution of rem sleep"),
        _contributor(
            "contributor_restfulness",
            "Restfulness Score",
            "Contribution of restfulness",
            "Sleep Tranquility Score",
        ),
        _contributor(
            "contributor_timing",
            "Sleep Timing Score",
            "Contribution of timing",
            "Sleep Timin Score",
        ),
        _contributor("contributor_total_sleep", "Total Sleep Score", "Contribution of total sleep"),
    ),
    "oura/daily_activity": (
        _score("score", "Activity Score", "Activity score"),
        Field("steps", "Steps", "int", "Steps taken.", 0, _STEPS),
        _measure(
            "active_calories",
            "Activity Burn",
            "Energy burned by activity (kcal)",
            maximum=_KILOCALORIES,
        ),
        _measure(
            "total_calories", "Total Burn", "Energy burned in all (kcal)", maximum=_KILOCALORIES
        ),
        _of_day("high_activity_time", "High Activity Time", "Time in high activity"),
        _of_day("medium_activity_time", "Medium Activity Time", "Time in medium activity"),
        _of_day("low_activity_time", "Low Activity Time", "Time in low activity"),
        _of_day("sedentary_time", "Inactive Time", "Time sitting still while awake"),
        _of_day("non_wear_time", "Non-wear Time", "Time during which the ring was not worn"),
        _measure(
            "met_avg", "Average MET", "Mean metabolic equivalent of the day (MET)", maximum=MOST_MET
        ),
    ),
    "oura/sleep": (
        Field("bedtime_start", "Bedtime Start", "timestamp", "Start of the period (UTC)."),
        Field("bedtime_end", "Bedtime End", "timestamp", "End of the period (UTC)."),
        _of_night("total_sleep_s", "Total Sleep Duration", "Time asleep", "Total Sleep Time"),
        _of_night("deep_sleep_s", "Deep Sleep Duration", "Time in deep sleep", "Deep Sleep Time"),
        _of_night("rem_sleep_s", "REM Sleep Duration", "Time in REM sleep", "REM Sleep Time"),
        _of_night(
            "light_sleep_s", "Light Sleep Duration", "Time in light sleep", "Light Sleep Time"
        ),
        _of_night("awake_s", "Awake Time", "Time awake in bed"),
        _of_night("latency_s", "Sleep Latency", "Time it took to fall asleep"),
        _measure(
            "efficiency",
            "Sleep Efficiency",
            "Time asleep as a share of the time in bed (%)",
            maximum=100,
        ),
        _vital(
            "average_hrv_ms",
            "Average HRV",
            "Mean heart rate variability, RMSSD (ms)",
            maximum=_HRV_MS,
        ),
        _vital(
            "average_heart_rate_bpm",
            "Average Resting Heart Rate",
            "Mean heart rate (beats/min)",
            maximum=_BEATS,
        ),
        _vital(
            "lowest_heart_rate_bpm",
            "Lowest Resting Heart Rate",
            "Lowest heart rate (beats/min)",
            maximum=_BEATS,
        ),
        _vital(
            "average_breath_per_min",
            "Respiratory Rate",
            "Mean breathing rate (breaths/min)",
            maximum=_BREATHS,
        ),
    ),
}

ACTIVITY_TIME_HEADERS = (
    "Inactive Time",
    "Rest Time",
    "Low Activity Time",
    "Medium Activity Time",
    "High Activity Time",
    "Non-wear Time",
)
"""The six columns of a trends export that make up a whole day, in seconds or minutes."""

"""The names that Oura's records may hold, by endpoint (OpenAPI 1.35, one level deep, dotted), for
telling datasets apart and for reporting what is new.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _sample(name: str) -> str:
    return f" {name} {name}.interval {name}.items {name}.timestamp "


KNOWN_FIELDS: dict[str, frozenset[str]] = {
    "daily_readiness": _names("""
        id day score timestamp temperature_deviation temperature_trend_deviation contributors
        contributors.activity_balance contributors.body_temperature contributors.hrv_balance
        contributors.previous_day_activity contributors.previous_night contributors.recovery_index
        contributors.resting_heart_rate contributors.sleep_balance contributors.sleep_regularity
    """),
    "daily_sleep": _names("""
        id day score timestamp contributors contributors.deep_sleep contributors.efficiency
        contributors.latency contributors.rem_sleep contributors.restfulness contributors.timing
        contributors.total_sleep
    """),
    "daily_activity": _names(
        """
        id day score timestamp active_calories average_met_minutes class_5_min
        equivalent_walking_distance high_activity_met_minutes high_activity_time inactivity_alerts
        low_activity_met_minutes low_activity_time medium_activity_met_minutes medium_activity_time
        meters_to_target non_wear_time resting_time sedentary_met_minutes sedentary_time steps
        target_calories target_meters total_calories contributors contributors.meet_daily_targets
        contributors.move_every_hour contributors.recovery_time contributors.stay_active
        contributors.training_frequency contributors.training_volume
        """
        + _sample("met")
    ),
    "sleep": _names(
        """
        id day type average_breath average_heart_rate average_hrv awake_time bedtime_end
        bedtime_start deep_sleep_duration efficiency latency light_sleep_duration low_battery_alert
        lowest_heart_rate movement_30_sec period readiness_score_delta rem_sleep_duration
        restless_periods ring_id sleep_algorithm_version sleep_analysis_reason sleep_phase_30_sec
        sleep_phase_5_min app_sleep_phase_5_min sleep_score_delta time_in_bed total_sleep_duration
        readiness readiness.contributors readiness.score readiness.temperature_deviation
        readiness.temperature_trend_deviation
        """
        + _sample("heart_rate")
        + _sample("hrv")
    ),
    "heartrate": _names("timestamp timestamp_unix bpm source"),
    "daily_spo2": _names(
        "id day breathing_disturbance_index spo2_percentage spo2_percentage.average"
    ),
    "daily_stress": _names("id day day_summary recovery_high stress_high timestamp"),
    "workout": _names(
        "id day activity calories distance end_datetime intensity label source start_datetime"
    ),
    "vO2_max": _names("id day timestamp vo2_max"),
    "daily_resilience": _names("""
        id day level contributors contributors.sleep_recovery contributors.daytime_recovery
        contributors.stress
    """),
    "sleep_time": _names("""
        id day recommendation status optimal_bedtime optimal_bedtime.day_tz
        optimal_bedtime.end_offset optimal_bedtime.start_offset
    """),
    "session": _names(
        "id day end_datetime mood start_datetime type"
        + _sample("heart_rate")
        + _sample("heart_rate_variability")
        + _sample("motion_count")
    ),
    "daily_cardiovascular_age": _names("id day pulse_wave_velocity vascular_age"),
    "enhanced_tag": _names(
        "id tag_type_code start_time end_time start_day end_day comment custom_name"
    ),
    "rest_mode_period": _names("id end_day end_time episodes start_day start_time"),
    "tag": _names("id day text timestamp tags"),
    "ring_battery_level": _names("timestamp timestamp_unix charging in_charger level"),
    "ring_configuration": _names("id color design firmware_version hardware_type set_up_at size"),
}
"""By endpoint that is read."""

READ_BY_DEFAULT = (
    "daily_readiness",
    "daily_sleep",
    "daily_activity",
    "sleep",
    "daily_spo2",
    "heartrate",
)
"""The endpoints that are fetched."""

COMMON_FIELDS = _names("id day timestamp")
"""What answers of any endpoint have carried, listed by the specification or not."""

DOWNLOAD_FIELDS: dict[str, frozenset[str]] = {
    "sleep": _names("""
        score segment_state sleep_midpoint timezone bedtime_start_delta bedtime_end_delta
        midpoint_at_delta heart_rate_5_min hrv_5_min contributors contributors.deep_sleep
        contributors.efficiency contributors.latency contributors.rem_sleep contributors.restfulness
        contributors.timing contributors.total_sleep
    """),
    "heartrate": _names("quality restorative"),
}
"""What a per-type download has besides; it stays in bronze."""

UNREAD_FIELDS: dict[str, frozenset[str]] = {
    "personal_info": _names("id age weight height biological_sex email"),
    "daytime_stress": _names("timestamp stress_value recovery_value"),
    "temperature": _names("timestamp skin_temp"),
}
"""What Oura also sends or exports and no reader here takes, so that such a file is told by what it
holds."""

IDENTITY_FIELDS: dict[str, frozenset[str]] = {
    "heartrate": _names("timestamp bpm"),
    "enhanced_tag": _names("start_time"),
    "rest_mode_period": _names("start_day"),
    "personal_info": _names("email"),
    "ring_battery_level": _names("timestamp level"),
    "ring_configuration": _names("hardware_type"),
    "daytime_stress": _names("timestamp stress_value"),
    "temperature": _names("timestamp skin_temp"),
}
"""What a record of that endpoint cannot lack; `day` for all others."""

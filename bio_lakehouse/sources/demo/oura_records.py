"""The demo person's days as objects of Oura's API v2 (OpenAPI 1.35), before they become answers or
exports."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from bio_lakehouse.sources.demo.minutes import MinuteSheet
from bio_lakehouse.sources.demo.truth import Day

TARGET_KCAL = 500
TARGET_METERS = 9_000
METERS_A_KCAL = 15
DAY_HOUR = 4

ACTIVITY_CONTRIBUTORS = (
    "meet_daily_targets",
    "move_every_hour",
    "recovery_time",
    "stay_active",
    "training_frequency",
    "training_volume",
)


@lru_cache(maxsize=16)
def _namespace(seed: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://example.com/demo-person/{seed}")


def record_id(seed: int, dataset: str, day: date, number: int = 0) -> str:
    """The id that the vendor would have given; the same in every file that holds the record."""
    return str(uuid5(_namespace(seed), f"{dataset}/{day}/{number}"))


def written(moment: datetime) -> str:
    """A local time as Oura writes it: `2025-11-19T23:05:00.000-05:00`."""
    return moment.isoformat(timespec="milliseconds")


def readiness_record(seed: int, day: Day) -> dict[str, Any] | None:
    """`daily_readiness`; None when the ring was not worn."""
    if day.readiness is None:
        return None
    return {
        "id": record_id(seed, "daily_readiness", day.day),
        "contributors": dict(day.readiness.contributors),
        "day": day.day.isoformat(),
        "score": day.readiness_score,
        "temperature_deviation": day.readiness.temperature_deviation,
        "temperature_trend_deviation": day.readiness.temperature_trend_deviation,
        "timestamp": f"{day.day}T00:00:00.000+00:00",
    }


def sleep_score_record(seed: int, day: Day) -> dict[str, Any] | None:
    """`daily_sleep`; None when the ring was not worn."""
    if day.night is None:
        return None
    return {
        "id": record_id(seed, "daily_sleep", day.day),
        "contributors": dict(day.night.contributors),
        "day": day.day.isoformat(),
        "score": day.sleep_score,
        "timestamp": f"{day.day}T00:00:00.000+00:00",
    }


def spo2_record(seed: int, day: Day) -> dict[str, Any] | None:
    """`daily_spo2`; None when the ring was not worn."""
    if day.night is None:
        return None
    return {
        "id": record_id(seed, "daily_spo2", day.day),
        "breathing_disturbance_index": day.night.breathing_disturbance_index,
        "day": day.day.isoformat(),
        "spo2_percentage": {"average": day.night.spo2_average},
    }


def activity_record(
    seed: int, day: Day, sheet: MinuteSheet, zone: ZoneInfo, synced: int = 1440
) -> dict[str, Any]:
    """`daily_activity`; `synced` is the minute of the day up to which the ring had reported."""
    whole = synced == 1440
    part = sheet if whole else sheet.until(synced)
    share = 1.0 if whole else synced / 1440
    begins = written(datetime(day.day.year, day.day.month, day.day.day, DAY_HOUR, tzinfo=zone))
    active = round(day.activity.active_calories * share)
    walked = active * METERS_A_KCAL
    seconds = {name: 60 * count for name, count in part.counts.items()}
    return {
        "id": record_id(seed, "daily_activity", day.day),
        "active_calories": active,
        "average_met_minutes": part.average_met,
        "class_5_min": part.class_5_min,
        "contributors": {
            name: day.activity.contributors.get(name) for name in ACTIVITY_CONTRIBUTORS
        },
        "day": day.day.isoformat(),
        "equivalent_walking_distance": walked,
        "high_activity_met_minutes": part.met_minutes["high"],
        "high_activity_time": seconds["high"],
        "inactivity_alerts": seconds["sedentary"] // 20_000,
        "low_activity_met_minutes": part.met_minutes["low"],
        "low_activity_time": seconds["low"],
        "medium_activity_met_minutes": part.met_minutes["medium"],
        "medium_activity_time": seconds["medium"],
        "met": {"interval": 60.0, "items": part.items, "timestamp": begins},
        "meters_to_target": TARGET_METERS - walked,
        "non_wear_time": seconds["non_wear"],
        "resting_time": seconds["rest"],
        "score": day.activity.score if whole else None,
        "sedentary_met_minutes": part.met_minutes["sedentary"],
        "sedentary_time": seconds["sedentary"],
        "steps": round(day.activity.steps * share),
        "target_calories": TARGET_KCAL,
        "target_meters": TARGET_METERS,
        "timestamp": begins,
        "total_calories": day.activity.total_calories - day.activity.active_calories + active,
    }

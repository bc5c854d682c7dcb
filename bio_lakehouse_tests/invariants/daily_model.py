"""What a day of silver's records comes to in gold's daily row, for the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Value = int | float | str | bool | datetime | None
Record = tuple[str, date, str]
"""Whose record it is, its day, and what tells it from the day's others."""
Shown = dict[Record, dict[str, Value]]
ONCE_A_DAY = {
    "oura_daily_readiness": {
        "score": "readiness_score",
        "contributor_hrv_balance": "hrv_balance_score",
        "temperature_deviation": "temperature_deviation",
    },
    "oura_daily_sleep": {"score": "sleep_score"},
    "oura_daily_activity": {"score": "activity_score", "steps": "steps"},
}
DAILY_COLUMNS = (
    *(name for columns in ONCE_A_DAY.values() for name in columns.values()),
    "sleep_duration_h",
    "hrv_rmssd_ms",
    "workout_count",
    "had_workout",
    "total_output_kj",
    "workout_minutes",
    "avg_watts",
    "readiness_to_output_ratio",
    "combined_wellness_score",
)


def by_day(shown: Shown) -> dict[tuple[str, date], dict[str, dict[str, Value]]]:
    days: defaultdict[tuple[str, date], dict[str, dict[str, Value]]] = defaultdict(dict)
    for (user, day, key), values in shown.items():
        days[user, day][key] = values
    return days


def main_night(nights: dict[str, dict[str, Any]]) -> dict[str, Value]:
    """The longest night; all begin at the same hour here, and none joins another."""
    asleep = {key: values.get("total_sleep_s") for key, values in nights.items()}
    longest = min(nights, key=lambda key: (asleep[key] is None, -(asleep[key] or 0), key))
    seconds = asleep[longest]
    return {
        "sleep_duration_h": None if seconds is None else seconds / 3600,
        "hrv_rmssd_ms": nights[longest].get("average_hrv_ms"),
    }


def workouts_of(workouts: list[dict[str, Any]]) -> dict[str, Value]:
    watts = [one["avg_watts"] for one in workouts if one.get("avg_watts") is not None]
    return {
        "workout_count": len(workouts),
        "total_output_kj": _sum(one.get("total_output_kj") for one in workouts),
        "workout_minutes": _sum(one.get("length_minutes") for one in workouts),
        "avg_watts": sum(watts) / len(watts) if watts else None,
    }


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def daily_row(values: dict[str, Any]) -> dict[str, Value]:
    row = {name: values.get(name) for name in DAILY_COLUMNS}
    if row["workout_count"] is None and values.get("spoke"):
        row["workout_count"] = 0
    if row["workout_count"] is not None:
        row["had_workout"] = row["workout_count"] > 0
    if values.get("unread") and not values.get("spoke"):
        row |= dict.fromkeys(("workout_count", "total_output_kj", "workout_minutes"))
    readiness, sleep, output = (
        row["readiness_score"],
        row["sleep_score"],
        row["total_output_kj"],
    )
    if readiness is not None and output is not None:
        row["readiness_to_output_ratio"] = _rounded(Decimal(output) / Decimal(readiness), "0.01")
    if readiness is not None and sleep is not None:
        both = Decimal(6 * readiness + 4 * sleep) / 10
        row["combined_wellness_score"] = _rounded(both, "0.1")
    else:
        row["combined_wellness_score"] = readiness if sleep is None else sleep
    return row


def _rounded(number: Decimal, places: str) -> float:
    exact = number.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return float(exact.quantize(Decimal(places), ROUND_HALF_UP))

"""Which daily measures are compared, this week against the four weeks before, in the report of any day."""

from __future__ import annotations

from bio_lakehouse.insights.data import InsightData
from bio_lakehouse.insights.statistics.movement import movement

COMPARED = (
    "readiness_score",
    "sleep_score",
    "activity_score",
    "sleep_duration_h",
    "hrv_rmssd_ms",
    "resting_heart_rate_bpm",
    "temperature_deviation",
    "spo2_average_pct",
    "steps",
    "active_calories",
)
"""Columns of gold.daily_readiness_performance."""


def movement_tests(data: InsightData) -> list[float]:
    """The p-value of each comparison that the report as of that day makes: they share its error rate with findings."""
    made = (movement(data.all_days(column)) for column in COMPARED)
    return [moved.p for moved in made if moved is not None]

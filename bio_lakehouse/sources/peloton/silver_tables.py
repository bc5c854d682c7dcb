"""Peloton's silver table."""

from __future__ import annotations

from bio_lakehouse.sources.declared_fields import UTC_OFFSET, derived
from bio_lakehouse.sources.peloton.fields import CSV_FIELDS
from bio_lakehouse.sources.source import Table

WORKOUTS_TABLE = Table(
    "peloton_workouts",
    "Peloton workouts, filed under the date of their start on the person's own clock.",
    (
        derived(
            "workout_id",
            "string",
            "Stable hash of user, start on the person's clock, and discipline.",
        ),
        derived(
            "started_at", "timestamp", "Start (UTC); unknown without a time of day or a known zone."
        ),
        derived(
            "started_at_local",
            "timestamp",
            "Start on the person's wall clock; unknown as `started_at`.",
        ),
        UTC_OFFSET,
        *CSV_FIELDS[:1],
        derived(
            "workout_category",
            "string",
            (
                "`cardio_high`, `cardio_low`, `strength_training`, `recovery` or `other`, by "
                "discipline."
            ),
        ),
        *CSV_FIELDS[1:],
        derived("output_per_minute", "double", "Work a minute of class (kJ/min), 2 decimals.", 0),
        derived(
            "heart_rate_zone",
            "int",
            (
                "Zone of the mean heart rate, 1 to 5, by the user's maximum heart rate; unknown "
                "when that is not set."
            ),
            1,
            5,
        ),
    ),
    identity=("workout_id",),
    required=("workout_id",),
    knows_empty_days=True,
    made_with=("timezone", "max_heart_rate", "heart_rate_zones"),
)

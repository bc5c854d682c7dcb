"""The demo person: a seeded life with known effects, written as the vendors' own files."""

from bio_lakehouse.sources.demo.files import write_files
from bio_lakehouse.sources.demo.model import simulate
from bio_lakehouse.sources.demo.planted_effects import Effects
from bio_lakehouse.sources.demo.truth import Day, Truth, Workout
from bio_lakehouse.sources.demo.truth_rows import daily_rows, workout_rows
from bio_lakehouse.sources.demo.workouts import (
    MAX_HEART_RATE,
    THRESHOLD_HEART_RATE,
    THRESHOLD_POWER,
)

__all__ = [
    "MAX_HEART_RATE",
    "THRESHOLD_HEART_RATE",
    "THRESHOLD_POWER",
    "Day",
    "Effects",
    "Truth",
    "Workout",
    "daily_rows",
    "simulate",
    "workout_rows",
    "write_files",
]

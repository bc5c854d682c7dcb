"""Five insights of a day must not be felt; ninety days must fit into a coffee break."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bio_lakehouse.insights import InsightData, insights_of

AS_OF = date(2025, 3, 9)


def two_years() -> tuple[pd.DataFrame, pd.DataFrame]:
    """730 days with training by the week."""
    random = np.random.default_rng(1)
    days = [AS_OF - timedelta(days=729 - i) for i in range(730)]
    kinds = np.repeat(random.choice(["Cycling", "Strength", "Yoga", "rest"], 105), 7)[:730]
    daily = pd.DataFrame(
        {
            "user_id": "me",
            "day": days,
            "readiness_score": random.normal(78, 7, 730).round(),
            "sleep_score": random.normal(80, 6, 730).round(),
            "hrv_rmssd_ms": random.normal(60, 9, 730).round(),
            "total_output_kj": np.where(kinds == "rest", np.nan, random.integers(100, 500, 730)),
            "had_workout": kinds != "rest",
        }
    )
    done = daily[kinds != "rest"].assign(
        fitness_discipline=kinds[kinds != "rest"], started_at=daily["day"], length_minutes=30.0
    )
    return daily, done


def test_a_day_takes_well_under_a_third_of_a_second() -> None:
    daily, workouts = two_years()
    insights_of(InsightData("me", AS_OF - timedelta(days=20), daily, workouts))
    started = time.process_time()
    for back in range(10):
        insights_of(InsightData("me", AS_OF - timedelta(days=back), daily, workouts))
    assert (time.process_time() - started) / 10 < 0.2

"""Series whose truth is known, and days made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bio_lakehouse.insights import InsightData

AS_OF = date(2025, 3, 9)
Floats = NDArray[np.float64]


@pytest.fixture
def as_of() -> date:
    return AS_OF


@pytest.fixture
def ar1() -> Callable[..., Floats]:
    """Gaussian AR(1) series (count, n) with unit variance and lag-1 autocorrelation `phi`."""

    def simulate(phi: float, count: int, n: int, seed: int) -> Floats:
        values = np.random.default_rng(seed).standard_normal((count, n))
        for day in range(1, n):
            values[:, day] = phi * values[:, day - 1] + np.sqrt(1 - phi * phi) * values[:, day]
        return values

    return simulate


@pytest.fixture
def person() -> Callable[..., InsightData]:
    """InsightData from columns (newest day last, None or NaN unknown) and (day offset, discipline,
    …) workouts."""

    def make(
        columns: dict[str, Any],
        workouts: list[dict[str, Any]] | None = None,
        end: date = AS_OF,
        **settings: Any,
    ) -> InsightData:
        n = len(next(iter(columns.values())))
        needed = (
            "readiness_score",
            "sleep_score",
            "hrv_rmssd_ms",
            "temperature_deviation",
            "total_output_kj",
            "workout_minutes",
            "had_workout",
        )
        daily = pd.DataFrame({name: columns.get(name, [None] * n) for name in needed})
        daily.insert(0, "day", pd.to_datetime([end - timedelta(days=n - 1 - i) for i in range(n)]))
        done = pd.DataFrame(
            workouts or [],
            columns=[
                "day",
                "started_at",
                "fitness_discipline",
                "total_output_kj",
                "length_minutes",
            ],
        )
        return InsightData("me", end, daily, done, **settings)

    return make

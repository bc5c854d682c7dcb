"""gold.readiness_forecast: what each evening's forecast of the next morning was, and what it was
worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pyarrow as pa

from bio_lakehouse.gold.schemas import BASELINE_COLUMNS, BASELINES, READINESS_FORECAST
from bio_lakehouse.insights.expected_readiness import Forecast, narrate


def to_rows(forecasts: Iterable[Forecast]) -> pa.Table:
    """Forecasts as rows of gold.readiness_forecast."""
    return pa.Table.from_pylist([_row(made) for made in forecasts], schema=READINESS_FORECAST.arrow)


def from_rows(rows: pa.Table) -> list[Forecast]:
    """The forecasts that `to_rows` was given, by user and day."""
    ordered = rows.sort_by([("user_id", "ascending"), ("day", "ascending")])
    return [_forecast(row) for row in ordered.to_pylist()]


def _row(made: Forecast) -> dict[str, Any]:
    low, high = made.interval or (None, None)
    missed = made.baseline_errors or {}
    return {
        "user_id": made.user_id,
        "day": made.day - timedelta(days=1),
        "forecast_day": made.day,
        "readiness_score": made.value,
        "interval_low": low,
        "interval_high": high,
        "past_forecasts": made.n,
        "needed": made.needed,
        "is_today_known": made.is_today_known,
        "mean_error": made.mean_error,
        **{
            column: missed.get(rule)
            for column, rule in zip(BASELINE_COLUMNS, BASELINES, strict=True)
        },
        "beats_all": made.beats_all,
        "narrative": narrate(made),
    }


def _forecast(row: Mapping[str, Any]) -> Forecast:
    missed = {rule: row[column] for column, rule in zip(BASELINE_COLUMNS, BASELINES, strict=True)}
    return Forecast(
        user_id=row["user_id"],
        day=row["forecast_day"],
        n=row["past_forecasts"],
        needed=row["needed"],
        is_today_known=row["is_today_known"],
        value=row["readiness_score"],
        interval=None
        if row["interval_low"] is None
        else (row["interval_low"], row["interval_high"]),
        mean_error=row["mean_error"],
        baseline_errors=None if row["mean_error"] is None else missed,
        beats_all=row["beats_all"],
    )

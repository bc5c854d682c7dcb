"""gold.readiness_forecast: what each evening's forecast of the next morning was, and what it was worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pyarrow as pa

from bio_lakehouse.insights.forecast import BASELINES, Forecast, narrate
from bio_lakehouse.lake.schema import USER_ID, Column, TableSchema

BASELINE_COLUMNS = (
    "mean_error_of_today",
    "mean_error_of_seven_day_mean",
    "mean_error_of_long_mean",
)


def _score(name: str, comment: str) -> Column:
    return Column(name, "double", comment, 0, 100)


SCHEMA = TableSchema(
    database="bio_gold",
    name="readiness_forecast",
    description=(
        "The readiness expected for the next day, as known on the evening before, with what such forecasts missed by. "
        "Worth showing only where `beats_all` is true."
    ),
    grain=("user_id", "day"),
    columns=(
        USER_ID,
        Column(
            "day",
            "date",
            "The evening on which it is made: later days were not looked at.",
            required=True,
        ),
        Column("forecast_day", "date", "The day it is about, the day after.", required=True),
        _score(
            "readiness_score",
            "Readiness expected; null without enough past forecasts or without today's score.",
        ),
        _score("interval_low", "Lower end of the 80 % interval."),
        _score("interval_high", "Upper end of the 80 % interval."),
        Column(
            "past_forecasts",
            "int",
            "Past forecasts that it is judged by.",
            minimum=0,
            required=True,
        ),
        Column("needed", "int", "Past forecasts that are needed.", minimum=0, required=True),
        Column(
            "is_today_known", "boolean", "Whether the readiness of `day` is known.", required=True
        ),
        Column(
            "mean_error", "double", "Mean absolute miss of the past forecasts (points).", minimum=0
        ),
        *(
            Column(name, "double", f"The same of {rule} as forecast (points).", minimum=0)
            for name, rule in zip(BASELINE_COLUMNS, BASELINES, strict=True)
        ),
        Column(
            "beats_all",
            "boolean",
            "Whether it missed by less than each, than the last by more than chance.",
        ),
        Column("narrative", "string", "The forecast in plain words.", required=True),
    ),
)


def to_rows(forecasts: Iterable[Forecast]) -> pa.Table:
    """Forecasts as rows of gold.readiness_forecast."""
    return pa.Table.from_pylist([_row(made) for made in forecasts], schema=SCHEMA.arrow)


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

"""Insights and forecasts of a range of days: one read of gold and silver, one commit a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from bio_lakehouse.build.day_rows import first_days, rows_between
from bio_lakehouse.gold.schemas import (
    DAILY_READINESS_PERFORMANCE,
    READINESS_FORECAST,
    WEEK_COMPARISON,
)
from bio_lakehouse.gold.schemas import INSIGHTS as INSIGHTS_TABLE
from bio_lakehouse.insights.analyzers import decided
from bio_lakehouse.insights.data import InsightData, first_day_needed
from bio_lakehouse.insights.expected_readiness import Forecast
from bio_lakehouse.insights.finding import INSIGHTS
from bio_lakehouse.insights.forecast import forecast
from bio_lakehouse.insights.readiness_forecast import to_rows as forecast_rows
from bio_lakehouse.insights.table import to_rows
from bio_lakehouse.insights.week_comparison import to_rows as week_rows
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse.silver.schemas import PELOTON_WORKOUTS

MADE_TOGETHER = (*INSIGHTS, WEEK_COMPARISON.name)
"""The insights and what is decided with them."""


def build_insights(
    lake: Lakehouse, first: date, last: date, names: Sequence[str] = MADE_TOGETHER
) -> None:
    """Replace the insights `names`, and the comparisons of the week if they are among these, of all
    users as of each of the days `first` to `last`.

    All are computed whatever is kept: which findings hold is decided over the tests of all of
    them. A user has all of them as of every day from the first of which anything is known.
    """
    with exclusively(lake, INSIGHTS_TABLE.full_name):
        made = [decided(data) for data in data_between(lake, first, last)]
        kept = sorted(set(names) & set(INSIGHTS))
        if kept:
            found = [one for insights, _ in made for one in insights if one.name in kept]
            lake.tables.replace(INSIGHTS_TABLE, to_rows(found), first, last, insight=kept)
        if WEEK_COMPARISON.name in names:
            compared = week_rows(test for _, tests in made for test in tests)
            lake.tables.replace(WEEK_COMPARISON, compared, first, last)


def build_forecast(lake: Lakehouse, first: date, last: date) -> Commit:
    """Replace the forecasts made on the evenings of the days `first` to `last`, of all users."""
    with exclusively(lake, READINESS_FORECAST.full_name):
        rows = forecast_rows(forecasts_between(lake, first, last))
        return lake.tables.replace(READINESS_FORECAST, rows, first, last)


def forecasts_between(lake: Lakehouse, first: date, last: date) -> Iterator[Forecast]:
    """The forecast of every user on each of the days from the user's first."""
    return map(forecast, data_between(lake, first, last))


def data_between(lake: Lakehouse, first: date, last: date) -> Iterator[InsightData]:
    """What is known of every user as of each of the days, from the user's first day on."""
    window = lake.settings.insight_window_days
    daily = rows_between(lake, DAILY_READINESS_PERFORMANCE, first_day_needed(first, window), last)
    workouts = rows_between(lake, PELOTON_WORKOUTS, first_day_needed(first, window), last)
    for user_id, begun in first_days(lake, last).items():
        own_daily, own_workouts = (rows[rows["user_id"] == user_id] for rows in (daily, workouts))
        for day in days_between(max(first, begun), last):
            known, done = (_up_to(rows, day, window) for rows in (own_daily, own_workouts))
            yield InsightData(user_id, day, known, done, window)


def _up_to(rows: pd.DataFrame, day: date, window_days: int) -> pd.DataFrame:
    first = first_day_needed(day, window_days)
    return rows[(rows["day"] >= pd.Timestamp(first)) & (rows["day"] <= pd.Timestamp(day))]

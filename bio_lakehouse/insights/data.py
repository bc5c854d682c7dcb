"""What an analyzer sees: one user's days up to a day, as calendar series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bio_lakehouse.insights.rules import WINDOW_DAYS
from bio_lakehouse.insights.statistics.anomalies import SKEWNESS_DAYS, TRAILING_DAYS
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.insights.statistics.weekly_change import HISTORY_DAYS, WEEK

LEAD_IN_DAYS = TRAILING_DAYS
REST = "rest"


def days_needed(window_days: int = WINDOW_DAYS) -> int:
    """Days up to an insight's whose rows can matter: the window, and what trailing figures and
    movements look at."""
    return max(window_days + SKEWNESS_DAYS, HISTORY_DAYS + WEEK)


def first_day_needed(as_of: date, window_days: int = WINDOW_DAYS) -> date:
    """The first of the days whose rows can matter."""
    return as_of - timedelta(days=days_needed(window_days) - 1)


@dataclass(frozen=True)
class InsightData:
    """One user's data as of a day. Rows of other users, later days and days too long ago are
    ignored.

    `daily` has the columns of gold.daily_readiness_performance and `workouts` those of
    silver.peloton_workouts, a row a day or workout in any order; `day` may be a datetime64 or hold
    dates. The window is the `window_days` calendar days up to `as_of`. Rows from `first_day_needed`
    on are used; without the days before the window fewer of its first days can be judged unusual.
    """

    user_id: str
    as_of: date
    daily: pd.DataFrame
    workouts: pd.DataFrame
    window_days: int = WINDOW_DAYS

    @property
    def window(self) -> tuple[date, date]:
        """First and last day."""
        return self.as_of - timedelta(days=self.window_days - 1), self.as_of

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every calendar day of the window."""
        return tuple(self.window[0] + timedelta(days=offset) for offset in range(self.window_days))

    def series(self, column: str) -> Series:
        """A column of `daily` as a calendar series over the window (NaN where unknown; truth values
        as 1 and 0)."""
        return self.all_days(column)[-self.window_days :]

    def with_lead_in(self, column: str) -> Series:
        """`series`, begun `LEAD_IN_DAYS` earlier."""
        return self.all_days(column)[-self.window_days - LEAD_IN_DAYS :]

    def all_days(self, column: str) -> Series:
        """`series`, begun on the first day needed. All NaN when `daily` has no such column. Not to
        be written to."""
        if column not in self._series:
            positions, rows = self._daily
            values = np.full(days_needed(self.window_days), np.nan)
            if column in rows:
                values[positions] = as_numbers(rows[column])
            values.flags.writeable = False
            self._series[column] = values
        return self._series[column]

    def next_day(self, column: str) -> Series:
        """On each day of the window the column's value of the day after; unknown on `as_of`."""
        return np.append(self.series(column)[1:], np.nan)

    @cached_property
    def workout_types(self) -> NDArray[np.object_]:
        """Each day's workout type: discipline of the workout with most output, else of the longest;
        `rest`; or None.

        A day is rest when `had_workout` is false, and None when nothing is known of it.
        """
        types = np.full(days_needed(self.window_days), None, dtype=object)
        positions, rows = self._main_workouts
        types[positions] = rows["fitness_discipline"].map(_type_name).to_numpy(dtype=object)
        types[self.all_days("had_workout") == 0] = REST
        return types[-self.window_days :]

    @cached_property
    def _series(self) -> dict[str, Series]:
        return {}

    @cached_property
    def _daily(self) -> tuple[NDArray[np.int64], pd.DataFrame]:
        return self._within(self.daily)

    @cached_property
    def _main_workouts(self) -> tuple[NDArray[np.int64], pd.DataFrame]:
        """The workout that names its day's type, and its day's position."""
        positions, rows = self._within(self.workouts)
        keys = pd.DataFrame(
            {
                "position": positions,
                "output": as_numbers(rows["total_output_kj"]),
                "length": as_numbers(rows["length_minutes"]),
                "started": rows["started_at"].astype(str).to_numpy(),
                "discipline": rows["fitness_discipline"].astype(str).to_numpy(),
            }
        )
        ranked = keys.sort_values(
            ["output", "length", "started", "discipline"],
            ascending=[False, False, True, True],
            na_position="last",
        )
        first = ranked.drop_duplicates("position").index.to_numpy()
        return positions[first], rows.iloc[first]

    def _within(self, rows: pd.DataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
        """This user's rows of the days needed, and each row's position in them."""
        first = pd.Timestamp(first_day_needed(self.as_of, self.window_days))
        own = rows[rows["user_id"] == self.user_id] if "user_id" in rows else rows
        positions = np.asarray(
            (pd.to_datetime(own["day"], cache=False) - first).dt.days, dtype=np.int64
        )
        inside = (positions >= 0) & (positions < days_needed(self.window_days))
        return positions[inside], own[inside]


def as_numbers(column: pd.Series[Any]) -> Series:
    """Any nullable column of numbers or truth values as floats, NaN where unknown."""
    if column.dtype.kind in "fiub" and isinstance(column.dtype, np.dtype):
        return column.to_numpy(dtype=np.float64)
    values = np.full(len(column), np.nan)
    known = column.notna().to_numpy()
    values[known] = column[known].to_numpy(dtype=np.float64)
    return values


def _type_name(discipline: object) -> str:
    return (
        discipline.strip().lower()
        if isinstance(discipline, str) and discipline.strip()
        else "unnamed"
    )

"""The seven days in the order in which they were lived, and the highs among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from bio_lakehouse import english
from bio_lakehouse.gold.measures import (
    HRV,
    READINESS,
    RESTING_HEART_RATE,
    SLEEP,
    TIME_ASLEEP,
    WORKOUT_OUTPUT,
    Measure,
)
from bio_lakehouse.reports.comparison import WEEK, by_day

NIGHT = (SLEEP, TIME_ASLEEP, HRV)
MORNING = (READINESS, RESTING_HEART_RATE)
HIGHS = (READINESS, SLEEP, HRV)
WORTH_SAYING_AFTER = 14
FEWEST_BEATEN = 7
"""Known values that a high must exceed, with one a week on average among them, to be told as the
highest since a day: of few days with a long gap it would say nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure's value on one day; None is unknown."""

    measure: Measure
    value: float | None

    @property
    def text(self) -> str:
        """The value with its unit; `–` when unknown."""
        return self.measure.text(self.value)


@dataclass(frozen=True, slots=True)
class WorkoutLine:
    """One workout as the person knows it. Unknown figures are None; `title` is the source's text,
    never trusted."""

    title: str
    discipline: str | None
    instructor: str | None
    minutes: float | None
    output_kj: float | None
    average_heart_rate_bpm: float | None


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day: the night that ended on it, its morning, its workouts. `had_workout` None: not
    known."""

    day: date
    night: tuple[Reading, ...]
    morning: tuple[Reading, ...]
    workouts: tuple[WorkoutLine, ...]
    had_workout: bool | None

    @property
    def night_known(self) -> bool:
        """Whether anything is known of the night."""
        return any(reading.value is not None for reading in self.night)

    @property
    def morning_known(self) -> bool:
        """Whether anything is known of the morning."""
        return any(reading.value is not None for reading in self.morning)


@dataclass(frozen=True, slots=True)
class WeeklyHigh:
    """A high of the week; `since` says how far back the last day as high lies (`days_back`), empty
    for under 14."""

    measure: Measure
    day: date
    value: float
    since: str = ""
    days_back: int | None = None


def days_of(last: date) -> tuple[date, ...]:
    """The seven days up to `last`, oldest first."""
    return tuple(last - timedelta(days=back) for back in range(WEEK - 1, -1, -1))


def week_lines(daily: pd.DataFrame, workouts: pd.DataFrame, last: date) -> tuple[DayLine, ...]:
    """The week's days from `gold.daily_readiness_performance` and `silver.peloton_workouts` of one
    user."""
    columns = {measure.column for measure in (*NIGHT, *MORNING)} | {"workout_count"}
    week = pd.DataFrame({column: by_day(daily, column, last) for column in columns}).iloc[-WEEK:]
    by_date = _workouts_by_date(workouts, last)
    return tuple(
        _day_line(day, row, by_date.get(day, ()))
        for day, (_, row) in zip(days_of(last), week.iterrows(), strict=True)
    )


def _day_line(day: date, row: pd.Series[float], workouts: tuple[WorkoutLine, ...]) -> DayLine:
    count = known(row["workout_count"])
    return DayLine(
        day,
        night=tuple(Reading(measure, known(row[measure.column])) for measure in NIGHT),
        morning=tuple(Reading(measure, known(row[measure.column])) for measure in MORNING),
        workouts=workouts,
        had_workout=True if workouts else None if count is None else count > 0,
    )


def _workouts_by_date(workouts: pd.DataFrame, last: date) -> dict[date, tuple[WorkoutLine, ...]]:
    frame = workouts.assign(day=pd.to_datetime(workouts["day"]).dt.date)
    frame = frame[frame["day"].isin(days_of(last))]
    frame = frame.sort_values(
        [c for c in ("day", "started_at_local", "started_at", "title") if c in frame]
    )
    found: dict[date, list[WorkoutLine]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(row["day"], []).append(_workout_line(row))
    return {day: tuple(lines) for day, lines in found.items()}


def _workout_line(row: dict[Any, Any]) -> WorkoutLine:
    discipline = _text(row.get("fitness_discipline"))
    return WorkoutLine(
        title=_text(row.get("title")) or discipline or "Workout",
        discipline=discipline,
        instructor=_text(row.get("instructor_name")),
        minutes=known(row.get("length_minutes")),
        output_kj=known(row.get("total_output_kj")),
        average_heart_rate_bpm=known(row.get("avg_heart_rate_bpm")),
    )


def known(value: Any) -> float | None:
    """A number as float; None for None, NaN and NA."""
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def weekly_highs(daily: pd.DataFrame, workouts: pd.DataFrame, last: date) -> tuple[WeeklyHigh, ...]:
    """The week's highest readiness, sleep score and HRV, and its workout with the most output.

    Each with the last earlier day that was as high; where that day is less than two weeks back, or
    little is known of the time since, nothing is compared. Left out where the week has fewer than
    two known days.
    """
    highs = [_high(measure, by_day(daily, measure.column, last), last) for measure in HIGHS]
    return tuple(high for high in [*highs, _biggest_workout(workouts, last)] if high)


def _high(measure: Measure, series: pd.Series[float], last: date) -> WeeklyHigh | None:
    week, before = series.iloc[-WEEK:], series.iloc[:-WEEK].dropna()
    if week.notna().sum() < 2:
        return None
    stamp = pd.Timestamp(str(week.idxmax()))
    return _weekly_high(measure, stamp.date(), float(week.max()), before)


def _weekly_high(measure: Measure, day: date, value: float, before: pd.Series[float]) -> WeeklyHigh:
    as_high = before.index[before >= value]
    earlier = as_high[-1].date() if len(as_high) else None
    first = before.index[0].date() if len(before) else day
    back = (day - (earlier or first)).days
    beaten = len(before) if earlier is None else int((before.index > as_high[-1]).sum())
    if not is_worth_saying(back, beaten):
        return WeeklyHigh(measure, day, value)
    return WeeklyHigh(measure, day, value, english.since(earlier, first), back)


def is_worth_saying(days_back: int, beaten: int) -> bool:
    """Whether a high is told as the highest since a day so far back, with so many known values
    since."""
    is_dense = beaten >= max(FEWEST_BEATEN, days_back / WEEK)
    return days_back >= WORTH_SAYING_AFTER and is_dense


def _biggest_workout(workouts: pd.DataFrame, last: date) -> WeeklyHigh | None:
    if workouts.empty:
        return None
    stamps = pd.to_datetime(workouts["day"])
    outputs = pd.Series(
        pd.to_numeric(workouts["total_output_kj"]).to_numpy(float, na_value=np.nan), index=stamps
    )
    best = outputs.groupby(level=0).max().sort_index().dropna()
    start, end = pd.Timestamp(days_of(last)[0]), pd.Timestamp(last)
    week = best[(best.index >= start) & (best.index <= end)]
    if len(week) < 2:
        return None
    stamp = pd.Timestamp(str(week.idxmax()))
    return _weekly_high(WORKOUT_OUTPUT, stamp.date(), float(week.max()), best[best.index < start])


def known_days(days: Sequence[DayLine]) -> int:
    """Days of the week on which anything is known."""
    return sum(
        line.night_known or line.morning_known or line.had_workout is not None for line in days
    )

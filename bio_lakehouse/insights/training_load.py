"""gold.training_load: what each day's workouts loaded, and the fitness and fatigue that the loads add up to.

Impulse-response model of Banister et al. 1975; TRIMP of Banister 1991 with the coefficients 0.64 and 1.92;
exponentially weighted loads with time constants of 42 and 7 days (Coggan's chronic and acute training load). Load is
100 for an hour at threshold. Calories say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, isnan
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bio_lakehouse.insights.data import as_numbers
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.lake.schema import DAY, USER_ID, Column, TableSchema
from bio_lakehouse.settings import UserProfile

CHRONIC_DECAY = exp(-1 / 42)
ACUTE_DECAY = exp(-1 / 7)
BUILDING_DAYS = 42
TRIMP_FACTOR, TRIMP_EXPONENT = 0.64, 1.92

SCHEMA = TableSchema(
    database="bio_gold",
    name="training_load",
    description="Training load of each day, and chronic load, acute load and form that follow from it.",
    grain=("user_id", "day"),
    columns=(
        USER_ID,
        DAY,
        Column(
            "training_load",
            "double",
            "Load of the day's workouts (100: an hour at threshold); 0 on a rest day.",
        ),
        Column(
            "is_estimated",
            "boolean",
            "True when average power stands in for normalised power; null when unknown.",
        ),
        Column(
            "methods",
            "string",
            "How the workouts' loads were found: heart_rate, power; null on a rest day.",
        ),
        Column(
            "unknown_workouts",
            "int",
            "Workouts with neither power nor heart rate to go by.",
            minimum=0,
            required=True,
        ),
        Column(
            "chronic_load",
            "double",
            "Load weighted over 42 days; null on an unknown day.",
            minimum=0,
        ),
        Column(
            "acute_load", "double", "Load weighted over 7 days; null on an unknown day.", minimum=0
        ),
        Column("form", "double", "Chronic minus acute load of the day before."),
        Column(
            "known_days",
            "int",
            "Days in a row with a known load up to this one; 0 on an unknown day.",
            minimum=0,
            required=True,
        ),
        Column(
            "state",
            "string",
            "building until 42 days in a row are known, then steady; null on an unknown day.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class WorkoutLoad:
    """A workout's load (None: unknown) and by what it was found (`power`, `heart_rate`)."""

    load: float | None
    method: str | None


UNKNOWN = WorkoutLoad(None, None)


def power_load(minutes: float, watts: float, ftp: float) -> float:
    """100 · hours · (watts / FTP)², from average power."""
    return 100 * minutes / 60 * (watts / ftp) ** 2


def heart_rate_load(
    minutes: float, average: float, rest: float, maximum: float, threshold: float
) -> float:
    """100 · TRIMP(workout) / TRIMP(60 minutes at `threshold`); heart rates in beats a minute."""
    return 100 * trimp(minutes, average, rest, maximum) / trimp(60, threshold, rest, maximum)


def trimp(minutes: float, average: float, rest: float, maximum: float) -> float:
    """Banister's minutes · h · 0.64 · e^(1.92 h), h the share of heart-rate reserve (0 when below rest)."""
    share = max((average - rest) / (maximum - rest), 0.0)
    return minutes * share * TRIMP_FACTOR * exp(TRIMP_EXPONENT * share)


def workout_load(
    minutes: float | None,
    watts: float | None,
    heart_rate: float | None,
    rest: float | None,
    profile: UserProfile,
) -> WorkoutLoad:
    """The load of one workout: by power, else by heart rate, else unknown.

    `rest` is the person's resting heart rate as known on the day; FTP, maximum and threshold heart rate are
    `profile`'s. A workout of unknown length has an unknown load, unless nothing was done in it (0 watts).
    """
    if watts == 0 and profile.ftp:
        return WorkoutLoad(0.0, "power")
    if minutes is None:
        return UNKNOWN
    if watts is not None and profile.ftp:
        return WorkoutLoad(power_load(minutes, watts, profile.ftp), "power")
    maximum, threshold = profile.max_heart_rate, profile.threshold_heart_rate
    if (
        heart_rate is None
        or rest is None
        or not maximum
        or not threshold
        or not rest < threshold <= maximum
    ):
        return UNKNOWN
    return WorkoutLoad(heart_rate_load(minutes, heart_rate, rest, maximum, threshold), "heart_rate")


def training_load(daily: pd.DataFrame, workouts: pd.DataFrame, profile: UserProfile) -> pa.Table:
    """gold.training_load of one user, one row for each calendar day from the first to the last day of `daily`.

    `daily` has `day`, `had_workout` and `resting_heart_rate_bpm` of gold.daily_readiness_performance, `workouts` has
    `day`, `length_minutes`, `avg_watts` and `avg_heart_rate_bpm` of silver.peloton_workouts; rows of other users are
    ignored. The resting heart rate on a day is the median of those known up to it, so later days change no row.
    """
    own = _own(daily, profile.user_id)
    if own.empty:
        return SCHEMA.arrow.empty_table()
    days = _calendar(own["day"].iloc[0], own["day"].iloc[-1])
    rested = dict(zip(own["day"], as_numbers(own["had_workout"]) == 0, strict=True))
    resting = _resting_heart_rates(own, days)
    done = _workouts_by_day(_own(workouts, profile.user_id))
    loads = [
        [workout_load(*workout, rest, profile) for workout in done.get(day, ())]
        for day, rest in zip(days, resting, strict=True)
    ]
    known = [
        _day_load(of_day, rested.get(day, False)) for day, of_day in zip(days, loads, strict=True)
    ]
    rows = [
        {"user_id": profile.user_id, "day": day} | _described(load, of_day) | state
        for day, load, of_day, state in zip(days, known, loads, states(known), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA.arrow)


def states(loads: Sequence[float | None]) -> Iterator[dict[str, Any]]:
    """Chronic and acute load, form, known days and state for each day's load, in order of time; None is unknown.

    `load_today = state · d + load · (1 − d)`, from 0. An unknown day makes the state unknown, and it begins again at 0.
    """
    chronic, acute, known_days = 0.0, 0.0, 0
    for load in loads:
        form = chronic - acute if known_days else None
        known_days = 0 if load is None else known_days + 1
        chronic = 0.0 if load is None else chronic * CHRONIC_DECAY + load * (1 - CHRONIC_DECAY)
        acute = 0.0 if load is None else acute * ACUTE_DECAY + load * (1 - ACUTE_DECAY)
        yield {
            "chronic_load": None if load is None else chronic,
            "acute_load": None if load is None else acute,
            "form": form,
            "known_days": known_days,
            "state": None
            if load is None
            else "building"
            if known_days < BUILDING_DAYS
            else "steady",
        }


def _day_load(workouts: Sequence[WorkoutLoad], rested: bool) -> float | None:
    """The sum of known loads, 0 on an observed rest day, None when nothing is known or one load is unknown."""
    known = [workout.load for workout in workouts if workout.load is not None]
    if len(known) < len(workouts):
        return None
    return sum(known) if workouts else 0.0 if rested else None


def _described(load: float | None, workouts: Sequence[WorkoutLoad]) -> dict[str, Any]:
    methods = sorted({workout.method for workout in workouts if workout.method})
    return {
        "training_load": load,
        "is_estimated": None if load is None else "power" in methods,
        "methods": ",".join(methods) or None,
        "unknown_workouts": sum(workout.load is None for workout in workouts),
    }


def _own(rows: pd.DataFrame, user_id: str) -> pd.DataFrame:
    """That user's rows by day, `day` as dates."""
    own = rows[rows["user_id"] == user_id] if "user_id" in rows else rows
    return own.assign(day=pd.to_datetime(own["day"]).dt.date).sort_values("day", kind="stable")


def _calendar(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _resting_heart_rates(daily: pd.DataFrame, days: Sequence[date]) -> list[float | None]:
    """On each day the median of the resting heart rates known up to it; None before the first."""
    measured = pd.Series(as_numbers(daily["resting_heart_rate_bpm"]), index=daily["day"]).reindex(
        pd.Index(days)
    )
    return _optional(measured.expanding(min_periods=1).median().to_numpy(dtype=np.float64))


def _workouts_by_day(
    workouts: pd.DataFrame,
) -> dict[date, list[tuple[float | None, float | None, float | None]]]:
    """Minutes, watts and heart rate of each day's workouts."""
    columns = ("length_minutes", "avg_watts", "avg_heart_rate_bpm")
    figures = zip(*(_optional(as_numbers(workouts[column])) for column in columns), strict=True)
    grouped: dict[date, list[tuple[float | None, float | None, float | None]]] = {}
    for day, (minutes, watts, heart_rate) in zip(workouts["day"], figures, strict=True):
        grouped.setdefault(day, []).append((minutes, watts, heart_rate))
    return grouped


def _optional(values: Series) -> list[float | None]:
    return [None if isnan(value) else float(value) for value in values]

"""gold.training_load: what each day's workouts loaded, and the fitness and fatigue that follow.

Impulse-response model of Banister et al. 1975; exponentially weighted loads with time constants
of 42 and 7 days (Coggan's chronic and acute training load). Where a load is not measured, the
bounds that it lies between are carried on in its place, and nothing is begun again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from math import exp, fsum, isnan
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bio_lakehouse.gold.schemas import TRAINING_LOAD
from bio_lakehouse.insights.data import as_numbers
from bio_lakehouse.insights.load_bounds import BUILDING_DAYS
from bio_lakehouse.insights.statistics.autocorrelation import Series
from bio_lakehouse.insights.workout_load import (
    HARD_SHARE,
    LONGEST_MINUTES,
    ZONES,
    Effort,
    Lacking,
    Load,
    OwnWorkout,
    WorkoutLoad,
    between,
    lacking,
    minutes_of,
    power_load,
    workout_load,
)
from bio_lakehouse.settings import UserProfile

CHRONIC_DECAY = exp(-1 / 42)
ACUTE_DECAY = exp(-1 / 7)

REST_DAY = between(0.0, 0.0)


def training_load(
    daily: pd.DataFrame,
    workouts: pd.DataFrame,
    profile: UserProfile,
    zones: Sequence[int] = ZONES,
) -> pa.Table:
    """gold.training_load of one user, a row for each calendar day of `daily` from first to last.

    `daily` has `day`, `had_workout` and `resting_heart_rate_bpm` of
    gold.daily_readiness_performance, `workouts` has the columns `EFFORT` and `day` of
    silver.peloton_workouts; rows of other users are ignored. `zones` are the lower bounds of
    heart-rate zones 2 to 5 in % of the maximum heart rate. What is the person's own on a day
    (resting heart rate, usual loads) is taken from the days up to it: later days change no row.
    """
    own = _own(daily, profile.user_id)
    if own.empty:
        return TRAINING_LOAD.arrow.empty_table()
    days = _calendar(own["day"].iloc[0], own["day"].iloc[-1])
    done = _efforts_by_day(_own(workouts, profile.user_id))
    rested = dict(zip(own["day"], as_numbers(own["had_workout"]), strict=True))
    person = _Person(profile, zones)
    told = [
        person.day_load(done.get(day, ()), rest, rested.get(day, np.nan))
        for day, rest in zip(days, _resting_heart_rates(own, days), strict=True)
    ]
    who = {"user_id": [profile.user_id] * len(days), "day": days}
    return pa.table(who | _described(told) | states(told), schema=TRAINING_LOAD.arrow)


def lacking_of(
    daily: pd.DataFrame, workouts: pd.DataFrame, profile: UserProfile, first: date, last: date
) -> list[Lacking]:
    """What each workout of one user's days `first` to `last` lacks whose load is bounded.

    `daily` and `workouts` are as `training_load` has them, from the first day on.
    """
    own, found = _own(daily, profile.user_id), []
    if own.empty:
        return []
    days = _calendar(own["day"].iloc[0], max(own["day"].iloc[-1], last))
    rests = dict(zip(days, _resting_heart_rates(own, days), strict=True))
    for day, efforts in _efforts_by_day(_own(workouts, profile.user_id)).items():
        rest = rests.get(day)
        if first <= day <= last:
            bounded = (one for one in efforts if not workout_load(one, rest, profile).is_measured)
            found += [lacking(one, rest, profile) for one in bounded]
    return found


@dataclass(frozen=True, slots=True)
class DayLoad:
    """A day's load; None before anything is known of the person's training."""

    load: Load | None
    workouts: tuple[WorkoutLoad, ...] = ()
    is_measured: bool = True

    @property
    def methods(self) -> list[str]:
        """How its workouts' loads were found, each once."""
        return sorted({workout.method for workout in self.workouts})


NOTHING_YET = DayLoad(None, is_measured=False)


@dataclass(slots=True)
class _Person:
    """One person's days in order of time, and what is their own up to the day that is looked at."""

    profile: UserProfile
    zones: Sequence[int]
    workouts: list[OwnWorkout] = field(default_factory=list)
    training_days: list[float] = field(default_factory=list)
    has_begun: bool = False

    def day_load(
        self, efforts: Sequence[Effort], resting: float | None, had_workout: float
    ) -> DayLoad:
        """Its workouts' loads added up; 0 on an observed rest day, bounded on an unknown day."""
        self.has_begun = self.has_begun or bool(efforts) or not isnan(had_workout)
        if not self.has_begun:
            return NOTHING_YET
        if efforts:
            return self._trained(efforts, resting)
        if had_workout == 0:
            return DayLoad(REST_DAY)
        return DayLoad(between(0.0, self.usual_load), is_measured=False)

    @property
    def usual_load(self) -> float:
        """The median load of a training day so far; before the first that of a very long
        workout."""
        if self.training_days:
            return float(np.median(self.training_days))
        return power_load(LONGEST_MINUTES, HARD_SHARE, 1.0)

    def _trained(self, efforts: Sequence[Effort], resting: float | None) -> DayLoad:
        """All workouts of the day are held against the days before, so their order is nothing."""
        workouts = tuple(
            workout_load(effort, resting, self.profile, self.workouts, self.zones)
            for effort in efforts
        )
        for effort, workout in zip(efforts, workouts, strict=True):
            self._remember(effort, workout)
        load = _sum([workout.load for workout in workouts])
        self.training_days.append(load.middle)
        return DayLoad(load, workouts, all(workout.is_measured for workout in workouts))

    def _remember(self, effort: Effort, workout: WorkoutLoad) -> None:
        minutes = minutes_of(effort)
        if minutes is not None:
            load = workout.load.middle if workout.is_measured else None
            self.workouts.append(OwnWorkout(effort.discipline, minutes, load))


def _sum(loads: Sequence[Load]) -> Load:
    return Load(
        fsum(load.middle for load in loads),
        fsum(load.low for load in loads),
        fsum(load.high for load in loads),
    )


def _described(days: Sequence[DayLoad]) -> dict[str, Any]:
    """The columns of gold.training_load that tell of each day alone."""
    measured = [day.load.middle if day.load and day.is_measured else None for day in days]
    methods = [day.methods for day in days]
    told = zip(measured, methods, strict=True)
    return {
        "training_load": measured,
        **_bounded("load", _bounds(days), len(days)),
        "is_estimated": [None if load is None else "power" in how for load, how in told],
        "methods": [",".join(how) or None for how in methods],
        "unknown_workouts": [_unmeasured(day) for day in days],
    }


def _unmeasured(day: DayLoad) -> int:
    return sum(not workout.is_measured for workout in day.workouts)


def states(days: Sequence[DayLoad]) -> dict[str, Any]:
    """The columns of chronic and acute load, form, known days and state, in order of time.

    `load_today = state · d + load · (1 − d)`, from 0, for the middle and for both bounds.
    """
    loads, count = _bounds(days), len(days)
    known = [day.is_measured for day in days]
    lasting = accumulate(known, lambda before, is_known: before + 1 if is_known else 0, initial=0)
    numbers = range(1, len(loads) + 1)
    nothing_yet = [None] * (count - len(loads))
    return {
        **_bounded("chronic_load", _carried(loads, CHRONIC_DECAY), count),
        **_bounded("acute_load", _carried(loads, ACUTE_DECAY), count),
        **_bounded("form", _forms(loads)[:-1], count),
        "known_days": [*lasting][1:],
        "state_days": [*nothing_yet, *numbers],
        "state": nothing_yet + ["building" if n < BUILDING_DAYS else "steady" for n in numbers],
    }


def _bounds(days: Sequence[DayLoad]) -> Series:
    """(middle, low, high) of each day, from the first of which anything is known."""
    loads = [day.load for day in days if day.load]
    return np.array([(load.middle, load.low, load.high) for load in loads]).reshape(-1, 3)


def _bounded(name: str, figures: Series, count: int) -> dict[str, list[float | None]]:
    """The three columns of a figure, each of `count` days, of which the first have none."""
    nothing_yet = [None] * (count - len(figures))
    names = (name, f"{name}_low", f"{name}_high")
    columns = zip(names, figures.T, strict=True)
    return {column: [*nothing_yet, *values.tolist()] for column, values in columns}


def _carried(loads: Series, decay: float) -> Series:
    """The state after each day, from 0; a row a day."""

    def next_state(state: float, load: float) -> float:
        return state * decay + load * (1 - decay)

    # A number at a time: NumPy takes ten times as long for a step of three.
    columns = [accumulate(column.tolist(), next_state, initial=0.0) for column in loads.T]
    return np.array([*zip(*columns, strict=True)][1:]).reshape(-1, 3)


def _forms(loads: Series) -> Series:
    """Chronic minus acute load after each day: (middle, low, high) a row.

    A load adds to form once it lies further back than `turning` days and takes from it before, so
    each bound of form is reached by high loads on one side of that day and low ones on the other.
    """
    backs = np.arange(len(loads))
    weights = (1 - CHRONIC_DECAY) * CHRONIC_DECAY**backs - (1 - ACUTE_DECAY) * ACUTE_DECAY**backs
    adding, taking = np.maximum(weights, 0), np.minimum(weights, 0)
    middle, low, high = loads.T

    def weighted(of_adding: Series, of_taking: Series) -> Series:
        both: Series = np.convolve(of_adding, adding) + np.convolve(of_taking, taking)
        return both[: len(loads)]

    if not len(loads):
        return loads
    return np.column_stack([weighted(middle, middle), weighted(low, high), weighted(high, low)])


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


EFFORT = (
    "fitness_discipline",
    "length_minutes",
    "avg_watts",
    "avg_heart_rate_bpm",
    "total_output_kj",
)
"""The columns of silver.peloton_workouts that an `Effort` is made of, in its order."""


def _efforts_by_day(workouts: pd.DataFrame) -> dict[date, list[Effort]]:
    """What was measured of each day's workouts."""
    figures = [_optional(as_numbers(workouts[column])) for column in EFFORT[1:]]
    named = [name if isinstance(name, str) else None for name in workouts[EFFORT[0]]]
    grouped: dict[date, list[Effort]] = {}
    for day, *measured in zip(workouts["day"], named, *figures, strict=True):
        grouped.setdefault(day, []).append(Effort(*measured))
    return grouped


def _optional(values: Series) -> list[float | None]:
    return [None if isnan(value) else float(value) for value in values]

"""What one workout loads: by its power, else by its heart rate, else between two bounds.

TRIMP of Banister 1991, with his coefficients for men and for women. Load is 100 for an hour at
threshold. Calories say nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np

from bio_lakehouse.settings import UserProfile

RECOVERY = frozenset({"yoga", "stretching", "meditation"})
ZONES = (60, 70, 80, 90)
"""Lower bounds of heart-rate zones 2 to 5 in % of the maximum heart rate, unless a person's
differ."""

LENGTH, FTP = "length", "FTP"
RESTING, MAXIMUM, THRESHOLD = (
    "resting heart rate",
    "maximum heart rate",
    "threshold heart rate",
)
"""What a load is made from, beside what was measured."""

EASY_SHARE, HARD_SHARE = 0.75, 1.05
"""Tops of power zones 2 and 4 as shares of threshold (Coggan): for who has no heart-rate
measures."""

LONGEST_MINUTES = 120.0
"""Length of a workout of which nothing is known, by a person of whom nothing is known either."""

OWN_NEEDED, OWN_SHARE = 10, 0.25
"""Own workouts from which a percentile is taken, and by which share their lengths may differ."""


class Trimp(NamedTuple):
    """Coefficients of minutes · h · factor · e^(exponent · h)."""

    factor: float
    exponent: float


MEN, WOMEN = Trimp(0.64, 1.92), Trimp(0.86, 1.67)
COEFFICIENTS = {"male": (MEN,), "female": (WOMEN,), None: (MEN, WOMEN)}


@dataclass(frozen=True, slots=True)
class Load:
    """A load with the bounds that it lies between; all three are the same for one that is
    certain."""

    middle: float
    low: float
    high: float


def between(low: float, high: float) -> Load:
    """A load of which the bounds are known, with its middle half way between them."""
    return Load((low + high) / 2, low, high)


class Effort(NamedTuple):
    """What was measured of a workout: minutes, watts, beats a minute and kJ; None is unknown."""

    discipline: str | None = None
    minutes: float | None = None
    watts: float | None = None
    heart_rate: float | None = None
    output_kj: float | None = None


@dataclass(frozen=True, slots=True)
class WorkoutLoad:
    """A workout's load and how it was found: `power`, `heart_rate` or `bounded`."""

    load: Load
    method: str

    @property
    def is_measured(self) -> bool:
        return self.method != "bounded"


class OwnWorkout(NamedTuple):
    """A workout of the person's own past: its minutes, and its load where that was measured."""

    discipline: str | None
    minutes: float
    load: float | None


def workout_load(
    effort: Effort,
    rest: float | None,
    profile: UserProfile,
    own: Sequence[OwnWorkout] = (),
    zones: Sequence[int] = ZONES,
) -> WorkoutLoad:
    """The load of one workout: by power, else by heart rate, else bounded.

    `rest` is the person's resting heart rate as known on the day, `own` are their workouts so far;
    FTP, maximum and threshold heart rate and sex are `profile`'s. A heart rate of a person whose
    sex is not set gives the range of both coefficients.
    """
    minutes = minutes_of(effort)
    if effort.watts == 0 and profile.ftp:
        return WorkoutLoad(between(0.0, 0.0), "power")
    if minutes is not None and effort.watts is not None and profile.ftp:
        load = power_load(minutes, effort.watts, profile.ftp)
        return WorkoutLoad(between(load, load), "power")
    by_heart_rate = _heart_rate_range(minutes, effort.heart_rate, rest, profile)
    if by_heart_rate:
        return WorkoutLoad(by_heart_rate, "heart_rate")
    highest = _highest_load(effort.discipline, minutes, rest, profile, own, zones)
    return WorkoutLoad(between(0.0, highest), "bounded")


class Lacking(NamedTuple):
    """What is not known that a workout's load by power, and that by heart rate, is made from; None
    for what was not measured of it."""

    by_power: tuple[str, ...] | None
    by_heart_rate: tuple[str, ...] | None


def lacking(effort: Effort, rest: float | None, profile: UserProfile) -> Lacking:
    """What a workout lacks whose load is bounded, in the words of `LENGTH` and its like."""
    length = (LENGTH,) if minutes_of(effort) is None else ()
    measures = {
        RESTING: rest,
        MAXIMUM: profile.max_heart_rate,
        THRESHOLD: profile.threshold_heart_rate,
    }
    unknown = tuple(name for name, value in measures.items() if not value)
    by_power = (*length, *(() if profile.ftp else (FTP,)))
    return Lacking(
        None if effort.watts is None else by_power,
        None if effort.heart_rate is None else (*length, *unknown),
    )


def minutes_of(effort: Effort) -> float | None:
    """A workout's length, else its energy over its power."""
    if effort.minutes is not None or not effort.watts or effort.output_kj is None:
        return effort.minutes
    return effort.output_kj * 1000 / effort.watts / 60


def power_load(minutes: float, watts: float, ftp: float) -> float:
    """100 · hours · (watts / FTP)², from average power."""
    return 100 * minutes / 60 * (watts / ftp) ** 2


def heart_rate_load(
    minutes: float,
    average: float,
    rest: float,
    maximum: float,
    threshold: float,
    coefficients: Trimp = MEN,
) -> float:
    """100 · TRIMP(workout) / TRIMP(60 minutes at `threshold`); heart rates in beats a minute."""
    at_threshold = trimp(60, threshold, rest, maximum, coefficients)
    return 100 * trimp(minutes, average, rest, maximum, coefficients) / at_threshold


def trimp(
    minutes: float, average: float, rest: float, maximum: float, coefficients: Trimp = MEN
) -> float:
    """Banister's TRIMP, h being the share of heart-rate reserve (0 when below rest)."""
    share = max((average - rest) / (maximum - rest), 0.0)
    return minutes * share * coefficients.factor * exp(coefficients.exponent * share)


def _heart_rate_range(
    minutes: float | None, heart_rate: float | None, rest: float | None, profile: UserProfile
) -> Load | None:
    """The least and the most that the coefficients give; None where something is unknown."""
    maximum, threshold = profile.max_heart_rate, profile.threshold_heart_rate
    if minutes is None or heart_rate is None or rest is None or not maximum or not threshold:
        return None
    if not rest < threshold <= maximum:
        return None
    loads = [
        heart_rate_load(minutes, heart_rate, rest, maximum, threshold, coefficients)
        for coefficients in COEFFICIENTS[profile.sex]
    ]
    return between(min(loads), max(loads))


def _highest_load(
    discipline: str | None,
    minutes: float | None,
    rest: float | None,
    profile: UserProfile,
    own: Sequence[OwnWorkout],
    zones: Sequence[int],
) -> float:
    """The 90th percentile of own workouts of that discipline and length, else that of a zone's
    top."""
    alike = [
        workout.load
        for workout in own
        if workout.discipline == discipline and workout.load is not None
        if minutes is None or abs(workout.minutes - minutes) <= OWN_SHARE * minutes
    ]
    if len(alike) >= OWN_NEEDED:
        return float(np.percentile(alike, 90))
    length = _usual_minutes(discipline, own) if minutes is None else minutes
    return _load_at_zone_top(length, is_recovery(discipline), rest, profile, zones)


def is_recovery(discipline: str | None) -> bool:
    """Whether a class of that discipline is one that is taken to recover."""
    return (discipline or "").strip().lower() in RECOVERY


def _usual_minutes(discipline: str | None, own: Sequence[OwnWorkout]) -> float:
    """The 90th percentile of the lengths of own workouts: of the discipline, else of all."""
    alike = [workout.minutes for workout in own if workout.discipline == discipline]
    lengths = alike or [workout.minutes for workout in own]
    return float(np.percentile(lengths, 90)) if lengths else LONGEST_MINUTES


def _load_at_zone_top(
    minutes: float, easy: bool, rest: float | None, profile: UserProfile, zones: Sequence[int]
) -> float:
    """The load of `minutes` at the top of zone 2 (`easy`) or of zone 4."""
    top_percent = zones[1] if easy else zones[3]
    heart_rate = (profile.max_heart_rate or 0) * top_percent / 100
    reached = _heart_rate_range(minutes, heart_rate, rest, profile)
    if reached:
        return reached.high
    return power_load(minutes, EASY_SHARE if easy else HARD_SHARE, 1.0)

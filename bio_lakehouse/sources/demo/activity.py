"""A day's movement: minutes in each class of activity, steps, energy, and the activity score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bio_lakehouse.sources.demo.calendar import Calendar
from bio_lakehouse.sources.demo.nights import Nights
from bio_lakehouse.sources.demo.random_streams import (
    Floats,
    Integers,
    persistent_noise,
    stream,
    trailing_mean,
    whole,
)

MINUTES = 1440
WEIGHT_KG = 74.0
BASAL_KCAL = 1690
MET = {"non_wear": 0.1, "rest": 0.9, "sedentary": 1.2, "low": 2.0, "medium": 4.0, "high": 7.5}
"""Mean metabolic equivalents of each class of minute."""
SHARE = {"low": 2, "medium": 5, "high": 8}
"""Active minutes take at most one in so many of a day's minutes out of bed."""


@dataclass(frozen=True)
class Movement:
    """One value a day. The six classes of `minutes` add up to 1,440; energy in kcal."""

    minutes: dict[str, Integers]
    steps: Integers
    active_calories: Integers
    total_calories: Integers
    score: Integers
    contributors: dict[str, Integers]


def move(calendar: Calendar, seed: int, nights: Nights, load: Floats, exertion: Floats) -> Movement:
    """Movement of the days lived: `load` and `exertion` (min) are the workouts' part."""
    count = len(calendar.days)
    low_z, medium_z, step_z = (
        persistent_noise(stream(seed, "movement", number), count) for number in range(3)
    )
    well = 1 - 0.6 * calendar.severity
    weekend = np.isin(np.array(calendar.weekdays), (5, 6)).astype(float)
    worn_minutes = {
        "low": whole((235 + 38 * low_z + 25 * weekend) * well, 30, 420),
        "medium": whole((38 + 13 * medium_z + 8 * weekend) * well + 0.45 * exertion, 2, 170),
        "high": whole((2 + 2 * np.maximum(medium_z, 0)) * well + 0.4 * exertion, 0, 110),
    }
    minutes = _fill(calendar, seed, nights, worn_minutes)
    steps = 13 * minutes["low"] + 88 * minutes["medium"] + 70 * minutes["high"] + 500 * step_z
    active = _active_energy(minutes)
    contributors = _contributors(seed, minutes, active, load)
    return Movement(
        minutes=minutes,
        steps=whole(np.where(calendar.worn, steps, 13 * minutes["low"]), 0, 60_000),
        active_calories=whole(active, 0, 6_000),
        total_calories=whole(active + BASAL_KCAL, 0, 9_000),
        score=whole(np.mean(list(contributors.values()), axis=0), 1, 100),
        contributors=contributors,
    )


def _active_energy(minutes: dict[str, Integers]) -> Floats:
    """Energy above rest in kcal: (MET − 1) · kg · hours."""
    met_minutes = sum(
        (minutes[name] * (MET[name] - 1) for name in SHARE), np.zeros(len(minutes["rest"]))
    )
    return np.asarray(met_minutes * WEIGHT_KG / 60, dtype=np.float64)


def _fill(
    calendar: Calendar, seed: int, nights: Nights, active: dict[str, Integers]
) -> dict[str, Integers]:
    """The whole day: the ring off for most of it where it was not worn, else a little; what is left
    is sedentary."""
    generator = stream(seed, "ring off")
    count = len(calendar.days)
    charging = whole(22 + 18 * generator.standard_normal(count), 0, 90)
    off = np.where(calendar.worn, charging, generator.integers(14 * 60, MINUTES + 1, count))
    rest = np.where(calendar.worn, nights.in_bed // 60, 0)
    left = MINUTES - off - rest
    kept = np.where(calendar.worn, 1.0, 0.12)
    taken = {
        name: np.minimum((active[name] * kept).astype(np.int64), left // SHARE[name])
        for name in SHARE
    }
    sedentary = left - sum(taken.values(), np.zeros(count, dtype=np.int64))
    return {"non_wear": off, "rest": rest, "sedentary": sedentary} | taken


def _contributors(
    seed: int, minutes: dict[str, Integers], active: Floats, load: Floats
) -> dict[str, Integers]:
    """The activity score's contributors, each from what it is named for."""
    jitter = stream(seed, "activity contributors").standard_normal((3, len(load)))
    weekly_load = 7 * trailing_mean(load, 7)
    values = {
        "meet_daily_targets": 45
        + 40 * trailing_mean((active > 480).astype(float), 7)
        + 6 * jitter[0],
        "move_every_hour": 88 + 9 * jitter[1],
        "recovery_time": 100
        - 9 * np.maximum(7 * trailing_mean((load > 40).astype(float), 7) - 4, 0)
        + jitter[2],
        "stay_active": 100 - 0.07 * np.maximum(minutes["sedentary"] - 420, 0),
        "training_frequency": 55 + 8 * 7 * trailing_mean((load > 20).astype(float), 7),
        "training_volume": 45 + 0.2 * weekly_load,
    }
    return {name: whole(value, 1, 100) for name, value in values.items()}

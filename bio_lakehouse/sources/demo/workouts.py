"""Workouts: a weekly rhythm of sessions, what the bike measured in each, and the load that they
leave."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bio_lakehouse.sources.demo.calendar import WARM_UP_DAYS, Calendar
from bio_lakehouse.sources.demo.classes import INSTRUCTORS, KINDS, WEEK, Kind
from bio_lakehouse.sources.demo.random_streams import Floats, stream
from bio_lakehouse.sources.demo.truth import Workout

THRESHOLD_POWER = 195.0
"""Functional threshold power in watts, in the middle of a training block."""

MAX_HEART_RATE = 186
REST_HEART_RATE = 50
EASY_SHARE, EFFORT_SHARE = 0.28, 0.52
"""Share of the heart-rate reserve on the bike: at no effort, and what threshold power adds."""

THRESHOLD_HEART_RATE = round(
    REST_HEART_RATE + (MAX_HEART_RATE - REST_HEART_RATE) * (EASY_SHARE + EFFORT_SHARE)
)
ABANDONED_EVERY = 60
STRAP_AFTER_DAYS = 30
"""Shown days after which a strap is worn on the mat too; before, those sessions have no figures at
all."""


def train(calendar: Calendar, seed: int, zone: ZoneInfo, threshold_power: Floats) -> list[Workout]:
    """All workouts of the days lived, none while ill; `threshold_power` is in watts, one value a
    day."""
    generator = stream(seed, "training")
    sick = calendar.severity > 0
    workouts: list[Workout] = []
    for index, day in enumerate(calendar.days):
        planned = _plan(day.weekday(), generator)
        done = _sessions(day, planned, threshold_power[index], zone, generator)
        if not sick[index]:
            workouts.extend(
                done if index >= WARM_UP_DAYS + STRAP_AFTER_DAYS else map(_without_strap, done)
            )
    return workouts


def _without_strap(workout: Workout) -> Workout:
    return replace(workout, heart_rate=None) if KINDS[workout.kind].metrics == "strap" else workout


def daily_totals(days: tuple[date, ...], workouts: list[Workout]) -> tuple[Floats, Floats, Floats]:
    """Training load, output (kJ) and minutes of exertion of each day."""
    position = {day: index for index, day in enumerate(days)}
    load, output, minutes = (np.zeros(len(days)) for _ in range(3))
    for workout in workouts:
        index = position[workout.day]
        load[index] += workout.load
        output[index] += workout.output or 0
        minutes[index] += workout.minutes * (workout.category != "recovery")
    return load, output, minutes


def _plan(weekday: int, generator: np.random.Generator) -> tuple[str, ...]:
    draw = generator.random()
    for probability, kinds in WEEK[weekday]:
        if draw < probability:
            return kinds
        draw -= probability
    return WEEK[weekday][-1][1]


def _sessions(
    day: date,
    planned: tuple[str, ...],
    threshold_power: float,
    zone: ZoneInfo,
    generator: np.random.Generator,
) -> list[Workout]:
    moment = _first_start(day, zone, generator)
    sessions = []
    for kind in planned:
        session = _session(kind, moment, threshold_power, generator)
        sessions.append(session)
        moment += timedelta(minutes=session.minutes + int(generator.integers(2, 9)))
    if planned and day.toordinal() % ABANDONED_EVERY == 0:
        sessions.append(_abandoned_ride(moment))
    return sessions


def _first_start(day: date, zone: ZoneInfo, generator: np.random.Generator) -> datetime:
    """An early morning or an evening on weekdays, some time in the morning at the weekend."""
    early = generator.random() < 0.6
    offset = int(generator.integers(0, 95))
    hour = 8 if day.weekday() >= 5 else 6 if early else 17
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=zone) + timedelta(minutes=offset)


def _session(
    name: str, moment: datetime, threshold_power: float, generator: np.random.Generator
) -> Workout:
    kind = KINDS[name]
    title, class_type = kind.titles[generator.integers(len(kind.titles))]
    minutes = int(kind.lengths[generator.integers(len(kind.lengths))])
    intensity = kind.intensity + 0.035 * float(np.clip(generator.standard_normal(), -2.5, 2.5))
    live = kind.has_class and generator.random() < 0.12
    class_age = (
        timedelta(minutes=2) if live else timedelta(minutes=int(generator.integers(1_500, 300_000)))
    )
    instructor = INSTRUCTORS[kind.discipline][generator.integers(len(INSTRUCTORS[kind.discipline]))]
    scenic = class_type == "Scenic Ride"
    return Workout(
        day=moment.date(),
        started_at=moment,
        class_at=moment - class_age if kind.has_class and not scenic else None,
        kind=name,
        discipline=kind.discipline,
        category=kind.category,
        title=title.format(minutes),
        class_type=class_type or None,
        instructor=instructor if kind.has_class and not scenic else None,
        is_live=live if kind.has_class else None,
        minutes=minutes,
        length=minutes if kind.has_class or name == "lanebreak" else None,
        load=_load(kind, minutes, intensity),
        **_metrics(kind, minutes, intensity, threshold_power, generator),
    )


def _load(kind: Kind, minutes: int, intensity: float) -> float:
    """100 · hours · intensity² on the bike, half of that where the intensity is one of heart-rate
    reserve."""
    return 100 * minutes / 60 * intensity**2 * (1.0 if kind.metrics == "power" else 0.5)


def _metrics(
    kind: Kind,
    minutes: int,
    intensity: float,
    threshold_power: float,
    generator: np.random.Generator,
) -> dict[str, Any]:
    """The measured columns of the download that this kind of session has."""
    noise = generator.standard_normal(3)
    share = (
        EASY_SHARE + EFFORT_SHARE * intensity if kind.metrics == "power" else 0.2 + 0.75 * intensity
    )
    heart_rate = REST_HEART_RATE + (MAX_HEART_RATE - REST_HEART_RATE) * share + 3 * noise[0]
    if kind.metrics == "power":
        bike = _bike(kind, minutes, intensity * threshold_power, noise)
        return bike | {"heart_rate": round(heart_rate, 2)}
    if kind.metrics == "distance":
        return _on_foot(kind, minutes, intensity, noise) | {"heart_rate": round(heart_rate, 2)}
    return {"heart_rate": round(heart_rate, 1)}


def _bike(kind: Kind, minutes: int, watts: float, noise: Floats) -> dict[str, Any]:
    """Output is watts · seconds; the speed is the vendor's cubic in the root of the power; a
    bootcamp has no watts."""
    speed = bike_speed(watts)
    cadence = 78 + 5 * noise[1]
    figures: dict[str, Any] = {
        "output": round(watts * minutes * 0.06),
        "speed": round(speed, 2),
        "distance": round(speed * minutes / 60, 2),
    }
    if kind.discipline == "Bike Bootcamp":
        return figures
    return figures | {
        "watts": round(watts),
        "cadence": round(cadence),
        "resistance": round(float(np.clip(27 + watts * 0.14 - (cadence - 78) * 0.5, 20, 93))),
        "calories": round(watts * minutes * 0.06 * 1.06 + 0.8 * minutes),
    }


def bike_speed(watts: float) -> float:
    """Speed in mi/h that the bike shows at a power (published fit to recorded rides)."""
    root = math.sqrt(watts)
    if watts < 26:
        return 0.057 - 0.172 * root + 0.759 * root**2 - 0.079 * root**3
    return -1.635 + 2.325 * root - 0.064 * root**2 + 0.001 * root**3


def _on_foot(kind: Kind, minutes: int, intensity: float, noise: Floats) -> dict[str, Any]:
    """Speed, distance, calories and pace (`mm:ss` a mile) of a run or walk."""
    speed = (6.6 if kind.discipline == "Running" else 3.7) * (
        1 + 0.5 * (intensity - kind.intensity)
    ) + 0.1 * noise[1]
    seconds = round(3600 / speed)
    return {
        "speed": round(speed, 2),
        "distance": round(speed * minutes / 60, 2),
        "calories": round(
            minutes * (10.5 if kind.discipline == "Running" else 4.6) * (1 + 0.03 * noise[2])
        ),
        "pace": f"{seconds // 60}:{seconds % 60:02d}",
    }


def _abandoned_ride(moment: datetime) -> Workout:
    """A ride that was opened and left: zeros everywhere, and no length."""
    return Workout(
        day=moment.date(),
        started_at=moment,
        class_at=None,
        kind="free ride",
        discipline="Cycling",
        category="cardio_high",
        title="Just Ride",
        class_type=None,
        instructor=None,
        is_live=None,
        minutes=0,
        length=None,
        load=0.0,
        output=0,
        watts=0,
        resistance=27,
        cadence=0,
        speed=0.0,
        distance=0.0,
        calories=0,
    )

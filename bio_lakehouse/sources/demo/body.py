"""What the body answers: readiness and its contributors, heart rate variability, temperature,
breathing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from bio_lakehouse.sources.demo.calendar import Calendar
from bio_lakehouse.sources.demo.nights import TYPICAL_SLEEP_SCORE, Nights
from bio_lakehouse.sources.demo.planted_effects import Effects
from bio_lakehouse.sources.demo.random_streams import (
    Floats,
    Integers,
    day_before,
    decayed,
    persistent_noise,
    stream,
    trailing_mean,
    whole,
)

TYPICAL_READINESS = 79.0
READINESS_NOISE = 3.8
ACUTE_DAYS, CHRONIC_DAYS = 7, 42
BUILDING_DAYS, BLOCK_DAYS = 200, 365
FITNESS_AT_WHICH_POWER_DOUBLES = 120.0


@dataclass(frozen=True)
class Body:
    """One value a day: readiness with contributors, RMSSD (ms), heart rates (beats/min),
    temperatures (°C)."""

    readiness: Integers
    contributors: dict[str, Integers]
    hrv: Integers
    lowest_heart_rate: Integers
    average_heart_rate: Floats
    breath: Floats
    temperature: Floats
    temperature_trend: Floats
    spo2: Floats
    breathing_disturbances: Integers


def fitness(days: tuple[date, ...], points_a_week: float) -> Floats:
    """Points of readiness that fitness is worth each day: rising over the training block that ends
    on the last day.

    A block builds for `BUILDING_DAYS` and is lost again over the rest of the year, so years never
    run away.
    """
    before_end = np.arange(len(days))[::-1] % BLOCK_DAYS
    fading = BLOCK_DAYS - BUILDING_DAYS
    rising = BUILDING_DAYS / 2 - before_end
    falling = -BUILDING_DAYS / 2 + (before_end - BUILDING_DAYS) * BUILDING_DAYS / fading
    return np.asarray(
        np.where(before_end <= BUILDING_DAYS, rising, falling) * points_a_week / 7, dtype=np.float64
    )


def respond(
    calendar: Calendar,
    seed: int,
    effects: Effects,
    nights: Nights,
    load: Floats,
    output: Floats,
    form: Floats,
) -> Body:
    """The body's answer to sleep, training (`load`, `output` in kJ), illness and fitness (`form`,
    in points)."""
    count = len(calendar.days)
    noise = READINESS_NOISE * persistent_noise(stream(seed, "readiness"), count)
    strain = day_before(decayed(load, ACUTE_DAYS) - decayed(load, CHRONIC_DAYS))
    hard = day_before(output) / 100
    sick = calendar.severity
    asleep = np.asarray(nights.score - TYPICAL_SLEEP_SCORE, dtype=np.float64)
    readiness = (
        TYPICAL_READINESS
        + effects.previous_night * asleep
        + effects.sleep_next_day * day_before(asleep)
        - effects.hard_day * hard
        - effects.fatigue * strain
        - effects.illness * sick
        + form
        + noise
    )
    heart = _heart(seed, sick, day_before(load), form, noise)
    temperature = 0.11 * stream(seed, "temperature").standard_normal(count) + 1.1 * sick
    breathing = stream(seed, "breathing")
    return Body(
        readiness=whole(readiness, 10, 99),
        contributors=_contributors(seed, nights, strain, hard, temperature, heart),
        hrv=whole(heart["hrv"], 8, 220),
        lowest_heart_rate=whole(heart["lowest"], 36, 95),
        average_heart_rate=np.round(np.floor(heart["lowest"] + 0.5) + heart["above_lowest"], 2),
        breath=np.round(14.2 + 0.3 * persistent_noise(breathing, count) + 1.4 * sick, 3),
        temperature=np.round(temperature, 2),
        temperature_trend=np.round(trailing_mean(temperature, 3), 2),
        spo2=np.minimum(
            np.round(97.1 + 0.45 * breathing.standard_normal(count) - 0.8 * sick, 3), 99.9
        ),
        breathing_disturbances=whole(2 + 1.2 * breathing.standard_normal(count) + 2 * sick, 0, 30),
    )


def _heart(
    seed: int, sick: Floats, load_before: Floats, form: Floats, noise: Floats
) -> dict[str, Floats]:
    """RMSSD and heart rates asleep: they share part of readiness' noise and answer yesterday's
    load."""
    count = len(sick)
    own = persistent_noise(stream(seed, "heart"), count)
    pace = persistent_noise(stream(seed, "heart", 1), count)
    shared = noise / READINESS_NOISE
    variability = 58 * np.exp(
        0.10 * own + 0.05 * shared + 0.006 * form - 0.0005 * load_before - 0.5 * sick
    )
    lowest = REST_LOWEST + 1.3 * pace - 0.5 * shared - 0.08 * form + 0.008 * load_before + 9 * sick
    above = np.clip(5.5 + 1.1 * stream(seed, "heart", 2).standard_normal(count), 2, 12)
    return {"hrv": variability, "lowest": lowest, "above_lowest": above}


REST_LOWEST = 48.0


def _contributors(
    seed: int,
    nights: Nights,
    strain: Floats,
    hard: Floats,
    temperature: Floats,
    heart: dict[str, Floats],
) -> dict[str, Integers]:
    """Readiness' contributors: each follows what it is named for; how the vendor weighs them is not
    public."""
    generator = stream(seed, "contributors")
    jitter = generator.standard_normal((9, len(strain)))
    variability = 100 * (heart["hrv"] / trailing_mean(heart["hrv"], 60) - 1)
    lowest = heart["lowest"] - trailing_mean(heart["lowest"], 60)
    recent = trailing_mean(nights.score.astype(float), 14) - TYPICAL_SLEEP_SCORE
    bedtimes = np.abs(nights.bedtime - trailing_mean(nights.bedtime.astype(float), 14)) / 60
    values = {
        "activity_balance": 86 - 0.9 * strain + 4 * jitter[0],
        "body_temperature": 100
        - 55 * np.maximum(np.abs(temperature) - 0.12, 0)
        - np.abs(jitter[1]),
        "hrv_balance": 80 + 0.9 * trailing_mean(variability, 5) + 3 * jitter[2],
        "previous_day_activity": 92 - 4.5 * hard + 4 * jitter[3],
        "previous_night": nights.score + 2 * jitter[4],
        "recovery_index": 84 - 0.5 * hard - 3 * lowest + 9 * jitter[5],
        "resting_heart_rate": 90 - 5 * np.maximum(lowest, -1.5) + 2 * jitter[6],
        "sleep_balance": 83 + 1.6 * recent + 3 * jitter[7],
        "sleep_regularity": 93 - 0.35 * bedtimes + 3 * jitter[8],
    }
    return {name: whole(value, 1, 100) for name, value in values.items()}

"""Sleep: stages, times and the score's contributors, night by night, before what the heart does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bio_lakehouse.sources.demo.calendar import Calendar
from bio_lakehouse.sources.demo.random_streams import (
    Floats,
    Integers,
    persistent_noise,
    stream,
    whole,
)

EPOCH = 30
"""Seconds of one classified piece of sleep; every duration is a multiple of it."""

TYPICAL_SLEEP_SCORE = 84.0

SCORE_WEIGHTS = {
    "total_sleep": 0.30,
    "efficiency": 0.15,
    "restfulness": 0.15,
    "rem_sleep": 0.12,
    "deep_sleep": 0.12,
    "latency": 0.08,
    "timing": 0.08,
}

CURVES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "total_sleep": ((240, 330, 390, 440, 480, 540), (20, 52, 72, 86, 94, 100)),
    "efficiency": ((70, 78, 84, 88, 92, 97), (25, 55, 74, 84, 93, 100)),
    "restfulness": ((100, 200, 300, 420, 600), (98, 86, 74, 58, 30)),
    "rem_sleep": ((30, 60, 85, 105, 130), (30, 60, 80, 90, 100)),
    "deep_sleep": ((20, 45, 65, 85, 110), (30, 62, 80, 91, 100)),
    "latency": ((0, 5, 12, 20, 35, 60), (68, 85, 97, 88, 66, 35)),
    "timing": ((0, 30, 60, 90, 150), (100, 96, 86, 72, 40)),
}
"""Contributor by what is measured: minutes (total, REM, deep, latency, distance of the midpoint
from the usual one), % (efficiency) or restless periods. The vendor's own curves are not public;
these have their shape."""


@dataclass(frozen=True)
class Nights:
    """One value a night: durations in seconds, `bedtime` in seconds after the midnight that begins
    the day (mostly negative), the sleep score and its contributors (1 to 100)."""

    bedtime: Integers
    deep: Integers
    rem: Integers
    light: Integers
    awake: Integers
    latency: Integers
    restless: Integers
    efficiency: Integers
    score: Integers
    contributors: dict[str, Integers]

    @property
    def in_bed(self) -> Integers:
        return self.deep + self.rem + self.light + self.awake


def sleep(calendar: Calendar, seed: int) -> Nights:
    """All nights of the days lived: AR(1) around a level, longer before weekend days, worse in
    illness."""
    count = len(calendar.days)
    total_z, efficiency_z, deep_z, rem_z, latency_z, restless_z, bedtime_z = (
        persistent_noise(stream(seed, "sleep", number), count) for number in range(7)
    )
    weekend = np.isin(np.array(calendar.weekdays), (5, 6)).astype(float)
    sick = calendar.severity
    asleep = _epochs(434 + 42 * total_z + 14 * weekend - 45 * sick, 200, 620)
    share = np.clip(0.885 + 0.018 * efficiency_z + 0.016 * total_z - 0.06 * sick, 0.7, 0.98)
    awake = _epochs(asleep / 60 * (1 / share - 1), 8, 240)
    deep = _part(asleep, 0.175 + 0.028 * deep_z - 0.04 * sick, 0.06, 0.3)
    rem = _part(asleep, 0.225 + 0.028 * rem_z - 0.03 * sick, 0.08, 0.34)
    latency = np.minimum(_epochs(11 * np.exp(0.45 * latency_z), 1, 75), awake // 60 * EPOCH)
    restless = whole(250 + 45 * restless_z - 22 * total_z + 130 * sick, 60, 700)
    midpoint = 3 * 60 + 10 + 35 * weekend + 18 * bedtime_z
    bedtime = np.floor(midpoint * 60 - (asleep + awake) / 2).astype(np.int64) // EPOCH * EPOCH
    measured = {
        "total_sleep": asleep / 60,
        "efficiency": 100 * asleep / (asleep + awake),
        "restfulness": restless.astype(float),
        "rem_sleep": rem / 60,
        "deep_sleep": deep / 60,
        "latency": latency / 60,
        "timing": np.abs(midpoint - 3 * 60 - 20),
    }
    contributors = {
        name: whole(np.interp(measured[name], *CURVES[name]), 1, 100) for name in CURVES
    }
    return Nights(
        bedtime=bedtime,
        deep=deep,
        rem=rem,
        light=asleep - deep - rem,
        awake=awake,
        latency=latency,
        restless=restless,
        efficiency=whole(measured["efficiency"], 1, 100),
        score=_score(contributors),
        contributors=contributors,
    )


def _epochs(minutes: Floats, low: float, high: float) -> Integers:
    """Minutes within bounds as whole epochs, in seconds."""
    return np.floor(np.clip(minutes, low, high) * 60 / EPOCH).astype(np.int64) * EPOCH


def _part(asleep: Integers, share: Floats, low: float, high: float) -> Integers:
    return _epochs(asleep / 60 * np.clip(share, low, high), 0, 400)


def _score(contributors: dict[str, Integers]) -> Integers:
    """The weighted mean of the contributors."""
    weighted = sum(
        (SCORE_WEIGHTS[name] * values for name, values in contributors.items()), np.float64(0)
    )
    return whole(np.asarray(weighted), 1, 100)

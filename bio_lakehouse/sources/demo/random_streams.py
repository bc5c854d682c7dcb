"""Independent random streams by name, so that switching one thing off leaves every other draw as it
was."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

PERSISTENCE = 0.3
"""Lag-1 autocorrelation of the day-to-day noise."""


def stream(seed: int, name: str, number: int = 0) -> np.random.Generator:
    """The generator of `seed` for one purpose; `number` tells apart repetitions (a day's
    ordinal)."""
    return np.random.default_rng([seed % 2**64, crc32(name.encode()), number])


def persistent_noise(generator: np.random.Generator, count: int) -> Floats:
    """`count` values of a stationary Gaussian AR(1) process with unit variance and
    `PERSISTENCE`."""
    shocks = generator.standard_normal(count) * np.sqrt(1 - PERSISTENCE**2)
    values = np.empty(count)
    previous = generator.standard_normal()
    for index, shock in enumerate(shocks):
        previous = PERSISTENCE * previous + shock
        values[index] = previous
    return values


def decayed(loads: Floats, time_constant: float) -> Floats:
    """Load after each day, decaying by e^(−1/`time_constant`) a day and starting from the mean of
    the first weeks."""
    decay = np.exp(-1 / time_constant)
    state = float(loads[:28].mean()) if len(loads) else 0.0
    states = np.empty(len(loads))
    for index, load in enumerate(loads):
        state = state * decay + load * (1 - decay)
        states[index] = state
    return states


def day_before(values: Floats) -> Floats:
    """Each day's value of the calendar day before; the first day takes its own."""
    return np.concatenate([values[:1], values[:-1]])


def trailing_mean(values: Floats, days: int) -> Floats:
    """Mean over each day and the `days` − 1 before it, over as many as there are."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - days, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts), dtype=np.float64)


def whole(values: Floats, low: float, high: float) -> Integers:
    """`values` as whole numbers within `low` to `high`, half rounded up."""
    return np.clip(np.floor(values + 0.5), low, high).astype(np.int64)

"""People in whom nothing is there: by what process their days come, in words, and made of a seed.

`PROCESSES` are the rows of the standard's first table in the README (`benchmarks/standard.py`).
Every measure and every output goes on by itself, and training moves none of them, so that whatever
a report finds in such a person is false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal, stats

from bio_lakehouse.gold import measures
from bio_lakehouse.insights import InsightData

AS_OF = date(2025, 3, 9)
DAYS = 240
BURN_IN = 500
LONG_MEMORY_LAGS = 2000
UNKNOWN = 0.08
MUCH_UNKNOWN = 0.3
LEVEL, SPREAD = 75.0, 7.0
KINDS = ("Cycling", "Strength", "Yoga", "Running", "rest")
SHARES = (0.3, 0.15, 0.1, 0.1, 0.35)
COLUMNS = [measure.column for measure in measures.compared_with("days")]

Floats = NDArray[np.float64]
Days = Callable[[int, int, np.random.Generator], Floats]
"""(series, days, random) → independent series of mean 0 and variance 1."""
Gaps = Callable[[pd.DataFrame, np.random.Generator], NDArray[np.bool_]]
"""(days, random) → which days are unknown, a column a measure or one for all."""


@dataclass(frozen=True, slots=True)
class Process:
    """How a person's days come: `process` says it in words, `days` make the series, `gaps` choose
    what is unknown; a score is `level` + 7 × the series, rounded to `step`, 100 at most."""

    name: str
    process: str
    days: Days
    gaps: Gaps
    level: float = LEVEL
    step: float = 1.0

    def make(self, seed: int) -> InsightData:
        """A person of 240 days."""
        return self.life(seed, DAYS)

    def life(self, seed: int, days: int) -> InsightData:
        """A person of so many days up to `AS_OF`."""
        random = np.random.default_rng((seed, *self.name.encode()))
        rows = self.level + SPREAD * self.days(len(COLUMNS), days, random)
        scores = np.minimum(np.round(rows / self.step) * self.step, 100)
        kinds = training(days, random)
        had = kinds != "rest"
        effort = np.round(300 + 80 * self.days(1, days, random)[0])
        dates = pd.to_datetime(
            [AS_OF - timedelta(days=days - 1 - number) for number in range(days)]
        )
        daily = pd.DataFrame(
            {"day": dates, "had_workout": had, "total_output_kj": np.where(had, effort, np.nan)}
            | dict(zip(COLUMNS, scores, strict=True))
        )
        daily[COLUMNS] = daily[COLUMNS].mask(self.gaps(daily, random))
        done = daily[had].assign(
            fitness_discipline=kinds[had], started_at=dates[had], length_minutes=30.0
        )
        return InsightData("me", AS_OF, daily, done)


def training(days: int, random: np.random.Generator) -> NDArray[np.str_]:
    """A kind a day; of every second person the weeks are of training or of rest as a whole."""
    kinds = random.choice(KINDS, days, p=SHARES)
    if random.random() < 0.5:
        resting = np.repeat(random.random(days // 7 + 1) < 0.4, 7)[:days]
        kinds = np.where(resting, "rest", kinds)
    return kinds


def autoregressive(*coefficients: float) -> Days:
    """Gaussian AR(p)."""
    polynomial = np.concatenate([[1.0], -np.asarray(coefficients)])

    def days(count: int, length: int, random: np.random.Generator) -> Floats:
        noise = random.standard_normal((count, length + BURN_IN))
        return signal.lfilter([1.0], polynomial, noise)[:, BURN_IN:] / _spread(polynomial)

    return days


def _spread(polynomial: Floats) -> float:
    """Standard deviation of an autoregressive series with innovations of variance 1."""
    impulse = np.concatenate([[1.0], np.zeros(5000)])
    return float(np.sqrt((signal.lfilter([1.0], polynomial, impulse) ** 2).sum()))


def weekly_echo(first: float, seventh: float) -> Days:
    """AR(7) in which only yesterday and the same weekday of last week count."""
    return autoregressive(first, 0, 0, 0, 0, 0, seventh)


def as_if(quantile: Callable[[Floats], Floats], days: Days) -> Days:
    """The days, each brought to another distribution of mean 0 and variance 1 by its rank."""

    def changed(count: int, length: int, random: np.random.Generator) -> Floats:
        return quantile(stats.norm.cdf(days(count, length, random)))

    return changed


def students_t(freedom: float) -> Callable[[Floats], Floats]:
    """Heavy tails on both sides."""
    return lambda shares: stats.t.ppf(shares, freedom) / np.sqrt(freedom / (freedom - 2))


def skewed(sigma: float) -> Callable[[Floats], Floats]:
    """A mirrored lognormal distribution, with its tail to the low side."""
    mean, variance = stats.lognorm.stats(sigma)
    return lambda shares: (mean - stats.lognorm.ppf(1 - shares, sigma)) / np.sqrt(variance)


def long_memory(d: float) -> Days:
    """ARFIMA(0, d, 0): Gaussian days whose correlation dies as a power of the distance."""
    lags = np.arange(1, LONG_MEMORY_LAGS)
    weights = np.concatenate([[1.0], np.cumprod((lags - 1 + d) / lags)])

    def days(count: int, length: int, random: np.random.Generator) -> Floats:
        noise = random.standard_normal((count, length + LONG_MEMORY_LAGS - 1))
        series = signal.fftconvolve(noise, weights[None, :], "valid", axes=1)
        return series / np.sqrt((weights**2).sum())

    return days


def blended(first: Days, second: Days, share: float = 0.5) -> Days:
    """Two processes added up, of which the first has that share of the variance."""

    def days(count: int, length: int, random: np.random.Generator) -> Floats:
        one, other = first(count, length, random), second(count, length, random)
        return np.sqrt(share) * one + np.sqrt(1 - share) * other

    return days


def changing_variance(shock: float, memory: float, phi: float) -> Days:
    """AR(1) whose innovations are GARCH(1, 1): restless stretches and calm ones."""

    def days(count: int, length: int, random: np.random.Generator) -> Floats:
        noise = random.standard_normal((count, length + BURN_IN))
        variance = np.ones(count)
        for day in range(length + BURN_IN):
            noise[:, day] *= np.sqrt(variance)
            variance = 1 - shock - memory + shock * noise[:, day] ** 2 + memory * variance
        series = signal.lfilter([1.0], [1.0, -phi], noise)[:, BURN_IN:]
        return series * np.sqrt(1 - phi**2)

    return days


def rhythm(period: int, share: float, days: Days) -> Days:
    """A wave of that many days, begun anywhere, with that share of the variance."""

    def wave(count: int, length: int, random: np.random.Generator) -> Floats:
        begun = random.random((count, 1))
        return np.sqrt(2) * np.sin(2 * np.pi * (np.arange(length) / period + begun))

    return blended(wave, days, share)


def regimes(stay: float, share: float, days: Days) -> Days:
    """Two levels between which a person changes, staying `stay` days at each on average."""

    def levels(count: int, length: int, random: np.random.Generator) -> Floats:
        changes = np.cumsum(random.random((count, length)) < 1 / stay, axis=1)
        return np.where((changes + random.integers(0, 2, (count, 1))) % 2, 1.0, -1.0)

    return blended(levels, days, share)


def at_random(share: float) -> Gaps:
    """Each value of each measure is unknown with that probability."""
    return lambda daily, random: random.random((len(daily), len(COLUMNS))) < share


def after_hard_days(daily: pd.DataFrame, random: np.random.Generator) -> NDArray[np.bool_]:
    """Three in ten days, those after the greatest output first: the ring lay in a drawer."""
    output = daily["total_output_kj"].fillna(0).shift(1, fill_value=0).to_numpy()
    order = np.argsort(-(output + random.random(len(daily))))
    return _these(order[: round(MUCH_UNKNOWN * len(daily))], len(daily))


def on_low_days(daily: pd.DataFrame, random: np.random.Generator) -> NDArray[np.bool_]:
    """Three in ten values, the lower ones of each measure more often."""
    ranks = daily[COLUMNS].rank(pct=True).to_numpy()
    return random.random(ranks.shape) < 2 * MUCH_UNKNOWN * (1 - ranks)


def _these(days: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    unknown = np.zeros((length, len(COLUMNS)), dtype=bool)
    unknown[days] = True
    return unknown


FEW = at_random(UNKNOWN)
LIKE_YESTERDAY = autoregressive(0.3)
SLOW = autoregressive(0.9)
NOISE = autoregressive()

STANDARD_PROCESSES = (
    Process("ar1-0", "AR(1), φ = 0: every day by itself", autoregressive(0.0), FEW),
    Process("ar1-0.3", "AR(1), φ = 0.3", LIKE_YESTERDAY, FEW),
    Process("ar1-0.5", "AR(1), φ = 0.5", autoregressive(0.5), FEW),
    Process("ar1-0.8", "AR(1), φ = 0.8", autoregressive(0.8), FEW),
    Process(
        "missing-at-random",
        "AR(1), φ = 0.3, 30 % of values missing at random",
        LIKE_YESTERDAY,
        at_random(MUCH_UNKNOWN),
    ),
    Process(
        "missing-after-hard-days",
        "AR(1), φ = 0.3, 30 % of days missing, those after hard days",
        LIKE_YESTERDAY,
        after_hard_days,
    ),
    Process(
        "missing-on-low-days",
        "AR(1), φ = 0.3, 30 % of values missing, low ones more often",
        LIKE_YESTERDAY,
        on_low_days,
    ),
    Process(
        "ceiling",
        "AR(1), φ = 0.3, a ceiling at 100 that 24 % of days reach",
        LIKE_YESTERDAY,
        FEW,
        level=95.0,
    ),
    Process(
        "skewed-0.95",
        "AR(1), φ = 0.3, mirrored lognormal, skewness −0.95",
        as_if(skewed(0.30), LIKE_YESTERDAY),
        FEW,
    ),
    Process(
        "weekly-echo",
        "weekly echo: 0.3 of yesterday and 0.3 of the same weekday last week",
        weekly_echo(0.3, 0.3),
        FEW,
    ),
    Process("ar2-0.3-0.3", "AR(2), 0.3 and 0.3", autoregressive(0.3, 0.3), FEW),
    Process("ar2-0.5-0.3", "AR(2), 0.5 and 0.3", autoregressive(0.5, 0.3), FEW),
    Process(
        "t3",
        "AR(1), φ = 0.3, Student's t with 3 degrees of freedom",
        as_if(students_t(3), LIKE_YESTERDAY),
        FEW,
    ),
    Process(
        "skewed-2.9",
        "AR(1), φ = 0.3, mirrored lognormal, skewness −2.9",
        as_if(skewed(0.70), LIKE_YESTERDAY),
        FEW,
    ),
    Process("long-memory", "long memory: ARFIMA, d = 0.3", long_memory(0.3), FEW),
    Process(
        "slow-state",
        "a slow state (AR(1), φ = 0.9) and 50 % daily noise",
        blended(SLOW, NOISE),
        FEW,
    ),
)
"""The rows that the standard names."""

FURTHER_PROCESSES = (
    Process("ar1-0.9", "AR(1), φ = 0.9", SLOW, FEW),
    Process(
        "slower-state",
        "a state near a random walk (AR(1), φ = 0.98) and 50 % daily noise",
        blended(autoregressive(0.98), NOISE),
        FEW,
    ),
    Process(
        "coarse-scores",
        "AR(1), φ = 0.5, scores in steps of 10",
        autoregressive(0.5),
        FEW,
        step=10.0,
    ),
    Process(
        "changing-variance",
        "AR(1), φ = 0.3, GARCH(1, 1) innovations (0.15, 0.8): calm and restless stretches",
        changing_variance(0.15, 0.8, 0.3),
        FEW,
    ),
    Process(
        "rhythm-28",
        "a wave of 28 days with a third of the variance, and AR(1), φ = 0.3",
        rhythm(28, 1 / 3, LIKE_YESTERDAY),
        FEW,
    ),
    Process(
        "two-regimes",
        "two levels, each kept for 20 days on average, with half of the variance, and daily noise",
        regimes(20, 0.5, NOISE),
        FEW,
    ),
)
"""Beyond the standard: what else a body might do."""

PROCESSES = {each.name: each for each in (*STANDARD_PROCESSES, *FURTHER_PROCESSES)}

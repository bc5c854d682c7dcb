"""A week against the four weeks before it, in a calendar series whose days resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy

from bio_lakehouse.insights.statistics.autocorrelation import (
    Mask,
    Series,
    adjacent_pairs,
    bias_corrected,
    degrees_of_freedom,
    lag1_autocorrelation,
    variance_inflation,
)

WEEK = 7
BEFORE = 28
HISTORY_DAYS = 180
WEEK_NEEDS = 4
BEFORE_NEEDS = 14
HISTORY_NEEDS = 28


@dataclass(frozen=True, slots=True)
class Movement:
    """A week's mean minus that of the four weeks before, its standard error, and the degrees of
    freedom of its t."""

    shift: float
    error: float
    freedom: float

    @property
    def p(self) -> float:
        """Two-sided."""
        return float(2 * scipy.stats.t.sf(abs(self.shift) / self.error, self.freedom))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the shift."""
        reach = float(scipy.stats.t.ppf(0.975, self.freedom)) * self.error
        return self.shift - reach, self.shift + reach


def movement(values: Series) -> Movement | None:
    """The last 7 days' mean against that of the 28 before; None when too few days are known.

    `values` is a calendar series of 187 days or less; earlier ones are ignored. The variance of the
    difference is that of an AR(1) series with the variance and the bias-corrected lag-1
    autocorrelation of the 180 days before the week. Both are estimates, hence Student's t with
    Satterthwaite's degrees of freedom.
    """
    history, compared = values[-WEEK - HISTORY_DAYS : -WEEK], values[-WEEK - BEFORE :]
    known = ~np.isnan(history)
    if known.sum() < HISTORY_NEEDS or not _enough(compared) or np.ptp(history[known]) == 0:
        return None
    phi = bias_corrected(lag1_autocorrelation(history), int(known.sum()))
    weights = _mean_of(compared, slice(BEFORE, None)) - _mean_of(compared, slice(BEFORE))
    variance = (
        _variance(history, known, phi) * float(weights @ weights) * variance_inflation(weights, phi)
    )
    return Movement(
        shift=float(np.nansum(weights * compared)),
        error=sqrt(variance),
        freedom=degrees_of_freedom(weights, phi, adjacent_pairs(history), variance_known=False),
    )


def _enough(compared: Series) -> bool:
    known: Mask = ~np.isnan(compared)
    return bool(known[:BEFORE].sum() >= BEFORE_NEEDS and known[BEFORE:].sum() >= WEEK_NEEDS)


def _mean_of(values: Series, days: slice) -> Series:
    """Weights that make the mean of the known ones of those days."""
    weights = np.zeros(len(values))
    weights[days] = ~np.isnan(values[days])
    mean: Series = weights / weights.sum()
    return mean


def _variance(history: Series, known: Mask, phi: float) -> float:
    """Variance of a day, corrected for what the mean of correlated days takes away."""
    n = int(known.sum())
    return float(np.nanvar(history)) / (1 - variance_inflation(known / n, phi) / n)

"""A monotone trend in a calendar series whose days resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin, sqrt

import numpy as np
import scipy

from bio_lakehouse.insights.statistics.autocorrelation import (
    Series,
    adjacent_pairs,
    bias_corrected,
    degrees_of_freedom,
    lag1_autocorrelation,
    variance_inflation,
)
from bio_lakehouse.insights.statistics.correlation import ranked

GOLDEN_RATIO = (1 + sqrt(5)) / 2


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` (units a day) with its 95 % interval, `intercept` at the series' first calendar day,
    Mann-Kendall's `s`.

    `autocorrelation` is that of the days after the slope was taken out, freed of its bias; `n_eff`
    = n / inflation.
    """

    slope: float
    interval: tuple[float, float]
    intercept: float
    s: float
    p: float
    n: int
    n_eff: float
    autocorrelation: float


def trend(values: Series) -> Trend:
    """Theil-Sen slope and Mann-Kendall test of a calendar series with at least 3 known days.

    The variance of Kendall's S is that of ties (Kendall 1975) times the AR(1) inflation of a linear
    trend over the days that are there (Hamed & Rao 1998, Journal of Hydrology 204:182, with one
    bias-corrected lag-1 coefficient of the detrended days for the whole correlogram: Hamed 2009).
    That coefficient is an estimate, so that S is held against Student's t with Satterthwaite's
    degrees of freedom and not against the normal distribution. Variance and t give Sen's 1968
    interval of the slope too, in which two days with the same whole score are taken for what they
    are, less than a point apart in either direction: as slopes of exactly 0 they make the interval
    of a flat series hold 0 in 99 of 100 series. `scipy.stats.theilslopes` has no place for either.
    """
    known = ~np.isnan(values)
    days, sample = np.flatnonzero(known).astype(np.float64), values[known]
    rises, apart = _pairwise(days, sample)
    slope, s = float(np.median(rises / apart)), float(np.sign(rises).sum())
    resemblance = _residual_autocorrelation(values, slope)
    weights = np.where(known, np.arange(len(values)) - days.mean(), 0.0)
    inflation = variance_inflation(weights, resemblance)
    freedom = degrees_of_freedom(weights, resemblance, adjacent_pairs(values), variance_known=True)
    error = sqrt(_kendall_variance(sample) * inflation)
    return Trend(
        slope=slope,
        interval=_sen_interval(
            np.sort(_untied(rises) / apart), float(scipy.stats.t.ppf(0.975, freedom)) * error
        ),
        intercept=float(np.median(sample) - slope * np.median(days)),
        s=s,
        p=_mann_kendall_p(s, error, freedom),
        n=len(sample),
        n_eff=len(sample) / inflation,
        autocorrelation=resemblance,
    )


def _pairwise(days: Series, sample: Series) -> tuple[Series, Series]:
    """Of all pairs of days the rise from the earlier to the later, and how many days lie
    between."""
    earlier, later = np.triu_indices(len(sample), 1)
    return sample[later] - sample[earlier], days[later] - days[earlier]


def _untied(rises: Series) -> Series:
    """Rises of 0 spread over one step of the scale to either side, as rounding to it makes them:
    two-sided triangular.

    Which pair gets which is decided by the golden ratio's multiples, evenly over time; a series
    that never changes stays as it is.
    """
    tied = rises == 0
    if not tied.any() or tied.all():
        return rises
    step = np.abs(rises[~tied]).min()
    shares = (np.arange(1, tied.sum() + 1) * GOLDEN_RATIO) % 1
    untied = rises.copy()
    untied[tied] = scipy.stats.triang.ppf(shares, 0.5, loc=-step, scale=2 * step)
    return untied


def _residual_autocorrelation(values: Series, slope: float) -> float:
    """Of the detrended days' ranks, on which S stands, as that of normal days (2 sin(πr/6): Pearson
    1907)."""
    ranks = ranked(values - slope * np.arange(len(values)))
    resemblance = 2 * sin(pi / 6 * lag1_autocorrelation(ranks))
    return bias_corrected(resemblance, int((~np.isnan(values)).sum()), detrended=True)


def _kendall_variance(sample: Series) -> float:
    n = len(sample)
    _, ties = np.unique(sample, return_counts=True)
    return float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def _mann_kendall_p(s: float, error: float, freedom: float) -> float:
    return float(2 * scipy.stats.t.sf(max(abs(s) - 1, 0) / error, freedom)) if error else 1.0


def _sen_interval(slopes: Series, reach: float) -> tuple[float, float]:
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return float(slopes[low]), float(slopes[high])

"""A monotone trend in a calendar series whose days resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from bio_lakehouse.insights.statistics.autocorrelation import (
    Series,
    bias_corrected,
    lag1_autocorrelation,
    variance_inflation,
)
from bio_lakehouse.insights.statistics.correlation import NORMAL_95


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` (units a day) with its 95 % interval, `intercept` at the series' first calendar day, Mann-Kendall's `s`.

    `autocorrelation` is that of the days after the slope was taken out, freed of its bias; `n_eff` = n / inflation.
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

    The variance of Kendall's S is that of ties (Kendall 1975) times the AR(1) inflation of a linear trend over the
    days that are there (Hamed & Rao 1998, Journal of Hydrology 204:182, with one bias-corrected lag-1 coefficient of
    the detrended days for the whole correlogram: Hamed 2009); the same variance gives Sen's 1968 interval of the slope.
    `scipy.stats.theilslopes` has no place for that inflation.
    """
    days = np.flatnonzero(~np.isnan(values)).astype(np.float64)
    sample = values[~np.isnan(values)]
    slopes, s = _pairwise(days, sample)
    slope = float(np.median(slopes))
    resemblance = _residual_autocorrelation(values, slope)
    inflation = variance_inflation(days - days.mean(), days, resemblance)
    variance = _kendall_variance(sample) * inflation
    return Trend(
        slope=slope,
        interval=_sen_interval(slopes, variance),
        intercept=float(np.median(sample) - slope * np.median(days)),
        s=s,
        p=_mann_kendall_p(s, variance),
        n=len(sample),
        n_eff=len(sample) / inflation,
        autocorrelation=resemblance,
    )


def _pairwise(days: Series, sample: Series) -> tuple[Series, float]:
    """Sorted slopes of all pairs of days, and Kendall's S."""
    earlier, later = np.triu_indices(len(sample), 1)
    rises = sample[later] - sample[earlier]
    return np.sort(rises / (days[later] - days[earlier])), float(np.sign(rises).sum())


def _residual_autocorrelation(values: Series, slope: float) -> float:
    residuals = values - slope * np.arange(len(values))
    return bias_corrected(lag1_autocorrelation(residuals), int((~np.isnan(values)).sum()), detrended=True)


def _kendall_variance(sample: Series) -> float:
    n = len(sample)
    _, ties = np.unique(sample, return_counts=True)
    return float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def _mann_kendall_p(s: float, variance: float) -> float:
    if not variance:
        return 1.0
    return float(2 * stats.norm.sf(max(abs(s) - 1, 0) / sqrt(variance)))


def _sen_interval(slopes: Series, variance: float) -> tuple[float, float]:
    reach = NORMAL_95 * sqrt(variance)
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return float(slopes[low]), float(slopes[high])

"""Correlations between two calendar series, judged on the independent pairs that they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, inf, sqrt, tanh

import numpy as np
import scipy

from bio_lakehouse.insights.statistics.autocorrelation import (
    Mask,
    Series,
    effective_size,
    lag1_autocorrelation,
)

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation with its 95 % interval; `n` pairs, worth `n_eff` independent ones, on which p
    and interval stand.

    `r` is NaN when one of the two never changes.
    """

    r: float
    interval: tuple[float, float]
    p: float
    n: int
    n_eff: float


@dataclass(frozen=True, slots=True)
class Line:
    """A least-squares line y = `intercept` + `slope`·x with the slope's 95 % interval."""

    slope: float
    intercept: float
    slope_interval: tuple[float, float]


def pearson(x: Series, y: Series, n_eff: float | None = None) -> Correlation:
    """Pearson r of two calendar series of equal length, t-test and Fisher z interval on `n_eff`
    (Fisher 1921).

    `n_eff` is worked out from the two lag-1 autocorrelations when it is not given; give the number
    of pairs to treat them as independent.
    """
    both = paired(x, y)
    n_eff = worth(x, y, both) if n_eff is None else n_eff
    r = correlation_of(x[both], y[both])
    return _judged(r, int(both.sum()), n_eff, spread=1.0)


def spearman(x: Series, y: Series, n_eff: float | None = None) -> Correlation:
    """Spearman ρ of two calendar series, judged on `n_eff` as `pearson` is.

    The autocorrelations are those of the ranks; the interval is Fisher's z with the variance of
    Bonett & Wright 2000 (Psychometrika 65:23).
    """
    first, second = ranked(x), ranked(y)
    both = paired(x, y)
    n_eff = worth(first, second, both) if n_eff is None else n_eff
    r = correlation_of(scipy.stats.rankdata(x[both]), scipy.stats.rankdata(y[both]))
    return _judged(r, int(both.sum()), n_eff, spread=1 + r * r / 2)


def paired(x: Series, y: Series) -> Mask:
    """The days on which both are known."""
    both: Mask = ~np.isnan(x) & ~np.isnan(y)
    return both


def worth(x: Series, y: Series, both: Mask) -> float:
    """`effective_size` of the pairs of two calendar series."""
    return effective_size(int(both.sum()), lag1_autocorrelation(x), lag1_autocorrelation(y))


def ranked(values: Series) -> Series:
    """Ranks of the known days, NaN elsewhere."""
    ranks: Series = scipy.stats.rankdata(values, nan_policy="omit")
    return ranks


def correlation_of(x: Series, y: Series) -> float:
    """Pearson r of paired values; NaN when one of the two never changes or there are fewer than two
    pairs."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.clip(scipy.stats.pearsonr(x, y).statistic, -1.0, 1.0))


def fit_line(x: Series, y: Series, n_eff: float) -> Line:
    """Least-squares line through the known pairs; the slope's interval stands on `n_eff`
    independent pairs."""
    both = paired(x, y)
    fit = scipy.stats.linregress(x[both], y[both])
    if n_eff <= 2:
        return Line(float(fit.slope), float(fit.intercept), (-inf, inf))
    error = float(fit.stderr) * sqrt((int(both.sum()) - 2) / (n_eff - 2))
    reach = float(scipy.stats.t.ppf(0.975, n_eff - 2)) * error
    return Line(
        float(fit.slope), float(fit.intercept), (float(fit.slope) - reach, float(fit.slope) + reach)
    )


def line_band(
    x: Series, y: Series, n_eff: float, points: int = 25
) -> dict[str, list[float]] | None:
    """The fitted line and its pointwise 95 % band at `points` places from the smallest to the
    largest known x.

    Lists `x`, `y`, `low` and `high`; None when there are no more than 2 independent pairs or x
    never changes.
    """
    both = paired(x, y)
    first, second = x[both], y[both]
    if n_eff <= 2 or len(first) < 3 or np.ptp(first) == 0:
        return None
    slope, intercept = np.polyfit(first, second, 1)
    places = np.linspace(first.min(), first.max(), points)
    fitted = intercept + slope * places
    scatter = float(((second - intercept - slope * first) ** 2).sum()) / (len(first) - 2)
    leverage = 1 + (places - first.mean()) ** 2 / first.var()
    reach = float(scipy.stats.t.ppf(0.975, n_eff - 2)) * np.sqrt(scatter * leverage / n_eff)
    columns = {"x": places, "y": fitted, "low": fitted - reach, "high": fitted + reach}
    return {name: column.tolist() for name, column in columns.items()}


def _judged(r: float, n: int, n_eff: float, spread: float) -> Correlation:
    if np.isnan(r):
        return Correlation(r, (r, r), 1.0, n, n_eff)
    return Correlation(r, _fisher_interval(r, n_eff, spread), _t_test_p(r, n_eff), n, n_eff)


def _t_test_p(r: float, n_eff: float) -> float:
    if n_eff <= 2:
        return 1.0
    if abs(r) == 1:
        return 0.0
    return float(2 * scipy.stats.t.sf(abs(r) * sqrt((n_eff - 2) / (1 - r * r)), n_eff - 2))


def _fisher_interval(r: float, n_eff: float, spread: float) -> tuple[float, float]:
    if n_eff <= 3:
        return (-1.0, 1.0)
    if abs(r) == 1:
        return (r, r)
    reach = NORMAL_95 * sqrt(spread / (n_eff - 3))
    return (tanh(atanh(r) - reach), tanh(atanh(r) + reach))

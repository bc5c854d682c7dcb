"""What two calendar series have to do with each other on days that are alike in other ways.

Both are freed of what a matrix of columns says of the days (least squares; partial correlation,
Fisher 1924, Metron 3:329), and what is left of them is judged on the independent days that it is
worth: n(1 − r₁r₂)/(1 + r₁r₂) of its lag-1 autocorrelations, less the number of columns. Labels that
come in runs are autocorrelated too, so that a comparison of them rests on fewer days.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, copysign, inf, sqrt, tanh

import numpy as np
import scipy
from numpy.typing import NDArray

from bio_lakehouse.insights.statistics.autocorrelation import (
    Mask,
    Series,
    effective_size,
    lag1_autocorrelation,
)
from bio_lakehouse.insights.statistics.correlation import NORMAL_95

Columns = NDArray[np.float64]
"""(days, columns), unknown days NaN in any of them."""

FEWEST_FREE = 10
STRONGEST_DAYS = 9
DEPENDENT = 1e-7


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The relation of two series on `n` days alike in all else, worth `n_eff` independent ones.

    `slope` is in units of the second for one unit of the first; of a label it is the difference of
    the two groups.
    """

    slope: float
    error: float
    freedom: float
    n: int
    n_eff: float

    @property
    def t(self) -> float:
        """The slope over its error, infinite without one."""
        if not self.error:
            return copysign(inf, self.slope) if self.slope else 0.0
        return self.slope / self.error

    @property
    def p(self) -> float:
        """Two-sided."""
        return float(2 * scipy.special.stdtr(self.freedom, -abs(self.t)))

    @property
    def r(self) -> float:
        """The partial correlation; of a label, the one that the days of both groups alone have."""
        whole = sqrt(self.slope**2 + self.error**2 * (self.n_eff - 2))
        return self.slope / whole if whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Fisher's 95 % interval of `r` on `n_eff` days."""
        if abs(self.r) == 1:
            return self.r, self.r
        reach = NORMAL_95 / sqrt(self.n_eff - 3)
        return tanh(atanh(self.r) - reach), tanh(atanh(self.r) + reach)

    @property
    def slope_interval(self) -> tuple[float, float]:
        """The 95 % interval of the slope."""
        reach = float(scipy.special.stdtrit(self.freedom, 0.975)) * self.error
        return self.slope - reach, self.slope + reach


@dataclass(frozen=True, slots=True)
class Residuals:
    """What is left of two calendar series (0 where a day takes no part) on the days `used`."""

    first: Series
    second: Series
    used: Mask
    columns: int

    @property
    def free(self) -> float:
        """Independent days that the used ones are worth, less the columns."""
        marked = (np.where(self.used, series, np.nan) for series in (self.first, self.second))
        resemblance = (lag1_autocorrelation(series) for series in marked)
        return effective_size(int(self.used.sum()), *resemblance) - self.columns


def complete(*series: Series | Columns) -> Mask:
    """The days on which all of these are known."""
    unknown: Mask = np.isnan(np.column_stack(series))
    known: Mask = ~np.any(unknown, axis=1)
    return known


def adjusted(
    x: Series, y: Series, given: Columns, used: Mask, counted: Mask | None = None
) -> Adjusted | None:
    """`x` against `y` on the days `used`, all in `given` alike: their residuals, `judged`."""
    return judged(residuals(x, y, given, used), counted)


def judged(left: Residuals, counted: Mask | None = None) -> Adjusted | None:
    """What the residuals say; None where x says nothing that the columns do not say, or the days
    are too few for them.

    `counted` are the days that the finding is about, such as those of two groups, where others
    help to estimate what the columns do.
    """
    variation = float(left.first @ left.first)
    free = left.free
    if not variation or free < FEWEST_FREE:
        return None
    slope = float(left.first @ left.second) / variation
    rest = float(((left.second - slope * left.first) ** 2).sum())
    # A mean square over all days is known only as well as over the independent ones.
    error = sqrt(rest / variation / (free - 2))
    n = int((left.used if counted is None else counted & left.used).sum())
    n_eff = max(free * n / int(left.used.sum()), FEWEST_FREE / 2)
    return Adjusted(slope, error, free - 2, n, min(n_eff, float(n)))


def residuals(x: Series, y: Series, given: Columns, used: Mask) -> Residuals:
    """Both series freed of a level and of the columns."""
    columns = np.column_stack([np.ones(int(used.sum())), given[used]])
    basis, triangle = np.linalg.qr(columns)
    sizes = np.linalg.norm(columns, axis=0)[: basis.shape[1]]
    basis = basis[:, np.abs(np.diag(triangle)) > DEPENDENT * sizes]
    left = np.zeros((2, len(x)))
    for row, series in zip(left, (x, y), strict=True):
        rest = series[used] - basis @ (basis.T @ series[used])
        if np.linalg.norm(rest) > DEPENDENT * np.linalg.norm(series[used]):
            row[used] = rest
    return Residuals(left[0], left[1], used, basis.shape[1] - 1)


def strongest_days(left: Residuals, length: int = STRONGEST_DAYS) -> slice:
    """The days in a row without which the correlation would be weakest, or most reversed."""
    first, second = left.first, left.second
    together, of_first, of_second = (
        float(values.sum()) - np.convolve(values, np.ones(length), "valid")
        for values in (first * second, first**2, second**2)
    )
    without = together / np.sqrt(np.maximum(of_first * of_second, DEPENDENT))
    start = int(np.argmin(without * np.sign(first @ second)))
    return slice(start, start + length)


def without(
    days: slice, x: Series, y: Series, given: Columns, used: Mask, counted: Mask | None = None
) -> Adjusted | None:
    """`adjusted`, with these days left out."""
    others = used.copy()
    others[days] = False
    return adjusted(x, y, given, others, counted)

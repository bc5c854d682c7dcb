"""Classical statistics as `scipy.stats` computes them, to the last digit, without its import: that
takes half a second, of which a short command would have nothing else.

A test holds each against SciPy's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign

import numpy as np
import scipy
from numpy.typing import NDArray

Values = NDArray[np.float64]

EXACT_UP_TO = 8
"""Values of the smaller group of which, without ties, p is exact (SciPy's `method="auto"`)."""
PAIR = 2


@dataclass(frozen=True, slots=True)
class StraightLine:
    """A least-squares line, with the standard error of its slope."""

    slope: float
    intercept: float
    stderr: float


def student_tail(t: float, freedom: float) -> float:
    """The chance that Student's t is greater: `scipy.stats.t.sf`."""
    return float(scipy.special.stdtr(freedom, -t))


def student_quantile(share: float, freedom: float) -> float:
    """The t below which Student's is with that chance: `scipy.stats.t.ppf`."""
    return float(scipy.special.stdtrit(freedom, share))


def ranks(values: Values) -> Values:
    """Ranks from 1, ties at their mean, NaN where a value is: `scipy.stats.rankdata`."""
    found = _ranks_and_ties(values)[0]
    found[np.isnan(values)] = np.nan
    return found


def pearson_r(x: Values, y: Values) -> float:
    """The correlation of pairs, of which neither side is constant: `scipy.stats.pearsonr`."""
    r = float(np.clip(np.vecdot(_standardised(x), _standardised(y)), -1.0, 1.0))
    return copysign(1.0, r) if len(x) == PAIR else r


def straight_line(x: Values | NDArray[np.intp], y: Values) -> StraightLine:
    """The line through points of which x is not constant: `scipy.stats.linregress`."""
    variance, covariance, _, of_y = np.cov(x, y, bias=True).flat
    r = float(np.clip(covariance / np.sqrt(variance * of_y), -1, 1)) if of_y else 0.0
    slope = covariance / variance
    error = 0.0 if len(x) == PAIR else np.sqrt((1 - r**2) * of_y / variance / (len(x) - 2))
    return StraightLine(float(slope), float(np.mean(y) - slope * np.mean(x)), float(error))


def mann_whitney_u(first: Values, second: Values) -> tuple[float, float]:
    """U of the first sample and two-sided p, of values that are not all the same:
    `scipy.stats.mannwhitneyu`."""
    m, n = len(first), len(second)
    found, ties = _ranks_and_ties(np.concatenate([first, second]))
    if min(m, n) <= EXACT_UP_TO and not (ties > 1).any():
        test = scipy.stats.mannwhitneyu(first, second)
        return float(test.statistic), float(test.pvalue)
    u = found[:m].sum() - m * (m + 1) / 2
    of_ties = np.sum(ties**3 - ties)
    spread = np.sqrt(m * n / 12 * ((m + n + 1) - of_ties / ((m + n) * (m + n - 1))))
    z = (max(u, m * n - u) - m * n / 2 - 0.5) / spread
    return float(u), float(np.clip(scipy.special.ndtr(-z) * 2, 0.0, 1.0))


def benjamini_hochberg(tests: Values) -> Values:
    """Adjusted p-values: `scipy.stats.false_discovery_control`."""
    order = np.argsort(tests)
    ascending = tests[order] * (len(tests) / np.arange(1, len(tests) + 1, dtype=np.float64))
    adjusted = np.empty_like(ascending)
    adjusted[order] = np.minimum.accumulate(ascending[::-1])[::-1]
    return np.clip(adjusted, 0.0, 1.0)


def _ranks_and_ties(values: Values) -> tuple[Values, Values]:
    """The rank of each value, and how many of each there are, with 0 for those that were counted
    already: of NaN each is by itself, and after all others."""
    order = np.argsort(values, stable=True)
    in_order = values[order]
    is_new = np.append(True, in_order[:-1] != in_order[1:])[: len(values)]
    begins = np.flatnonzero(is_new)
    counts = np.diff(begins, append=len(values))
    found = np.empty(len(values))
    found[order] = np.repeat(begins + 1 + (counts - 1) / 2, counts)
    ties = np.zeros(len(values))
    ties[begins] = counts
    return found, ties


def _standardised(values: Values) -> Values:
    """Distances from the mean, as parts of their length."""
    distances = values - values.mean()
    longest = np.abs(distances).max()
    parts = distances / longest
    found: Values = distances / (longest * np.sqrt(np.sum(parts * parts)))
    return found

"""Two groups of days compared by rank."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy

from bio_lakehouse.insights.statistics.autocorrelation import (
    Mask,
    Series,
    bias_corrected,
    lag1_autocorrelation,
    variance_inflation,
)
from bio_lakehouse.insights.statistics.correlation import NORMAL_95

SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """A Mann-Whitney comparison: positive effects mean that the first group is higher.

    `common_language` is the chance that a day of the first group is higher than one of the second
    (ties count half), `rank_biserial` = 2·`common_language` − 1 with its 95 % `interval`. `n_eff`
    is the number of independent days that the `n_first` + `n_second` days are worth in this
    comparison; `p` treats all of them as independent.
    """

    u: float
    rank_biserial: float
    interval: tuple[float, float]
    common_language: float
    p: float
    n_first: int
    n_second: int
    n_eff: float


def compare_groups(values: Series, first: Mask, second: Mask) -> GroupComparison:
    """Compare the days `first` with the days `second` of a calendar series; all three have one
    element a day.

    Unknown days take no part. Neither group may be empty.
    """
    known = ~np.isnan(values) & (first | second)
    labels, sample = first[known], values[known]
    inflation = _design_effect(values, first, known)
    return mann_whitney(sample[labels], sample[~labels], inflation)


def mann_whitney(first: Series, second: Series, inflation: float = 1.0) -> GroupComparison:
    """Mann-Whitney U of two samples without missing values, with rank-biserial effect (Wendt 1972;
    Kerby 2014).

    Exact p where SciPy's `method="auto"` is. `inflation` is the design effect by which resembling
    days widen the interval.
    """
    u, p = _u_and_p(first, second)
    share = u / (len(first) * len(second))
    low, high = share_interval(share, len(first) / inflation, len(second) / inflation)
    return GroupComparison(
        u=u,
        rank_biserial=2 * share - 1,
        interval=(2 * low - 1, 2 * high - 1),
        common_language=share,
        p=p,
        n_first=len(first),
        n_second=len(second),
        n_eff=(len(first) + len(second)) / inflation,
    )


def share_interval(share: float, n_first: float, n_second: float) -> tuple[float, float]:
    """95 % interval of the common-language effect U/mn: Newcombe 2006 (Statistics in Medicine
    25:559), method 5.

    Defined for complete separation too. The group sizes may be fractions: independent days, not
    days.
    """
    low = 0.0 if share <= 0 else _limit(share, 0.0, n_first, n_second)
    high = 1.0 if share >= 1 else _limit(share, 1.0, n_first, n_second)
    return low, high


def _limit(share: float, end: float, n_first: float, n_second: float) -> float:
    def excess(true: float) -> float:
        return abs(share - true) - NORMAL_95 * _standard_error(true, n_first, n_second)

    return float(scipy.optimize.brentq(excess, float(np.clip(share, SMALLEST, 1 - SMALLEST)), end))


def _standard_error(true: float, n_first: float, n_second: float) -> float:
    first, second = max(n_first, 1.0), max(n_second, 1.0)
    shape = 1 + ((first + second) / 2 - 1) * ((1 - true) / (2 - true) + true / (1 + true))
    return sqrt(true * (1 - true) * shape / (first * second))


def _u_and_p(first: Series, second: Series) -> tuple[float, float]:
    if np.ptp(np.concatenate([first, second])) == 0:
        return len(first) * len(second) / 2, 1.0
    test = scipy.stats.mannwhitneyu(first, second)
    return float(test.statistic), float(test.pvalue)


def _design_effect(values: Series, first: Mask, known: Mask) -> float:
    """Variance inflation of the difference of two groups of days, from the whole series'
    autocorrelation."""
    in_first, in_second = known & first, known & ~first
    weights = in_first / in_first.sum() - in_second / in_second.sum()
    n = int((~np.isnan(values)).sum())
    return variance_inflation(weights, bias_corrected(lag1_autocorrelation(values), n))

"""How much one day resembles the next, and how many independent days a series is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]
Mask = NDArray[np.bool_]

LARGEST = 0.95


def lag1_autocorrelation(values: Series) -> float:
    """Lag-1 autocorrelation of a calendar series, over pairs of adjacent known days only (Parzen
    1963).

    A missing day is missing: the days on either side of it are no pair. 0 when there is no pair or
    no variation. Equals `statsmodels.tsa.stattools.acf(values, nlags=1, adjusted=True,
    missing="conservative")[1]`, which takes longer to import than five insights take to compute.
    """
    known = ~np.isnan(values)
    pairs = adjacent_pairs(values)
    if not pairs:
        return 0.0
    deviations = np.where(known, values - values[known].mean(), 0.0)
    variance = float(deviations @ deviations) / int(known.sum())
    if not variance:
        return 0.0
    return float(np.clip(deviations[1:] @ deviations[:-1] / pairs / variance, -1.0, 1.0))


def bias_corrected(autocorrelation: float, n: int) -> float:
    """A lag-1 autocorrelation of `n` days freed of its small-sample bias, between 0 and 0.95.

    The estimate falls short by (1 + 3φ)/n, as a mean was taken out (Marriott & Pope 1954,
    Biometrika 41:390).
    """
    if n <= 3:
        return 0.0
    return float(np.clip((n * autocorrelation + 1) / (n - 3), 0.0, LARGEST))


def effective_size(n: int, first: float, second: float) -> float:
    """Independent pairs that `n` pairs of two series with these lag-1 autocorrelations are worth;
    never above `n`.

    n(1 − r₁r₂)/(1 + r₁r₂): Bartlett 1935 (J. R. Stat. Soc. 98:536), Bretherton et al. 1999 (J.
    Climate 12:1990).
    """
    product = first * second
    return min(float(n), n * (1 - product) / (1 + product)) if product > -1 else float(n)


def variance_inflation(weights: Series, autocorrelation: float) -> float:
    """Var(Σ wᵢ xᵢ) of an AR(1) series over that of independent days with the same variances; never
    below 1.

    `weights` has one element a calendar day, 0 where the day is unknown, so that a gap counts as
    the distance it is. With weights that say group membership this is the design effect of
    comparing two groups of days.
    """
    products = _lag_products(weights)
    if not products[0] or autocorrelation <= 0:
        return 1.0
    return max(1.0, float(products @ autocorrelation ** np.arange(len(products)) / products[0]))


def adjacent_pairs(values: Series) -> int:
    """Pairs of adjacent calendar days that are both known."""
    known = ~np.isnan(values)
    return int((known[1:] & known[:-1]).sum())


def _lag_products(weights: Series) -> Series:
    """Σ wᵢ wⱼ over all pairs of days that lie 0, 1, 2, … days apart."""
    products: Series = np.correlate(weights, weights, "full")[len(weights) - 1 :].astype(np.float64)
    products[1:] *= 2
    return products

"""How a calendar series hangs together over several days: an autoregressive process of any order,
fitted with gaps, and what it says of the uncertainty of a difference of means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bio_lakehouse.insights.statistics.autocorrelation import Series

HIGHEST_ORDER = 8
LARGEST_REFLECTION = 0.95
FEWEST_PAIRS = 20
MEAN_TAKEN_OUT = 3
GRID = 512
"""Frequencies at which a spectrum is looked at: variances are its means, weighted."""
FREQUENCIES = 2 * np.pi * np.arange(GRID) / GRID


@dataclass(frozen=True)
class Autoregression:
    """AR(p): the `coefficients` of the p days before, the variance of what is `new` each day, and
    the `n` known days that it was fitted to."""

    coefficients: Series
    new: float
    n: int

    def autocovariances(self, lags: int) -> Series:
        """Of days that lie 0, 1, …, `lags` − 1 days apart."""
        found: Series = np.fft.ifft(self._spectrum).real[:lags]
        return found

    def variance_of(self, weights: Series) -> float:
        """Var(Σ wᵢ xᵢ), never below that of independent days with the same variance.

        `weights` has one element a calendar day, 0 where the day is unknown.
        """
        return max(self._resembling(weights), self._independent(weights))

    def freedom_of(self, weights: Series) -> float:
        """Degrees of freedom of that variance, at least 1.

        2 / Var(ln of the estimate) (Satterthwaite 1946, Biometrics Bulletin 2:110), to first order
        in the estimates that it is made of: the coefficients, with the covariance `new` Γ⁻¹ / n
        (Brockwell & Davis 1991, Time Series, theorem 8.1.1), and ln of `new`, with the variance
        2 / n. Of independent days they are n.
        """
        order = len(self.coefficients)
        if self._resembling(weights) <= self._independent(weights):
            return float(self.n)
        slopes = self._slopes(_power(weights) * self._spectrum)
        apart = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
        covariance = self.new * np.linalg.inv(self.autocovariances(order)[apart])
        return max(2 * self.n / (2 + float(slopes @ covariance @ slopes)), 1.0)

    def _resembling(self, weights: Series) -> float:
        return float(np.mean(_power(weights) * self._spectrum))

    def _independent(self, weights: Series) -> float:
        return float(weights @ weights) * float(self._spectrum.mean())

    def _slopes(self, power: Series) -> Series:
        """How ln of the variance, the mean of `power` over frequencies, changes with each
        coefficient."""
        lags = 1 + np.arange(len(self.coefficients))
        shifted = np.exp(-1j * np.outer(lags, FREQUENCIES)) / self._polynomial
        slopes: Series = 2 * (shifted.real @ power) / power.sum()
        return slopes

    @cached_property
    def _spectrum(self) -> Series:
        spectrum: Series = self.new / np.abs(self._polynomial) ** 2
        return spectrum

    @cached_property
    def _polynomial(self) -> NDArray[np.complex128]:
        return np.fft.fft(np.concatenate([[1.0], -self.coefficients]), GRID)


def fit_autoregression(values: Series) -> Autoregression:
    """The autoregressive process of least AIC (Akaike 1974), of order 8 at most, by Yule-Walker.

    Autocovariances are those of the pairs of known days so far apart (Parzen 1963), each raised by
    the variance of the mean, which taking out the mean took away (Marriott & Pope 1954, Biometrika
    41:390, to first order and for any order). Partial autocorrelations from the Levinson-Durbin
    recursion are held to ±0.95, which makes a process of what gaps have left of the
    autocovariances. Orders for which fewer than 20 pairs are known are not tried.
    """
    known = ~np.isnan(values)
    n, mean = int(known.sum()), known / known.sum()
    found = _pairwise_autocovariances(values, known)
    taken = 0.0
    for _ in range(MEAN_TAKEN_OUT):
        fitted = _best(found + taken, n)
        taken = min(fitted.variance_of(mean), found[0])
    return _best(found + taken, n)


def _pairwise_autocovariances(values: Series, known: NDArray[np.bool_]) -> Series:
    deviations = np.where(known, values - values[known].mean(), 0.0)
    lags = range(min(HIGHEST_ORDER, len(values) - 1) + 1)
    pairs = [int((known[lag:] & known[: len(known) - lag]).sum()) for lag in lags]
    enough = next((lag for lag in lags if pairs[lag] < FEWEST_PAIRS), len(pairs))
    sums = [deviations[lag:] @ deviations[: len(deviations) - lag] for lag in lags]
    found: Series = np.array(sums[: max(enough, 1)]) / pairs[: max(enough, 1)]
    return found


def _best(autocovariances: Series, n: int) -> Autoregression:
    """The order with the least AIC, by the Levinson-Durbin recursion."""
    coefficients, new = np.zeros(0), float(autocovariances[0])
    best, least = Autoregression(coefficients, new, n), n * np.log(new)
    for order in range(1, len(autocovariances)):
        explained = coefficients @ autocovariances[order - 1 : 0 : -1]
        reflection = float(
            np.clip(
                (autocovariances[order] - explained) / new, -LARGEST_REFLECTION, LARGEST_REFLECTION
            )
        )
        coefficients = np.append(coefficients - reflection * coefficients[::-1], reflection)
        new *= 1 - reflection**2
        criterion = n * np.log(new) + 2 * order
        if criterion < least:
            best, least = Autoregression(coefficients, new, n), criterion
    return best


def _power(weights: Series) -> Series:
    power: Series = np.abs(np.fft.fft(weights, GRID)) ** 2
    return power

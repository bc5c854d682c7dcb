"""An autoregressive process and what it says of means, against closed forms and simulated days."""

from math import nan

import numpy as np
import pytest
from scipy import signal
from statsmodels.tsa.arima_process import arma_acovf

from bio_lakehouse.insights.statistics.autoregression import Autoregression, fit_autoregression

WEEK_AGAINST_FOUR = np.concatenate([np.full(28, -1 / 28), np.full(7, 1 / 7)])


def simulated(coefficients: list[float], count: int, n: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((count, n + 300))
    polynomial = [1.0, *(-coefficient for coefficient in coefficients)]
    return signal.lfilter([1.0], polynomial, noise)[:, 300:]


@pytest.mark.parametrize("coefficients", [[], [0.5], [0.3, 0.3], [0.3, 0, 0, 0, 0, 0, 0.3]])
def test_autocovariances_and_variances_are_those_of_the_process(coefficients: list) -> None:
    process = Autoregression(np.array(coefficients), 2.0, 180)
    expected = 2.0 * arma_acovf([1.0, *(-each for each in coefficients)], [1.0], 35)
    assert process.autocovariances(35) == pytest.approx(expected)
    apart = np.abs(np.subtract.outer(np.arange(35), np.arange(35)))
    variance = WEEK_AGAINST_FOUR @ expected[apart] @ WEEK_AGAINST_FOUR
    assert process.variance_of(WEEK_AGAINST_FOUR) == pytest.approx(variance)


def test_days_that_alternate_make_no_mean_surer_than_independent_ones() -> None:
    process = Autoregression(np.array([-0.9]), 1.0, 100)
    independent = process.autocovariances(1)[0] * WEEK_AGAINST_FOUR @ WEEK_AGAINST_FOUR
    assert process.variance_of(WEEK_AGAINST_FOUR) == pytest.approx(independent)
    assert process.freedom_of(WEEK_AGAINST_FOUR) == 100


def test_degrees_of_freedom_are_those_of_the_estimates_scatter() -> None:
    """2 / Var(ln of the estimated variance) over samples of one process."""
    process = Autoregression(np.array([0.5]), 1.0, 180)
    fitted = [fit_autoregression(days) for days in simulated([0.5], 300, 180, seed=1)]
    logs = [np.log(one.variance_of(WEEK_AGAINST_FOUR)) for one in fitted]
    assert 2 / np.var(logs) == pytest.approx(process.freedom_of(WEEK_AGAINST_FOUR), rel=0.4)


@pytest.mark.parametrize("coefficients", [[0.5], [0.3, 0.3]])
def test_a_process_is_recognised_through_gaps(coefficients: list) -> None:
    days = simulated(coefficients, 60, 180, seed=2)
    days[np.random.default_rng(3).random(days.shape) < 0.3] = nan
    found = [fit_autoregression(row).variance_of(WEEK_AGAINST_FOUR) for row in days]
    true = Autoregression(np.array(coefficients), 1.0, 180).variance_of(WEEK_AGAINST_FOUR)
    assert np.mean(found) == pytest.approx(true, rel=0.15)


def test_whatever_the_gaps_leave_a_process_comes_out_of_it() -> None:
    random = np.random.default_rng(4)
    for _ in range(50):
        days = np.round(random.random(60).cumsum() % 7)
        days[random.random(60) < 0.5] = nan
        process = fit_autoregression(days)
        roots = np.roots([1.0, *(-process.coefficients)])
        assert np.all(np.abs(roots) < 1)
        assert process.variance_of(np.full(7, 1 / 7)) > 0

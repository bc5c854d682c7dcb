import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.tsa.stattools import acf

from bio_lakehouse.insights.statistics import (
    adjacent_pairs,
    bias_corrected,
    effective_size,
    lag1_autocorrelation,
    variance_inflation,
)

GAPPY = arrays(
    np.float64,
    st.integers(3, 60),
    elements=st.one_of(st.integers(40, 100).map(float), st.just(np.nan)),
)


def test_only_adjacent_known_days_are_pairs() -> None:
    values = np.array([1.0, np.nan, 3.0, 5.0, np.nan, 7.0])
    # mean 4, deviations -3, -1, 1, 3: one adjacent pair (3, 5), variance 20 / 4
    assert lag1_autocorrelation(values) == pytest.approx(-1 / 5)


@given(GAPPY)
def test_equals_statsmodels_with_gaps(values: np.ndarray) -> None:
    known = ~np.isnan(values)
    if not (known[1:] & known[:-1]).any() or np.ptp(values[known]) == 0:
        assert lag1_autocorrelation(values) == 0.0
        return
    theirs = acf(values, nlags=1, adjusted=True, missing="conservative", fft=False)[1]
    assert lag1_autocorrelation(values) == pytest.approx(np.clip(theirs, -1, 1), abs=1e-9)


def test_a_series_without_variation_or_pairs_resembles_nothing() -> None:
    assert lag1_autocorrelation(np.full(30, 80.0)) == 0.0
    assert lag1_autocorrelation(np.array([1.0, np.nan, 2.0, np.nan, 3.0])) == 0.0
    assert lag1_autocorrelation(np.full(5, np.nan)) == 0.0


@pytest.mark.parametrize(
    ("n", "first", "second", "expected"),
    [
        (120, 0.5, 0.5, 72.0),
        (120, 0.7, 0.7, 120 * 0.51 / 1.49),
        (120, 0.5, -0.5, 120.0),
        (60, 0.0, 0.9, 60.0),
    ],
)
def test_effective_size_follows_bartlett_and_never_exceeds_n(
    n: int, first: float, second: float, expected: float
) -> None:
    assert effective_size(n, first, second) == pytest.approx(expected)


def test_bias_correction_undoes_the_expected_shortfall() -> None:
    assert bias_corrected(0.5 - (1 + 3 * 0.5) / 60, 60) == pytest.approx(0.5)
    assert bias_corrected(-0.4, 90) == 0.0
    assert bias_corrected(0.99, 20) == 0.95


def test_bias_correction_brings_the_mean_to_the_truth(ar1) -> None:
    found = [
        bias_corrected(lag1_autocorrelation(series), 60) for series in ar1(0.5, 600, 60, seed=3)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)


def test_inflation_of_a_mean_of_ar1_days_is_the_known_one() -> None:
    assert variance_inflation(np.ones(2000), 0.5) == pytest.approx((1 + 0.5) / (1 - 0.5), rel=0.01)


def test_inflation_counts_gaps_as_the_distance_they_are() -> None:
    every_other = np.tile([1.0, 0.0], 2000)
    expected = (1 + 0.25) / (1 - 0.25)
    assert variance_inflation(every_other, 0.5) == pytest.approx(expected, rel=0.01)


def test_inflation_is_the_double_sum_over_all_pairs_of_days() -> None:
    random = np.random.default_rng(5)
    weights = np.where(random.random(60) < 0.8, random.normal(size=60), 0.0)
    days = np.arange(60)
    resemblance = 0.6 ** np.abs(days[:, None] - days[None, :])
    expected = weights @ resemblance @ weights / (weights @ weights)
    assert variance_inflation(weights, 0.6) == pytest.approx(max(expected, 1.0))
    rising = days - 29.5
    assert variance_inflation(rising, 0.6) == pytest.approx(
        rising @ resemblance @ rising / (rising @ rising)
    )


def test_inflation_never_falls_below_one() -> None:
    alternating = np.array([1.0, -1.0] * 20)
    assert variance_inflation(alternating, 0.6) == 1.0
    assert variance_inflation(np.ones(40), -0.3) == 1.0
    assert variance_inflation(np.zeros(40), 0.5) == 1.0


def test_adjacent_pairs_are_calendar_neighbours() -> None:
    assert adjacent_pairs(np.array([1.0, 2.0, np.nan, 3.0, np.nan, np.nan, 4.0, 5.0, 6.0])) == 3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bio_lakehouse.insights.statistics import trend


def test_slope_and_interval_are_scipys_when_days_are_independent() -> None:
    random = np.random.default_rng(1)
    values = 70 + 0.05 * np.arange(120) + random.normal(0, 4, 120)
    values[random.random(120) < 0.2] = np.nan
    days = np.flatnonzero(~np.isnan(values))
    theirs = stats.theilslopes(values[days], days)
    found = trend(values)
    assert found.autocorrelation == 0.0
    assert found.slope == pytest.approx(theirs.slope)
    assert found.intercept == pytest.approx(theirs.intercept)
    assert found.interval == pytest.approx((theirs.low_slope, theirs.high_slope))


def test_s_and_p_are_kendalls_without_autocorrelation() -> None:
    values = np.random.default_rng(9).normal(size=80)
    found = trend(values)
    assert found.autocorrelation == 0.0
    tau = stats.kendalltau(np.arange(80), values)
    assert found.s == pytest.approx(tau.statistic * 80 * 79 / 2)
    variance = 80 * 79 * 165 / 18
    assert found.p == pytest.approx(2 * stats.norm.sf((abs(found.s) - 1) / np.sqrt(variance)))


def test_resembling_days_widen_interval_and_p(ar1) -> None:
    values = ar1(0.7, 1, 120, seed=2)[0] + 0.01 * np.arange(120)
    found = trend(values)
    theirs = stats.theilslopes(values)
    assert found.autocorrelation > 0.4
    assert found.n_eff < 60
    assert found.interval[0] < theirs.low_slope < theirs.high_slope < found.interval[1]


def test_a_plain_rise_is_found() -> None:
    found = trend(60 + 0.2 * np.arange(90) + np.random.default_rng(8).normal(0, 3, 90))
    assert found.p < 1e-6
    assert found.interval[0] < 0.2 < found.interval[1]


def test_a_constant_series_has_no_trend() -> None:
    found = trend(np.full(70, 80.0))
    assert (found.slope, found.p, found.interval) == (0.0, 1.0, (0.0, 0.0))


@given(st.integers(0, 2**31), st.floats(-2, 2))
def test_turning_the_scale_turns_the_slope(seed: int, offset: float) -> None:
    values = np.random.default_rng(seed).normal(78, 7, 70).round() + offset
    up, down = trend(values), trend(-values)
    assert up.slope == pytest.approx(-down.slope)
    assert up.p == pytest.approx(down.p)
    assert up.interval[0] <= up.slope <= up.interval[1]

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bio_lakehouse.insights.statistics import adjacent_pairs, degrees_of_freedom, trend


def freedom_of(values: np.ndarray) -> float:
    """Degrees of freedom of a trend of days that were found not to resemble each other."""
    known = ~np.isnan(values)
    weights = np.where(known, np.arange(len(values)) - np.flatnonzero(known).mean(), 0.0)
    return degrees_of_freedom(weights, 0.0, adjacent_pairs(values), variance_known=True)


def test_slope_and_interval_are_scipys_when_days_are_independent() -> None:
    random = np.random.default_rng(1)
    values = 70 + 0.05 * np.arange(120) + random.normal(0, 4, 120)
    values[random.random(120) < 0.2] = np.nan
    days = np.flatnonzero(~np.isnan(values))
    reach = stats.t.ppf(0.975, freedom_of(values))
    theirs = stats.theilslopes(values[days], days, alpha=1 - 2 * stats.norm.sf(reach))
    found = trend(values)
    assert found.autocorrelation == 0.0
    assert found.slope == pytest.approx(theirs.slope)
    assert found.intercept == pytest.approx(theirs.intercept)
    assert found.interval == pytest.approx((theirs.low_slope, theirs.high_slope))


def test_s_is_kendalls_and_p_students_without_autocorrelation() -> None:
    values = np.random.default_rng(9).normal(size=80)
    found = trend(values)
    assert found.autocorrelation == 0.0
    tau = stats.kendalltau(np.arange(80), values)
    assert found.s == pytest.approx(tau.statistic * 80 * 79 / 2)
    z = (abs(found.s) - 1) / np.sqrt(80 * 79 * 165 / 18)
    assert found.p == pytest.approx(2 * stats.t.sf(z, freedom_of(values)))
    assert 2 * stats.norm.sf(z) < found.p < 2 * stats.norm.sf(z) + 0.01


def test_days_of_the_same_whole_score_do_not_hold_the_interval_at_zero(ar1) -> None:
    """An interval without 0 goes with p < .05, for whole scores as for others."""
    found = [trend(np.round(75 + 7 * series)) for series in ar1(0.3, 300, 120, seed=4)]
    excluded = [not one.interval[0] <= 0 <= one.interval[1] for one in found]
    small = [one.p < 0.05 for one in found]
    assert sum(small) >= 8
    assert np.mean(np.equal(excluded, small)) >= 0.98


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

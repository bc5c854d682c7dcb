import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bio_lakehouse.insights.statistics import fit_line, line_band, pearson, spearman

X = np.arange(1.0, 8.0)
Y = np.array([10, 9, 2.5, 6, 4, 3, 2])


def test_pearson_truth_to_the_digits() -> None:
    found = pearson(X, Y, n_eff=7)
    assert found.r == pytest.approx(-0.828503883588428, abs=1e-15)
    assert found.p == pytest.approx(0.021280260007523, abs=1e-15)
    assert found.interval == pytest.approx((-0.97392, -0.20061), abs=5e-6)
    assert (found.n, found.n_eff) == (7, 7)


def test_n_eff_comes_from_both_autocorrelations(ar1) -> None:
    x, y = ar1(0.7, 2, 120, seed=1)
    found = pearson(x, y)
    assert found.n == 120
    assert 25 < found.n_eff < 80
    assert found.p > stats.pearsonr(x, y).pvalue
    independent = pearson(x, y, n_eff=120)
    assert found.interval[0] < independent.interval[0] < independent.interval[1] < found.interval[1]


def test_unknown_days_take_no_part() -> None:
    gappy = np.append(X, [8.0, np.nan, 9.0])
    other = np.append(Y, [np.nan, 1.0, np.nan])
    assert pearson(gappy, other, n_eff=7) == pearson(X, Y, n_eff=7)


def test_spearman_equals_scipy_when_days_are_independent() -> None:
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, 60)).round(1)
    y[:5] = np.nan
    theirs = stats.spearmanr(x[5:], y[5:])
    found = spearman(x, y, n_eff=55)
    assert found.r == pytest.approx(theirs.statistic)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval[0] < found.r < found.interval[1]


def test_a_constant_series_has_no_r_and_proves_nothing() -> None:
    found = pearson(X, np.full(7, 80.0))
    assert np.isnan(found.r)
    assert found.p == 1.0


def test_days_worth_three_independent_ones_prove_nothing() -> None:
    found = pearson(X, Y, n_eff=2.0)
    assert (found.p, found.interval) == (1.0, (-1.0, 1.0))


def test_a_perfect_line_is_no_error() -> None:
    found = pearson(X, 2 * X, n_eff=7)
    assert found.r == pytest.approx(1.0)
    assert found.p < 1e-6
    assert found.interval[1] <= 1.0


@given(st.floats(3.5, 7.0))
def test_fewer_independent_days_never_narrow_the_interval(n_eff: float) -> None:
    wide, narrow = pearson(X, Y, n_eff=n_eff), pearson(X, Y, n_eff=7)
    assert wide.interval[0] <= narrow.interval[0]
    assert wide.interval[1] >= narrow.interval[1]
    assert wide.p >= narrow.p


def test_line_is_least_squares_with_scipys_slope_interval() -> None:
    theirs = stats.linregress(X, Y)
    line = fit_line(X, Y, n_eff=7)
    assert (line.slope, line.intercept) == pytest.approx((theirs.slope, theirs.intercept))
    reach = stats.t.ppf(0.975, 5) * theirs.stderr
    assert line.slope_interval == pytest.approx((theirs.slope - reach, theirs.slope + reach))
    assert fit_line(X, Y, n_eff=4).slope_interval[1] > line.slope_interval[1]


def test_band_passes_through_the_line_and_is_narrowest_at_the_mean() -> None:
    band = line_band(X, Y, n_eff=7)
    assert band is not None
    line = fit_line(X, Y, n_eff=7)
    assert band["y"] == pytest.approx([line.intercept + line.slope * x for x in band["x"]])
    widths = np.subtract(band["high"], band["low"])
    assert np.argmin(widths) == 12
    # at the mean the band is that of a mean: t · s / √n
    scatter = np.sqrt(((Y - line.intercept - line.slope * X) ** 2).sum() / 5)
    assert widths[12] / 2 == pytest.approx(stats.t.ppf(0.975, 5) * scatter / np.sqrt(7))


def test_no_band_without_variation() -> None:
    assert line_band(np.full(7, 3.0), Y, n_eff=7) is None
    assert line_band(X, Y, n_eff=2) is None

"""Relations on days alike in other ways, against least squares done by other means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bio_lakehouse.insights.statistics import adjusted, effective_size, held, lag1_autocorrelation
from bio_lakehouse.insights.statistics.adjusted import (
    complete,
    judged,
    residuals,
    strongest_days,
    without,
)

DAYS = 120
ALL = np.ones(DAYS, dtype=bool)


@pytest.fixture
def columns() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(DAYS, 3))


@pytest.fixture
def pair(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two series that have to do with each other (0.5) and with the columns."""
    random = np.random.default_rng(2)
    x = columns @ [1.0, 0.5, -1.0] + random.normal(size=DAYS)
    return x, 0.5 * x + columns @ [2.0, -1.0, 0.3] + random.normal(size=DAYS)


def test_the_slope_is_that_of_least_squares_with_all_columns(pair, columns) -> None:
    design = np.column_stack([np.ones(DAYS), columns, pair[0]])
    solved = np.linalg.lstsq(design, pair[1], rcond=None)[0]
    found = adjusted(*pair, columns, ALL)
    assert found.slope == pytest.approx(solved[-1])
    assert found.slope_interval[0] < 0.5 < found.slope_interval[1]


def test_r_is_the_correlation_of_residuals_and_its_days_are_less_the_columns(pair, columns) -> None:
    design = np.column_stack([np.ones(DAYS), columns])
    left = [series - design @ np.linalg.lstsq(design, series, rcond=None)[0] for series in pair]
    found = adjusted(*pair, columns, ALL)
    assert found.r == pytest.approx(stats.pearsonr(*left).statistic)
    worth = effective_size(DAYS, *(lag1_autocorrelation(series) for series in left))
    assert (found.n, found.n_eff) == (DAYS, pytest.approx(worth - 3))
    t = found.r * np.sqrt((worth - 5) / (1 - found.r**2))
    assert found.p == pytest.approx(2 * stats.t.sf(t, worth - 5))
    assert found.interval[0] < found.r < found.interval[1]


@given(st.floats(-50, 50), st.floats(0.1, 20), st.integers(0, 2**16))
def test_units_and_levels_change_nothing_but_the_slope(
    level: float, scale: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    x, y, *given_columns = random.normal(size=(5, DAYS))
    columns = np.column_stack(given_columns)
    one = adjusted(x, y, columns, ALL)
    other = adjusted(level + scale * x, y - level, columns * scale + level, ALL)
    assert other.p == pytest.approx(one.p)
    assert other.r == pytest.approx(one.r)
    assert scale * other.slope == pytest.approx(one.slope)


def test_a_day_that_takes_no_part_says_nothing(pair, columns) -> None:
    x, y = (series.copy() for series in pair)
    used = np.random.default_rng(3).random(DAYS) < 0.8
    alone = adjusted(x, y, columns, used)
    x[~used], y[~used] = np.nan, 1e6
    assert adjusted(x, y, columns, used) == alone
    assert np.array_equal(complete(x, y, columns), used)


def test_twice_the_same_column_counts_once(pair, columns) -> None:
    doubled = np.column_stack([columns, columns[:, 0] * 3 + 1, np.ones(DAYS)])
    assert residuals(*pair, doubled, ALL).columns == 3
    assert adjusted(*pair, doubled, ALL).p == pytest.approx(adjusted(*pair, columns, ALL).p)


def test_what_the_columns_say_already_cannot_be_told(columns) -> None:
    y = np.random.default_rng(4).normal(size=DAYS)
    assert adjusted(columns[:, 0] + 2 * columns[:, 1], y, columns, ALL) is None
    few = np.arange(DAYS) < 12
    assert adjusted(y, y[::-1], columns, few) is None


def test_a_series_that_never_changes_has_no_relation(columns) -> None:
    x = np.random.default_rng(5).normal(size=DAYS)
    found = adjusted(x, np.full(DAYS, 80.0), columns, ALL)
    assert (found.r, found.p) == (0.0, 1.0)


def test_days_of_others_help_and_do_not_count(pair, columns) -> None:
    label = (pair[0] > 0.5).astype(float)
    counted = (pair[0] > 0.5) | (pair[0] < -0.5)
    left = residuals(label, pair[1], columns, ALL)
    whole, part = judged(left), judged(left, counted)
    assert part.n == counted.sum() < whole.n
    assert part.n_eff < whole.n_eff
    assert abs(part.r) > abs(whole.r)
    assert part.p == whole.p


def test_nine_days_that_carry_a_relation_are_found(columns) -> None:
    x, y = np.random.default_rng(6).normal(size=(2, DAYS))
    x[50:59] -= 5
    y[50:59] -= 5
    assert adjusted(x, y, columns, ALL).p < 1e-6
    days = strongest_days(residuals(x, y, columns, ALL))
    assert (days.start, days.stop) == (50, 59)
    assert without(days, x, y, columns, ALL).p > 0.05


def test_held_days_keep_their_order_and_stay_within_bounds() -> None:
    values = np.random.default_rng(7).normal(78, 7, 100)
    values[3], values[4] = 10.0, np.nan
    kept = held(values)
    spread = 1.4826 * np.nanmedian(np.abs(values - np.nanmedian(values)))
    assert kept[3] == pytest.approx(np.nanmedian(values) - 2.5 * spread)
    assert np.isnan(kept[4])
    inside = np.abs(values - np.nanmedian(values)) < 2.4 * spread
    assert np.array_equal(kept[inside], values[inside])
    assert held(np.full(9, 80.0)).tolist() == [80.0] * 9
    assert np.isnan(held(np.full(9, np.nan))).all()

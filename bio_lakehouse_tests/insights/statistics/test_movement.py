"""The last week against the four before, on simulated weeks whose truth is known."""

from math import nan

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights.statistics import movement


def quiet(ar1, phi: float, days: int, count: int, seed: int) -> list:
    values = ar1(phi, count, days, seed)
    values[np.random.default_rng(seed + 1).random(values.shape) < 0.05] = nan
    return [found for found in map(movement, values) if found is not None]


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 0.7])
def test_quiet_weeks_are_called_moved_at_the_stated_rate(ar1, phi: float) -> None:
    found = quiet(ar1, phi, days=120, count=800, seed=1)
    assert np.mean([one.p < 0.05 for one in found]) == pytest.approx(
        0.045, abs=0.022
    )  # 3 standard errors


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("days", [42, 67, 187])
def test_small_p_values_are_as_rare_as_they_say(ar1, phi: float, days: int) -> None:
    """Under Benjamini-Hochberg over twenty tests it is p < .003 that decides, not p < .05."""
    p = np.array([one.p for one in quiet(ar1, phi, days, count=6000, seed=3)])
    for level in (0.05, 0.01, 0.003):
        allowed = level + 3 * np.sqrt(level * (1 - level) / len(p))
        assert np.mean(p < level) <= allowed


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 0.7])
def test_the_interval_holds_a_true_shift(ar1, phi: float) -> None:
    values = ar1(phi, 3000, 187, seed=5)
    values[:, -7:] += 0.8
    found = [movement(row).interval for row in values]
    assert 0.93 <= np.mean([low <= 0.8 <= high for low, high in found]) <= 0.97


def test_interval_and_p_say_the_same(ar1) -> None:
    for found in quiet(ar1, 0.3, days=120, count=300, seed=7):
        low, high = found.interval
        assert (found.p < 0.05) == (not low <= 0 <= high)
        assert (low + high) / 2 == pytest.approx(found.shift)


def test_a_shift_of_two_standard_deviations_is_seen(ar1) -> None:
    values = ar1(0.3, 200, 187, seed=3)
    values[:, -7:] -= 2
    assert np.mean([movement(row).p < 0.05 for row in values]) > 0.85


def test_independent_days_come_close_to_students_t(ar1) -> None:
    values = ar1(0.0, 1, 187, seed=4)[0]
    known = stats.ttest_ind(values[-7:], values[-35:-7])
    assert movement(values).p == pytest.approx(known.pvalue, abs=0.1)
    assert movement(values).shift == pytest.approx(values[-7:].mean() - values[-35:-7].mean())


def test_earlier_days_than_the_180_before_the_week_change_nothing(ar1) -> None:
    values = ar1(0.3, 1, 187, seed=6)[0]
    assert movement(np.concatenate([[500.0, nan, -300.0], values])) == movement(values)


def test_too_few_days_or_no_variation_are_not_tested(ar1) -> None:
    values = ar1(0.0, 1, 100, seed=5)[0]
    three_in_week, thirteen_before = values.copy(), values.copy()
    three_in_week[-4:] = nan
    thirteen_before[-35:-20] = nan
    assert movement(values) is not None
    assert movement(three_in_week) is None
    assert movement(thirteen_before) is None
    assert movement(values[-34:]) is None
    assert movement(np.full(100, 70.0)) is None


def test_one_far_day_is_no_change_of_the_week(ar1) -> None:
    values = ar1(0.0, 1, 187, seed=9)[0]
    values[-7:] -= values[-7:].mean() - values[-35:-7].mean()
    calm = movement(values)
    values[-3] -= 40
    assert movement(values).p > 0.01
    assert movement(values).shift == pytest.approx(calm.shift - 40 / 7)
    assert movement(values).held_shift > -1


def test_a_restless_month_is_held_against_itself(ar1) -> None:
    values = ar1(0.0, 1, 187, seed=10)[0]
    restless = values.copy()
    restless[-35:] *= 2
    assert movement(restless).error == pytest.approx(2 * movement(values).error, rel=0.25)

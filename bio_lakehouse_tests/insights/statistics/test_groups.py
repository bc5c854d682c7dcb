import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bio_lakehouse.insights.statistics import compare_groups, mann_whitney
from bio_lakehouse.insights.statistics.groups import share_interval

FIRST = np.array([19.0, 22, 16, 29, 24])
SECOND = np.array([20.0, 11, 17, 12])
SCORES = st.lists(st.integers(50, 100).map(float), min_size=8, max_size=30).map(np.array)


def test_mann_whitney_truth_to_the_digits() -> None:
    found = mann_whitney(FIRST, SECOND)
    assert found.u == 17
    assert found.p == pytest.approx(0.11111, abs=5e-6)
    assert found.rank_biserial == pytest.approx(0.70)
    assert found.common_language == pytest.approx(0.85)


@given(SCORES, SCORES)
def test_swapping_the_groups_turns_the_effect_round(first: np.ndarray, second: np.ndarray) -> None:
    there, back = mann_whitney(first, second), mann_whitney(second, first)
    assert there.rank_biserial == pytest.approx(-back.rank_biserial)
    assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]), abs=1e-6)
    assert there.p == pytest.approx(back.p)
    assert there.interval[0] <= there.rank_biserial <= there.interval[1]


@given(SCORES, SCORES, st.floats(1.1, 6))
def test_resembling_days_widen_the_interval(
    first: np.ndarray, second: np.ndarray, inflation: float
) -> None:
    plain, wide = mann_whitney(first, second), mann_whitney(first, second, inflation)
    assert wide.interval[0] <= plain.interval[0] + 1e-9
    assert wide.interval[1] >= plain.interval[1] - 1e-9
    assert wide.n_eff == pytest.approx(plain.n_eff / inflation)


def test_interval_is_newcombes_at_its_own_limits() -> None:
    low, high = share_interval(0.85, 5, 4)
    for limit in (low, high):
        shape = 1 + (4.5 - 1) * ((1 - limit) / (2 - limit) + limit / (1 + limit))
        deviation = stats.norm.ppf(0.975) * np.sqrt(limit * (1 - limit) * shape / 20)
        assert abs(0.85 - limit) == pytest.approx(deviation, abs=1e-9)


def test_complete_separation_has_an_interval() -> None:
    found = mann_whitney(np.arange(20.0) + 100, np.arange(20.0))
    assert found.common_language == 1.0
    assert 0.6 < found.interval[0] < found.interval[1] == 1.0


def test_all_alike_is_no_difference() -> None:
    found = mann_whitney(np.full(9, 80.0), np.full(12, 80.0))
    assert (found.rank_biserial, found.p) == (0.0, 1.0)


def test_days_that_come_in_blocks_are_worth_fewer(ar1) -> None:
    values = ar1(0.7, 1, 140, seed=11)[0]
    first = np.repeat(np.random.default_rng(2).random(20) < 0.5, 7)
    assert compare_groups(values, first, ~first).n_eff < 70


def test_unknown_days_and_days_of_neither_group_take_no_part() -> None:
    random = np.random.default_rng(7)
    values, first = random.normal(78, 7, 90).round(), random.random(90) < 0.4
    second = ~first & (random.random(90) < 0.8)
    values[random.random(90) < 0.2] = np.nan
    found = compare_groups(values, first, second)
    known = ~np.isnan(values)
    expected = stats.mannwhitneyu(values[first & known], values[second & known])
    assert found.u == expected.statistic
    assert (found.n_first, found.n_second) == ((first & known).sum(), (second & known).sum())

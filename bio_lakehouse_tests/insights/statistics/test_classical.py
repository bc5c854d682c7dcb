"""What is computed without `scipy.stats` is what SciPy computes, to the last digit."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bio_lakehouse.insights.statistics import classical

SEEDS = range(150)
Values = NDArray[np.float64]


def samples(seed: int) -> tuple[Values, Values]:
    """Two series of one length: scores as they are, rounded, in steps of five, or a label."""
    random = np.random.default_rng(seed)
    length = int(random.integers(2, 220))
    first = random.normal(70, 10, length)
    second = random.normal(0, 1, length) + 0.1 * first
    shapes = (first, np.round(first), np.round(first / 5) * 5, (first > 75).astype(float))
    return shapes[seed % 4], np.round(second) if seed % 3 else second


def are_constant(*series: Values) -> bool:
    return any(np.ptp(values) == 0 for values in series)


@pytest.mark.parametrize("seed", SEEDS)
def test_series_are_compared_as_scipy_does(seed: int) -> None:
    x, y = samples(seed)
    assert np.array_equal(classical.ranks(x), stats.rankdata(x))
    if not are_constant(x, y):
        fit, line = stats.linregress(x, y), classical.straight_line(x, y)
        assert (line.slope, line.intercept, line.stderr) == (fit.slope, fit.intercept, fit.stderr)
        assert classical.pearson_r(x, y) == stats.pearsonr(x, y).statistic


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_are_compared_as_scipy_does(seed: int) -> None:
    x, y = samples(seed)
    share = 1 + int(np.random.default_rng(seed).integers(len(x) - 1))
    for values in (x, y):
        if not are_constant(values):
            test = stats.mannwhitneyu(values[:share], values[share:])
            found = classical.mann_whitney_u(values[:share], values[share:])
            assert found == (test.statistic, test.pvalue)


@pytest.mark.parametrize("seed", SEEDS)
def test_unknown_days_have_no_rank(seed: int) -> None:
    x, _ = samples(seed)
    x[np.random.default_rng(seed).random(len(x)) < 0.2] = np.nan
    found = classical.ranks(x)
    assert np.array_equal(found, stats.rankdata(x, nan_policy="omit"), equal_nan=True)


@pytest.mark.parametrize("freedom", [0.3, 1, 2.5, 29, 178.2, 1e6])
def test_students_t_is_that_of_scipy(freedom: float) -> None:
    for t in (0.0, 0.3, 1.96, 7.5, 80.0, np.inf):
        assert classical.student_tail(t, freedom) == stats.t.sf(t, freedom)
    for share in (0.01, 0.5, 0.95, 0.975):
        assert classical.student_quantile(share, freedom) == stats.t.ppf(share, freedom)


@pytest.mark.parametrize("seed", SEEDS)
def test_many_tests_are_adjusted_as_scipy_does(seed: int) -> None:
    random = np.random.default_rng(seed)
    tests = random.random(int(random.integers(1, 40))) ** 3
    tests = np.round(tests, 1) if seed % 3 else tests
    adjusted = stats.false_discovery_control(tests, method="bh")
    assert np.array_equal(classical.benjamini_hochberg(tests), adjusted)


def test_a_report_s_statistics_load_no_scipy_stats() -> None:
    """It takes half a second, which is a tenth of what a report takes."""
    script = """
        import sys
        from datetime import date
        import pandas as pd
        from bio_lakehouse.insights.analyzers import decided
        from bio_lakehouse.insights.data import InsightData
        from bio_lakehouse.insights.forecast import forecast
        from bio_lakehouse.sources.demo import daily_rows, simulate, workout_rows
        truth = simulate(400, 1, date(2026, 6, 28))
        daily, done = (pd.DataFrame(rows(truth)) for rows in (daily_rows, workout_rows))
        data = InsightData("me", date(2026, 6, 28), daily, done)
        insights, tests = decided(data)
        tested = [one.p for insight in insights for one in insight.findings if one.p is not None]
        print(bool(tested), bool(tests), forecast(data) is not None, "scipy.stats" in sys.modules)
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True", "True", "False"], done.stderr

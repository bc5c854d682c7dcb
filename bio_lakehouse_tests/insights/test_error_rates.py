"""The error rates that a report states, measured on days whose truth is known. Minutes long: run
with -m slow."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bio_lakehouse.insights import InsightData, insights_of
from bio_lakehouse.insights.statistics import compare_groups, pearson, spearman

pytestmark = pytest.mark.slow
AS_OF = date(2025, 3, 9)
RESEMBLANCES = (0.0, 0.3, 0.5, 0.7)


def weekly_blocks(random: np.random.Generator, n: int) -> np.ndarray:
    """Labels that hold for a week each, both there."""
    while True:
        labels = np.repeat(random.random(n // 7 + 1) < 0.5, 7)[:n]
        if 8 <= labels.sum() <= n - 8:
            return labels


@pytest.mark.parametrize("phi", RESEMBLANCES)
@pytest.mark.parametrize("n", [30, 120])
def test_pearson_false_positives_and_coverage(ar1, phi: float, n: int) -> None:
    pairs = zip(ar1(phi, 1500, n, seed=1), ar1(phi, 1500, n, seed=2), strict=True)
    results = [pearson(x, y) for x, y in pairs]
    assert np.mean([result.p < 0.05 for result in results]) <= 0.07
    assert (
        0.93
        <= np.mean([result.interval[0] <= 0 <= result.interval[1] for result in results])
        <= 0.98
    )


@pytest.mark.parametrize("phi", RESEMBLANCES[:3])
@pytest.mark.parametrize("rho", [0.4, 0.7])
def test_pearson_interval_covers_a_true_correlation(ar1, phi: float, rho: float) -> None:
    x, z = ar1(phi, 1500, 120, seed=3), ar1(phi, 1500, 120, seed=4)
    y = rho * x + np.sqrt(1 - rho * rho) * z
    covered = [found.interval[0] <= rho <= found.interval[1] for found in map(pearson, x, y)]
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize("phi", RESEMBLANCES)
def test_spearman_false_positives_with_days_between_workouts(ar1, phi: float) -> None:
    outputs, readiness = ar1(phi, 1500, 180, seed=5), ar1(phi, 1500, 180, seed=6)
    outputs[np.random.default_rng(7).random(outputs.shape) < 0.4] = np.nan
    results = [spearman(x, y) for x, y in zip(outputs, readiness, strict=True)]
    assert np.mean([result.p < 0.05 for result in results]) <= 0.065


@pytest.mark.parametrize("phi", RESEMBLANCES)
@pytest.mark.parametrize("blocks", [False, True])
def test_group_false_positives_and_coverage_of_no_difference(ar1, phi: float, blocks: bool) -> None:
    random = np.random.default_rng(8)
    results = []
    for values in ar1(phi, 600, 120, seed=9):
        first = weekly_blocks(random, 120) if blocks else random.random(120) < 0.4
        results.append(compare_groups(np.round(78 + 7 * values), first, ~first))
    assert np.mean([result.p < 0.05 for result in results]) <= 0.075
    assert (
        0.93
        <= np.mean([result.interval[0] <= 0 <= result.interval[1] for result in results])
        <= 0.985
    )
    assert np.mean([result.in_runs for result in results]) == 1 if blocks else 0.3


@pytest.mark.parametrize("phi", [0.0, 0.5])
@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_rank_biserial_interval_covers_a_true_difference(ar1, phi: float, shift: float) -> None:
    random = np.random.default_rng(10)
    true = 2 * stats.norm.cdf(shift / np.sqrt(2)) - 1
    covered = []
    for values in ar1(phi, 1000, 120, seed=11):
        first = random.random(120) < 0.4
        low, high = compare_groups(values + shift * first, first, ~first).interval
        covered.append(low <= true <= high)
    assert 0.93 <= np.mean(covered) <= 0.98


def null_person(phi: float, blocks: bool, ar1, seed: int) -> InsightData:
    """180 days of a person whom nothing moves, trained day by day or by the week."""
    random = np.random.default_rng(seed)
    readiness, sleep, output, hrv = ar1(phi, 4, 180, seed=seed)
    days = [AS_OF - timedelta(days=179 - i) for i in range(180)]
    kinds = random.choice(
        ["Cycling", "Strength", "Yoga", "Running", "rest"], 180, p=[0.3, 0.15, 0.1, 0.1, 0.35]
    )
    if blocks:
        kinds = np.where(weekly_blocks(random, 180), "rest", kinds)
    had = kinds != "rest"
    daily = pd.DataFrame(
        {
            "day": days,
            "readiness_score": np.round(78 + 7 * readiness),
            "sleep_score": np.round(80 + 6 * sleep),
            "hrv_rmssd_ms": np.round(60 + 9 * hrv),
            "total_output_kj": np.where(had, np.round(300 + 80 * output), np.nan),
            "had_workout": had,
        }
    )
    daily.loc[random.random(180) < 0.08, ["readiness_score", "sleep_score", "hrv_rmssd_ms"]] = (
        np.nan
    )
    done = daily[had].assign(
        fitness_discipline=kinds[had], started_at=daily["day"], length_minutes=30.0
    )
    return InsightData("me", AS_OF, daily, done)


@pytest.mark.parametrize("phi", RESEMBLANCES[:3])
@pytest.mark.parametrize("blocks", [False, True])
def test_at_most_six_in_a_hundred_reports_hold_a_false_finding(
    ar1, phi: float, blocks: bool
) -> None:
    reports, false, raw = 400, 0, 0
    for seed in range(reports):
        tested = [
            f
            for i in insights_of(null_person(phi, blocks, ar1, seed))
            for f in i.findings
            if f.p is not None
        ]
        assert len(tested) >= 4
        false += any(finding.status == "found" for finding in tested)
        raw += any(finding.p < 0.05 for finding in tested)
    assert false / reports <= 0.06
    assert raw / reports > 0.12

"""The error rates that a report states, measured on days whose truth is known. Minutes long: run
with -m slow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bio_lakehouse.insights import (
    InsightData,
    intensity_impact,
    sleep_readiness,
    workout_recovery,
)
from bio_lakehouse.insights.statistics import compare_groups, pearson, spearman
from bio_lakehouse_tests.benchmarks.worlds import DAYS, free, recorded

pytestmark = pytest.mark.slow
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
def test_rank_biserial_interval_covers_no_difference(ar1, phi: float, blocks: bool) -> None:
    random = np.random.default_rng(8)
    results = []
    for values in ar1(phi, 600, 120, seed=9):
        first = weekly_blocks(random, 120) if blocks else random.random(120) < 0.4
        results.append(compare_groups(np.round(78 + 7 * values), first, ~first))
    held = [result.interval[0] <= 0 <= result.interval[1] for result in results]
    assert 0.93 <= np.mean(held) <= 0.985


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


def moved_person(phi: float, moving: bool, seed: int) -> InsightData:
    """A person whose readiness is moved, or is not, by the night before (a third of its points) and
    by a ride (7 points), and follows the same night and a weekday too."""
    random = np.random.default_rng((seed, int(10 * phi)))
    life = free(random, phi)
    rides = random.random(DAYS) < 0.5
    readiness = life.readiness + 0.4 * life.sleep + 0.5 * (np.arange(DAYS) % 7 == 0)
    if moving:
        readiness[1:] += 0.33 * life.sleep[:-1] - 1.0 * rides[:-1]
    training = np.where(rides, 9.0, -1.0)
    return recorded(
        replace(life, readiness=readiness, training=training, hard=rides),
        np.full(DAYS, 0.03),
        random,
    )


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("moving", [False, True])
def test_adjusted_intervals_cover_what_was_put_in(phi: float, moving: bool) -> None:
    truths = {
        "next_day": ("adjusted_per", 3.3 * moving),
        "cycling_vs_rest": ("adjusted_difference", -7.0 * moving),
        "output": ("adjusted_per", 0.0),
    }
    covered = defaultdict(list)
    for seed in range(400):
        data = moved_person(phi, moving, seed)
        for analyzer in (sleep_readiness, workout_recovery, intensity_impact):
            for finding in analyzer.analyze(data).findings:
                if finding.name in truths and finding.p is not None:
                    name, truth = truths[finding.name]
                    low, high = (finding.values[f"{name}_{end}"] for end in ("low", "high"))
                    covered[finding.name].append(low <= truth <= high)
    shares = {name: round(float(np.mean(held)), 3) for name, held in covered.items()}
    print(f"\nφ {phi}, {'moved' if moving else 'not moved'}: {shares}")
    assert all(0.92 <= share <= 0.98 for share in shares.values())

"""The randomisation test against going through everything, and its rates on days whose truth is
known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.insights.experiment_days import FEWEST_KNOWN
from bio_lakehouse.insights.experiment_design import WASHOUT_DAYS
from bio_lakehouse.insights.statistics.randomisation import (
    assignments,
    detectable,
    paired_test,
    smallest_p,
)
from bio_lakehouse.lake.experiment_log import UNIT_DAYS
from bio_lakehouse_tests.benchmarks.processes import LEVEL, PROCESSES, SPREAD, UNKNOWN, Process

DIFFERENCES = st.lists(st.integers(-40, 40), min_size=2, max_size=9)
TRIALS = 1000
RECORDED = [name for name in PROCESSES if not name.startswith("missing")]
"""Processes that differ in how days come, and not in which of them are unknown."""
EFFECT = 3.0


@given(DIFFERENCES)
def test_p_is_the_share_of_all_assignments_that_are_as_far(values: list[int]) -> None:
    differences = np.array(values, float)
    signs = np.array(list(product((-1, 1), repeat=len(values))))
    as_far = np.abs(signs @ differences) >= abs(differences.sum())
    assert paired_test(differences, 1).p == pytest.approx(as_far.mean())


@given(DIFFERENCES.filter(lambda values: len(set(map(abs, values))) == len(values)))
def test_the_interval_holds_what_the_test_does_not_reject(values: list[int]) -> None:
    differences = np.array(values, float) + 0.1 * np.sqrt(np.arange(2, len(values) + 2))
    low, high = paired_test(differences, 1).interval
    assert np.isfinite(low) == (len(values) >= 6)
    for end, outwards in ((low, -1), (high, 1)):
        if np.isfinite(end):
            assert paired_test(differences - end - outwards * 1e-6, 1).p <= 0.05
            assert paired_test(differences - end + outwards * 1e-6, 1).p > 0.05


def test_six_pairs_are_the_fewest_that_reach_it() -> None:
    assert [smallest_p(pairs) <= 0.05 for pairs in (4, 5, 6, 7)] == [False, False, True, True]
    for pairs in (6, 8):
        assert paired_test(np.arange(1.0, pairs + 1), 1).p == smallest_p(pairs)


def test_more_than_fourteen_pairs_are_drawn_the_same_way_each_time() -> None:
    differences = np.random.default_rng(3).normal(0.5, 1, 20)
    first, second = paired_test(differences, 7), paired_test(differences, 7)
    assert first == second
    assert not first.is_exact
    assert first.assignments == 10_000
    assert not assignments(20, 7)[0].any()


def test_what_is_detectable_is_found_in_four_of_five() -> None:
    random = np.random.default_rng(5)
    past = random.normal(0, 3, 400)
    effect = detectable(past, 8, seed=1)
    assert effect is not None
    drawn = random.choice(past, (600, 8)) * random.choice([-1, 1], (600, 8))
    found = [paired_test(row + effect, 1).p <= 0.05 for row in drawn]
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)
    assert detectable(past, 5, seed=1) is None


def trials_of(
    process: Process, unit: str, pairs: int, effect: float, seed: int
) -> Iterator[np.ndarray]:
    """The differences of the pairs of many trials in people whose days come like that, whose
    intervention lifts each of its days by `effect`: scores are whole and end at 100, 8 % of days
    are unknown."""
    random = np.random.default_rng((seed, *process.name.encode()))
    length = UNIT_DAYS[unit]
    first = random.random((TRIALS, pairs, 1, 1)) < 0.5
    arms = np.concatenate([first, ~first], axis=2)
    days = process.days(TRIALS, 2 * pairs * length, random).reshape(TRIALS, pairs, 2, length)
    scores = process.level + SPREAD * days + effect * arms
    scores = np.minimum(np.round(scores / process.step) * process.step, 100)
    scores[random.random(scores.shape) < UNKNOWN] = np.nan
    counted = scores[..., WASHOUT_DAYS[unit] :]
    known = (~np.isnan(counted)).sum(axis=-1)
    sums = np.nansum(counted, axis=-1)
    means = np.where(known >= FEWEST_KNOWN[length], sums / np.maximum(known, 1), np.nan)
    for of_pairs, came_first in zip(means, first[:, :, 0, 0], strict=True):
        found = np.where(came_first, 1, -1) * (of_pairs[:, 0] - of_pairs[:, 1])
        yield found[~np.isnan(found)]


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize(("unit", "pairs"), [("week", 6), ("week", 8), ("week", 12), ("day", 20)])
def test_error_rate_and_coverage(unit: str, pairs: int, name: str) -> None:
    """At most 5 % false positives, and 93 to 97 % of intervals that hold the truth, each within
    three standard errors; six pairs have so few assignments that theirs are 96.9 %."""
    process = PROCESSES[name]
    quiet = trials_of(process, unit, pairs, 0.0, seed=1)
    false = np.mean([paired_test(found, 1).p <= 0.05 for found in quiet if len(found) >= 6])
    lifted = trials_of(process, unit, pairs, EFFECT, seed=2)
    results = [paired_test(found, 1) for found in lifted if len(found) >= 6]
    held = np.mean([one.interval[0] <= EFFECT <= one.interval[1] for one in results])
    found = np.mean([one.p <= 0.05 for one in results])
    print(f"{pairs} {unit}s {process.process}: {false:.3f} {held:.3f} {found:.3f} {len(results)}")
    error = 3 * np.sqrt(0.05 * 0.95 / TRIALS)
    assert false <= 0.05 + error
    if process.level == LEVEL:
        assert 0.95 - error <= held <= 0.97 + error

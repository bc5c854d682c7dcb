"""The randomisation test against going through everything, and its rates on days whose truth is
known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bio_lakehouse.insights.self_experiment import paired_differences
from bio_lakehouse.insights.statistics.randomisation import (
    assignments,
    detectable,
    paired_test,
    smallest_p,
)
from bio_lakehouse_tests.experiments import days_of, outcomes_with, plan_of

DIFFERENCES = st.lists(st.integers(-40, 40), min_size=2, max_size=9)
TRIALS = 1000


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


def daily(random: np.random.Generator, phi: float, days: int, rhythm: float) -> np.ndarray:
    """Days that resemble each other (AR(1), SD 8), with a weekly rhythm of that SD."""
    values = random.normal(size=days + 100)
    for number in range(1, len(values)):
        values[number] = phi * values[number - 1] + np.sqrt(1 - phi**2) * values[number]
    week = np.sin(2 * np.pi * (np.arange(days) + random.integers(7)) / 7) * np.sqrt(2)
    return 8 * (values[100:] + rhythm * week)


@pytest.mark.slow
@pytest.mark.parametrize("rhythm", [0.0, 1.0])
@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("unit", "pairs"), [("week", 6), ("week", 8), ("week", 12), ("day", 20)])
def test_error_rate_and_coverage(unit: str, pairs: int, phi: float, rhythm: float) -> None:
    """At most 5 % false positives, and 93 to 97 % of intervals that hold the truth, each within
    three standard errors; six pairs have so few assignments that theirs are 96.9 %."""
    random = np.random.default_rng(int(100 * phi) + pairs)
    false, held = [], []
    for _ in range(TRIALS):
        bits = int(random.integers(2**pairs))
        plan = plan_of(unit, pairs, draw=lambda _, bits=bits: bits)
        noise = daily(random, phi, 14 * pairs, rhythm)
        known = outcomes_with(plan, 3.0, noise)
        differences = np.array(paired_differences(days_of(plan, known), known))
        low, high = paired_test(differences, 1).interval
        held.append(low <= 3.0 <= high)
        false.append(paired_test(differences - 3.0, 1).p <= 0.05)
    print(f"{unit} {pairs} φ {phi} rhythm {rhythm}: {np.mean(false):.3f} {np.mean(held):.3f}")
    error = 3 * np.sqrt(0.05 * 0.95 / TRIALS)
    assert np.mean(false) <= 0.05 + error
    assert 0.93 <= np.mean(held) <= (0.97 + error)

"""The randomisation test of a paired design (Fisher 1935, The Design of Experiments, ch. 3), and
the interval that comes from inverting it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

MOST_EXACT = 14
"""Pairs up to which all assignments are gone through; beyond, some are drawn."""
DRAWS = 9_999
ALPHA = 0.05
POWER = 0.8
SIMULATIONS = 400
SIMULATED_DRAWS = 999

Differences = NDArray[np.float64]
Flips = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PairedResult:
    """The mean of paired differences with its 95 % interval and its two-sided p.

    The interval holds every constant effect that the test does not reject; an end is infinite where
    there are too few pairs to reject any. `assignments` are those that were compared, of which none
    is another with the two sides of all pairs exchanged.
    """

    effect: float
    interval: tuple[float, float]
    p: float
    pairs: int
    assignments: int
    is_exact: bool


def smallest_p(pairs: int) -> float:
    """The least p that so many pairs can come to: the assignment that was drawn and its mirror
    image, of all."""
    return 2.0 ** (1 - pairs)


def paired_test(differences: Differences, seed: int) -> PairedResult:
    """Test whether assignment made a difference, over all assignments that could have been drawn.

    `differences` are those of each pair, intervention less usual. Up to 14 pairs the test is exact;
    beyond, the drawn assignment is compared with 9,999 others, so that it keeps its level (Phipson
    & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39). It supposes nothing about how days hang
    together: what was not assigned by chance is the same under every assignment.
    """
    flips = assignments(len(differences), seed)
    sums = np.where(flips, -1.0, 1.0) @ differences
    tolerance = 1e-9 * max(float(np.abs(differences).sum()), 1e-300)
    as_far = np.abs(sums) >= abs(float(differences.sum())) - tolerance
    return PairedResult(
        effect=float(differences.mean()),
        interval=interval_of(differences, flips),
        p=float(as_far.mean()),
        pairs=len(differences),
        assignments=len(flips),
        is_exact=len(differences) <= MOST_EXACT,
    )


def assignments(pairs: int, seed: int) -> Flips:
    """Which pairs are exchanged, a row an assignment, the first one none.

    Exchanging all pairs only turns the sign, so that half of all assignments stand for all.
    """
    if pairs <= MOST_EXACT:
        numbers = np.arange(2 ** (pairs - 1))
        every: Flips = (numbers[:, None] >> np.arange(pairs)) % 2 == 1
        return every
    drawn = np.random.default_rng(seed).random((DRAWS, pairs)) < 0.5
    return np.vstack([np.zeros((1, pairs), bool), drawn])


def interval_of(differences: Differences, flips: Flips) -> tuple[float, float]:
    """The 95 % interval of a constant effect, by inverting the test.

    An effect below the mean is rejected when few subsets of the differences have a mean that is no
    higher than it (Hartigan 1969, J. Am. Stat. Assoc. 64:1303), so that the ends are order
    statistics of such means.
    """
    place = floor(ALPHA * len(flips) * (1 + 1e-12))
    exchanged, left = subset_means(differences, flips), subset_means(differences, ~flips)
    both = np.concatenate([exchanged, left])
    low = np.sort(np.where(np.isnan(both), -np.inf, both))[place]
    high = np.sort(np.where(np.isnan(both), np.inf, both))[len(both) - 1 - place]
    return float(low), float(high)


def subset_means(differences: Differences, chosen: Flips) -> Differences:
    """The mean of the chosen differences of each row; NaN where none is chosen."""
    counts = chosen.sum(axis=1)
    means = np.full(len(chosen), np.nan)
    np.divide(chosen @ differences, counts, out=means, where=counts > 0)
    return means


def detectable(past: Differences, pairs: int, seed: int) -> float | None:
    """The constant effect that so many pairs find with a chance of 80 %, on differences like those
    of the `past` without an intervention; None where none would be.

    An effect is found when it lifts the interval off 0, so it must be larger than the interval
    reaches below.
    """
    random = np.random.default_rng(seed)
    shape = (SIMULATIONS, pairs)
    drawn = random.choice(past, shape) * random.choice([-1.0, 1.0], shape)
    flips = assignments(pairs, seed)
    compared = flips if pairs <= MOST_EXACT else flips[: SIMULATED_DRAWS + 1]
    reaches = sorted(-interval_of(row, compared)[0] for row in drawn)
    needed = reaches[ceil(POWER * SIMULATIONS) - 1]
    return needed if np.isfinite(needed) else None

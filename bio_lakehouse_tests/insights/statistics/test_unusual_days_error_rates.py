"""How often an ordinary day is found unusual, and an illness is, on days whose truth is known.

About 1 ordinary day in 1,000 is meant; three in 1,000 are tolerated at every skewness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from bio_lakehouse.insights.statistics import unusual_days

Floats = NDArray[np.float64]
MakeSeries = Callable[..., Floats]
TOLERATED = 0.003
PERSON_DAYS = 400


class World(NamedTuple):
    """How a person's ordinary days are made: skewness of which family, memory, and as a score."""

    family: str
    skewness: float
    memory: float
    is_score: bool


WORLDS = [World("normal", 0.0, phi, score) for phi in (0.0, 0.5) for score in (False, True)]
for _skewness in (1.0, 2.0, 2.9):
    for _family in ("lognormal", "gamma"):
        for _phi, _score in ((0.0, False), (0.5, True), (0.5, False), (0.0, True)):
            WORLDS.append(World(_family, -_skewness, _phi, _score))
QUICK = [
    World("normal", 0.0, 0.5, True),
    World("lognormal", -1.0, 0.5, True),
    World("lognormal", -2.0, 0.0, False),
    World("lognormal", -2.9, 0.5, True),
]


def days_of(world: World, ar1: MakeSeries, people: int, seed: int) -> Floats:
    """Ordinary days of as many people, mean 0 and SD 1, or a score of 88 ± 7 that ends at 100."""
    normal = ar1(world.memory, people, PERSON_DAYS, seed=seed)
    days = skewed(normal, world.family, -world.skewness)
    return np.minimum(np.round(88 + 7 * days), 100) if world.is_score else days


def skewed(normal: Floats, family: str, skewness: float) -> Floats:
    """Standard normal values as those of a family whose long side is below."""
    if family == "normal":
        return normal
    if family == "gamma":
        shape = 4 / skewness**2
        made: Floats = stats.gamma.ppf(stats.norm.cdf(normal), shape)
        return (shape - made) / np.sqrt(shape)
    sigma = optimize.brentq(lambda s: stats.lognorm.stats(s, moments="s") - skewness, 0.01, 2)
    mean, variance = stats.lognorm.stats(sigma)
    return (mean - np.exp(sigma * normal)) / np.sqrt(variance)


def share_found(world: World, ar1: MakeSeries, people: int, seed: int) -> float:
    found = judged = 0
    for days in days_of(world, ar1, people, seed):
        unusual, could_be = unusual_days(days, "lower")
        found, judged = found + int(unusual.sum()), judged + int(could_be.sum())
    return found / judged


def test_it_is_held_by_the_skewness_that_it_says(ar1: MakeSeries) -> None:
    for skewness in (1.0, 2.0, 2.9):
        for family in ("lognormal", "gamma"):
            days = skewed(ar1(0.0, 400, 500, seed=1).ravel(), family, skewness)
            assert stats.skew(days) == pytest.approx(-skewness, rel=0.15)


@pytest.mark.parametrize("world", QUICK, ids=str)
def test_ordinary_days_are_hardly_ever_unusual(world: World, ar1: MakeSeries) -> None:
    share = share_found(world, ar1, people=54, seed=11)  # more than 20,000 days
    print(f"{world}: {share:.2%} of ordinary days")
    assert share <= TOLERATED


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_at_every_skewness(world: World, ar1: MakeSeries) -> None:
    share = share_found(world, ar1, people=270, seed=12)  # more than 100,000 days
    print(f"{world}: {share:.2%} of ordinary days")
    assert share <= TOLERATED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("degrees", "slant", "tolerated"), [(8, 2, 0.0035), (6, 4, TOLERATED), (5, 10, TOLERATED)]
)
def test_with_heavy_skewed_tails(degrees: int, slant: float, tolerated: float) -> None:
    """Skew-t days (Azzalini): skewness −1.0, −1.8 and −2.5."""
    random = np.random.default_rng(13)
    delta, days = slant / np.sqrt(1 + slant**2), 200_000
    half, other = np.abs(random.standard_normal(days)), random.standard_normal(days)
    made = delta * half + np.sqrt(1 - delta**2) * other
    values = -made / np.sqrt(random.chisquare(degrees, days) / degrees)
    unusual, judged = unusual_days(values, "lower")
    share = unusual[judged].mean()
    print(f"skew-t, {degrees} degrees of freedom, slant {slant}: {share:.2%} of ordinary days")
    assert share <= tolerated


@pytest.mark.parametrize(("fall", "least"), [(4, 0.75), (5, 0.92), (6, 0.97)])
def test_three_days_of_illness_are_found(fall: float, least: float, ar1: MakeSeries) -> None:
    found = 0
    people = ar1(0.3, 150, 260, seed=14)
    for days in people:
        days[230:233] -= fall
        found += bool(unusual_days(days, "lower")[0][230:233].any())
    print(f"3 days {fall} SD down: found in {found / len(people):.0%}")
    assert found / len(people) >= least


def test_a_second_illness_is_found_too(ar1: MakeSeries) -> None:
    found = 0
    people = ar1(0.3, 150, 260, seed=15)
    for days in people:
        days[150:157] -= 6
        days[230:233] -= 5
        found += bool(unusual_days(days, "lower")[0][230:233].any())
    print(f"3 days 5 SD down after a week 6 SD down: found in {found / len(people):.0%}")
    assert found / len(people) >= 0.9

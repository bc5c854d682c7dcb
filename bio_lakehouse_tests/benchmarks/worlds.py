"""Worlds in which something else stands behind two series: no relation between them may be found.

`WORLDS` are those of the standard, `FURTHER_WORLDS` others that no method was chosen by alone. A
day's sleep is that of the night before it, its readiness that of its morning, its workout done
after that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bio_lakehouse.gold import measures
from bio_lakehouse.insights import InsightData

AS_OF = date(2025, 3, 9)
DAYS = 240
WEEK, MONTH, YEAR = 7, 28, 365
UNKNOWN = 0.05
KINDS = ("Cycling", "Strength", "Yoga")
SHARES = (0.7, 0.2, 0.1)
USUALLY_TRAINED = 0.4
"""Log odds of training on a day: three days of five."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Life:
    """Scores a day in standard deviations, the log odds of a workout, and how hard one is; on a
    `hard` day every workout is a ride, and on no other when there are any."""

    sleep: Floats
    readiness: Floats
    training: Floats
    effort: Floats
    hard: Mask | None = None


@dataclass(frozen=True, slots=True)
class World:
    """`process` says in words what goes on; no finding whose id (`insight/finding`) begins with one
    of `must_not_find` may be found in it."""

    name: str
    process: str
    live: Callable[[Random], Life]
    must_not_find: tuple[str, ...] = ("sleep_readiness/", "workout_recovery/", "intensity_impact/")
    unknown: Callable[[Life], Floats] | None = None

    def make(self, seed: int) -> InsightData:
        """The person of that seed: the same for the same seed."""
        random = np.random.default_rng((seed, *self.name.encode()))
        life = self.live(random)
        chance = np.full(DAYS, UNKNOWN) if self.unknown is None else self.unknown(life)
        return recorded(life, chance, random)

    def is_false(self, finding_id: str) -> bool:
        """Whether it is false that the finding `insight/finding` holds in this world."""
        return finding_id.startswith(self.must_not_find)


def recorded(life: Life, unknown: Floats, random: Random) -> InsightData:
    """The life as a ring and a bike keep it; `unknown` is each day's chance to have no scores."""
    trained = random.random(DAYS) < 1 / (1 + np.exp(-life.training))
    kinds = random.choice(KINDS, DAYS, p=SHARES)
    if life.hard is not None:
        kinds = np.where(life.hard, KINDS[0], random.choice(KINDS[1:], DAYS))
    days = pd.to_datetime([AS_OF - timedelta(days=DAYS - 1 - number) for number in range(DAYS)])
    others = [measure.column for measure in measures.compared_with("days")]
    columns = dict(zip(others, np.round(75 + 7 * ar1(0.3, random, len(others))), strict=True))
    columns["sleep_score"] = np.clip(np.round(78 + 7 * life.sleep), 1, 100)
    columns["readiness_score"] = np.clip(np.round(78 + 7 * life.readiness), 1, 100)
    output = np.where(trained, np.round(np.maximum(300 + 80 * life.effort, 20)), np.nan)
    daily = pd.DataFrame({"day": days, "had_workout": trained, "total_output_kj": output} | columns)
    daily.loc[random.random(DAYS) < unknown, others] = np.nan
    done = daily[trained].assign(
        fitness_discipline=kinds[trained], started_at=days[trained], length_minutes=30.0
    )
    return InsightData("me", AS_OF, daily, done)


def ar1(phi: float, random: Random, count: int = 1) -> Floats:
    """Independent Gaussian AR(1) series (count, DAYS) with unit variance."""
    values = random.standard_normal((count, DAYS))
    for day in range(1, DAYS):
        values[:, day] = phi * values[:, day - 1] + np.sqrt(1 - phi * phi) * values[:, day]
    return values


def free(random: Random, phi: float = 0.3) -> Life:
    """Sleep, readiness and training that go on by themselves."""
    sleep, readiness, effort = ar1(phi, random, 3)
    return Life(sleep, readiness, np.full(DAYS, USUALLY_TRAINED), effort)


def moved(life: Life, by: Floats, trained: float = 1.0) -> Life:
    """Sleep and readiness moved by so many standard deviations, training with them."""
    return Life(life.sleep + by, life.readiness + by, life.training + trained * by, life.effort)


def wave(days: int, random: Random) -> Floats:
    """A rhythm of that many days with a standard deviation of 1, begun anywhere."""
    phase = random.random() * 2 * np.pi
    rhythm: Floats = np.sqrt(2) * np.sin(2 * np.pi * np.arange(DAYS) / days + phase)
    return rhythm


def spell(random: Random, length: int, depth: float, earliest: int = 80) -> Floats:
    """A run of days that is lower by `depth`."""
    start = int(random.integers(earliest, DAYS - length - 10))
    lower = np.zeros(DAYS)
    lower[start : start + length] = -depth
    return lower


def weekly_rhythm(random: Random) -> Life:
    return moved(free(random), wave(WEEK, random))


def chosen(phi: float, pull: float) -> Callable[[Random], Life]:
    """Training whose log odds rise by `pull` for each standard deviation of that morning's
    readiness."""

    def live(random: Random) -> Life:
        life = free(random, phi)
        return Life(
            life.sleep, life.readiness, USUALLY_TRAINED + pull * life.readiness, life.effort
        )

    return live


def part_whole(phi: float) -> Callable[[Random], Life]:
    """Readiness made of the same night's sleep (φ) and of something of its own."""

    def live(random: Random) -> Life:
        life = free(random, phi)
        readiness = 0.6 * life.sleep + 0.8 * ar1(0.3, random)[0]
        return Life(life.sleep, readiness, life.training, life.effort)

    return live


def illness(random: Random) -> Life:
    return moved(free(random), spell(random, 7, 3.0), trained=3.0)


def new_job(random: Random) -> Life:
    life = free(random)
    since = np.arange(DAYS) >= random.integers(100, 200)
    halved = np.where(since, np.log(0.3 / 0.7), USUALLY_TRAINED)
    return Life(life.sleep - since, life.readiness - since, halved, life.effort)


def month_rhythm(random: Random) -> Life:
    return moved(free(random), wave(MONTH, random))


def slow_state(random: Random) -> Life:
    state = ar1(0.9, random)[0]
    sleep, readiness = np.sqrt(0.5) * (state + ar1(0.0, random, 2))
    return Life(sleep, readiness, USUALLY_TRAINED + state, ar1(0.3, random)[0] + 0.5 * state)


def parties(random: Random) -> Life:
    life = free(random)
    weekend = np.isin(np.arange(DAYS) % WEEK, (5, 6))
    after = weekend & (random.random(DAYS) < 0.5)
    return moved(life, -1.5 * after, trained=1.0)


def two_illnesses(random: Random) -> Life:
    both = spell(random, 7, 3.0, 70) + spell(random, 7, 3.0, 70)
    return moved(free(random), np.maximum(both, -3.0), trained=3.0)


def month_of_illness(random: Random) -> Life:
    return moved(free(random), spell(random, 30, 1.5), trained=3.0)


def camps(random: Random) -> Life:
    away = sum(spell(random, 8, 1.0, 65) for _ in range(3))
    return moved(free(random), np.maximum(away, -1.0), trained=-3.0)


def travel(random: Random) -> Life:
    away = sum(spell(random, 5, 1.0, 65) for _ in range(5))
    return moved(free(random), np.maximum(away, -1.0), trained=3.0)


def season(random: Random) -> Life:
    return moved(free(random), 1.5 * wave(YEAR, random), trained=0.7)


def bad_days_unknown(life: Life) -> Floats:
    """The worse a day, the likelier it has no scores."""
    return np.asarray(0.6 / (1 + np.exp(2 + 2 * life.readiness)) + 0.02)


def heavy_tails(random: Random) -> Life:
    """Choice among days whose readiness has three degrees of freedom."""
    life = free(random)
    readiness = random.standard_t(3, DAYS) / np.sqrt(3) + 0.5 * life.readiness
    return Life(life.sleep, readiness, USUALLY_TRAINED + readiness, life.effort)


def skewed(random: Random) -> Life:
    """Nights of which some are very bad, and readiness that contains them."""
    sleep = 1.6 - np.exp(0.7 * ar1(0.5, random)[0] - 0.2) * 1.2
    readiness = 0.6 * sleep + 0.8 * ar1(0.3, random)[0]
    return Life(sleep, readiness, USUALLY_TRAINED + 0.7 * readiness, ar1(0.3, random)[0])


def new_ring(random: Random) -> Life:
    life = free(random)
    since = np.arange(DAYS) >= random.integers(100, 200)
    scale = np.where(since, 0.6, 1.0)
    return Life(
        life.sleep * scale + since, life.readiness * scale + since, life.training, life.effort
    )


def weekly_blocks(random: Random) -> Life:
    life = free(random, 0.7)
    on = np.repeat(random.random(DAYS // WEEK + 1) < 0.5, WEEK)[:DAYS]
    return Life(life.sleep, life.readiness, np.where(on, 2.5, -2.5), life.effort)


def feels_well(random: Random) -> Life:
    """Training by how one feels, which readiness measures with as much error as it has truth."""
    state = ar1(0.7, random)[0]
    readiness = np.sqrt(0.5) * (state + random.standard_normal(DAYS))
    return Life(ar1(0.3, random)[0], readiness, USUALLY_TRAINED + state, ar1(0.3, random)[0])


def harder_when_ready(random: Random) -> Life:
    life = free(random, 0.5)
    effort = 0.7 * life.readiness + 0.7 * life.effort
    return Life(life.sleep, life.readiness, life.training + 0.5 * life.readiness, effort)


def week_of_plans(random: Random) -> Life:
    """Training that follows the last seven mornings' readiness."""
    life = free(random, 0.7)
    lately = np.convolve(life.readiness, np.ones(WEEK) / WEEK)[:DAYS]
    return Life(life.sleep, life.readiness, USUALLY_TRAINED + 1.5 * lately, life.effort)


def hard_and_easy(random: Random) -> Life:
    """A hard day truly lowers the next morning, and is mostly followed by an easy one."""
    life = free(random, 0.5)
    effort, readiness = life.effort.copy(), life.readiness.copy()
    hard = np.zeros(DAYS, dtype=np.bool_)
    for day in range(1, DAYS):
        hard[day] = random.random() < (0.15 if hard[day - 1] else 0.6)
        readiness[day] -= 1.2 * hard[day - 1]
    return Life(life.sleep, readiness, np.where(hard, 4.0, -0.5), effort, hard)


def _by_name(*worlds: World) -> dict[str, World]:
    return {world.name: world for world in worlds}


WORLDS = _by_name(
    World("rhythm", "weekly rhythm of 1 SD in sleep, readiness and training", weekly_rhythm),
    World(
        "choice_strong",
        "rides when readiness is high (logit 1 a SD), readiness AR(1) 0.5",
        chosen(0.5, 1.0),
    ),
    World("choice", "the same, readiness AR(1) 0.3", chosen(0.3, 1.0)),
    World("choice_weak", "the same, logit 0.5 a SD, readiness AR(1) 0.5", chosen(0.5, 0.5)),
    World(
        "part_whole_strong",
        "readiness contains the same night, sleep AR(1) 0.5",
        part_whole(0.5),
    ),
    World("part_whole", "the same, sleep AR(1) 0.3", part_whole(0.3)),
    World("illness", "one week of illness: −3 SD in both, no training", illness),
    World("new_job", "a new job: both −1 SD from one day on, training halves", new_job),
)
"""The worlds of the standard, by name."""

FURTHER_WORLDS = _by_name(
    World("month_rhythm", "rhythm of 28 days, 1 SD in sleep, readiness and training", month_rhythm),
    World("slow_state", "a slow state (AR(1) 0.9) is half of both, and moves training", slow_state),
    World("parties", "every second weekend night −1.5 SD in both, less training", parties),
    World("two_illnesses", "two weeks of illness", two_illnesses),
    World("month_of_illness", "a month of −1.5 SD in both, hardly any training", month_of_illness),
    World(
        "hard_and_easy",
        "rides lower the next morning by 1.2 SD and are followed by easy days: nothing else moves",
        hard_and_easy,
        must_not_find=("sleep_readiness/", "workout_recovery/strength", "workout_recovery/yoga"),
    ),
    World("camps", "three training camps of 8 days: trained daily, both −1 SD", camps),
    World("travel", "five trips of 5 days: both −1 SD, hardly any training", travel),
    World("season", "a season of 1.5 SD in both and in training", season),
    World(
        "bad_days_unknown",
        "choice (logit 1, AR(1) 0.5) with bad days unknown more often",
        chosen(0.5, 1.0),
        unknown=bad_days_unknown,
    ),
    World("heavy_tails", "choice (logit 1) with t(3) days", heavy_tails),
    World("skewed", "nights of skewness −2 in readiness, and choice by it", skewed),
    World("new_ring", "a new ring: both +1 SD and less spread from one day on", new_ring),
    World("weekly_blocks", "trained by the week, all series AR(1) 0.7", weekly_blocks),
    World("feels_well", "training by a state (AR(1) 0.7) that readiness half shows", feels_well),
    World("harder_when_ready", "rides, and harder, when readiness is high", harder_when_ready),
    World("week_of_plans", "training follows the last 7 mornings, AR(1) 0.7", week_of_plans),
)
"""Worlds beside the standard: people live in more ways than those that were written down first."""

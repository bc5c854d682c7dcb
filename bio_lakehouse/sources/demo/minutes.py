"""A day minute by minute, from 4 a.m. on: which class of activity, and how many metabolic
equivalents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bio_lakehouse.sources.demo.random_streams import stream
from bio_lakehouse.sources.demo.truth import Activity, Truth

CLASSES = ("non_wear", "rest", "sedentary", "low", "medium", "high")
"""In the order of the codes 0 to 5 that Oura writes."""

LOWEST_TENTHS = np.array([1, 8, 11, 15, 30, 60])
SPREAD_TENTHS = np.array([1, 3, 4, 12, 22, 32])
DAY_BEGINS_MINUTE = 4 * 60
MINUTES = 1440


@dataclass(frozen=True)
class MinuteSheet:
    """1,440 class codes and 1,440 tenths of a MET."""

    codes: NDArray[np.int64]
    tenths: NDArray[np.int64]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Minutes in each class."""
        return dict(zip(CLASSES, np.bincount(self.codes, minlength=6).tolist(), strict=True))

    @cached_property
    def met_minutes(self) -> dict[str, int]:
        """Whole MET minutes in each class."""
        sums = np.bincount(self.codes, weights=self.tenths / 10, minlength=6)
        return dict(zip(CLASSES, np.floor(sums).astype(int).tolist(), strict=True))

    @cached_property
    def average_met(self) -> float:
        return round(float(self.tenths.mean()) / 10, 5)

    @property
    def items(self) -> list[float]:
        return list((self.tenths / 10).tolist())

    @property
    def class_5_min(self) -> str:
        return "".join(map(str, self.codes[2::5].tolist()))

    def until(self, minute: int) -> MinuteSheet:
        """The sheet as it stood when the ring had last synced at that minute: nothing worn after
        it."""
        codes, tenths = self.codes.copy(), self.tenths.copy()
        codes[minute:], tenths[minute:] = 0, 1
        return MinuteSheet(codes, tenths)


def lay_out(truth: Truth, index: int) -> MinuteSheet:
    """The minutes of the day at `index`: asleep until waking and from bedtime on, the rest of the
    day in between."""
    day = truth.days[index]
    generator = stream(truth.seed, "minutes", day.day.toordinal())
    morning = 0
    if day.night:
        woke = day.night.bedtime_end
        morning = min(max(woke.hour * 60 + woke.minute - DAY_BEGINS_MINUTE, 0), day.activity.rest)
    awake = _awake(day.activity, generator)
    codes = np.concatenate(
        [np.full(morning, 1), awake, np.full(day.activity.rest - morning, 1)]
    ).astype(np.int64)
    tenths = LOWEST_TENTHS[codes] + generator.integers(0, SPREAD_TENTHS[codes])
    return MinuteSheet(codes, np.asarray(tenths, dtype=np.int64))


def _awake(activity: Activity, generator: np.random.Generator) -> NDArray[np.int64]:
    """Class codes of the minutes out of bed: the ring off in one piece, the others in shuffled
    pieces of 5 minutes."""
    counts = (activity.sedentary, activity.low, activity.medium, activity.high)
    flat = np.repeat(np.arange(2, 6), counts)
    pieces = len(flat) // 5
    shuffled = generator.permutation(flat[: pieces * 5].reshape(pieces, 5), axis=0).ravel()
    place = int(generator.integers(0, pieces + 1)) * 5
    off = np.zeros(activity.non_wear, dtype=np.int64)
    return np.concatenate([shuffled[:place], off, shuffled[place:], flat[pieces * 5 :]])

"""Days into ranges: a run has one range, so a few days too many are built rather than many runs started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

MOST_RANGES = 3


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        return (
            self.first + timedelta(number) for number in range((self.last - self.first).days + 1)
        )

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def merge_days(days: Iterable[date], at_most: int = MOST_RANGES) -> list[DayRange]:
    """At most `at_most` ranges that hold all `days`, in order, with as few other days among them as can be.

    Days are joined across the shortest gaps first; of equal gaps the later ones stay apart.
    """
    ordered = sorted(set(days))
    if not ordered:
        return []
    gaps = [
        (after - before, before, after)
        for before, after in pairwise(ordered)
        if (after - before).days > 1
    ]
    widest = sorted(sorted(gaps, reverse=True)[: at_most - 1], key=lambda gap: gap[1])
    firsts = [ordered[0], *(after for _, _, after in widest)]
    lasts = [*(before for _, before, _ in widest), ordered[-1]]
    return [DayRange(first, last) for first, last in zip(firsts, lasts, strict=True)]

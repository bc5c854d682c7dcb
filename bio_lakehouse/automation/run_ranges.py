"""Days into ranges: a run has one range, so a few days too many are built rather than many runs
started."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from bio_lakehouse.assets.ranges import DayRange

MOST_RANGES = 3


def range_tags(days: DayRange) -> dict[str, str]:
    """The tags that make a run one of `days`."""
    return {
        "dagster/asset_partition_range_start": days.first.isoformat(),
        "dagster/asset_partition_range_end": days.last.isoformat(),
    }


def merge_days(days: Iterable[date], at_most: int = MOST_RANGES) -> list[DayRange]:
    """At most `at_most` ranges that hold all `days`, in order, with as few other days among them as
    can be.

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

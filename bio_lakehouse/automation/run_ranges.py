"""Days into ranges: a run has one range, so a few days too many are built rather than many runs
started."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import dagster as dg

from bio_lakehouse.assets.ranges import DayRange

MOST_RANGES = 3


RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
ONE_PARTITION = "dagster/partition"
ARRIVAL_TAG = "bio_lakehouse/arrival"
"""What the arrival sensor started a run for: runs for the same are counted by it."""


def range_tags(days: DayRange) -> dict[str, str]:
    """The tags that make a run one of `days`."""
    return {RANGE_START: days.first.isoformat(), RANGE_END: days.last.isoformat()}


def days_of_run(run: dg.DagsterRun) -> DayRange | None:
    """The days of a run, be it of a range or of one partition; None for a run without days, or
    whose tags name none."""
    one = run.tags.get(ONE_PARTITION, "")
    try:
        first = date.fromisoformat(run.tags.get(RANGE_START, one))
        last = date.fromisoformat(run.tags.get(RANGE_END, one))
    except ValueError:
        return None
    return DayRange(first, last)


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

"""The days of a run as Dagster keeps them, reckoned once a run.

Dagster makes a range of days from its days one by one, and does so again for each asset, for each
of what it is made from, and for each check. Over five years that is a hundred times 1,826 days.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from dagster import TimeWindowPartitionsDefinition
from dagster._core.definitions.partitions.subset import TimeWindowPartitionsSubset

WITH_PARTITION_KEYS = TimeWindowPartitionsSubset.with_partition_keys


def reckon_ranges_once() -> None:
    """Let this process remember the ranges that it has made.

    It reaches into a part of Dagster; without it the same is reckoned more slowly.
    """
    setattr(TimeWindowPartitionsSubset, "with_partition_keys", with_partition_keys)  # noqa: B010


def with_partition_keys(
    subset: TimeWindowPartitionsSubset, partition_keys: Iterable[str], validate: bool = True
) -> TimeWindowPartitionsSubset:
    """As Dagster's own method of this name. Of what has days already it is asked as before."""
    if not subset.is_empty:
        return WITH_PARTITION_KEYS(subset, partition_keys, validate)
    return from_nothing(subset.partitions_def, tuple(partition_keys), validate)


@lru_cache(maxsize=32)
def from_nothing(
    calendar: TimeWindowPartitionsDefinition, days: tuple[str, ...], validate: bool
) -> TimeWindowPartitionsSubset:
    """These days of a calendar. A subset never changes, and a day that was one of the
    calendar's stays one."""
    empty = cast("TimeWindowPartitionsSubset", calendar.empty_subset())
    return WITH_PARTITION_KEYS(empty, days, validate)

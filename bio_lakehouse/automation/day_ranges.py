"""The days of a run, and those of a lake, as Dagster keeps them, each reckoned once.

Dagster makes a range of days from its days one by one, and does so again for each asset, for each
of what it is made from, and for each check. Over five years that is a hundred times 1,826 days. It
counts all days there are for each check of a run as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from dagster import TimeWindowPartitionsDefinition, partition_loading_context
from dagster._core.definitions.partitions.subset import TimeWindowPartitionsSubset

if TYPE_CHECKING:
    from dagster._core.instance import DynamicPartitionsStore

WITH_PARTITION_KEYS = TimeWindowPartitionsSubset.with_partition_keys
GET_PARTITION_KEYS = TimeWindowPartitionsDefinition.get_partition_keys


def reckon_ranges_once() -> None:
    """Let this process remember the ranges that it has made, and the days of each calendar.

    It reaches into parts of Dagster; without it the same is reckoned more slowly.
    """
    setattr(TimeWindowPartitionsSubset, "with_partition_keys", with_partition_keys)  # noqa: B010
    setattr(TimeWindowPartitionsDefinition, "get_partition_keys", get_partition_keys)  # noqa: B010


def get_partition_keys(
    calendar: TimeWindowPartitionsDefinition,
    current_time: datetime | None = None,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
) -> Sequence[str]:
    """As Dagster's own method of this name: what a calendar holds is known by its last day."""
    with partition_loading_context(current_time, dynamic_partitions_store):
        last = calendar.get_last_partition_key()
        return [] if last is None else list(_days_until(calendar, last))


@lru_cache(maxsize=8)
def _days_until(calendar: TimeWindowPartitionsDefinition, last: str) -> tuple[str, ...]:
    """The days of a calendar whose last is that one now."""
    return tuple(GET_PARTITION_KEYS(calendar))


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

"""A run's days are reckoned once, and are what Dagster reckons."""

from datetime import date, timedelta
from typing import cast

import dagster as dg
import pytest
from dagster._core.definitions.partitions.subset import TimeWindowPartitionsSubset

from bio_lakehouse.automation import day_ranges

FIRST = date(2024, 1, 1)
DAYS = [str(FIRST + timedelta(number)) for number in range(60)]


def no_days() -> TimeWindowPartitionsSubset:
    calendar = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin", end_offset=1)
    return cast("TimeWindowPartitionsSubset", calendar.empty_subset())


@pytest.mark.parametrize("days", [DAYS, DAYS[3:9] + DAYS[20:21], DAYS[:1], []])
def test_a_range_is_what_dagster_makes_of_its_days(days: list[str]) -> None:
    empty = no_days()
    found = day_ranges.with_partition_keys(empty, days)
    assert found == day_ranges.WITH_PARTITION_KEYS(empty, days)
    assert list(found.get_partition_keys()) == days


def test_days_are_added_to_a_range_that_has_some() -> None:
    some = day_ranges.with_partition_keys(no_days(), DAYS[:5])
    found = day_ranges.with_partition_keys(some, DAYS[10:12])
    assert list(found.get_partition_keys()) == DAYS[:5] + DAYS[10:12]
    assert list(some.get_partition_keys()) == DAYS[:5]


def test_a_hundred_questions_about_the_same_days_reckon_once() -> None:
    day_ranges.from_nothing.cache_clear()
    for _ in range(100):
        day_ranges.with_partition_keys(no_days(), iter(DAYS))
    assert day_ranges.from_nothing.cache_info().misses == 1

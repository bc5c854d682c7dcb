"""A run's days are reckoned once, and are what Dagster reckons."""

from datetime import UTC, date, datetime, timedelta
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


CALENDARS = (
    dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin", end_offset=1),
    dg.DailyPartitionsDefinition("2024-02-01", timezone="Europe/Berlin"),
    dg.WeeklyPartitionsDefinition("2024-01-01", day_offset=1),
    dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"),
)
TIMES = [datetime(2024, 3, 30, 22, 30, tzinfo=UTC) + timedelta(hours=hours) for hours in range(4)]


@pytest.mark.parametrize("calendar", CALENDARS, ids=str)
def test_the_days_there_are_are_those_of_dagster_at_any_hour(
    calendar: dg.TimeWindowPartitionsDefinition,
) -> None:
    for now in (datetime(2023, 6, 1, tzinfo=UTC), *TIMES):
        days = day_ranges.get_partition_keys(calendar, now)
        assert days == day_ranges.GET_PARTITION_KEYS(calendar, now)
        with dg.partition_loading_context(now):
            assert day_ranges.get_partition_keys(calendar) == days


def test_the_days_there_are_are_counted_once_a_day() -> None:
    day_ranges._days_until.cache_clear()
    found = [day_ranges.get_partition_keys(CALENDARS[0], now) for now in TIMES * 50]
    assert day_ranges._days_until.cache_info().misses == 2
    found[0][:] = []  # type: ignore[index]
    assert day_ranges.get_partition_keys(CALENDARS[0], TIMES[0])

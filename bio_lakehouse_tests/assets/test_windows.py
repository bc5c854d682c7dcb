"""What Dagster knows of the days that an asset reads: so it knows what is out of date."""

from datetime import date, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from bio_lakehouse.assets import all_assets
from bio_lakehouse.assets.keys import (
    COVERAGE,
    GOLD_DAILY,
    TRAINING_LOAD,
    WEEKLY_REPORT,
    insight_key,
    table_key,
)
from bio_lakehouse.assets.partitions import daily, ends_a_week, weekly, weeks_in
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.settings import Settings, load_settings

TREND = insight_key("readiness_trend")
ENERGY = table_key("bio_gold.energy_state")
SUNDAY = date(2025, 10, 26)
"""On this day clocks in Berlin went back an hour."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(timezone="Europe/Berlin", first_day=date(2024, 1, 1))


@pytest.fixture(scope="module")
def graph(settings: Settings) -> AssetGraph:
    return dg.Definitions(
        assets=all_assets(settings), resources=resources(settings)
    ).resolve_asset_graph()


def days_read(graph: AssetGraph, reader: dg.AssetKey, day: date, read: dg.AssetKey) -> list[str]:
    """The partitions of `read` that the partition `day` of `reader` is made from."""
    found = graph.get_parent_partition_keys_for_child(day.isoformat(), read, reader)
    return list(found.partitions_subset.get_partition_keys())


def back(day: date, days: int) -> str:
    return (day - timedelta(days)).isoformat()


def test_a_report_reads_half_a_year_insights_a_week_apart_and_13_weeks_of_load(
    graph: AssetGraph,
) -> None:
    for read, days in ((GOLD_DAILY, 183), (COVERAGE, 36), (TRAINING_LOAD, 92)):
        found = days_read(graph, WEEKLY_REPORT, SUNDAY, read)
        assert (len(found), found[0], found[-1]) == (days, back(SUNDAY, days - 1), str(SUNDAY))
    for read in (TREND, ENERGY):
        days_of_two_weeks = [back(SUNDAY, days) for days in range(7, -1, -1)]
        assert days_read(graph, WEEKLY_REPORT, SUNDAY, read) == days_of_two_weeks


def test_an_insight_reads_the_days_that_can_matter_as_far_as_the_lake_has_them(
    graph: AssetGraph,
) -> None:
    assert len(days_read(graph, TREND, SUNDAY, GOLD_DAILY)) == 360
    early = days_read(graph, TREND, date(2024, 1, 10), GOLD_DAILY)
    assert (early[0], len(early)) == ("2024-01-01", 10)


@pytest.mark.parametrize(
    ("changed", "first", "weeks"),
    [
        (SUNDAY, SUNDAY, 27),
        (SUNDAY - timedelta(6), SUNDAY, 26),
        (SUNDAY + timedelta(1), SUNDAY + timedelta(7), 26),
    ],
)
def test_a_changed_day_reaches_the_reports_of_half_a_year(
    graph: AssetGraph, settings: Settings, changed: date, first: date, weeks: int
) -> None:
    mapping = graph.get_partition_mapping(WEEKLY_REPORT, GOLD_DAILY)
    found = mapping.get_downstream_partitions_for_partitions(
        daily(settings).subset_with_partition_keys([changed.isoformat()]),
        daily(settings),
        weekly(settings),
    )
    reached = [str(first + timedelta(7 * number)) for number in range(weeks)]
    assert list(found.get_partition_keys()) == reached


def test_weeks_end_where_the_setting_says() -> None:
    saturdays = load_settings(timezone="Europe/Berlin", week_ends_on="saturday")
    assert ends_a_week(saturdays, SUNDAY - timedelta(1))
    assert not ends_a_week(saturdays, SUNDAY)
    assert weeks_in(saturdays, DayRange(SUNDAY - timedelta(8), SUNDAY)) == DayRange(
        SUNDAY - timedelta(8), SUNDAY - timedelta(1)
    )


def test_a_week_that_is_not_over_has_no_partition(settings: Settings) -> None:
    today = settings.today()
    keys = weekly(settings).get_partition_keys()
    assert date.fromisoformat(keys[-1]) < today
    assert date.fromisoformat(keys[-1]) >= today - timedelta(7)
    assert {date.fromisoformat(key).isoweekday() for key in keys} == {7}
    assert weeks_in(settings, DayRange(today, today)) is None

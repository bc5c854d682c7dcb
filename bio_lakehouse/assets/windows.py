"""Which days an asset reads of the assets above it, where these are more than its own day.

Dagster asks this when it tells what is out of date, and which days a backfill must make after
others.
"""

import warnings
from collections.abc import Iterable
from math import ceil

import dagster as dg

from bio_lakehouse.assets.keys import (
    GOLD_DAILY,
    TRAINING_LOAD,
    WEEKLY_REPORT,
    made_from_windows,
    table_key,
    views_reported,
)
from bio_lakehouse.build.reported import LOAD_DAYS
from bio_lakehouse.insights.data import days_needed
from bio_lakehouse.reports.days_before import LOOKBACK_DAYS
from bio_lakehouse.settings import Settings

COMPARED_DAYS = 35
"""A report's week and the four weeks before it."""
REMEMBERED = frozenset(
    {GOLD_DAILY, table_key("bio_silver.peloton_workouts"), table_key("bio_silver.oura_sleep")}
)
"""What a report's story holds days against, for half a year back."""
WEEK = 7
"""Of views a report reads the newest day of its week, of insights its own day and that a week
before."""


def with_windows(spec: dg.AssetSpec, settings: Settings) -> dg.AssetSpec:
    """`spec` with the days that it reads of each asset above it."""
    return spec.replace_attributes(deps=list(windowed(spec.key, spec.deps, settings)))


def windowed(
    reader: dg.AssetKey, deps: Iterable[dg.AssetDep], settings: Settings
) -> Iterable[dg.AssetDep]:
    for dep in deps:
        before = partitions_before(reader, dep.asset_key, settings)
        yield dg.AssetDep(dep.asset_key, partition_mapping=up_to(before)) if before else dep


def partitions_before(reader: dg.AssetKey, read: dg.AssetKey, settings: Settings) -> int:
    """How far back the asset `reader` reads the asset `read`, in partitions of the reader: days,
    and of a report whole weeks, which are a day or two more than it reads."""
    if reader in made_from_windows():
        return days_needed(settings.insight_window_days) - 1
    if reader != WEEKLY_REPORT:
        return 0
    if read in made_from_windows() or read in views_reported():
        return 1
    days = LOAD_DAYS if read == TRAINING_LOAD else COMPARED_DAYS
    return ceil(((LOOKBACK_DAYS if read in REMEMBERED else days) - 1) / WEEK)


def up_to(before: int) -> dg.TimeWindowPartitionMapping:
    """A partition and the `before` ones before it, as far as the lake has their days."""
    with warnings.catch_warnings():
        # Leaving out days before the lake's first is in beta.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.TimeWindowPartitionMapping(
            start_offset=-before, allow_nonexistent_upstream_partitions=True
        )

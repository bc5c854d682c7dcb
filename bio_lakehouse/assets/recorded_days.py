"""What Dagster's record last said of the days of an asset, and which are not so any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG

from bio_lakehouse.build.day_facts import DayFacts

MADE = dg.DagsterEventType.ASSET_MATERIALIZATION


def days_that_changed(
    instance: dg.DagsterInstance, key: dg.AssetKey, facts: DayFacts, days: Collection[date]
) -> list[date]:
    """Those of `days` that were made once, and of which the record knows another version."""
    if not days:
        return []
    storage = instance.event_log_storage
    # One question for all days, as one for each would take a second for a year.
    recorded = storage.get_latest_tags_by_partition(key, MADE, [DATA_VERSION_TAG])
    told = {day: recorded.get(day.isoformat(), {}) for day in sorted(days)}
    versions = {day: tags[DATA_VERSION_TAG] for day, tags in told.items() if tags}
    return [day for day, version in versions.items() if version != facts.version(day)]


def days_made_after(
    instance: dg.DagsterInstance,
    key: dg.AssetKey,
    sources: Iterable[dg.AssetKey],
    days: Collection[date],
) -> list[date]:
    """Those of `days` that were made once, and of which any of `sources` was made since."""
    made = newest_events(instance, key, days)
    since: set[str] = set()
    for source in sources:
        newer = newest_events(instance, source, days).items()
        since.update(day for day, number in newer if number > made.get(day, number))
    return sorted(map(date.fromisoformat, since))


def newest_events(
    instance: dg.DagsterInstance, key: dg.AssetKey, days: Collection[date]
) -> dict[str, int]:
    """The number of the newest event of each day that was made."""
    wanted = {day.isoformat() for day in days}
    if not wanted:
        return {}
    return dict(instance.get_latest_storage_id_by_partition(key, MADE, wanted))

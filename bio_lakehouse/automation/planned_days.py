"""What a run intends, kept as one event an asset instead of one a day.

Dagster can write it so, but then takes the days of a failed run for days that nobody asked for.
Here the reading does what its one event a day is for: it tells which days a run intended and did
not make, so that they are shown as failed, or as going on, and can be launched as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from dagster import AssetKey, DagsterEventType, EventLogEntry
from dagster._core.events import AssetMaterializationPlannedData
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.base import PlannedMaterializationInfo
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._serdes import deserialize_value
from sqlalchemy import select

MADE = DagsterEventType.ASSET_MATERIALIZATION
PLANNED = DagsterEventType.ASSET_MATERIALIZATION_PLANNED

Attempt = tuple[str, int]
"""The run that intended a day, and the number of the event that says so."""


class PlannedRange(NamedTuple):
    """The days of an asset that a run intends to make; `number` is that of its event."""

    number: int
    run_id: str
    days: frozenset[str]


class PlannedDays(SqlEventLogStorage):
    """Stands before one of Dagster's SQL event logs: one event says all days of an asset that a run
    intends, and the questions about days are answered as if each had its own."""

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        return True

    def get_latest_asset_partition_materialization_attempts_without_materializations(
        self, asset_key: AssetKey, after_storage_id: int | None = None
    ) -> Mapping[str, Attempt]:
        """The days that were last intended after they were last made, by a run that has failed or
        goes on."""
        dated = super().get_latest_asset_partition_materialization_attempts_without_materializations
        attempts = dict(dated(asset_key, after_storage_id))
        ranges = self._planned_ranges(asset_key, after_storage_id)
        if not ranges:
            return attempts
        made = self.get_latest_storage_id_by_partition(
            asset_key, MADE, after_cursor=after_storage_id
        )
        for number, run_id, days in ranges:
            for day in days:
                _, intended = attempts.get(day, ("", 0))
                if number > max(intended, made.get(day, 0)):
                    attempts[day] = (run_id, number)
        return attempts

    def get_latest_planned_materialization_info(
        self, asset_key: AssetKey, partition: str | None = None
    ) -> PlannedMaterializationInfo | None:
        """The run that last intended an asset, or a day of it."""
        found = super().get_latest_planned_materialization_info(asset_key, partition)
        if partition is None:
            return found
        ranges = self._planned_ranges(asset_key, found.storage_id if found else None)
        newer = [intended for intended in ranges if partition in intended.days]
        if not newer:
            return found
        return PlannedMaterializationInfo(storage_id=newer[-1].number, run_id=newer[-1].run_id)

    def _planned_ranges(self, asset_key: AssetKey, after: int | None) -> list[PlannedRange]:
        """What runs of several days intended of an asset, oldest first."""
        columns = SqlEventLogStorageTable.c
        query = (
            select(columns.id, columns.run_id, columns.event)
            .where(columns.asset_key == asset_key.to_string())
            .where(columns.dagster_event_type == PLANNED.value)
            .where(columns.partition.is_(None))
            .where(columns.id > (after or 0))
            .order_by(columns.id)
        )
        wiped = self._get_assets_details([asset_key])
        query = self._add_assets_wipe_filter_to_query(query, wiped, [asset_key])
        with self.index_connection() as connection:
            rows = connection.execute(query).fetchall()
        subsets = [(number, run_id, subset_in(text)) for number, run_id, text in rows]
        return [PlannedRange(number, run_id, days_in(text)) for number, run_id, text in subsets]


def subset_in(event: str) -> str:
    """The subset of days in a serialised event, serialised; `null` of an asset without days."""
    return json.dumps(
        json.loads(event)["dagster_event"]["event_specific_data"]["partitions_subset"]
    )


@lru_cache(maxsize=64)
def days_in(subset: str) -> frozenset[str]:
    """The days of a serialised subset. A run intends the same of all its assets."""
    days: Any = deserialize_value(subset)
    return frozenset(days.get_partition_keys()) if days else frozenset()


def of_one_day(event: EventLogEntry) -> EventLogEntry:
    """The event of an intended range of one day, as Dagster writes it of a day; any other as it
    is."""
    dagster_event = event.dagster_event
    subset = dagster_event.partitions_subset if dagster_event else None
    if dagster_event is None or subset is None or len(subset) != 1:
        return event
    asset_key = dagster_event.asset_materialization_planned_data.asset_key
    (day,) = subset.get_partition_keys()
    dated = AssetMaterializationPlannedData(asset_key, partition=day)
    return event._replace(dagster_event=dagster_event._replace(event_specific_data=dated))

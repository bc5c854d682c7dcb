"""Whose rows a step makes: in a run that arrivals caused those of the people whose files changed
its days, else everybody's.

A day's event says by which code the day was made, of all people. So everybody's rows are made where
the record does not say of each day of the run that it was made by the code of now.
"""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg
from dagster._core.definitions.data_version import CODE_VERSION_TAG

from bio_lakehouse.assets.partitions import days_of
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.lake.lakehouse import Lakehouse

MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
FILES_TAG = "bio_lakehouse/files"
"""Names the files that a run is for; no run has it that a person asked for."""


def people_of_step(context: dg.AssetExecutionContext, lake: Lakehouse) -> Collection[str] | None:
    """Whose rows to make anew; None: everybody's.

    The log is asked when the step begins: whose files the run knows of wait there until gold's
    daily table is made of them.
    """
    if not is_for_files(context.run):
        return None
    days = days_of(context)
    people = lake.log.users_pending(days.first, days.last)
    return people if people and is_of_this_code(context, days) else None


def is_for_files(run: dg.DagsterRun) -> bool:
    """Whether arrivals caused a run, and nobody asked for it, or for what it lacked, again."""
    return FILES_TAG in run.tags and not run.parent_run_id


def is_of_this_code(context: dg.AssetExecutionContext, days: DayRange) -> bool:
    """Whether each of the days was made, by the code of now."""
    key, instance = context.asset_key, context.instance
    wanted = {day.isoformat() for day in days.days}
    newest = instance.get_latest_storage_id_by_partition(key, MADE, wanted)
    now = context.assets_def.get_asset_spec(key).code_version
    if now is None or newest.keys() < wanted:
        return False
    chosen = dg.AssetRecordsFilter(key, storage_ids=list(newest.values()))
    records = instance.fetch_materializations(chosen, limit=len(wanted)).records
    events = [record.asset_materialization for record in records]
    codes = [(event.tags or {}).get(CODE_VERSION_TAG) for event in events if event]
    return len(codes) == len(wanted) and set(codes) == {now}

"""The one partition of every asset: the person's calendar day, from the lake's first day to today."""

from __future__ import annotations

from datetime import UTC, date, datetime

import dagster as dg

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.settings import Settings

SINGLE_RUN = dg.BackfillPolicy.single_run()
DELIVER_TAG = "bio-lakehouse/deliver"
"""Of runs whose report is taken to where BIO_REPORT_DELIVERY says."""


def daily(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Days from `settings.first_day` on in `settings.timezone`; today's is there from midnight."""
    return dg.DailyPartitionsDefinition(
        settings.first_day.isoformat(), timezone=settings.timezone, end_offset=1
    )


def range_tags(days: DayRange) -> dict[str, str]:
    """The tags that make a run one of `days`."""
    return {
        "dagster/asset_partition_range_start": days.first.isoformat(),
        "dagster/asset_partition_range_end": days.last.isoformat(),
    }


def days_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> DayRange:
    """The days of the run, be it of one day or of a range: from the keys, since a day has not always 24 hours."""
    keys = context.partition_key_range
    return DayRange(date.fromisoformat(keys.start), date.fromisoformat(keys.end))


def begun(context: dg.AssetExecutionContext) -> datetime | None:
    """When the run started (UTC); None when the instance does not say."""
    record = context.instance.get_run_record_by_id(context.run_id)
    return datetime.fromtimestamp(record.start_time, UTC) if record and record.start_time else None

"""The one partition of every asset: the person's calendar day, from the lake's first day to
today."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.settings import Settings

if TYPE_CHECKING:
    from dagster._core.execution.context.system import StepExecutionContext

SINGLE_RUN = dg.BackfillPolicy.single_run()


def daily(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Days from `settings.first_day` on in `settings.timezone`; today's is there from midnight."""
    return dg.DailyPartitionsDefinition(
        settings.first_day.isoformat(), timezone=settings.timezone, end_offset=1
    )


def days_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext | StepExecutionContext,
) -> DayRange:
    """The days of the run, be it of one day or of a range: from the keys, since a day has not
    always 24 hours."""
    keys = context.partition_key_range
    return DayRange(date.fromisoformat(keys.start), date.fromisoformat(keys.end))

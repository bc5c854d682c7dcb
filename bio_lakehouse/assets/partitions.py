"""Partitions: the person's calendar days from the first that landed to today, and of reports the
days on which a week has ended."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from bio_lakehouse.assets.keys import GOLD_DAILY
from bio_lakehouse.assets.ranges import EVERY_DAY, DayRange
from bio_lakehouse.lake.extent import extent_of
from bio_lakehouse.reports.weeks import week_end
from bio_lakehouse.settings import WEEKDAYS, Settings, Weekday

if TYPE_CHECKING:
    from dagster._core.execution.context.system import StepExecutionContext

SINGLE_RUN = dg.BackfillPolicy.single_run()


def daily(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Days in `settings.timezone`, from the lake's first on; today's is there from midnight."""
    start = extent_of(settings).first_day.isoformat()
    return dg.DailyPartitionsDefinition(start, timezone=settings.timezone, end_offset=1)


def first_day_of(graph: dg.BaseAssetGraph[dg.BaseAssetNode]) -> date:
    """The day on which the partitions of a graph begin. An older one may have landed since it was
    loaded."""
    days = graph.get(GOLD_DAILY).partitions_def
    assert isinstance(days, dg.TimeWindowPartitionsDefinition)
    return days.start.date()


def weekly(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Weeks that are over, each by its last day (`settings.week_ends_on`).

    These are the days of `daily` without all others, so that a report's partition has the name of
    the day whose insights it reads.
    """
    others = ",".join(str(cron_day(day)) for day in WEEKDAYS if day != settings.week_ends_on)
    return dg.DailyPartitionsDefinition(
        extent_of(settings).first_day.isoformat(),
        timezone=settings.timezone,
        exclusions=[f"0 0 * * {others}"],
    )


def cron_day(weekday: Weekday) -> int:
    """A weekday as cron counts it: Sunday is 0."""
    return (WEEKDAYS.index(weekday) + 1) % 7


def ends_a_week(settings: Settings, day: date) -> bool:
    """Whether a week of the graph ends on `day`, and is over."""
    return weekly(settings).has_partition_key(day.isoformat())


def weeks_over(settings: Settings, days: DayRange) -> list[date]:
    """The last days of the weeks of the graph that end on one of `days` and are over."""
    weeks = weekly(settings)
    ends = (day for day in days.days if week_end(settings, day) == day)
    return [day for day in ends if weeks.has_partition_key(day.isoformat())]


def weeks_in(settings: Settings, days: DayRange) -> DayRange | None:
    """From the first to the last of these weeks; None when there is none."""
    over = weeks_over(settings, days)
    return DayRange(over[0], over[-1]) if over else None


def days_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext | StepExecutionContext,
) -> DayRange:
    """The days of the run, be it of one day or of a range: from the keys, since a day has not
    always 24 hours."""
    keys = context.partition_key_range
    return DayRange(date.fromisoformat(keys.start), date.fromisoformat(keys.end))


def days_checked(context: dg.AssetCheckExecutionContext) -> DayRange:
    """The days of the run that a check is part of; every day when it is executed alone."""
    has_days = context.has_partition_key or context.has_partition_key_range
    return days_of(context) if has_days else EVERY_DAY

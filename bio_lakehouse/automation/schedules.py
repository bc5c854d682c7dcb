"""Schedules: fetch, recompute and report by the clock. Each is on where what it needs is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from bio_lakehouse.assets.partitions import cron_day
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation.jobs import (
    THEN_TAG,
    download_peloton,
    fetch_oura,
    insights_history,
    monday_report,
)
from bio_lakehouse.automation.nightly import nightly_recompute
from bio_lakehouse.automation.run_ranges import range_tags
from bio_lakehouse.lake import fetching
from bio_lakehouse.lake.extent import extent_of
from bio_lakehouse.settings import Settings

RECONCILED_DAYS = 30

DaysAsked = Callable[[datetime], DayRange | None]
"""The days that a schedule asks for at its time."""


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """All schedules; times are the person's, but for the nightly one, which is in UTC."""
    no_oura, no_peloton = fetching.why_no_oura(settings), fetching.why_no_peloton(settings)
    zone = settings.timezone
    first = extent_of(settings).first_day
    recent, month = (
        days_back(settings, first, settings.oura_lookback_days),
        days_back(settings, first, RECONCILED_DAYS),
    )
    recompute = "Builds the days of the look-back again from what has landed; fetches nothing."
    daily = "Asks Oura about the days of the look-back."
    reconcile = (
        f"Asks Oura about the last {RECONCILED_DAYS} days and compares them with what bronze has."
    )
    report = (
        "Makes the insights of the day on which the week ended; then the sensor "
        "report_after_insights requests its report, which says when it is ready."
    )
    download = "Downloads the workouts from Peloton."
    return [
        schedule("nightly_recompute", nightly_recompute, "0 2 * * *", "UTC", recompute, recent),
        schedule("oura_daily", fetch_oura, "0 9 * * *", zone, daily, recent, no_oura),
        schedule("oura_reconciliation", fetch_oura, "30 9 * * 6", zone, reconcile, month, no_oura),
        schedule("peloton_weekly", download_peloton, "0 8 * * 0", zone, download, None, no_peloton),
        schedule(
            "monday_report",
            insights_history,
            f"0 7 * * {day_after_week(settings)}",
            zone,
            report,
            the_day_before(zone, first),
            then=monday_report.name,
        ),
    ]


def schedule(
    name: str,
    job: dg.JobDefinition | dg.UnresolvedAssetJobDefinition,
    cron: str,
    timezone: str,
    description: str,
    days: DaysAsked | None,
    off_because: str | None = None,
    then: str | None = None,
) -> dg.ScheduleDefinition:
    """A schedule of `job` over the days that `days` gives for its time; off when there is a reason
    for that. `then` is the job of the reports that its insights are for.

    A machine that was off at the time makes up for it when it is on again: once, whatever it
    missed.
    """

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        asked = days(context.scheduled_execution_time) if days else None
        if days and asked is None:
            return dg.SkipReason("The day that this is about is older than the lake.")
        tags = range_tags(asked) if asked else {}
        return dg.RunRequest(tags=tags | ({THEN_TAG: then} if then else {}))

    return dg.ScheduleDefinition(
        name=f"{name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone=timezone,
        description=f"{description} Off: {off_because}" if off_because else description,
        default_status=dg.DefaultScheduleStatus.STOPPED
        if off_because
        else dg.DefaultScheduleStatus.RUNNING,
        execution_fn=request,
    )


def day_after_week(settings: Settings) -> int:
    """The weekday after the one on which weeks end, as cron counts it."""
    return (cron_day(settings.week_ends_on) + 1) % 7


def days_back(settings: Settings, first: date, days: int) -> DaysAsked:
    """Today, whenever that is, and the days before, none before `first`: after a time when the
    machine was off, what is newest then."""
    return lambda _: DayRange(max(first, settings.today() - timedelta(days)), settings.today())


def the_day_before(zone: str, first: date) -> DaysAsked:
    """The day before the scheduled one, also when the machine was off then and it is made up for
    days later; none before `first`."""

    def day_before(scheduled: datetime) -> DayRange | None:
        day = scheduled.astimezone(ZoneInfo(zone)).date() - timedelta(1)
        return DayRange(day, day) if day >= first else None

    return day_before

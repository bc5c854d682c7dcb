"""Schedules: fetch, recompute and report by the clock. Each is on where what it needs is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import dagster as dg

from bio_lakehouse.automation.jobs import download_peloton, fetch_oura, monday_report, refresh_lake
from bio_lakehouse.automation.partitions import range_tags
from bio_lakehouse.automation.ranges import DayRange
from bio_lakehouse.lake import fetching
from bio_lakehouse.settings import Settings

RECONCILED_DAYS = 30


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """All schedules; times are the person's, but for the nightly one, which is in UTC."""
    no_oura, no_peloton = fetching.why_no_oura(settings), fetching.why_no_peloton(settings)
    zone = settings.timezone
    recent, month = days_back(settings, settings.oura_lookback_days), days_back(settings, RECONCILED_DAYS)
    recompute = "Builds the days of the look-back again from what has landed; fetches nothing."
    daily = "Asks Oura about the days of the look-back."
    reconcile = f"Asks Oura about the last {RECONCILED_DAYS} days and compares them with what bronze has."
    report = "Makes the insights and the report of the week that ended on Sunday, and says that it is ready."
    download = "Downloads the workouts from Peloton."
    return [
        schedule("nightly_recompute", refresh_lake, "0 2 * * *", "UTC", recompute, recent),
        schedule("oura_daily", fetch_oura, "0 9 * * *", zone, daily, recent, no_oura),
        schedule("oura_reconciliation", fetch_oura, "30 9 * * 6", zone, reconcile, month, no_oura),
        schedule("peloton_weekly", download_peloton, "0 8 * * 0", zone, download, None, no_peloton),
        schedule("monday_report", monday_report, "0 7 * * 1", zone, report, yesterday(settings)),
    ]


def schedule(
    name: str,
    job: dg.JobDefinition | dg.UnresolvedAssetJobDefinition,
    cron: str,
    timezone: str,
    description: str,
    days: Callable[[], DayRange] | None,
    off_because: str | None = None,
) -> dg.ScheduleDefinition:
    """A schedule of `job` over the days that `days` gives at the time; off when there is a reason for that."""
    return dg.ScheduleDefinition(
        name=f"{name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone=timezone,
        description=f"{description} Off: {off_because}" if off_because else description,
        default_status=dg.DefaultScheduleStatus.STOPPED if off_because else dg.DefaultScheduleStatus.RUNNING,
        execution_fn=lambda _: dg.RunRequest(tags=range_tags(days()) if days else {}),
    )


def days_back(settings: Settings, days: int) -> Callable[[], DayRange]:
    """Today, whenever that is, and the days before."""
    return lambda: DayRange(max(settings.first_day, settings.today() - timedelta(days)), settings.today())


def yesterday(settings: Settings) -> Callable[[], DayRange]:
    return lambda: DayRange(settings.today() - timedelta(1), settings.today() - timedelta(1))

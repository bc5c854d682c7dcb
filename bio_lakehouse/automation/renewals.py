"""The runs that make outdated reports anew: of a week its last day's insights, then its pages."""

from __future__ import annotations

from datetime import date

import dagster as dg

from bio_lakehouse.assets.file_checks import said_of_pages
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.assets.reports import RENEW_TAG
from bio_lakehouse.automation import arriving
from bio_lakehouse.automation.arriving import next_attempt
from bio_lakehouse.automation.jobs import insights_history, weekly_report
from bio_lakehouse.automation.notices import as_evaluation, says_so_already
from bio_lakehouse.automation.run_ranges import ARRIVAL_TAG, range_tags
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.reports.outdated import PageState
from bio_lakehouse.reports.page_check import told_of
from bio_lakehouse.reports.pages import home_option
from bio_lakehouse.reports.renewing import Look, look_on

JOBS_IN_TURN = (insights_history, weekly_report)
LOOK_SECONDS = 6.0
"""Of a tick, for pages; what is begun by then is ended, and the next tick goes on."""


def requests_for_reports(instance: dg.DagsterInstance, lake: Lakehouse) -> list[dg.RunRequest]:
    """The next run of each week whose pages are outdated, once all that arrivals changed is built,
    or was given up.

    Each run is tried three times. When all pages are looked at and no week is left, or none may be
    tried again, pages are not looked at any more until something arrives or is built.
    """
    newest = lake.log.owed.newest()
    if newest == lake.log.owed.looked_over() or is_busy(instance):
        return []
    look = look_on(lake, newest, LOOK_SECONDS)
    found = (next_run(instance, week, newest) for week in look.weeks(lake))
    requests = [request for request in found if request]
    if not requests and not look.left:
        lake.log.owed.mark_looked_over(newest)
        tell_of_outdated(instance, lake, look)
    return requests


def is_busy(instance: dg.DagsterInstance) -> bool:
    """Whether a run is waiting or going on that makes what pages are made from, or pages anew."""
    builds = arriving.is_under_way(instance) or arriving.makes_insights(instance)
    return builds or is_renewing(instance)


def is_renewing(instance: dg.DagsterInstance) -> bool:
    return any(RENEW_TAG in run.tags for run in arriving.unfinished_runs(instance))


def next_run(instance: dg.DagsterInstance, week: date, change: int) -> dg.RunRequest | None:
    """The first of a week's two runs that has not succeeded since the change of that number; None
    when both have, or when it failed three times."""
    for job in JOBS_IN_TURN:
        arrival = f"outdated:{week}:{change}:{job.name}"
        if has_succeeded(instance, arrival):
            continue
        run_key = next_attempt(instance, arrival)
        if run_key is None:
            return None
        tags = range_tags(DayRange(week, week)) | {ARRIVAL_TAG: arrival, RENEW_TAG: "true"}
        return dg.RunRequest(run_key, job_name=job.name, tags=tags)
    return None


def has_succeeded(instance: dg.DagsterInstance, arrival: str) -> bool:
    runs = instance.get_runs(dg.RunsFilter(tags={ARRIVAL_TAG: arrival}))
    return any(run.is_success for run in runs)


def tell_of_outdated(instance: dg.DagsterInstance, lake: Lakehouse, look: Look) -> None:
    """Let the UI's check say at once which pages are outdated, and not with the next report alone;
    nothing where it says so already."""
    pages = {page: state for page, state in look.states.items() if state != PageState.CURRENT}
    evaluation = as_evaluation(said_of_pages(lake, told_of(pages, home_option(lake.settings))))
    if not says_so_already(instance, evaluation):
        instance.report_runless_asset_event(evaluation)

"""Sensors: what arrives is taken and built, and a person is told of what failed and of what is
ready."""

from __future__ import annotations

import dagster as dg

from bio_lakehouse.assets.landed_files import landed_events, landed_sentences
from bio_lakehouse.assets.partitions import first_day_of, weeks_in
from bio_lakehouse.assets.ranges import DayRange
from bio_lakehouse.automation import arriving, queued
from bio_lakehouse.automation.arriving import Cursor, Landed
from bio_lakehouse.automation.freshness import freshness_sensor
from bio_lakehouse.automation.jobs import (
    THEN_TAG,
    insights_history,
    monday_report,
    refresh_lake,
    take_file,
    weekly_report,
)
from bio_lakehouse.automation.notices import (
    failure_notice,
    report_notice,
    report_quarantine,
    reported_by,
    tell,
    tell_of_changes,
    tell_of_troubles,
)
from bio_lakehouse.automation.owed import Owed, what_is_owed
from bio_lakehouse.automation.renewals import is_renewing, requests_for_reports
from bio_lakehouse.automation.run_ranges import days_of_run, range_tags
from bio_lakehouse.automation.running import close_abandoned_runs
from bio_lakehouse.lake import built_with
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import MessageQueue

EVERY_SECONDS = 5
BUILDING = "days are pending, and a run is still going"
GIVEN_UP = (
    "days are pending, and three runs for them failed: fix the cause, then run `bio-lakehouse "
    "refresh`, or launch refresh_lake for those days and insights_history for the newest"
)


@dg.sensor(
    name="arrivals",
    jobs=[refresh_lake, insights_history, take_file, weekly_report],
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=EVERY_SECONDS,
    description=(
        "Takes what has landed and builds the days that it changed, then the newest day's "
        "insights and written reports that these days made outdated. A tick that started nothing "
        "says why."
    ),
)
def arrival_sensor(
    context: dg.SensorEvaluationContext,
    lake: dg.ResourceParam[Lakehouse],
    arrivals_queue: dg.ResourceParam[MessageQueue | None],
) -> dg.SensorResult:
    """Takes what has landed and builds the days that it changed, then the newest day's insights.

    A file is taken once it did not change between two looks; one that came before, or whose content
    did, starts nothing; one that is no known export is logged, told and starts nothing. Changed
    days are built in at most three runs, and the next ones are requested when those have ended. A
    run that was killed is requested again, up to three times in all. At last written reports of
    the last weeks are made anew that tell of these days.
    """
    close_abandoned_runs(context.instance)
    cursor = Cursor.from_json(context.cursor)
    tell_of_changes(lake.settings, context.log, built_with.notice(lake))
    for found in queued.looks(lake, cursor, arrivals_queue):
        result = outcome(context, lake, cursor, found)
        if result.run_requests:
            break
    return result


def outcome(
    context: dg.SensorEvaluationContext, lake: Lakehouse, cursor: Cursor, found: Landed
) -> dg.SensorResult:
    """What a tick comes to by what it has found: runs, or why there are none."""
    events = landed_events(lake, found.news(cursor.unread))
    troubles = tell_of_landed(context, lake, found, cursor)
    if found.taken:
        built_with.notice(lake)
    all_owed = what_is_owed(lake)
    loaded = DayRange(first_day_of(graph_of(context)), lake.settings.today())
    older = arriving.told_of_older(all_owed, loaded)
    for sentence in older:
        context.log.info(sentence)
    owed = all_owed.within(loaded)
    cursor.keep(found, arriving.files_in_work(lake, all_owed, cursor.files))
    requests = run_requests(context, lake, owed, found, cursor)
    told = [*troubles, *older]
    why = None if requests else why_nothing(context.instance, owed, found, told)
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=dg.SkipReason(why) if why else None,
        cursor=cursor.to_json(),
        asset_events=events,
    )


def tell_of_landed(
    context: dg.SensorEvaluationContext, lake: Lakehouse, found: Landed, cursor: Cursor
) -> list[str]:
    """Log what was taken, and tell of what was refused or cannot be read; what was said of that."""
    for sentence in landed_sentences(found.news(cursor.unread)):
        context.log.info(sentence)
    troubles = tell_of_troubles(lake.settings, context.log, found.taken, told=cursor.unread)
    if troubles:
        report_quarantine(context.instance, lake)
    for trouble in found.troubles:
        context.log.error(trouble)
    return [*troubles, *found.troubles]


def run_requests(
    context: dg.SensorEvaluationContext, lake: Lakehouse, owed: Owed, found: Landed, cursor: Cursor
) -> list[dg.RunRequest]:
    """The runs that a tick asks for."""
    taking = arriving.requests_to_take(context.instance, found.large)
    graph = graph_of(context)
    building = arriving.requests_to_build(context.instance, lake, owed, graph, cursor.files)
    insights = arriving.requests_for_insights(context.instance, lake, owed, cursor.files)
    if building or insights:
        return [*taking, *building, *insights]
    return [*taking, *requests_for_reports(context.instance, lake)]


def graph_of(context: dg.SensorEvaluationContext) -> dg.BaseAssetGraph[dg.BaseAssetNode]:
    """The assets that are loaded, with their days."""
    if context.repository_def is None:
        raise dg.DagsterInvariantViolationError(
            "The arrival sensor needs its definitions to know what is downstream"
        )
    return context.repository_def.asset_graph


def why_nothing(
    instance: dg.DagsterInstance, owed: Owed, found: Landed, troubles: list[str]
) -> str:
    """Why a tick started no run."""
    reasons = list(troubles)
    if found.left:
        reasons.append(
            f"{len(found.left)} files are left for the next tick (still being written, or no time "
            "left)"
        )
    if found.large:
        reasons.append(
            f"{len(found.large)} large files are being taken by a run, or three runs failed to"
        )
    if owed.changed or owed.following or owed.insights:
        going_on = arriving.is_under_way(instance) or arriving.makes_insights(instance)
        reasons.append(BUILDING if going_on else GIVEN_UP)
    if is_renewing(instance):
        reasons.append("written reports that days changed are being made anew")
    return "; ".join(reasons) or "Nothing new in landing."


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends a notice about every run that failed: what failed first, and what to do.",
)
def failure_sensor(context: dg.RunFailureSensorContext, lake: dg.ResourceParam[Lakehouse]) -> None:
    """Sends a notice about every run that failed: what failed first, and what to do."""
    tell(lake.settings, context.log, *failure_notice(context))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[monday_report],
    name="report_is_ready",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends where the pages are when a run of monday_report wrote reports.",
)
def report_sensor(context: dg.RunStatusSensorContext, lake: dg.ResourceParam[Lakehouse]) -> None:
    """Sends where the pages are when a run with delivery wrote reports, by the schedule or launched
    by hand."""
    notice = report_notice(lake, reported_by(context))
    if notice:
        tell(lake.settings, context.log, *notice)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[insights_history],
    request_jobs=[monday_report, weekly_report],
    name="report_after_insights",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Requests the reports for which insights were made, such as Monday's; other insights start "
        "nothing."
    ),
)
def report_after_insights(
    context: dg.RunStatusSensorContext, lake: dg.ResourceParam[Lakehouse]
) -> dg.RunRequest | dg.SkipReason:
    """Requests the reports for which insights were made: of the weeks that end on the days of the
    run."""
    job_name = context.dagster_run.tags.get(THEN_TAG)
    if job_name is None:
        return dg.SkipReason("These insights were made for no report.")
    days = days_of_run(context.dagster_run)
    weeks = weeks_in(lake.settings, days) if days else None
    if weeks is None:
        return dg.SkipReason("No week that is over ends on a day of these insights.")
    return dg.RunRequest(context.dagster_run.run_id, job_name=job_name, tags=range_tags(weeks))


SENSORS = [arrival_sensor, failure_sensor, report_sensor, report_after_insights, freshness_sensor]

"""What a person is told: files that were refused, runs that failed, reports that are ready."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from datetime import date

import dagster as dg
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.storage.tags import BACKFILL_ID_TAG

from bio_lakehouse.assets import watching
from bio_lakehouse.assets.keys import WEEKLY_REPORT
from bio_lakehouse.assets.watching import has_rows_set_aside
from bio_lakehouse.automation.arrived_files import files_of_run
from bio_lakehouse.automation.failures import failed_checks, first_cause, text_of
from bio_lakehouse.automation.run_ranges import ARRIVAL_TAG, days_of_run
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake import refusals
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.notifications import notify
from bio_lakehouse.reports.composition import reported_users
from bio_lakehouse.reports.pages import report_key
from bio_lakehouse.settings import Settings

MOST_NAMED = 10
"""Files that are named in one notice, or in one tick's reason."""


def tell(settings: Settings, log: logging.Logger, title: str, body: str) -> bool:
    """Send a notice; a channel that cannot be used is logged, and never fails what the notice is
    about."""
    try:
        return notify(settings, title, body)
    except SettingsError as error:
        log.error("%s was not sent: %s", title, error)
        return False


def tell_of_troubles(
    settings: Settings, log: logging.Logger, taken: Collection[Arrival], told: Collection[str] = ()
) -> list[str]:
    """Log each file that was refused or could not be read, and send one notice about them; what it
    said.

    Files in `told` that still cannot be read are logged only.
    """
    troubles = {arrival.path: trouble for arrival in taken if (trouble := trouble_of(arrival))}
    for trouble in troubles.values():
        log.error(trouble)
    fresh = [trouble for path, trouble in troubles.items() if path not in told]
    if fresh:
        whole = "was not taken" if len(fresh) == 1 else "were not taken"
        if any(has_rows_set_aside(arrival.entry) for arrival in taken if arrival.path in troubles):
            whole += " whole"
        title = f"A file {whole}" if len(fresh) == 1 else f"{len(fresh)} files {whole}"
        tell(settings, log, title, "\n".join(refusals.listed_once(first_of(fresh))))
    return refusals.listed_once(first_of(list(troubles.values())))


def tell_of_changes(settings: Settings, log: logging.Logger, sentences: Iterable[str]) -> None:
    """Log and send that a person's time zone or measures have changed, and what is built anew."""
    for sentence in sentences:
        log.info(sentence)
        tell(settings, log, "Days are built anew", sentence)


def first_of(sentences: list[str]) -> list[str]:
    """The first sentences, and how many more there are."""
    more = len(sentences) - MOST_NAMED
    return [*sentences[:MOST_NAMED], f"and {more} more files"] if more > 0 else sentences


def trouble_of(arrival: Arrival) -> str | None:
    """What is wrong with a file, in a sentence; None when nothing is."""
    if arrival.passed_over:
        return f"{arrival.path} was passed over: {arrival.entry.error}"
    if arrival.unread:
        return f"{arrival.path} could not be read: {arrival.entry.error}"
    if not arrival.repeated and arrival.entry.status == "validation_failed":
        return f"{arrival.path} was refused: {arrival.entry.error}"
    if not arrival.repeated and has_rows_set_aside(arrival.entry):
        return (
            f"{arrival.path} was taken, but {arrival.entry.quarantined_count} of its"
            f" {arrival.entry.record_count} rows were set aside: `bio-lakehouse status` says why"
        )
    return None


def report_quarantine(instance: dg.DagsterInstance, lake: Lakehouse) -> None:
    """Let the UI's check say at once what was refused or set aside, and not with the next run
    alone."""
    for evaluation in evaluated(lake, ["quarantine"]):
        instance.report_runless_asset_event(evaluation)


def report_what_changed(instance: dg.DagsterInstance, lake: Lakehouse) -> None:
    """Let the checks of what is watched say what they find now, where they said otherwise
    before."""
    for evaluation in evaluated(lake, watching.CHECKS):
        if not says_so_already(instance, evaluation):
            instance.report_runless_asset_event(evaluation)


def evaluated(lake: Lakehouse, names: Collection[str]) -> Iterator[dg.AssetCheckEvaluation]:
    """What the checks of these names find now, outside of their own runs."""
    for name, sentences in watching.findings(lake, names).items():
        yield as_evaluation(watching.warning(name, sentences))


def as_evaluation(found: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    """A result, that names its check, as what is reported without a run."""
    if found.asset_key is None or found.check_name is None:
        raise ValueError("the result names no check")
    return dg.AssetCheckEvaluation(
        asset_key=found.asset_key,
        check_name=found.check_name,
        passed=found.passed,
        severity=found.severity,
        description=found.description,
        metadata=found.metadata,
    )


def says_so_already(instance: dg.DagsterInstance, evaluation: dg.AssetCheckEvaluation) -> bool:
    """Whether a check found the same when it was last evaluated."""
    key = evaluation.asset_check_key
    newest = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
    if newest is None or newest.event is None:
        return False
    before = newest.event.get_dagster_event().event_specific_data
    return isinstance(before, dg.AssetCheckEvaluation) and (
        (before.passed, before.description) == (evaluation.passed, evaluation.description)
    )


def failure_text(context: dg.RunFailureSensorContext) -> str:
    """What failed first and why; the errors of this project end with what to do."""
    run_id = context.dagster_run.run_id
    found = next(failed_checks(checks_of_run(context.instance, run_id)), None)
    if found:
        return found
    for record in context.instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.STEP_FAILURE
    ).records:
        event = record.event_log_entry.get_dagster_event()
        if event.step_failure_data.error and event.step_key:
            return (
                f"{event.step_key.replace('__', '/')}: "
                f"{text_of(first_cause(event.step_failure_data.error))}"
            )
    return context.failure_event.message or "The run did not start; its log in the UI says more."


def checks_of_run(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetCheckEvaluation]:
    """What a run's checks found."""
    evaluated = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    records = instance.get_records_for_run(run_id, of_type=evaluated).records
    events = [record.event_log_entry.get_dagster_event() for record in records]
    return [event.asset_check_evaluation_data for event in events]


def failure_notice(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """Title and body about a run that failed: its assets and days, what failed first and why, its
    files, and what to do next."""
    run = context.dagster_run
    files = files_of_run(run)
    paragraphs = [failure_text(context), *([f"Files: {files}"] if files else []), what_next(run)]
    return f"{title_of(run)}{span_of(run)} failed", "\n\n".join(paragraphs)


def title_of(run: dg.DagsterRun) -> str:
    """A run's job, or the assets of one that was launched for some assets by hand."""
    chosen = sorted(key.to_user_string() for key in run.asset_selection or ())
    if run.job_name != IMPLICIT_ASSET_JOB_NAME:
        return run.job_name
    if not chosen:
        return "A run of all assets"
    return chosen[0] if len(chosen) == 1 else f"{chosen[0]} and {len(chosen) - 1} more"


def span_of(run: dg.DagsterRun) -> str:
    """The days of a run, as its title ends."""
    days = days_of_run(run)
    if days is None:
        return ""
    return f" for {days.first}" + ("" if days.first == days.last else f" to {days.last}")


def what_next(run: dg.DagsterRun) -> str:
    """What to do about a run that failed."""
    again = (
        f"Once that is fixed, open run {run.run_id[:8]} in the UI (bio-lakehouse ui) and "
        "re-execute it."
    )
    if ARRIVAL_TAG in run.tags:
        return f"The arrival sensor tries it up to three times by itself. {again}"
    backfill = run.tags.get(BACKFILL_ID_TAG)
    return f"It is a part of backfill {backfill}. {again}" if backfill else again


def reported_by(context: dg.RunStatusSensorContext) -> list[date]:
    """The last days of the weeks whose reports a run made, by its events: whatever it was launched
    for."""
    records = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    made = [record.event_log_entry.asset_materialization for record in records]
    days = {one.partition for one in made if one and one.asset_key == WEEKLY_REPORT}
    return sorted(date.fromisoformat(day) for day in days if day)


def report_notice(lake: Lakehouse, days: Collection[date]) -> tuple[str, str] | None:
    """Title and body about the reports of these weeks: where each user's pages are; None when
    nobody has any."""
    pages = [page for day in days for page in pages_of(lake, day)]
    if not pages:
        return None
    whole = f"Your week up to {max(days)} is ready"
    title = whole if len(days) == 1 else f"Your {len(days)} weeks up to {max(days)} are ready"
    return title, "\n".join(pages)


def pages_of(lake: Lakehouse, day: date) -> list[str]:
    """Where each user's page of the week up to `day` is."""
    keys = [report_key(user, day) for user in reported_users(lake, day)]
    return [lake.objects.uri(key) for key in keys if lake.objects.exists(key)]

"""What a person is told: files that were refused, runs that failed, reports that are ready."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

import dagster as dg

from bio_lakehouse.automation.failures import first_cause, text_of
from bio_lakehouse.errors import SettingsError
from bio_lakehouse.lake.arrivals import Arrival
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.notifications import notify
from bio_lakehouse.reports.build import report_key, reported_users
from bio_lakehouse.settings import Settings


def tell(settings: Settings, log: logging.Logger, title: str, body: str) -> bool:
    """Send a notice; a channel that cannot be used is logged, and never fails what the notice is about."""
    try:
        return notify(settings, title, body)
    except SettingsError as error:
        log.error("%s was not sent: %s", title, error)
        return False


def tell_of_refused(settings: Settings, log: logging.Logger, taken: Iterable[Arrival]) -> list[str]:
    """Log and send one notice about each file that was refused; what it said."""
    refused = [f"{arrival.path} was refused: {arrival.entry.error}" for arrival in taken if is_refused(arrival)]
    for reason in refused:
        log.error(reason)
        tell(settings, log, "A file was refused", reason)
    return refused


def is_refused(arrival: Arrival) -> bool:
    return not arrival.repeated and arrival.entry.status == "validation_failed"


def failure_text(context: dg.RunFailureSensorContext) -> str:
    """What failed first and why; the errors of this project end with what to do."""
    run_id = context.dagster_run.run_id
    for record in context.instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records:
        event = record.event_log_entry.get_dagster_event()
        if event.step_failure_data.error and event.step_key:
            return f"{event.step_key.replace('__', '/')}: {text_of(first_cause(event.step_failure_data.error))}"
    return context.failure_event.message or "The run did not start; its log in the UI says more."


def failure_notice(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """Title and body about a run that failed."""
    run = context.dagster_run
    days = [run.tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end")]
    span = f" for {days[0]} to {days[1]}" if all(days) else ""
    what_next = f"Once that is mended, open run {run.run_id[:8]} in the UI (bio-lakehouse ui) and re-execute it."
    return f"{run.job_name}{span} failed", f"{failure_text(context)}\n\n{what_next}"


def report_notice(lake: Lakehouse, day: date) -> str | None:
    """Where each user's page of the week up to `day` is; None when nobody has one."""
    keys = [report_key(user, day) for user in reported_users(lake, day)]
    pages = [lake.objects.uri(key) for key in keys if lake.objects.exists(key)]
    return "\n".join(pages) or None

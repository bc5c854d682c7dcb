"""Runs that go on, runs whose process is gone, and what is left of runs of long ago."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import dagster as dg
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from sqlalchemy import delete, or_

from bio_lakehouse.automation.run_locks import RunLocks, locks_in, locks_of
from bio_lakehouse.settings import Settings

UNENDED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
START_SECONDS = 300
"""A run that has no lock after that long has died before it came to it."""
ABANDONED = (
    "The process of this run ended before the run did: it was killed, or the machine was switched "
    "off. Nothing is lost. Days that an arrival changed are built again by themselves; launch "
    "anything else once more."
)
DAYS_OF_LOGS = 90
"""Days for which a run's own log is kept. Which days are materialised stands in the log of all
runs, which stays."""
OF_ALL_RUNS = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}
"""Events that Dagster keeps in the log of all runs where that is another file than a run's."""
_pruned: dict[str, date] = {}


def lock_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Lock for a run that is going in this process, until `unlock_run` or the process's end."""
    locks_of(instance).lock(run_id)


@contextmanager
def run_lock(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """The lock of a run, while it is going in this process and until its end is in the event
    log."""
    locks = locks_of(instance)
    locks.lock(run_id)
    try:
        yield
    finally:
        locks.unlock(run_id)


def is_any_going(settings: Settings, instance_folder: Path) -> bool:
    """Whether a run of the instance that is kept there is going now, in whatever process."""
    return locks_in(settings, instance_folder).is_any_held()


def close_abandoned_runs(instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs whose process is gone, which would hold up the queue for ever, and
    tidy up after runs."""
    locks = locks_of(instance)
    records = instance.get_run_records(dg.RunsFilter(statuses=UNENDED))
    for record in records:
        if is_abandoned(locks, record):
            instance.report_run_failed(record.dagster_run, ABANDONED)
    locks.forget_but({record.dagster_run.run_id for record in records})
    forget_old_logs(instance)


def is_abandoned(locks: RunLocks, record: dg.RunRecord) -> bool:
    """Whether nobody holds the lock of a run that has not ended, and it had it once or was never
    seen to take it in the time that a start has."""
    run_id = record.dagster_run.run_id
    if locks.is_held(run_id):
        return False
    since = record.update_timestamp.replace(tzinfo=UTC)
    is_late = datetime.now(UTC) - since > timedelta(seconds=START_SECONDS)
    return is_late or locks.was_taken(run_id)


def forget_old_logs(instance: dg.DagsterInstance) -> None:
    """Remove the own logs of runs of long ago: each night leaves one."""
    log = instance.event_log_storage
    if address := getattr(log, "postgres_url", None):
        forget_old_rows(cast("SqlEventLogStorage", log), address)
    else:
        forget_old_files(Path(instance.root_directory, "history", "runs"))


def forget_old_files(folder: Path) -> None:
    since = time.time() - timedelta(days=DAYS_OF_LOGS).total_seconds()
    for path in folder.glob(f"{'?' * 8}-*.db"):
        if path.stat().st_mtime < since:
            path.unlink()


def forget_old_rows(log: SqlEventLogStorage, address: str) -> None:
    """Once a day, since a PostgreSQL reads all events for it: remove those of long ago that Dagster
    asks for by their run alone."""
    now = datetime.now(UTC)
    if _pruned.get(address) == now.date():
        return
    _pruned[address] = now.date()
    columns = SqlEventLogStorageTable.c
    kinds = [kind.value for kind in OF_ALL_RUNS]
    of_a_run = or_(columns.dagster_event_type.is_(None), columns.dagster_event_type.not_in(kinds))
    before = (now - timedelta(days=DAYS_OF_LOGS)).replace(tzinfo=None)
    with log.index_connection() as connection:
        connection.execute(
            delete(SqlEventLogStorageTable).where(columns.timestamp < before, of_a_run)
        )

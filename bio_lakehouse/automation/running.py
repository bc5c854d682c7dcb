"""Which runs go on: each holds a lock on a file beside the instance, which its process's end lets
go however it ends.

Unlike a process's number, a lock means the same after a restart of the machine, in a container, and
under another host name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

UNENDED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
START_SECONDS = 300
"""A run that has not locked its file after that long has died before it came to it."""
ABANDONED = (
    "The process of this run ended before the run did: it was killed, or the machine was switched "
    "off. Nothing is lost. Days that an arrival changed are built again by themselves; launch "
    "anything else once more."
)
LOCK_SECONDS = 10
RUNNING = "running"
DAYS_OF_LOGS = 90
"""Days for which a run's own log is kept. Which days are materialised stands in the log of all
runs, which stays."""
_locks: dict[str, FileLock] = {}


def lock_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Lock the file of a run that is going in this process, until `unlock_run` or the process's
    end."""
    if run_id in _locks:
        return
    path = lock_path(instance, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    lock.acquire(timeout=LOCK_SECONDS)
    _locks[run_id] = lock


def unlock_run(run_id: str) -> None:
    _locks.pop(run_id).release()


@contextmanager
def run_lock(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """The lock of a run, while it is going in this process and until its end is in the event
    log."""
    lock_run(instance, run_id)
    try:
        yield
    finally:
        unlock_run(run_id)


def is_any_going(instance_folder: Path) -> bool:
    """Whether a run of the instance that is kept there is going now, in whatever process."""
    return any(is_held(path) for path in (instance_folder / RUNNING).glob("*.lock"))


def lock_path(instance: dg.DagsterInstance, run_id: str) -> Path:
    return Path(instance.root_directory, RUNNING, f"{run_id}.lock")


def close_abandoned_runs(instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs whose process is gone, which would hold up the queue for ever, and
    tidy up after runs."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNENDED))
    for record in records:
        if is_abandoned(instance, record):
            instance.report_run_failed(record.dagster_run, ABANDONED)
    forget_ended(instance, {record.dagster_run.run_id for record in records})
    forget_old_logs(instance)


def is_abandoned(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Whether nobody holds the lock of a run that has not ended, or it was never taken in the time
    that a start has."""
    path = lock_path(instance, record.dagster_run.run_id)
    if path.exists():
        return not is_held(path)
    since = record.update_timestamp.replace(tzinfo=UTC)
    return datetime.now(UTC) - since > timedelta(seconds=START_SECONDS)


def is_held(path: Path) -> bool:
    try:
        with FileLock(path, timeout=0, thread_local=False):
            return False
    except Timeout:
        return True


def forget_ended(instance: dg.DagsterInstance, unended: set[str]) -> None:
    """Remove the lock files of runs that have ended. One that is held may be of a run that is about
    to be made."""
    for path in lock_path(instance, "").parent.glob("*.lock"):
        if path.stem not in unended and not is_held(path):
            path.unlink(missing_ok=True)


def forget_old_logs(instance: dg.DagsterInstance) -> None:
    """Remove the own logs of runs of long ago: each night leaves one."""
    since = time.time() - timedelta(days=DAYS_OF_LOGS).total_seconds()
    for path in Path(instance.root_directory, "history", "runs").glob(f"{'?' * 8}-*.db"):
        if path.stat().st_mtime < since:
            path.unlink()

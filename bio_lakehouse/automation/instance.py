"""The Dagster instance of a lake: its configuration in `<home>/dagster`, and how it is opened."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef

from bio_lakehouse import whole_files
from bio_lakehouse.automation import postgres
from bio_lakehouse.automation.event_batches import BATCH_SIZE_VARIABLE
from bio_lakehouse.automation.event_log import BatchingSqliteStorage, PlainSqliteStorage
from bio_lakehouse.automation.running import START_SECONDS
from bio_lakehouse.errors import DamagedFile, SettingsError, StoreError
from bio_lakehouse.lake.databases import check_database
from bio_lakehouse.lake.home import make_private
from bio_lakehouse.lake.locks import alone_in
from bio_lakehouse.lake.repair import set_aside
from bio_lakehouse.settings import Settings

WRITTEN_BY = (
    "# Written by bio-lakehouse at every start. Take this line out to keep a file of your own.\n"
)
NOT_IN_URLS = {"%", "?"}
DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
SQLITE_LOG = BatchingSqliteStorage.__module__
POSTGRES_LOG = "bio_lakehouse.automation.postgres_log"
"""Loaded by Dagster where it is configured: it needs the extra `postgres`."""
STARTED_BY_DAGSTER_DEV = "DAGSTER_IS_DEV_CLI"
logger = logging.getLogger(__name__)
DAYS_OF_TICKS = {"skipped": 1, "success": 30, "failure": 30, "started": 30}


def configuration(settings: Settings) -> dict[str, Any]:
    """What `dagster.yaml` says. With an event batch size of 1 the storage is Dagster's own, over
    the same files."""
    configured: dict[str, Any] = {
        "telemetry": {"enabled": False},
        # Else the page opens with a dialog that asks to subscribe to a newsletter.
        "nux": {"enabled": False},
        # Else the console repeats the log, which takes longer than writing it. Events are kept at
        # any level.
        "python_logs": {"python_log_level": "INFO"},
        # Else a run whose process died before it started would be waited for, for ever.
        "run_monitoring": {"enabled": True, "start_timeout_seconds": START_SECONDS},
        "concurrency": {"runs": {"max_concurrent_runs": 2}},
        # Else a click waits for up to five seconds before anything starts.
        "run_queue": {"dequeue_interval_seconds": 1},
        # Else all sensors would wait while the arrivals' one looks at landing.
        "sensors": {"use_threads": True, "num_workers": 4},
        "retention": {
            kind: {"purge_after_days": DAYS_OF_TICKS}
            for kind in ("schedule", "sensor", "auto_materialize")
        },
    }
    return configured | {"storage": {"custom": storage(settings)}}


def storage(settings: Settings) -> dict[str, Any]:
    """Where the record of runs is kept. A password is named by its variable, whose value is written
    nowhere."""
    batch_size = settings.event_batch_size
    if postgres.is_set(settings):
        config = {"postgres_url": {"env": postgres.VARIABLE}, "batch_size": batch_size}
        return {"module": POSTGRES_LOG, "class": "PostgresStorage", "config": config}
    if batch_size == 1:
        own = {"base_dir": str(dagster_home(settings))}
        return {"module": SQLITE_LOG, "class": PlainSqliteStorage.__name__, "config": own}
    return {
        "module": SQLITE_LOG,
        "class": BatchingSqliteStorage.__name__,
        "config": {"base_dir": str(dagster_home(settings)), "batch_size": batch_size},
    }


def dagster_home(settings: Settings) -> Path:
    """The folder of Dagster's own files, in the home."""
    folder = settings.home / "dagster"
    return alias_of(folder) if NOT_IN_URLS & set(str(folder)) else folder


def alias_of(folder: Path) -> Path:
    """Another way to `folder`, by a link, for Dagster, which makes URLs of its paths without
    quoting them."""
    links = Path(tempfile.gettempdir(), f"bio-lakehouse-{os.getuid()}")
    links.mkdir(mode=0o700, exist_ok=True)
    if links.stat().st_uid != os.getuid() or links.is_symlink():
        raise StoreError(f"{links} belongs to somebody else: have it removed")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    link = links / sha256(os.fsencode(folder)).hexdigest()[:16]
    with suppress(FileExistsError):
        link.symlink_to(folder)
    return link


def write_configuration(settings: Settings) -> Path:
    """Write `dagster.yaml`, unless there is one that this did not write; the folder it is in."""
    path = dagster_home(settings) / "dagster.yaml"
    text = WRITTEN_BY + yaml.safe_dump(configuration(settings), sort_keys=False)
    before = path.read_text("utf-8") if path.exists() else WRITTEN_BY
    if before.startswith(WRITTEN_BY) and before != text:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole_files.write_text(path, text)
    return path.parent


def set_damage_aside(settings: Settings) -> None:
    """Let Dagster begin anew with a database of its own that is damaged; said by a warning.

    What it knew is lost: the runs there were, or which days were materialised. The lake has all
    else.
    """
    folder = settings.home / "dagster"
    for name in DATABASES:
        path = folder / name
        try:
            check_database(path)
        except DamagedFile:
            set_aside(settings.home, path)
            logger.warning(
                "%s is damaged and was set aside: Dagster begins its record of runs anew.", path
            )


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance for runs in this process, whose output is left alone.

    One process of a home at a time: Dagster's databases must not be made by two at once. Raises
    `SettingsError` or `StoreError` when the PostgreSQL that is set cannot be used, then or later.
    """
    with postgres.refusals_named(settings), _prepared(settings) as instance:
        yield instance


def _prepared(settings: Settings) -> dg.DagsterInstance:
    with alone_in(settings.home, "dagster"), postgres.told_to_dagster(settings):
        if postgres.is_set(settings):
            postgres.check_server(settings)
        else:
            set_damage_aside(settings)
        return _open(str(write_configuration(settings)))


def _open(folder: str) -> dg.DagsterInstance:
    quiet = {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
        "config": {},
    }
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(folder, overrides={"compute_logs": quiet})
    )


def check_dagster_home(settings: Settings) -> None:
    """Raise `SettingsError` that says what to run when `dagster dev` has no prepared DAGSTER_HOME.

    It would keep its record of runs in a folder that it removes at its end, one event at a time,
    and know nothing of the runs of the command line. The folder that is named is prepared.
    """
    folder = os.environ.get("DAGSTER_HOME")
    is_prepared = bool(folder) and Path(str(folder), "dagster.yaml").exists()
    if STARTED_BY_DAGSTER_DEV in os.environ and not is_prepared:
        make_private(settings.home)
        prepared = write_configuration(settings)
        raise SettingsError(
            "Dagster does not know where this lake's runs are recorded: start it with "
            f"`DAGSTER_HOME={prepared} dagster dev -w workspace.yaml`, or with `bio-lakehouse ui`."
        )


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with what Dagster's processes must know of the lake."""
    address = settings.dagster_postgres_url.get_secret_value()
    return os.environ | {
        **({postgres.VARIABLE: address} if address else {}),
        "DAGSTER_HOME": str(write_configuration(settings)),
        "BIO_HOME": str(settings.home),
        BATCH_SIZE_VARIABLE: str(settings.event_batch_size),
    }

"""The Dagster instance of a lake: its configuration in `<home>/dagster`, and how it is opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef

from bio_lakehouse.automation.event_log import BATCH_SIZE_VARIABLE, BatchingSqliteStorage
from bio_lakehouse.automation.running import START_SECONDS
from bio_lakehouse.settings import Settings

WRITTEN_BY = (
    "# Written by bio-lakehouse at every start. Take this line out to keep a file of your own.\n"
)
DAYS_OF_TICKS = {"skipped": 1, "success": 30, "failure": 30, "started": 30}


def configuration(settings: Settings) -> dict[str, Any]:
    """What `dagster.yaml` says. With an event batch size of 1 the storage is Dagster's own, over the same files."""
    configured: dict[str, Any] = {
        "telemetry": {"enabled": False},
        # Else the page opens with a dialog that asks to subscribe to a newsletter.
        "nux": {"enabled": False},
        # Else the console repeats the log, which takes longer than writing it. Events are kept at any level.
        "python_logs": {"python_log_level": "INFO"},
        # Else a run whose process died before it started would be waited for, for ever.
        "run_monitoring": {"enabled": True, "start_timeout_seconds": START_SECONDS},
        "concurrency": {"runs": {"max_concurrent_runs": 2}},
        "retention": {
            kind: {"purge_after_days": DAYS_OF_TICKS}
            for kind in ("schedule", "sensor", "auto_materialize")
        },
    }
    if settings.event_batch_size > 1:
        configured["storage"] = {
            "custom": {
                "module": BatchingSqliteStorage.__module__,
                "class": BatchingSqliteStorage.__name__,
                "config": {
                    "base_dir": str(dagster_home(settings)),
                    "batch_size": settings.event_batch_size,
                },
            }
        }
    return configured


def dagster_home(settings: Settings) -> Path:
    return settings.home / "dagster"


def write_configuration(settings: Settings) -> Path:
    """Write `dagster.yaml`, unless there is one that this did not write; the folder it is in."""
    path = dagster_home(settings) / "dagster.yaml"
    text = WRITTEN_BY + yaml.safe_dump(configuration(settings), sort_keys=False)
    before = path.read_text("utf-8") if path.exists() else WRITTEN_BY
    if before.startswith(WRITTEN_BY) and before != text:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    return path.parent


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance for runs in this process, whose output is left alone. Close it by using it in a `with`."""
    folder = str(write_configuration(settings))
    quiet = {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
        "config": {},
    }
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(folder, overrides={"compute_logs": quiet})
    )


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with what Dagster's processes must know of the lake."""
    return os.environ | {
        "DAGSTER_HOME": str(write_configuration(settings)),
        "BIO_HOME": str(settings.home),
        BATCH_SIZE_VARIABLE: str(settings.event_batch_size),
    }

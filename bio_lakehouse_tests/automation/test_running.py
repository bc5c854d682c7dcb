"""A run whose process was killed is closed, wherever in its life that happened; no other one is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from bio_lakehouse.automation import running
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings

GOES_ON = """
import sys, time
from pathlib import Path
import dagster as dg
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.settings import load_settings

home, resource = Path(sys.argv[1]), sys.argv[2]
settings = load_settings(home=home)

@dg.op(required_resource_keys={resource})
def waits():
    (home / "in the op").touch()
    time.sleep(600)

@dg.resource
def never(_):
    (home / "in the op").touch()
    time.sleep(600)

@dg.job(resource_defs=resources(settings) | {"never": never})
def waiting():
    waits()

with open_instance(settings) as instance:
    waiting.execute_in_process(instance=instance)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with open_instance(settings) as opened:
        yield opened


def run_that_goes_on(home: Path, resource: str) -> subprocess.Popen[bytes]:
    """A process whose run has taken a resource, or is about to take its first one (`never`)."""
    process = subprocess.Popen(
        [sys.executable, "-c", GOES_ON, str(home), resource], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (home / "in the op").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("resource", ["lake", "sql"])
def test_a_run_is_closed_when_its_process_was_killed_and_not_before(
    instance: dg.DagsterInstance, tmp_path: Path, resource: str
) -> None:
    process = run_that_goes_on(tmp_path, resource)
    running.close_abandoned_runs(instance)
    (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.STARTED
    process.kill()
    process.wait()
    running.close_abandoned_runs(instance)
    (run,) = instance.get_runs()
    assert run.is_failure
    (event,) = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE
    ).records
    assert "it was killed" in (event.event_log_entry.get_dagster_event().message or "")
    running.close_abandoned_runs(instance)
    assert not list(tmp_path.glob("dagster/running/*"))


def test_a_run_that_was_killed_before_its_first_resource_is_closed_after_a_while(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = run_that_goes_on(tmp_path, "never")
    process.kill()
    process.wait()
    running.close_abandoned_runs(instance)
    assert instance.get_runs()[0].status == dg.DagsterRunStatus.STARTED
    monkeypatch.setattr(running, "START_SECONDS", 1)
    time.sleep(1.1)
    running.close_abandoned_runs(instance)
    assert instance.get_runs()[0].is_failure


def test_a_run_of_this_process_is_held_until_its_end_is_in_the_log(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    @dg.op
    def looks(context, lake: dg.ResourceParam[Lakehouse]) -> None:  # type: ignore[no-untyped-def]
        running.close_abandoned_runs(context.instance)
        assert running.is_held(running.lock_path(context.instance, context.run.run_id))

    @dg.job(resource_defs=resources(settings))
    def looking() -> None:
        looks()

    with running.run_lock(instance, "8d3a2c1e-0000-4000-8000-000000000000"):
        result = looking.execute_in_process(
            instance=instance, run_id="8d3a2c1e-0000-4000-8000-000000000000"
        )
    assert result.success
    assert not running.is_held(running.lock_path(instance, result.run_id))
    running.close_abandoned_runs(instance)
    assert instance.get_runs()[0].is_success


def test_logs_of_long_ago_go_and_the_days_stay_materialised(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    partitions = dg.DailyPartitionsDefinition("2024-01-01")

    @dg.asset(partitions_def=partitions)
    def sleep() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    runs = [
        dg.materialize([sleep], instance=instance, partition_key=f"2024-01-0{day}").run_id
        for day in (1, 2)
    ]
    old, new = (tmp_path / "dagster" / "history" / "runs" / f"{run_id}.db" for run_id in runs)
    index = old.with_name("index.db")
    long_ago = time.time() - (running.DAYS_OF_LOGS + 1) * 86_400
    for path in (old, index):
        os.utime(path, (long_ago, long_ago))
    running.close_abandoned_runs(instance)
    assert (old.exists(), new.exists(), index.exists()) == (False, True, True)
    assert instance.all_logs(runs[0]) == []
    assert instance.all_logs(runs[1])
    assert instance.get_run_by_id(runs[0]).is_success
    with open_instance(load_settings(home=tmp_path)) as again:
        assert again.get_materialized_partitions(dg.AssetKey("sleep")) == {
            "2024-01-01",
            "2024-01-02",
        }
        status = again.get_status_by_partition(dg.AssetKey("sleep"), ["2024-01-01"], partitions)
        assert {state.value for state in (status or {}).values() if state} == {"MATERIALIZED"}

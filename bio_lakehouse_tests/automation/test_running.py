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
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import text

from bio_lakehouse.automation import running
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.automation.resources import resources
from bio_lakehouse.automation.run_locks import PostgresLocks, locks_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings, load_settings
from bio_lakehouse_tests.postgres_server import Server

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
def settings(tmp_path: Path, record: str) -> Settings:
    """Another home than that of the run's process, where they have their record in common."""
    home = tmp_path / "another machine's" if record else tmp_path
    return load_settings(home=home, dagster_postgres_url=record or None)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def record(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a new PostgreSQL database for the record of runs, which other processes are
    told too; nothing where it is in files."""
    if request.param == "SQLite":
        return ""
    server: Server = request.getfixturevalue("postgres")
    address = server.new_database()
    monkeypatch.setenv("BIO_DAGSTER_POSTGRES_URL", address)
    return address


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


@pytest.mark.parametrize(
    ("record", "resource"),
    [
        ("SQLite", "lake"),
        ("PostgreSQL", "sql"),
        pytest.param("SQLite", "sql", marks=pytest.mark.thorough),
        pytest.param("PostgreSQL", "lake", marks=pytest.mark.thorough),
    ],
    indirect=["record"],
)
def test_a_run_is_closed_when_its_process_was_killed_and_not_before(
    instance: dg.DagsterInstance, tmp_path: Path, resource: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = run_that_goes_on(tmp_path, resource)
    if isinstance(locks_of(instance), PostgresLocks):
        monkeypatch.setattr(running, "START_SECONDS", 0)
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


@pytest.mark.parametrize(
    "record",
    ["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.thorough)],
    indirect=True,
)
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
        assert locks_of(context.instance).is_held(context.run.run_id)

    @dg.job(resource_defs=resources(settings))
    def looking() -> None:
        looks()

    with running.run_lock(instance, "8d3a2c1e-0000-4000-8000-000000000000"):
        result = looking.execute_in_process(
            instance=instance, run_id="8d3a2c1e-0000-4000-8000-000000000000"
        )
    assert result.success
    assert not locks_of(instance).is_held(result.run_id)
    running.close_abandoned_runs(instance)
    assert instance.get_runs()[0].is_success


def test_logs_of_long_ago_go_and_the_days_stay_materialised(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    partitions = dg.DailyPartitionsDefinition("2024-01-01")

    @dg.asset(partitions_def=partitions)
    def sleep() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    days = [f"2024-01-0{number}" for number in (1, 2)]
    old, new = [
        dg.materialize([sleep], instance=instance, partition_key=day).run_id for day in days
    ]
    before = len(instance.all_logs(new))
    grow_old(instance, old)
    running.close_abandoned_runs(instance)
    kinds = {entry.dagster_event_type for entry in instance.all_logs(old)}
    assert kinds <= running.OF_ALL_RUNS
    assert len(instance.all_logs(new)) == before
    assert instance.get_run_by_id(old).is_success
    with open_instance(settings) as again:
        assert again.get_materialized_partitions(dg.AssetKey("sleep")) == set(days)
        status = again.get_status_by_partition(dg.AssetKey("sleep"), days[:1], partitions)
        assert {state.value for state in (status or {}).values() if state} == {"MATERIALIZED"}


def grow_old(instance: dg.DagsterInstance, run_id: str) -> None:
    """Let the log of a run be from long ago, and the log of all runs."""
    seconds = (running.DAYS_OF_LOGS + 1) * 86_400
    log = instance.event_log_storage
    if not isinstance(log, SqliteEventLogStorage):
        statement = text(
            "UPDATE event_logs SET timestamp = timestamp - make_interval(secs => :seconds)"
            " WHERE run_id = :run"
        )
        with log.index_connection() as connection:  # type: ignore[attr-defined]
            connection.execute(statement, {"run": run_id, "seconds": seconds})
        return
    long_ago = time.time() - seconds
    for name in (run_id, "index"):
        os.utime(log.path_for_shard(name), (long_ago, long_ago))

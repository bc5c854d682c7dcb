import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
import yaml
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from bio_lakehouse.automation import instance, quick_migrations
from bio_lakehouse.automation.event_log import BatchingSqliteEventLog
from bio_lakehouse.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    return load_settings(home=tmp_path)


@dg.op
def breathe() -> None:
    pass


@dg.job
def breathing() -> None:
    breathe()


@dg.asset(
    partitions_def=dg.StaticPartitionsDefinition(["one", "two"]),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def weighed() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"kg": 70.5}, data_version=dg.DataVersion("v"))


def test_the_instance_batches_and_counts_runs_and_tells_nobody(settings: Settings) -> None:
    with instance.open_instance(settings) as opened:
        assert isinstance(opened.event_log_storage, BatchingSqliteEventLog)
        assert opened.get_concurrency_config().run_queue_config.max_concurrent_runs == 2
        assert not opened.telemetry_enabled
        assert opened.get_tick_retention_settings(InstigatorType.SENSOR)[TickStatus.SKIPPED] == 1


def test_every_database_is_of_the_newest_migration_which_is_looked_up_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, own = [], quick_migrations.FROM_CONFIG

    def reading(config: Config) -> ScriptDirectory:
        read.append(own(config))
        return read[-1]

    monkeypatch.setattr(quick_migrations, "FROM_CONFIG", reading)
    monkeypatch.setattr(quick_migrations, "_READ", {})
    for _ in range(2):
        with instance.open_instance(settings) as opened:
            assert breathing.execute_in_process(instance=opened).success
    databases = sorted((settings.home / "dagster").rglob("*.db"))
    assert len(databases) == 5
    (migrations,) = read
    assert {revision_of(path) for path in databases} == {migrations.get_current_head()}


def test_the_log_is_asked_for_what_stays_until_it_is_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    is_there = False

    def asks(log: BatchingSqliteEventLog, name: str) -> bool:
        asked.append(name)
        return is_there

    monkeypatch.setattr(SqlEventLogStorage, "has_secondary_index", asks)
    monkeypatch.setattr(SqlEventLogStorage, "has_asset_key_col", asks)
    with instance.open_instance(settings) as opened:
        log = opened.event_log_storage
        assert isinstance(log, BatchingSqliteEventLog)
        for is_there in (False, True, True):
            assert log.has_secondary_index("same name") is is_there
            assert log.has_asset_key_col("same name") is is_there
    assert asked.count("same name") == 4


def revision_of(database: Path) -> str:
    with closing(sqlite3.connect(database)) as opened:
        ((revision,),) = opened.execute("SELECT version_num FROM alembic_version")
    return str(revision)


def test_without_batching_dagsters_own_storage_reads_the_same_runs(settings: Settings) -> None:
    with instance.open_instance(settings) as batching:
        run_id = breathing.execute_in_process(instance=batching).run_id
    with instance.open_instance(settings.model_copy(update={"event_batch_size": 1})) as plain:
        assert type(plain.event_log_storage) is SqliteEventLogStorage
        assert plain.get_run_by_id(run_id).is_success
        assert len(plain.all_logs(run_id)) > 3


def test_without_batching_days_that_were_written_short_are_read(settings: Settings) -> None:
    tags = {
        "dagster/asset_partition_range_start": "one",
        "dagster/asset_partition_range_end": "two",
    }
    with instance.open_instance(settings) as batching:
        assert dg.materialize([weighed], instance=batching, tags=tags).success
    log = settings.home / "dagster" / "history" / "runs" / "index.db"
    assert b"DayMade" in log.read_bytes()
    with instance.open_instance(settings.model_copy(update={"event_batch_size": 1})) as plain:
        records = plain.fetch_materializations(weighed.key, limit=9).records
        told = [record.asset_materialization for record in records]
    assert {one and one.partition for one in told} == {"one", "two"}
    assert [one and one.metadata["kg"].value for one in told] == [70.5, 70.5]


def test_the_configuration_follows_the_settings(settings: Settings) -> None:
    path = instance.write_configuration(settings) / "dagster.yaml"
    written = path.stat().st_mtime_ns
    instance.write_configuration(settings)
    assert path.stat().st_mtime_ns == written
    instance.write_configuration(settings.model_copy(update={"event_batch_size": 50}))
    assert yaml.safe_load(path.read_text())["storage"]["custom"]["config"]["batch_size"] == 50


def test_a_configuration_of_ones_own_is_kept(settings: Settings) -> None:
    path = instance.write_configuration(settings) / "dagster.yaml"
    path.write_text("telemetry: {enabled: false}\n")
    instance.write_configuration(settings)
    assert path.read_text() == "telemetry: {enabled: false}\n"


def test_dagsters_processes_are_told_the_home(settings: Settings) -> None:
    told = instance.environment(settings)
    assert told["DAGSTER_HOME"] == str(settings.home / "dagster")
    assert told["BIO_HOME"] == str(settings.home)
    assert told["DAGSTER_EVENT_BATCH_SIZE"] == "1000"


OPEN_AT_ONCE = """
import sys
from multiprocessing import get_context
from pathlib import Path
from bio_lakehouse.automation.instance import open_instance
from bio_lakehouse.settings import load_settings

fork = get_context("fork")
together = fork.Barrier(4)

def open_it():
    together.wait()
    with open_instance(load_settings(home=Path(sys.argv[1]))) as instance:
        print(len(instance.get_runs()), flush=True)

processes = [fork.Process(target=open_it) for _ in range(together.parties)]
for process in processes:
    process.start()
for process in processes:
    process.join()
"""


def test_processes_that_open_a_new_home_at_once_all_get_it(tmp_path: Path) -> None:
    words = [sys.executable, "-c", OPEN_AT_ONCE, str(tmp_path)]
    answer = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert answer.stdout.split() == ["0"] * 4, answer


def test_a_damaged_database_of_dagsters_is_set_aside_and_told_in_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = tmp_path / "dagster" / "history" / "runs.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database" * 1000)

    instance.set_damage_aside(Settings(home=tmp_path))

    assert not database.exists()
    told = f"{database} is damaged and was set aside: Dagster begins its record of runs anew."
    assert caplog.messages == [told]


LOAD_TWICE = """
import os, sys, traceback
try:
    import bio_lakehouse.definitions
except Exception:
    traceback.print_exc()
    os.environ["DAGSTER_HOME"] = sys.argv[1]
    import bio_lakehouse.definitions
"""


def test_dagster_dev_without_a_prepared_home_says_what_to_run_and_prepares_it(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    variables = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    words = [sys.executable, "-c", LOAD_TWICE, f"{home}/dagster"]
    in_dev = variables | {"BIO_HOME": str(home), "DAGSTER_IS_DEV_CLI": "1"}
    told = subprocess.run(words, capture_output=True, text=True, env=in_dev, check=False)
    last = told.stderr.strip().splitlines()[-1]
    assert f"`DAGSTER_HOME={home}/dagster dagster dev -w workspace.yaml`" in last
    assert told.returncode == 0

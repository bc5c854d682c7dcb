"""The Glue job, run by `spark-submit` with Iceberg's own writer against an emulator of AWS, and its
runs as Dagster starts, watches and stops them."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from dagster_pipes import PipesContextData, encode_param
from pyspark.sql import SparkSession

from bio_lakehouse.automation import glue, launch
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.elsewhere import build_elsewhere, order_of
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines.glue_job import CATALOG
from bio_lakehouse.engines.job_wheels import write_wheels
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.glue_catalog import warehouse_of
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.schema import TableSchema
from bio_lakehouse.settings import Settings
from bio_lakehouse.silver import SCHEMAS
from bio_lakehouse_tests.aws import emulator, glue_spark
from bio_lakehouse_tests.aws.glue_endpoint import GlueJobs, JobRun, glue_jobs
from bio_lakehouse_tests.aws.ministack import ministack
from bio_lakehouse_tests.aws.spark_cases import SparkCase, demo_case
from bio_lakehouse_tests.conftest import free_port, wait_until_listening

SCRIPT = Path(__file__).parents[2] / "infra" / "glue" / "transform_job.py"
WORKOUTS, READINESS = SCHEMAS["peloton_workouts"], SCHEMAS["oura_daily_readiness"]
LINES = sorted(glue_spark.LINES, reverse=True)
pytestmark = pytest.mark.glue
Submit = Callable[[str, TableOrder, Lakehouse], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SparkCase:
    return demo_case(tmp_path_factory.mktemp("demo"), days=45)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_wheels(tmp_path_factory.mktemp("wheels"))


def filled(lake: Lakehouse, case: SparkCase) -> Lakehouse:
    """A lake with the case's bronze."""
    paths = sorted(case.folder.glob("bronze/**/*.jsonl.gz"))
    lake.objects.put_many(
        {path.relative_to(case.folder).as_posix(): path.read_bytes() for path in paths}
    )
    return lake


def cut_inside_a_line(lake: Lakehouse, first: date, last: date) -> tuple[str, bytes]:
    """A file of bronze, and its content without the end of its last line."""
    name = lake.bronze.months("oura/daily_readiness", first, last)[0].object_key
    return name, gzip.compress(gzip.decompress(lake.objects.get(name))[:-20])


@pytest.fixture
def lake(on_aws: Settings, case: SparkCase) -> Lakehouse:
    return filled(Lakehouse.open(with_profile(on_aws)), case)


def with_profile(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_heart_rate": 190, "user": "me", "timezone": "UTC"})


@pytest.fixture
def laptop(tmp_path: Path, case: SparkCase) -> Lakehouse:
    """The same bronze on this machine."""
    return filled(Lakehouse.open(with_profile(Settings(home=tmp_path / "laptop"))), case)


def command_of(
    version: str, wheels: list[Path], address: str, arguments: dict[str, str]
) -> list[str]:
    """What stands in for Glue's start of a run."""
    confs = s3_settings(address) | {"spark.submit.pyFiles": ",".join(map(str, wheels))}
    line = glue_spark.ready(glue_spark.LINES[version])
    words = [word for pair in arguments.items() for word in pair]
    return glue_spark.submit_command(line, SCRIPT, words, confs)


def s3_settings(address: str) -> dict[str, str]:
    """An emulator's S3 is read by Hadoop's own client, where Glue has one of its own."""
    s3 = "spark.hadoop.fs.s3a"
    return {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        f"{s3}.endpoint": address,
        f"{s3}.endpoint.region": emulator.REGION,
        f"{s3}.path.style.access": "true",
        f"{s3}.access.key": emulator.ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        f"{s3}.secret.key": emulator.ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
    }


def environment_of(version: str, address: str) -> dict[str, str]:
    keys = emulator.ENVIRONMENT | {"AWS_REGION": emulator.REGION}
    return glue_spark.job_environment(glue_spark.LINES[version], **keys, AWS_ENDPOINT_URL=address)


def submitted(
    version: str, wheels: list[Path], lake: Lakehouse, order: TableOrder
) -> subprocess.CompletedProcess[str]:
    address = str(lake.settings.aws_endpoint_url)
    arguments = arguments_of(lake, order)
    return subprocess.run(
        command_of(version, wheels, address, arguments),
        env=environment_of(version, address),
        capture_output=True,
        text=True,
        check=False,
    )


def arguments_of(lake: Lakehouse, order: TableOrder) -> dict[str, str]:
    """A job's arguments with those of Pipes, whose context is in the bucket, as Dagster does it."""
    bucket, key = lake.settings.s3_bronze_bucket, "pipes/of-a-test/context.json"
    context = {
        **dict.fromkeys(PipesContextData.__annotations__),
        "run_id": "of-a-test",
        "retry_number": 0,
        "extras": order.extras(),
    }
    lake.objects.put(key, json.dumps(context).encode())
    return {
        **order.arguments(),
        "--warehouse": warehouse_of(lake.settings.s3_gold_bucket),
        "--dagster-pipes-context": encode_param({"bucket": bucket, "key": key}),
        "--dagster-pipes-messages": encode_param({"bucket": bucket, "key_prefix": "pipes/told"}),
    }


@pytest.mark.parametrize("version", LINES)
def test_the_script_writes_what_a_laptop_writes(
    version: str,
    lake: Lakehouse,
    laptop: Lakehouse,
    case: SparkCase,
    wheels: list[Path],
    sail: SparkSession,
) -> None:
    """Silver by the job, beside silver by this process, and gold by the job from both."""

    def by_job(order: TableOrder) -> None:
        started = time.perf_counter()
        told = submitted(version, wheels, lake, order)
        assert told.returncode == 0, glue_spark.cause_of(told)
        took = time.perf_counter() - started
        print(f"Glue {version}: {order.table} by spark-submit in {took:.0f} s")

    first, last = case.first, case.last
    for name in ("oura_daily_readiness", "oura_daily_sleep", "oura_sleep"):
        build_silver(lake, sail, name, first, last)
        build_silver(laptop, sail, name, first, last)
    wanted = build_silver(laptop, sail, WORKOUTS.name, first, last)
    commit = build_elsewhere(lake, WORKOUTS, first, last, CATALOG, by_job)
    assert (commit.rows, commit.versions) == (wanted.rows, wanted.versions)
    assert commit.changed_days == wanted.changed_days
    assert_same_table(lake, laptop, WORKOUTS)
    zones = lake.tables.read(WORKOUTS, first, last).column("heart_rate_zone")
    assert zones.null_count < len(zones)

    middle, end = first + timedelta(7), last - timedelta(9)
    build_gold_daily(lake, sail, first, last)
    build_gold_daily(laptop, sail, first, last)
    lake.tables.replace(DAILY, spoiled(lake, middle, end), middle, end)
    again = build_elsewhere(lake, DAILY, middle, end, CATALOG, by_job)
    assert again.changed
    assert_same_table(lake, laptop, DAILY)


def spoiled(lake: Lakehouse, first: date, last: date) -> pa.Table:
    """Gold's days but for every third, as if they had been built from less."""
    return lake.tables.read(DAILY, first, last).take(list(range(0, (last - first).days, 3)))


def assert_same_table(lake: Lakehouse, laptop: Lakehouse, schema: TableSchema) -> None:
    """The same rows, schema and partitions, whoever wrote them."""
    assert lake.tables.read(schema, None, None).equals(laptop.tables.read(schema, None, None))
    made, wanted = (
        where.tables.catalog.writable.load_table(schema.full_name) for where in (lake, laptop)
    )
    assert made.schema() == wanted.schema()
    assert made.spec() == wanted.spec()


def test_the_same_rows_are_no_commit_and_broken_rules_write_nothing(
    lake: Lakehouse, case: SparkCase, wheels: list[Path], sail: SparkSession
) -> None:
    first, last = case.first, case.last
    build_silver(lake, sail, READINESS.name, first, last)
    snapshot = lake.tables.made_ready(READINESS)
    order = order_of(lake, READINESS, first, last, CATALOG)
    assert submitted(LINES[0], wheels, lake, order).returncode == 0
    assert lake.tables.made_ready(READINESS) == snapshot
    name, cut = cut_inside_a_line(lake, first, last)
    lake.objects.put(name, cut)
    told = submitted(LINES[0], wheels, lake, order)
    assert told.returncode != 0
    assert "a line of bronze cannot be read" in glue_spark.cause_of(told)
    assert lake.tables.made_ready(READINESS) == snapshot


@pytest.fixture
def jobs(
    lake: Lakehouse, wheels: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GlueJobs]:
    """Glue on loopback, to which the lake's resource is pointed; all else is the emulator's."""
    address = str(lake.settings.aws_endpoint_url)

    def command(arguments: dict[str, str]) -> list[str]:
        return command_of(LINES[0], wheels, address, arguments)

    environment = environment_of(LINES[0], address)
    with glue_jobs(lake.settings.glue_job, command, environment, tmp_path) as running:
        made = glue.glue_resources

        def pointed(settings: Settings, *others: Any) -> dict[str, Any]:
            there = {"aws_endpoint_url": running.address, "s3_endpoint_url": address}
            return made(settings.model_copy(update=there), *others)

        monkeypatch.setattr(glue, "glue_resources", pointed)
        yield running


def run_of(jobs: GlueJobs) -> JobRun:
    (run,) = jobs.runs.values()
    return run


def test_dagster_hands_a_long_range_to_the_job(
    lake: Lakehouse, laptop: Lakehouse, jobs: GlueJobs, case: SparkCase, sail: SparkSession
) -> None:
    settings = lake.settings.model_copy(update={"cluster_from_days": 30})
    launch.materialize_range(settings, "silver/peloton_workouts", case.first, case.last)
    assert run_of(jobs).state == "SUCCEEDED"
    asked = run_of(jobs).asked
    assert (asked["WorkerType"], asked["NumberOfWorkers"]) == ("G.1X", 2)
    build_silver(laptop, sail, WORKOUTS.name, case.first, case.last)
    assert_same_table(lake, laptop, WORKOUTS)
    short = case.last - timedelta(3)
    launch.materialize_range(settings, "silver/peloton_workouts", short, case.last)
    assert len(jobs.runs) == 1


def test_a_job_that_fails_is_named_with_its_log_and_the_next_run_completes(
    lake: Lakehouse, jobs: GlueJobs, case: SparkCase
) -> None:
    settings = lake.settings.model_copy(update={"cluster_from_days": 30})
    name, cut = cut_inside_a_line(lake, case.first, case.last)
    whole = lake.objects.get(name)
    lake.objects.put(name, cut)
    with pytest.raises(BioLakehouseError) as failed:
        launch.materialize_range(settings, "silver/oura_daily_readiness", case.first, case.last)
    run = run_of(jobs)
    told = str(failed.value)
    assert f"Run {run.id} of the Glue job {settings.glue_job} ended as FAILED: " in told
    assert "a line of bronze cannot be read" in told
    assert f"CloudWatch's group {'/aws-glue/bio-lakehouse-transform'}/error" in told
    assert lake.tables.read(READINESS, None, None).num_rows == 0
    lake.objects.put(name, whole)
    launch.materialize_range(settings, "silver/oura_daily_readiness", case.first, case.last)
    assert lake.tables.read(READINESS, None, None).num_rows > 30


def test_a_run_that_is_terminated_stops_its_job(
    lake: Lakehouse, jobs: GlueJobs, case: SparkCase
) -> None:
    settings = lake.settings.model_copy(update={"cluster_from_days": 30})

    def interrupt() -> None:
        while not jobs.runs:
            time.sleep(0.1)
        time.sleep(3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        launch.materialize_range(settings, "silver/oura_daily_readiness", case.first, case.last)
    assert run_of(jobs).state == "STOPPED"
    assert lake.tables.read(READINESS, None, None).num_rows == 0


def test_the_spark_at_an_address_builds_long_ranges(
    lake: Lakehouse, laptop: Lakehouse, case: SparkCase, sail: SparkSession, tmp_path: Path
) -> None:
    """Spark Connect as a cluster of one's own has it, with Iceberg's jars: no job is asked for."""
    with connect_server(LINES[0], str(lake.settings.aws_endpoint_url), tmp_path) as address:
        changes = {"cluster_from_days": 30, "spark_remote": address, "glue_job": "nobodys"}
        settings = lake.settings.model_copy(update=changes)
        started = time.perf_counter()
        launch.materialize_range(settings, "silver/peloton_workouts", case.first, case.last)
        print(f"by Spark Connect in {time.perf_counter() - started:.0f} s")
    build_silver(laptop, sail, WORKOUTS.name, case.first, case.last)
    assert_same_table(lake, laptop, WORKOUTS)


@contextmanager
def connect_server(version: str, endpoint: str, folder: Path) -> Iterator[str]:
    """A Spark Connect server whose Spark reaches the emulator; its address."""
    port = free_port()
    catalog = f"spark.sql.catalog.{CATALOG}"
    own = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        # The session is told of the catalog but not of an emulator.
        **{f"{catalog}.{service}.endpoint": endpoint for service in ("glue", "s3")},
        f"{catalog}.s3.path-style-access": "true",
    }
    line = glue_spark.ready(glue_spark.LINES[version])
    confs = s3_settings(endpoint) | own
    command = glue_spark.submit_command(line, Path("spark-internal"), [], confs)
    server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer")
    command[1:1] = server
    log = folder / "connect.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=environment_of(version, endpoint), stdout=file, stderr=file
        )
        try:
            wait_until_listening(process, port, log)
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def test_two_writers_race(
    case: SparkCase,
    wheels: list[Path],
    sail: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A writer of other days of the same months commits until the job has once come too late: in
    the end both have written, each its own days."""
    with ministack() as address:
        emulator.set_environment(monkeypatch, address)
        settings = with_profile(emulator.aws_settings(tmp_path / "home", address))
        emulator.make_parts(settings)
        lake = filled(Lakehouse.open(settings), case)
        first, last = case.first, case.last
        build_silver(lake, sail, READINESS.name, first, last)
        wanted = lake.tables.read(READINESS, first, last)
        middle = last - timedelta(10)
        lake.tables.replace(READINESS, wanted.slice(0, 0), first, middle)
        order = order_of(lake, READINESS, first, middle, CATALOG)
        log = tmp_path / "job.log"
        command = command_of(LINES[0], wheels, address, arguments_of(lake, order))
        with log.open("w") as file:
            job = subprocess.Popen(
                command, env=environment_of(LINES[0], address), stdout=file, stderr=file
            )
            commits = commit_until_conflict(lake, job, log, middle + timedelta(1), last)
            assert job.wait() == 0, glue_spark.cause_in(log.read_text())
        print(f"{commits} commits beside the job")
        assert "Another writer was faster" in log.read_text()
        assert lake.tables.read(READINESS, first, last).equals(wanted)


def commit_until_conflict(
    lake: Lakehouse, job: subprocess.Popen[bytes], log: Path, first: date, last: date
) -> int:
    """How many commits of other days it took until the job was too late."""
    rows = lake.tables.read(READINESS, first, last)
    commits = 0
    while job.poll() is None and "Another writer was faster" not in log.read_text():
        lake.tables.replace(READINESS, rows.slice(0, commits % 2 + 1), first, last)
        commits += 1
        time.sleep(1)
    lake.tables.replace(READINESS, rows, first, last)
    return commits

"""Days that are made of some people alone are as if they were made of everybody."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import dagster as dg
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import silver
from bio_lakehouse.assets.people import FILES_TAG, people_of_step
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake import bronze_writing, landed_reading
from bio_lakehouse.lake.bronze import BronzeWrite
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import FileDay
from bio_lakehouse.lake.tables import Commit
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.lake.test_arrivals import FIRST, TODAY, ingest, lake_at, peloton, ride
from bio_lakehouse_tests.lake.test_users_apart import TRENDS, WORKOUTS, scores, watched

TABLES = ("peloton_workouts", "oura_daily_readiness")


@dataclass
class Made:
    """What building the days of a lake told, and the rows that the log counts."""

    bronze: list[BronzeWrite]
    commits: list[Commit]
    counted: list[FileDay]


def built(lake: Lakehouse, spark: SparkSession, people: Collection[str] | None) -> Made:
    bronze = [
        bronze_writing.write_bronze(lake, dataset, FIRST, TODAY, people)
        for dataset in (TRENDS, WORKOUTS)
    ]
    commits = [build_silver(lake, spark, table, FIRST, TODAY, people) for table in TABLES]
    commits.append(build_gold_daily(lake, spark, FIRST, TODAY, people))
    bronze_writing.recount(lake, FIRST, TODAY, people)
    return Made(bronze, commits, sorted(lake.log.days(FIRST, TODAY), key=repr))


@pytest.fixture
def lake(tmp_path: Path, sail: SparkSession) -> Lakehouse:
    """Three people's days, built; and then more of Ann's, some of them said otherwise."""
    lake = lake_at(tmp_path / "home")
    for user in ("ann", "ben", "cy"):
        ingest(lake, f"{user}.csv", scores([1, 2, 3], 70), user)
        ingest(lake, f"{user} rides.csv", peloton(ride(1, 150), ride(2, 160)), user)
    built(lake, sail, None)
    mark_built(lake, [TRENDS, WORKOUTS], FIRST, TODAY)
    ingest(lake, "later.csv", scores([3, 4], 80), "ann")
    ingest(lake, "rides.csv", peloton(ride(1, 150), ride(4, 190)), "ann")
    return lake


def test_of_one_person_made_they_are_as_made_of_all(lake: Lakehouse, sail: SparkSession) -> None:
    assert lake.log.users_pending(FIRST, TODAY) == {"ann"}
    narrow = built(lake, sail, {"ann"})
    assert all(commit.changed for commit in narrow.commits)
    rows = [lake.tables.read(silver.SCHEMAS[table], FIRST, TODAY) for table in TABLES]
    rows.append(lake.tables.read(DAILY, FIRST, TODAY))
    whole = built(lake, sail, None)
    assert [one.written for one in whole.bronze] == [0, 0]
    assert [one.versions for one in whole.bronze] == [one.versions for one in narrow.bronze]
    told = [one.lines_by_day for one in narrow.bronze]
    assert [one.lines_by_day for one in whole.bronze] == told
    assert not any(commit.changed for commit in whole.commits)
    assert [one.versions for one in whole.commits] == [one.versions for one in narrow.commits]
    assert [one.rows_by_day for one in whole.commits] == [one.rows_by_day for one in narrow.commits]
    assert whole.counted == narrow.counted
    assert all(set(part.column("user_id").to_pylist()) == {"ann", "ben", "cy"} for part in rows)


def test_nobody_elses_files_are_read_again(lake: Lakehouse, sail: SparkSession) -> None:
    landed_reading.forget_readings()
    store = watched(lake)
    bronze_writing.write_bronze(lake, WORKOUTS, FIRST, TODAY, {"ann"})
    assert {key.split("/")[1] for key in store.read if key.startswith("landing")} <= {"ann"}
    store.read.clear()
    build_silver(lake, sail, "peloton_workouts", FIRST, TODAY, {"ann"})
    assert store.read
    assert all("/ann." in key for key in store.read)


def test_what_no_file_changed_may_concern_anybody(lake: Lakehouse) -> None:
    lake.log.owed.add("settings of ben", {WORKOUTS: [TODAY]})
    assert lake.log.users_pending(FIRST, TODAY) is None


Found = list[Collection[str] | None]


def made_in_a_run(
    lake: Lakehouse, instance: dg.DagsterInstance, code: str, tags: dict[str, str]
) -> Collection[str] | None:
    """Whom the step of an asset of that code is about, in a run of the last day with these tags."""
    found: Found = []

    @dg.asset(
        code_version=code,
        partitions_def=dg.DailyPartitionsDefinition(FIRST.isoformat(), end_offset=1),
    )
    def made(context: dg.AssetExecutionContext) -> None:
        found.append(people_of_step(context, lake))

    run = dg.materialize([made], instance=instance, partition_key="2026-03-04", tags=tags)
    assert run.success
    return found[0]


def test_a_run_for_files_is_about_those_whose_they_are(lake: Lakehouse) -> None:
    for_files = {FILES_TAG: "later.csv"}
    with dg.DagsterInstance.ephemeral() as instance:
        assert made_in_a_run(lake, instance, "1", for_files) is None
        assert made_in_a_run(lake, instance, "1", for_files) == {"ann"}
        assert made_in_a_run(lake, instance, "1", {}) is None
        assert made_in_a_run(lake, instance, "2", for_files) is None
        assert made_in_a_run(lake, instance, "2", for_files) == {"ann"}
        mark_built(lake, [TRENDS, WORKOUTS], FIRST, TODAY)
        assert made_in_a_run(lake, instance, "2", for_files) is None


def test_spark_is_not_asked_about_nothing(lake: Lakehouse) -> None:
    asked_for_nothing = cast(SparkSession, None)
    commit = build_silver(lake, asked_for_nothing, "oura_heartrate", FIRST, TODAY)
    assert commit.rows == 0
    assert lake.tables.read(silver.SCHEMAS["oura_heartrate"], FIRST, TODAY).num_rows == 0

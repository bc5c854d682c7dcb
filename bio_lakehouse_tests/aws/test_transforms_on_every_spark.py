"""Every transform of silver and gold makes the same rows on Sail, on Spark 4.2, and on the Spark of
both Glue lines, which read bronze's day files by themselves: column by column, to the last bit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from bio_lakehouse.build.on_spark import made_rows
from bio_lakehouse.build.silver import USERS
from bio_lakehouse.build.table_order import TableOrder
from bio_lakehouse.engines.job_wheels import write_wheels
from bio_lakehouse.engines.spark import to_spark
from bio_lakehouse.gold.daily_columns import INPUTS
from bio_lakehouse.gold.daily_readiness_performance import transform as daily
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake.bronze_store import Bronze
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.lake.tables import conform
from bio_lakehouse.silver import SCHEMAS, TRANSFORMS, coverage
from bio_lakehouse_tests.aws import glue_spark
from bio_lakehouse_tests.aws.spark_cases import SparkCase, demo_case, random_case
from bio_lakehouse_tests.gold.test_daily_of_the_demo_person import COVERAGE

Tables = dict[str, pa.Table]
SCRIPT = Path(__file__).with_name("transforms_on_spark.py")
ALL = SCHEMAS | {DAILY.name: DAILY}
CASES = ("demo", "random-1", "random-2")
pytestmark = pytest.mark.glue


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SparkCase]:
    folder = tmp_path_factory.mktemp("spark-cases")
    made = {"demo": demo_case(folder / "demo")}
    for seed in (1, 2):
        made[f"random-{seed}"] = random_case(folder / f"random-{seed}", seed)
    for case in made.values():
        told = {"first": case.first.isoformat(), "last": case.last.isoformat()}
        (case.folder / "range.json").write_text(json.dumps(told))
    return made


@pytest.fixture(scope="session")
def made_by(
    cases: dict[str, SparkCase],
    sail: SparkSession,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, str], Tables]:
    """All tables that an engine makes of a case."""

    @cache
    def submitted(version: str) -> None:
        line = glue_spark.ready(glue_spark.LINES[version])
        wheels = write_wheels(tmp_path_factory.mktemp("wheels"))
        paths = {"spark.submit.pyFiles": ",".join(map(str, wheels))}
        folders = [str(case.folder) for case in cases.values()]
        command = glue_spark.submit_command(line, SCRIPT, [version, *folders], paths)
        told = subprocess.run(
            command,
            env=glue_spark.job_environment(line),
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, glue_spark.cause_of(told)
        print(told.stdout)

    @cache
    def made(engine: str, name: str) -> Tables:
        if engine == "sail":
            return by_arrow(sail, cases[name])
        if engine == "4.2":
            return by_spark(request.getfixturevalue("spark_jvm"), cases[name])
        submitted(engine)
        return {table: pq.read_table(cases[name].folder / engine / table) for table in ALL}

    return made


def by_arrow(spark: SparkSession, case: SparkCase) -> Tables:
    """As the builders do: rows through this process."""
    bronze = Bronze(FolderStore(case.folder))
    users = to_spark(spark, pa.Table.from_pylist(case.users, schema=USERS))

    def rows_of(name: str) -> pa.Table:
        transform = TRANSFORMS[name]
        inputs = [bronze.read(dataset, case.first, case.last) for dataset in transform.inputs]
        return transform.function(
            *[to_spark(spark, rows) for rows in inputs], users=users
        ).toArrow()

    return with_gold(spark, case, {name: rows_of(name) for name in TRANSFORMS})


def by_spark(spark: SparkSession, case: SparkCase) -> Tables:
    """As a Spark that reads bronze by itself."""

    def folders(dataset: str) -> list[str]:
        return [str(path) for path in sorted(case.folder.glob(f"bronze/{dataset}/month=*"))]

    def rows_of(name: str) -> pa.Table:
        full = f"bio_silver.{name}"
        order = TableOrder(full, case.first, case.last, "", "none", tuple(case.users))
        return made_rows(spark, order, folders).toArrow()

    return with_gold(spark, case, {name: rows_of(name) for name in TRANSFORMS})


def with_gold(spark: SparkSession, case: SparkCase, silver: Tables) -> Tables:
    entries = pa.Table.from_pylist([typed(entry) for entry in case.coverage], schema=COVERAGE)
    told = silver | {"coverage": coverage.transform(to_spark(spark, entries)).toArrow()}
    frames = {
        name: to_spark(spark, told[name].select(list(columns))) for name, columns in INPUTS.items()
    }
    return told | {DAILY.name: daily(frames, case.first, case.last).toArrow()}


def typed(entry: dict[str, str]) -> dict[str, Any]:
    days = {name: date.fromisoformat(entry[name]) for name in ("first_day", "last_day")}
    return entry | days | {"ingested_at": datetime.fromisoformat(entry["ingested_at"])}


@pytest.mark.parametrize("engine", ["4.2", "6.0", "5.1"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("table", ALL)
def test_same_rows(
    made_by: Callable[[str, str], Tables], engine: str, case: str, table: str
) -> None:
    schema = ALL[table]
    order = [(name, "ascending") for name in schema.grain]
    wanted = conform(made_by("sail", case)[table], schema).sort_by(order).combine_chunks()
    found = conform(made_by(engine, case)[table], schema).sort_by(order).combine_chunks()
    assert wanted.num_rows > 0
    assert found.num_rows == wanted.num_rows
    different = [
        name for name in schema.column_names if not found.column(name).equals(wanted.column(name))
    ]
    assert different == [], first_differences(wanted, found, different)


def first_differences(wanted: pa.Table, found: pa.Table, columns: list[str]) -> list[Any]:
    """Of each column the first pair of values that are not the same."""
    pairs = []
    for name in columns:
        both = zip(wanted.column(name).to_pylist(), found.column(name).to_pylist(), strict=True)
        pairs.append((name, next(pair for pair in both if pair[0] != pair[1])))
    return pairs

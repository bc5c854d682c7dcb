"""Files of one person in any order, at once or one by one, again and again: the same silver and
gold tables."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import silver
from bio_lakehouse.backends import open_sql
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import demo
from bio_lakehouse_tests.lake.marking import mark_built
from bio_lakehouse_tests.whole_log import entries_of

END = date(2026, 6, 30)
ATTRIBUTION = {"source_file", "ingested_at"}
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    person = demo.simulate(70, 3, END, timezone="Europe/Berlin")
    return demo.write_files(person, tmp_path_factory.mktemp("downloads"))


def build(lake: Lakehouse, spark: SparkSession) -> None:
    """Every pending day through bronze, silver and gold, range by range, as a run does it."""
    changes = arrivals.pending(lake)
    if not changes:
        return
    first, last = min(map(min, changes.values())), max(map(max, changes.values()))
    for dataset in changes:
        bronze_writing.write_bronze(lake, dataset, first, last)
    for table in silver.TRANSFORMS:
        build_silver(lake, spark, table, first, last)
    build_coverage(lake, spark)
    build_gold_daily(lake, spark, first, last)
    mark_built(lake, changes, first, last)


def lake_of(home: Path, spark: SparkSession, files: list[Path], pauses: set[int]) -> Lakehouse:
    lake = Lakehouse.open(Settings(home=home, timezone="Europe/Berlin", today_override=END))
    for number, path in enumerate(files):
        arrivals.ingest(lake, path, "me")
        if number in pauses:
            build(lake, spark)
    build(lake, spark)
    return lake


def rows_of(lake: Lakehouse) -> Rows:
    """Every table's and view's rows, less who is named as their source."""
    schemas = [schema for name, schema in silver.SCHEMAS.items() if name != "coverage"]
    found: Rows = {}
    for schema in (*schemas, DAILY_READINESS_PERFORMANCE):
        rows = lake.tables.read(schema, date(2015, 1, 1), END).sort_by(
            [(name, "ascending") for name in schema.grain]
        )
        kept = [name for name in rows.column_names if name not in ATTRIBUTION]
        found[schema.name] = rows.select(kept).to_pylist()
    sql = open_sql(lake)
    for view in VIEWS.values():
        sql.create_view(view)
        found[view.name] = [without_float_noise(row) for row in sql.rows_of(view.name).to_pylist()]
    return found


def without_float_noise(row: dict[str, Any]) -> dict[str, Any]:
    """A mean of doubles ends in other last bits when they are added in another order."""
    return {
        name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()
    }


@pytest.fixture(scope="module")
def reference(
    tmp_path_factory: pytest.TempPathFactory, sail: SparkSession, files: list[Path]
) -> Lakehouse:
    """The lake of all files in their order, built once."""
    return lake_of(tmp_path_factory.mktemp("reference") / "home", sail, files, set())


@pytest.fixture(scope="module")
def expected(reference: Lakehouse) -> Rows:
    return rows_of(reference)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (2, 3))]
)
def test_order_and_pauses_do_not_matter(
    tmp_path: Path, sail: SparkSession, files: list[Path], expected: Rows, seed: int
) -> None:
    shuffled = random.Random(seed).sample(files, len(files))
    lake = lake_of(tmp_path / "home", sail, shuffled, pauses={2 + seed, 9})
    found = rows_of(lake)
    assert {name: rows for name, rows in found.items() if rows != expected[name]} == {}
    assert all(lake.log.counts(entry.file_path).balanced for entry in entries_of(lake.log))


def test_a_second_build_of_every_day_commits_nothing(
    reference: Lakehouse, sail: SparkSession, expected: Rows
) -> None:
    lake, first, last = reference, date(2026, 4, 1), END
    commits = [build_silver(lake, sail, table, first, last) for table in silver.TRANSFORMS]
    commits += [
        build_coverage(lake, sail),
        build_gold_daily(lake, sail, first, last),
    ]
    assert not any(commit.changed for commit in commits)
    assert rows_of(lake) == expected

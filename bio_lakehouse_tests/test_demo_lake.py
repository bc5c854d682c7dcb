"""The demo person's files, taken through landing, bronze, silver and gold, come out as the truth
that was put in."""

from __future__ import annotations

from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

import pytest

import bio_lakehouse.silver.coverage  # noqa: F401 - `build_coverage` asks the package for it
from bio_lakehouse import silver
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.engines.spark import spark_session
from bio_lakehouse.gold.schemas import DAILY_READINESS_PERFORMANCE as DAILY
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import load_settings
from bio_lakehouse.sources import registry
from bio_lakehouse.sources.demo import Truth, daily_rows, simulate, workout_rows, write_files

END = date(2025, 11, 20)


@pytest.fixture(scope="module", params=["America/New_York", "Asia/Kolkata"])
def truth(request: pytest.FixtureRequest) -> Truth:
    return simulate(120, 17, END, timezone=request.param)


@pytest.fixture(scope="module")
def lake(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    folder = tmp_path_factory.mktemp("demo")
    settings = load_settings(home=folder / "home", timezone=truth.timezone, today_override=END)
    lake = Lakehouse.open(settings)
    for path in write_files(truth, folder / "downloads"):
        assert not any(arrival.failed for arrival in arrivals.ingest(lake, Path(path), "me"))
    for dataset in registry.bronze_datasets():
        bronze_writing.write_bronze(lake, dataset, truth.first_day, truth.last_day)
    with spark_session(settings) as spark:
        for table in silver.TRANSFORMS:
            build_silver(lake, spark, table, truth.first_day, truth.last_day)
        build_coverage(lake, spark)
        build_gold_daily(lake, spark, truth.first_day, truth.last_day)
    return lake


def differences(expected: dict[str, Any], row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Column → (truth, lake) where they differ; floats up to rounding in the last place."""
    return {
        name: (value, row[name]) for name, value in expected.items() if not _same(value, row[name])
    }


def _same(one: Any, other: Any) -> bool:
    return one == other or (
        isinstance(one, float) and isinstance(other, float) and isclose(one, other, rel_tol=1e-9)
    )


@pytest.mark.slow
def test_every_day_in_gold_is_the_truth(truth: Truth, lake: Lakehouse) -> None:
    rows = {
        row["day"]: row
        for row in lake.tables.read(DAILY, truth.first_day, truth.last_day).to_pylist()
    }
    expected = daily_rows(truth)
    assert rows.keys() == {row["day"] for row in expected}
    assert {row["day"]: differences(row, rows[row["day"]]) for row in expected} == {
        row["day"]: {} for row in expected
    }


@pytest.mark.slow
def test_every_workout_in_silver_is_the_truth(truth: Truth, lake: Lakehouse) -> None:
    schema = silver.SCHEMAS["peloton_workouts"]
    rows = lake.tables.read(schema, truth.first_day, truth.last_day).to_pylist()
    by_start = {(row["started_at"], row["title"]): row for row in rows}
    expected = workout_rows(truth)
    assert len(rows) == len(expected)
    assert [differences(row, by_start[row["started_at"], row["title"]]) for row in expected] == [
        {}
    ] * len(expected)

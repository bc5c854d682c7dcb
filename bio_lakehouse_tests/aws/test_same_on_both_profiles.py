"""A file's days, from landing to the views, by the builders alone: the same rows on both profiles.

The whole life of a lake, through Dagster, is lived in `test_end_to_end.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import bio_lakehouse.silver.coverage  # noqa: F401 - `build_coverage` asks the package for it
from bio_lakehouse.backends import open_sql, spark_session
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.gold.views import VIEWS
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.automation.watched import TODAY, scores, trends
from bio_lakehouse_tests.aws.lake_story import Row, rows_of
from bio_lakehouse_tests.aws.lakes import DUCKDB, TRENDS_ONLY, TRINO, at_home, athena_of
from bio_lakehouse_tests.whole_log import entries_of

SLEEP, READINESS = "oura_daily_sleep", "oura_daily_readiness"
DAILY = "bio_gold.daily_readiness_performance"
TABLES = (f"bio_silver.{SLEEP}", f"bio_silver.{READINESS}", "bio_silver.coverage", DAILY)


@pytest.fixture(params=[DUCKDB, pytest.param(TRINO, marks=pytest.mark.trino)])
def at_aws(
    request: pytest.FixtureRequest, on_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    settings = on_aws.model_copy(update=TRENDS_ONLY)
    with athena_of(settings, monkeypatch, request.param):
        yield settings


def built(settings: Settings) -> Lakehouse:
    """Two people's files, taken and built up to the daily table, and one that is no export."""
    lake = Lakehouse.open(settings)
    for user, count in (("me", 9), ("ada", 4)):
        lake.landing_objects.put(f"landing/{user}/trends.csv", trends(scores(count)))
    lake.landing_objects.put("landing/me/holiday.csv", b"beach,sun\n1,2\n")
    arrivals.scan(lake)
    days = (min(arrivals.unfinished(lake)), TODAY)
    for dataset in arrivals.pending(lake):
        bronze_writing.write_bronze(lake, dataset, *days)
    with spark_session(settings) as spark:
        for table in (SLEEP, READINESS):
            build_silver(lake, spark, table, *days)
        build_coverage(lake, spark)
        build_gold_daily(lake, spark, *days)
    return lake


def said(lake: Lakehouse) -> dict[str, list[Row]]:
    """The rows of tables and views, and what the log has of files."""
    sql = open_sql(lake)
    views = {}
    for name, view in VIEWS.items():
        sql.create_view(view)
        views[name] = rows_of(sql.query(f"SELECT * FROM gold.{name}", None))
    tables = {name: rows_of(lake.tables.scan(name)) for name in TABLES}
    files = [(one.file_path, one.user_id, one.status, one.error) for one in entries_of(lake.log)]
    return views | tables | {"files": sorted(files)}


def test_a_lake_on_aws_says_what_a_laptop_says(at_aws: Settings, tmp_path: Path) -> None:
    laptop, there = (said(built(one)) for one in (at_home(tmp_path, **TRENDS_ONLY), at_aws))
    assert len(there[DAILY]) == 13
    assert there["files"][0][2:3] == ("ingesting",)
    for name, rows in laptop.items():
        assert there[name] == rows, name

"""Silver and the daily table ask the engine for rows alone: what is asked of a plan sends it, with
all its rows, once more."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.connect.client import SparkConnectClient

from bio_lakehouse import silver
from bio_lakehouse.build import silver as silver_tables
from bio_lakehouse.build.daily import build_gold_daily
from bio_lakehouse.build.silver import build_coverage, build_silver
from bio_lakehouse.engines import spark
from bio_lakehouse.engines.spark import arrow_of, to_spark
from bio_lakehouse.gold import daily_readiness_performance as daily_table
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import days_between
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.benchmarks.five_years import END, exports, with_bronze


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of plans: an analysis each."""
    found: list[str] = []
    analyze = SparkConnectClient._analyze

    def counted(client: SparkConnectClient, method: str, **told: Any) -> Any:
        found.append(method)
        return analyze(client, method, **told)

    monkeypatch.setattr(SparkConnectClient, "_analyze", counted)
    return found


def test_no_plan_is_analysed_before_it_runs(
    tmp_path: Path, sail: SparkSession, asked: list[str]
) -> None:
    home = Settings(home=tmp_path / "home", timezone="UTC", today_override=END)
    lake = Lakehouse.open(home)
    first, last = with_bronze(lake, exports(20, 5, tmp_path / "downloads"))
    commits = [build_silver(lake, sail, table, first, last) for table in silver.TRANSFORMS]
    build_coverage(lake, sail)
    daily = build_gold_daily(lake, sail, first, last)
    assert asked == []
    assert sum(commit.rows for commit in commits) > 20
    assert daily.rows > 10


@pytest.mark.parametrize("largest", [1, 300])
def test_a_daily_table_of_many_messages_is_that_of_one(
    largest: int, tmp_path: Path, sail: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Settings(home=tmp_path / "home", timezone="UTC", today_override=END)
    lake = Lakehouse.open(home)
    first, last = with_bronze(lake, exports(20, 5, tmp_path / "downloads"))
    for table in silver.TRANSFORMS:
        build_silver(lake, sail, table, first, last)
    build_coverage(lake, sail)
    assert build_gold_daily(lake, sail, first, last).rows > 10
    sent: list[tuple[date, date]] = []
    transform = daily_table.transform

    def counted(tables: Mapping[str, DataFrame], first: date, last: date) -> DataFrame:
        sent.append((first, last))
        return transform(tables, first, last)

    monkeypatch.setattr(daily_table, "transform", counted)
    monkeypatch.setattr(spark, "chunks_by_day", partial(spark.chunks_by_day, largest=largest))
    again = build_gold_daily(lake, sail, first - timedelta(3), last)
    assert again.changed_days == frozenset()
    assert len(sent) > 2
    told = [days_between(*stretch) for stretch in sorted(sent)]
    assert [day for days in told for day in days] == list(days_between(first - timedelta(3), last))


def test_silver_of_pieces_at_once_is_that_of_one_after_another(
    tmp_path: Path, sail: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Settings(home=tmp_path / "home", timezone="UTC", today_override=END)
    lake = Lakehouse.open(home)
    first, last = with_bronze(lake, exports(60, 20, tmp_path / "downloads"))
    whole = [build_silver(lake, sail, table, first, last) for table in silver.TRANSFORMS]
    threads: set[int] = set()
    made = silver_tables._made

    def watched(*told: Any) -> pa.Table:
        threads.add(threading.get_ident())
        return made(*told)

    monkeypatch.setattr(silver_tables, "_made", watched)
    monkeypatch.setattr(silver_tables, "MANY_PEOPLE", 1)
    monkeypatch.setattr(spark, "message_bytes", lambda _: 20_000)
    again = [build_silver(lake, sail, table, first, last) for table in silver.TRANSFORMS]
    assert [commit.changed_days for commit in again] == [frozenset()] * len(whole)
    assert [commit.versions for commit in again] == [commit.versions for commit in whole]
    assert len(threads - {threading.get_ident()}) > 1


def test_rows_are_those_of_the_frame(sail: SparkSession, asked: list[str]) -> None:
    rows = pa.table(
        {
            "day": pa.array([date(2026, 1, 1), None], pa.date32()),
            "at": pa.array(
                [datetime(2026, 1, 1, 5, 30, tzinfo=UTC), None], pa.timestamp("us", "UTC")
            ),
            "text": ["one", None],
        }
    )
    frame = to_spark(sail, rows).withColumn("number", F.lit(1.5))
    found = arrow_of(frame)
    assert asked == []
    assert found.to_pylist() == frame.toArrow().to_pylist()
    assert asked == ["schema"]

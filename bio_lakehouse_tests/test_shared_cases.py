"""The small made-up cases beside the project, each with its right answer; skipped where that folder
is absent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from bio_lakehouse import silver
from bio_lakehouse.build.ledger import ledger_rows
from bio_lakehouse.build.silver import build_silver
from bio_lakehouse.lake import arrivals, bronze_writing
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.log import RowCounts
from bio_lakehouse.settings import Settings
from bio_lakehouse_tests.whole_log import entries_of

CASES = Path(__file__).parents[2] / "shared" / "cases" / "files"
FIRST, TODAY = date(2024, 1, 1), date(2026, 7, 31)
Row = dict[str, Any]

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not there")


class CaseLake:
    """A lake into which files are brought one after the other, and what it shows then."""

    def __init__(self, home: Path, spark: SparkSession, timezone: str) -> None:
        settings = Settings(home=home, timezone=timezone, today_override=TODAY)
        self.lake = Lakehouse.open(settings)
        self.spark = spark

    def bring(self, *names: str) -> None:
        for name in names:
            arrivals.ingest(self.lake, CASES / name, "me")
        for dataset in arrivals.pending(self.lake):
            bronze_writing.write_bronze(self.lake, dataset, FIRST, TODAY)
        bronze_writing.recount(self.lake, FIRST, TODAY)

    def all_rows(self, table: str) -> list[Row]:
        """A silver table's rows, by day."""
        build_silver(self.lake, self.spark, table, FIRST, TODAY)
        rows: list[Row] = self.lake.tables.read(silver.SCHEMAS[table], FIRST, TODAY).to_pylist()
        return sorted(rows, key=lambda row: row["day"])

    def rows(self, table: str) -> dict[date, Row]:
        return {row["day"]: row for row in self.all_rows(table)}

    def column(self, table: str, column: str) -> list[Any]:
        return [row[column] for row in self.all_rows(table)]

    def counts(self, name: str) -> RowCounts:
        return self.lake.log.counts(f"landing/me/{name}")


MakeLake = Callable[..., CaseLake]


@pytest.fixture
def make_lake(tmp_path: Path, sail: SparkSession) -> MakeLake:
    return lambda timezone="America/New_York": CaseLake(tmp_path / "home", sail, timezone)


@pytest.mark.parametrize("order", [1, -1])
def test_a_later_export_with_fewer_columns_blanks_nothing(make_lake: MakeLake, order: int) -> None:
    lake = make_lake()
    for name in ("trends_all.csv", "trends_few.csv")[::order]:
        lake.bring(name)
    assert lake.column("oura_sleep", "average_hrv_ms") == [*range(45, 55), None, None]
    lowest = [52, 53, 54, 52, 53, 54, 52, 53, 54, 52, None, None]
    assert lake.column("oura_sleep", "lowest_heart_rate_bpm") == lowest
    sources = lake.column("oura_daily_sleep", "source_file")
    assert sources == ["landing/me/trends_few.csv"] * 12
    assert lake.counts("trends_all.csv") == RowCounts(10, 10, 0, 0, 0, 0)
    assert lake.counts("trends_few.csv") == RowCounts(12, 12, 0, 0, 0, 0)


def test_a_file_speaks_about_the_datasets_whose_columns_it_has(make_lake: MakeLake) -> None:
    lake = make_lake()
    lake.bring("full_trends.csv", "sleep_only.csv")
    third = date(2025, 3, 3)
    assert lake.rows("oura_daily_sleep")[third]["score"] == 82
    assert lake.rows("oura_daily_readiness")[third]["score"] == 79
    causes = {
        row["day"].day: str(row["cause"])
        for row in ledger_rows(lake.lake, date(2025, 3, 1), date(2025, 3, 5)).to_pylist()
        if row["dataset"] == "oura_daily_readiness"
    }
    assert causes == {4: "not delivered", 5: "not delivered"}


def test_the_persons_own_zone_wins_and_an_unknown_label_is_none(make_lake: MakeLake) -> None:
    lake = make_lake("America/Phoenix")
    lake.bring("az.csv")
    told = {row["title"]: row["started_at"] for row in lake.all_rows("peloton_workouts")}
    assert told == {
        "20 min Winter Ride": datetime.fromisoformat("2024-01-10 13:00"),
        "20 min Summer Ride": datetime.fromisoformat("2024-07-10 13:00"),
        "20 min Perth Ride": None,
        "20 min No Label Ride": None,
        "20 min St John Ride": None,
        "20 min Adelaide Bootcamp": datetime.fromisoformat("2024-07-13 20:30"),
    }


def test_rows_without_their_id_are_set_right(make_lake: MakeLake) -> None:
    lake = make_lake()
    lake.bring("dailysleep.csv")
    assert lake.column("oura_daily_sleep", "score") == [81, 82]
    assert lake.column("oura_daily_sleep", "contributor_deep_sleep") == [91, 90]


def test_downloads_by_type_are_read(make_lake: MakeLake) -> None:
    lake = make_lake()
    lake.bring(
        "oura_daily-readiness_2024-06-04T09-46-08.csv", "oura_heartrate_2024-06-04T09-46-09.csv"
    )
    assert lake.column("oura_daily_readiness", "score") == [78, 64]
    assert sorted(lake.column("oura_heartrate", "bpm")) == [57, 58, 83]


def test_a_bundle_holds_several_answers(make_lake: MakeLake) -> None:
    lake = make_lake()
    lake.bring("bundle.json")
    assert lake.column("oura_daily_sleep", "score") == [81]
    assert lake.column("oura_daily_readiness", "score") == [77]
    assert [entry.status for entry in entries_of(lake.lake.log)] == ["ingesting"]


def test_resilience_is_kept_in_bronze(make_lake: MakeLake) -> None:
    lake = make_lake()
    lake.bring("daily_resilience.json")
    day = date(2026, 7, 8)
    (line,) = lake.lake.bronze.read("oura/daily_resilience", day, day).to_pylist()
    assert json.loads(line["record"])["level"] == "solid"


def test_trends_show_where_the_api_has_nothing(make_lake: MakeLake, tmp_path: Path) -> None:
    lake = make_lake()
    days = ("2026-06-26", "2026-06-27", "2026-06-28")
    scores = [{"id": f"s{day}", "day": day, "score": 80, "contributors": {}} for day in days]
    period = {"id": "p", "day": days[0], "type": "long_sleep", "total_sleep_duration": 25000}
    for name, records in {"daily_sleep": scores, "sleep": [period | {"average_hrv": None}]}.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"data": records, "next_token": None}))
        arrivals.ingest(lake.lake, path, "me")
    lake.bring("prec_trends.csv")
    assert lake.column("oura_daily_sleep", "score") == [80, 80, 80]
    nights = lake.rows("oura_sleep")
    assert [row["average_hrv_ms"] for row in nights.values()] == [33, 34, 35]
    assert [row["total_sleep_s"] for row in nights.values()] == [25000, 21000, 22000]
    assert all(row["bedtime_start"] for row in nights.values())
    assert nights[date(2026, 6, 26)]["period_id"] == "p"
